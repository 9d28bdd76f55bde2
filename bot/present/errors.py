"""What went wrong, in words: the cause, then what to do."""

import re

from bot.domain import desk_errors, errors
from bot.present import ledger_errors, post_errors, quiet_errors, rule_errors
from bot.present.explaining import any_of as _any_of
from bot.present.explaining import explain
from bot.present.explaining import nearest as _nearest
from bot.present.explaining import typed as _typed
from bot.present.mass_leave import LABELS
from bot.present.numbers import counted
from bot.present.text import escape
from bot.present.times import ago, on_day

# The others' words come along with these: to import them is to register them.
__all__ = ["explain", "ledger_errors", "post_errors", "quiet_errors", "rule_errors", "unexpected"]

_CHANNEL = re.compile(r"<#\d+>")


def unexpected(trace_id: str) -> str:
    """For a fault of the program: the id under which the log has the rest."""
    return (
        "Something broke on my side; nothing was changed by halves. Try again, and if it "
        f"happens again, tell an officer or the bot's owner this number: `{trace_id}`."
    )


@explain.register
def _(error: errors.NotSetUp) -> str:
    del error
    return "No clan is set up on this server yet. Somebody with Manage Server can do it with `/setup`."


@explain.register
def _(error: errors.PlayerNotTracked) -> str:
    return f"I know nobody called {_typed(error.name)} in this clan. {_nearest(error.nearest, _NO_NEAREST)}"


@explain.register
def _(error: errors.RankUnknown) -> str:
    step = _nearest(error.nearest, "Pick one from the list while you type.")
    return f"The clan has no rank {_typed(error.name)}. {step}"


_NO_NEAREST = "Check the spelling, or pick a name from the list while you type."


@explain.register
def _(error: errors.NameAmbiguous) -> str:
    who = _any_of(error.members)
    return f"Several members were once called {_typed(error.name)}. Ask for one by the name of today: {who}."


@explain.register
def _(error: errors.InvalidName) -> str:
    return (
        f"{_typed(error.name)} cannot be a RuneScape name: those have 1 to 12 letters, digits, "
        "spaces, hyphens or underscores. Check the spelling."
    )


@explain.register
def _(error: errors.NotLinked) -> str:
    if not error.is_asker:
        return (
            f"I do not know which account is {escape(error.user_name)}'s: they have linked none. "
            "They can with `/link`; with `/stats` you can ask for any player by name."
        )
    return (
        f"I do not know which account is yours, {escape(error.user_name)}. "
        "Tell me with `/link`, or name a player."
    )


@explain.register
def _(error: errors.NoSpeaker) -> str:
    if error.name:
        return (
            f"Nobody of the clan is known to have been called {_typed(error.name)} when that was written. "
            "Ask for a player by name with `/stats`."
        )
    return (
        "I read no player's name in that message. Use this on a line of your clan's in-game chat, "
        "or on a message of somebody who has linked an account."
    )


_PERIOD_EXAMPLES = "Try `7d`, `30d`, `1y6d`, `this week`, `last month`, `2026-10` or `all time`."
_PERIOD_REASONS = {
    "syntax": "I cannot read {text} as a period. " + _PERIOD_EXAMPLES,
    "future": "{text} lies in the future, and I only know the past. " + _PERIOD_EXAMPLES,
    "order": "{text} ends before it starts. Give the earlier date first, as in `2026-10-01 to 2026-10-15`.",
    "too-long": "{text} is longer than I can measure. Choose `all time` for totals, or a shorter period.",
}


@explain.register
def _(error: errors.UnreadablePeriod) -> str:
    words = _PERIOD_REASONS.get(error.reason, _PERIOD_REASONS["syntax"])
    return words.format(text=_typed(error.text))


@explain.register
def _(error: errors.UnreadableTime) -> str:
    return (
        f"I cannot use {_typed(error.text)} as a moment: I cannot read it, or it lies in the future. "
        "Try `2026-10-03`, `2026-10-03 18:00` or `3 days ago`."
    )


@explain.register
def _(error: errors.UnknownMetric) -> str:
    otherwise = "Pick one from the list while you type: XP, EHP, a skill or a boss."
    return f"I know no metric called {_typed(error.text)}. {_nearest(error.nearest, otherwise)}"


@explain.register
def _(error: errors.UnknownTimeZone) -> str:
    otherwise = "Pick one from the list while you type, such as `Europe/Amsterdam` or `UTC`."
    return f"I know no time zone called {_typed(error.text)}. {_nearest(error.nearest, otherwise)}"


