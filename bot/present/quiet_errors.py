"""What went wrong around who is quiet and who is away, in words: the cause, then what to do."""

from collections.abc import Callable
from typing import Any, Final

from bot.domain import errors
from bot.domain.errors import UserError
from bot.domain.ladder import Outcome
from bot.present.text import cut_units, escape
from bot.present.times import ago

_TYPED = 60
_HOW: Final[dict[str, str]] = {
    Outcome.SEEN: "was seen again",
    Outcome.BACK: "said that they are back",
    Outcome.AWAY: "is noted as away",
    Outcome.LEFT: "has left the clan",
    Outcome.REMOVE: "is to be removed",
    Outcome.KEEP: "is kept, and on the safe list",
}


def _unreadable_until(error: errors.UnreadableUntil) -> str:
    return (
        f"I cannot use {_typed(error.text)} as the end of an absence: I cannot read it, it is over, or it is "
        "more than a year away. Try `2026-12-24`, `tomorrow`, `in 2 weeks` or `30 days`."
    )


def _out_of_range(error: errors.OutOfRange) -> str:
    return (
        f"{_typed(error.text)} will not do. Give a whole number of days from {error.least} to {error.most}."
    )


def _not_away(error: errors.NotAway) -> str:
    if error.name == "you":
        return "You are not noted as away, so nothing had to be ended. `/away until:in 2 weeks` notes it."
    return f"{escape(error.name)} is not noted as away. `/member away` with `until` notes it."


def _list_changed(error: errors.ListChanged) -> str:
    del error
    return "Others are on the list now than you were shown, so nothing was sent. Look at `/inactive` again."


def _notices_under_way(error: errors.NoticesUnderWay) -> str:
    return f"<@{error.by}> sent notices {ago(error.at)}, and they are on their way still. Wait for their end."


def _quiet_decided(error: errors.QuietDecided) -> str:
    how = _HOW.get(error.how, "was decided")
    by = f", by <@{error.by}>" if error.by else ""
    return (
        f"{escape(error.name)} {how} since {ago(error.at)}{by}, and that stands. "
        "Nothing else was changed; `/inactive` shows how it is now."
    )


def _not_quiet(error: errors.NotQuiet) -> str:
    return (
        f"{escape(error.name)} is not up for a decision now: seen again, excused, in grace, or not known. "
        "Nobody was changed. Look at `/inactive` again."
    )


def _refresh_under_way(error: errors.RefreshUnderWay) -> str:
    return (
        f"<@{error.by}> has Wise Old Man looking already: {error.done} of {error.number} are done. "
        "Look at `/inactive` again when it is through."
    )


def _typed(text: str) -> str:
    return f"“{escape(cut_units(text, _TYPED))}”"


WORDS: Final[dict[type[UserError], Callable[[Any], str]]] = {
    errors.UnreadableUntil: _unreadable_until,
    errors.OutOfRange: _out_of_range,
    errors.NotAway: _not_away,
    errors.ListChanged: _list_changed,
    errors.NoticesUnderWay: _notices_under_way,
    errors.QuietDecided: _quiet_decided,
    errors.NotQuiet: _not_quiet,
    errors.RefreshUnderWay: _refresh_under_way,
}
