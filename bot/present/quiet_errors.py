"""What went wrong around who is quiet and who is away, in words: the cause, then what to do."""

from typing import Final

from bot.domain import desk_errors
from bot.domain.ladder import Outcome
from bot.present.explaining import explain, typed
from bot.present.text import escape
from bot.present.times import ago, on_day

_HOW: Final[dict[str, str]] = {
    Outcome.SEEN: "was seen again",
    Outcome.BACK: "said that they are back",
    Outcome.AWAY: "is noted as away",
    Outcome.LEFT: "has left the clan",
    Outcome.REMOVE: "is to be removed",
    Outcome.KEEP: "is kept, and on the safe list",
    Outcome.SAME: "is one member with somebody who was flagged before",
}


@explain.register
def _(error: desk_errors.UnreadableUntil) -> str:
    return (
        f"I cannot use {typed(error.text)} as the end of an absence: I cannot read it, it is over, or it is "
        "more than a year away. Try `2026-12-24`, `tomorrow`, `in 2 weeks` or `30 days`."
    )


@explain.register
def _(error: desk_errors.OutOfRange) -> str:
    return f"{typed(error.text)} will not do. Give a whole number of days from {error.least} to {error.most}."


@explain.register
def _(error: desk_errors.NotAway) -> str:
    if error.name == "you":
        return "You are not noted as away, so nothing had to be ended. `/away until:in 2 weeks` notes it."
    return f"{escape(error.name)} is not noted as away. `/member away` with `until` notes it."


@explain.register
def _(error: desk_errors.ListChanged) -> str:
    del error
    return "Others are on the list now than you were shown, so nothing was sent. Look at `/inactive` again."


@explain.register
def _(error: desk_errors.NoticesUnderWay) -> str:
    return f"<@{error.by}> sent notices {ago(error.at)}, and they are on their way still. Wait for their end."


@explain.register
def _(error: desk_errors.AccountNotYours) -> str:
    return (
        f"{escape(error.name)} is not verified as your account any more, so your answer was not taken. "
        "If it is yours, link it with `/link` and say the code in the game; else there is nothing to do."
    )


@explain.register
def _(error: desk_errors.QuietDecided) -> str:
    how = _HOW.get(error.how, "was decided")
    by = f", by <@{error.by}>" if error.by else ""
    return (
        f"{escape(error.name)} {how} since {ago(error.at)}{by}, and that stands. "
        "Nothing else was changed; `/inactive` shows how it is now."
    )


@explain.register
def _(error: desk_errors.NotQuiet) -> str:
    return (
        f"{escape(error.name)} is not up for a decision now: seen again, excused, in grace, or not known. "
        "Nobody was changed. Look at `/inactive` again."
    )


@explain.register
def _(error: desk_errors.RiskMuted) -> str:
    until = "for good" if error.until is None else f"until {on_day(error.until)}"
    return (
        f"<@{error.by}> has muted {escape(error.name)} already, {until}, and that stands. "
        "**Unmute** ends it; `/officer atrisk` shows how it is now."
    )


@explain.register
def _(error: desk_errors.RiskNotMuted) -> str:
    return f"{escape(error.name)} is not muted, so nothing was changed. Look at `/officer atrisk` again."


@explain.register
def _(error: desk_errors.RefreshUnderWay) -> str:
    return (
        f"<@{error.by}> has Wise Old Man looking already: {error.done} of {error.number} are done. "
        "Look at `/inactive` again when it is through."
    )