@explain.register
def _(error: errors.TooManyPlayers) -> str:
    return (
        f"I can compare {error.least} to {error.most} players, and you gave "
        f"{counted(error.given, 'player')}. {_more_or_fewer(error)}"
    )


def _more_or_fewer(error: errors.TooManyPlayers) -> str:
    if error.given < error.least:
        return "Name at least one more."
    return f"Leave {error.given - error.most} out."


_NEEDED = {
    "officer": "That is for officers. Ask one, or have your role made an officer role in `/setup`.",
    "manage_server": "That is for people with Manage Server. Ask one of them.",
    "owner": "That is for whoever runs this bot.",
    "colleague": "Nobody verifies an account of their own. Ask another officer, or say the code "
    "that `/link` gives you in the clan chat.",
    "role": "You could not give that role yourself: it stands above yours, or lets people do what you may "
    "not. Ask somebody higher up.",
    "own_proof": "Nobody approves proofs of their own account. Ask another officer.",
    "asker": "Those buttons belong to whoever asked. Use the command yourself and you get your own.",
}


@explain.register
def _(error: errors.NotPermitted) -> str:
    return _NEEDED.get(error.needed, "You may not do that here. Ask an officer.")


@explain.register
def _(error: errors.GroupNotFound) -> str:
    return (
        f"Wise Old Man knows no group {_typed(error.text)}. Look it up on wiseoldman.net/groups "
        "and give me its number: the last part of its address."
    )


@explain.register
def _(error: errors.GroupAlreadyLinked) -> str:
    return f"This server follows {escape(error.name)} already. `/setup` shows how it is doing."


_WOM_REASONS = {
    "down": "Wise Old Man is not answering.",
    "slow": "Wise Old Man took too long to answer.",
    "rate_limited": "I have asked Wise Old Man as often as it allows for now.",
    "blocked": "Wise Old Man has blocked this bot's address.",
    "nonsense": "Wise Old Man answered with something I cannot read.",
    "refused": "Wise Old Man refused the request.",
}


@explain.register
def _(error: errors.WomUnavailable) -> str:
    cause = _WOM_REASONS.get(error.reason, _WOM_REASONS["down"])
    if error.reason == "blocked":
        return f"{cause} Its owner can ask on Wise Old Man's Discord; what I stored before still works."
    when = f"{ago(error.retry_at)}" if error.retry_at else "in a few minutes"
    return f"{cause} Try again {when}; what I stored before still works."


_UPDATE_REASONS = {
    "cooldown": "{name} was updated a moment ago. Wait a minute, then try again.",
    "not_on_hiscores": "{name} is not on the game's hiscores. If the name has changed, "
    "submit the new one at wiseoldman.net/names.",
    "hiscores_down": "The game's hiscores are down, so {name} cannot be updated. Try again later.",
    "flagged": "Wise Old Man holds {name} back until somebody there has looked at an unusual change. "
    "Ask on its Discord if that takes long.",
    "archived": "Wise Old Man has archived {name}: another account holds the name now. "
    "Ask for the player by the new name.",
    "opted_out": "{name} asked Wise Old Man not to be tracked, so there is nothing to update.",
    "blocked": "Wise Old Man does not track {name}, so there is nothing to update.",
}


@explain.register
def _(error: errors.UpdateRefused) -> str:
    otherwise = "Wise Old Man would not update {name}. Try again later."
    return _UPDATE_REASONS.get(error.reason, otherwise).format(name=escape(error.name))


@explain.register
def _(error: errors.UnreadableGroupCode) -> str:
    del error
    return (
        "That is not a verification code: those are nine digits, as in `123-456-789`. Copy it from the "
        "message that came when the group was made, and enter it again."
    )


@explain.register
def _(error: errors.WrongGroupCode) -> str:
    del error
    return (
        "Wise Old Man refused the group's verification code. Check it in the message that came when "
        "the group was made, or have it reset on Wise Old Man's Discord; then enter it again in `/setup`."
    )


@explain.register
def _(error: errors.SecretsUnavailable) -> str:
    del error
    return (
        "I cannot keep or read the group's code: the secret key of this bot is missing, or it has changed. "
        "Its owner sets SECRET_KEY and starts me again; then enter the code in `/setup`."
    )


@explain.register
def _(error: errors.AlreadyLinked) -> str:
    return (
        f"{escape(error.name)} is linked to somebody else already. "
        "If it is yours, ask an officer, who can put it right."
    )


