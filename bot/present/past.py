"""History before the bot: the screen that asks for it, and the message that shows how far it is."""

from collections.abc import Iterator, Mapping
from typing import Final

import discord

from bot.domain.past import PastProgress, PastState, Refusal
from bot.present.numbers import age, counted
from bot.present.setup_screens import screen
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines
from bot.present.theme import ACCENT, ATTENTION
from bot.present.times import ago, on_day

WOM_FAILURES: Final[Mapping[str, str]] = {
    "down": "it does not answer",
    "slow": "it answers too slowly",
    "rate_limited": "too many requests for now",
    "blocked": "it blocks this bot's address",
    "nonsense": "its answer was unreadable",
    "refused": "it refused the request",
}
"""What :class:`bot.domain.errors.WomUnavailable` means by its reasons."""

_PAUSES: Final = {
    **{reason: f"Wise Old Man: {words}" for reason, words in WOM_FAILURES.items()},
    "roster": "the clan's roster was not read yet",
    "failed": "something went wrong on my side, which is in my log",
}
_REFUSALS: Final = {
    Refusal.NOT_FOUND: "Wise Old Man knows no such player (404)",
    Refusal.ARCHIVED: "archived at Wise Old Man",
    Refusal.OPTED_OUT: "opted out of Wise Old Man",
    Refusal.FLAGGED: "flagged at Wise Old Man",
    Refusal.BLOCKED: "blocked at Wise Old Man",
    Refusal.ANOTHER: "another player has this name there now, whose history is not theirs",
    Refusal.REFUSED: "Wise Old Man does not accept this name",
}
_LISTED: Final = DESCRIPTION_LIMIT - 800


def ask_past() -> discord.Embed:
    """A select for how far back the past is read."""
    return screen(
        "History before the bot",
        "Wise Old Man may know your members from before I came. I read each one's snapshots there in the "
        "background, a page every few seconds: polls and commands go first. `/stats` and `/leaderboard` "
        "find them at once. What was read before is not read again.",
        "-# A message shows how far it is: in the officers' channel if there is one, else here. It can be "
        "cancelled, and goes on by itself after a restart.",
    )


def past_option(days: int | None) -> str:
    """A span as one line of a list; None is everything."""
    return {None: "Since the clan began", 365: "1 year"}.get(days) or counted(days or 0, "day")


def past_done(past: PastProgress) -> str:
    """How many members are read; not those whom WOM would not tell of."""
    return f"{max(0, past.done - len(past.refused)):,} of {counted(past.members, 'member')}"


def past_message(clan_name: str, past: PastProgress) -> discord.Embed:
    """How far the past is read, or how that ended."""
    title = f"History before the bot: {escape(clan_name)}"
    held_up = past.state is PastState.RUNNING and past.paused is not None
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT),
        description="\n".join(_lines(past)),
        colour=ATTENTION if held_up else ACCENT,
    )


def _lines(past: PastProgress) -> Iterator[str]:
    span = f"since {on_day(past.since)}"
    read = f"{past_done(past)} · {counted(past.snapshots, 'snapshot')} read"
    match past.state:
        case PastState.RUNNING:
            yield f"⏳ Reading Wise Old Man's snapshots {span}"
            yield f"**{read}**"
            yield _pace(past)
        case PastState.DONE:
            yield f"✅ Wise Old Man's snapshots {span} are read"
            yield f"**{read}**"
        case PastState.CANCELLED:
            yield f"⚪ Cancelled, with some of the snapshots {span} read"
            yield f"**{read}**"
            yield "What was read is kept. `/setup` goes on where this ended."
    ended = f", ended {ago(past.ended_at)}" if past.ended_at else ""
    yield f"-# Asked for by <@{past.asked_by}>{ended}"
    yield from _refused(past)


def _pace(past: PastProgress) -> str:
    if past.paused is not None:
        again = f"; I try again {ago(past.retry_at)}" if past.retry_at else ""
        return f"⏸️ Paused: {_PAUSES.get(past.paused, past.paused)}{again}"
    left = f"About {age(past.left)} left"
    return f"{left}; waiting, polls and commands go first" if past.others_first else left


def _refused(past: PastProgress) -> Iterator[str]:
    if not past.refused:
        return
    yield f"Without {counted(len(past.refused), 'member')}:"
    yield fit_lines([f"- {escape(name)}: {_REFUSALS[why]}" for name, why in past.refused], _LISTED)
