"""What went wrong with what is posted, in words: the cause, then what to do."""

from bot.domain import post_errors
from bot.present.explaining import explain, typed
from bot.present.notices import lacking_words


@explain.register
def _(error: post_errors.NoChannelChosen) -> str:
    del error
    return "I do not know where to post that. Choose a channel first, then switch it on."


@explain.register
def _(error: post_errors.CannotPostThere) -> str:
    return (
        f"I may not post in <#{error.channel}>. Give my role {lacking_words(error.missing)} there, or choose "
        "another channel."
    )


@explain.register
def _(error: post_errors.UnreadableHour) -> str:
    return f"{typed(error.text)} is no time of a day. Write it as 18:30 or 9:00, in the clan's time zone."


@explain.register
def _(error: post_errors.UnreadableCoins) -> str:
    return f"{typed(error.text)} is no amount. Write it as 500k, 5M or 1200000."


@explain.register
def _(error: post_errors.UnreadableWeight) -> str:
    if not error.text:
        return "A score is made of something: give at least one of them a weight above 0."
    return f"{typed(error.text)} is no weight. Write a whole number from 0, which leaves it out, to 100."