@explain.register
def _(error: errors.AccountTaken) -> str:
    return (
        f"{escape(error.name)} is verified as <@{error.owner}>'s. Remove that link first, with "
        "`/member link` and that user, if it is wrong."
    )


@explain.register
def _(error: errors.SeveralForOne) -> str:
    return f"You chose several people for {escape(error.name)}. Choose the one whose account it is."


@explain.register
def _(error: errors.ClaimRefused) -> str:
    return (
        f"Officers looked at that: {escape(error.name)} is not linked to you. "
        "If it is yours, ask an officer, who can put it right."
    )


@explain.register
def _(error: errors.TooManyNames) -> str:
    names = counted(error.most, "name")
    return f"I already keep {names} for you that are not on the roster. Remove one with `/link` first."


@explain.register
def _(error: errors.TooManyCodes) -> str:
    return (
        f"You have {counted(error.most, 'code')} open already. "
        f"Say one in the clan chat, or wait: each ends after {counted(error.minutes, 'minute')}."
    )


@explain.register
def _(error: errors.LinkNotFound) -> str:
    return f"No account {_typed(error.name)} is linked to you. `/link` shows those that are."


@explain.register
def _(error: errors.MissingPermissions) -> str:
    which = ", ".join(name.replace("_", " ").title() for name in error.permissions) or "a permission"
    where = f" in {_place(error.where)}" if error.where else ""
    return (
        f"I lack {which}{where}. Somebody with Manage Server can grant it in "
        "Server Settings → Roles, or in the channel's own settings."
    )


def _place(where: str) -> str:
    """A channel's mention as it is; whatever else it may be, without effect."""
    return where if _CHANNEL.fullmatch(where) else escape(where)


@explain.register
def _(error: errors.Outdated) -> str:
    del error
    return "That answer is out of date. Use the command again for a fresh one."


@explain.register
def _(error: errors.CannotMerge) -> str:
    one, other = escape(error.member), escape(error.into)
    if error.reason == "same":
        return f"{one} and {other} are one account here already. `/member whois` shows its history."
    return (
        f"{one} and {other} are both on the clan's roster now, so they are two accounts. If one person plays "
        "both, link both to that person with `/member link`."
    )


@explain.register
def _(error: errors.NothingToSplit) -> str:
    return (
        f"Nothing is known of {escape(error.name)} before {on_day(error.moment)} that could be "
        "somebody else's. `/member whois` shows the dates of the names."
    )


@explain.register
def _(error: errors.DecisionGone) -> str:
    return f"Decision {error.number} does not stand any more. `/member identity history` lists those that do."


@explain.register
def _(error: errors.DecisionNeeded) -> str:
    return f"Decision {error.later} rests on decision {error.number}. Undo {error.later} first."


@explain.register
def _(error: errors.MassLeaveDecided) -> str:
    said = LABELS[error.verdict]
    return f"<@{error.by}> said **{said}** {ago(error.at)}, and that stands. Nothing else was changed."


@explain.register
def _(error: errors.ConflictGone) -> str:
    settled = f"The question about {_typed(error.name)} is settled already."
    return f"{settled} `/member identity review` shows the rest."


@explain.register
def _(error: errors.EmptySpan) -> str:
    del error
    return "That time ends before it begins, or begins in the future. Give two dates in order, both past."


@explain.register
def _(error: desk_errors.ChangeSetRunning) -> str:
    return (
        f"Roles are being changed already: <@{error.by}> began that {ago(error.at)}. "
        "`/officer history` shows how far it is."
    )


@explain.register
def _(error: desk_errors.ChangeSetUndone) -> str:
    return f"<@{error.by}> undid that {ago(error.at)}. `/officer history` shows what came of it."


@explain.register
def _(error: desk_errors.NothingToChange) -> str:
    del error
    return "Nothing is left to change: the roles are as they should be. `/officer history` shows the rest."


@explain.register
def _(error: desk_errors.RoleTwice) -> str:
    del error
    return "That role stands for something else already. Choose another role, or free it first."


@explain.register
def _(error: desk_errors.NotPolled) -> str:
    del error
    return "I have not read the clan's roster yet. Try again in a few minutes; `/setup` shows how that goes."


@explain.register
def _(error: desk_errors.PeopleUnknown) -> str:
    del error
    return (
        "Discord has not told me who is in this server. Try again in a minute; if it stays so, the bot's "
        "owner switches on Server Members Intent in Discord's Developer Portal."
    )
