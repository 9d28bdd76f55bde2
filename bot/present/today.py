"""What awaits an officer, in one list, each with the way to go there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord

from bot.domain.today import Awaits, Found
from bot.present.numbers import counted
from bot.present.past import WOM_FAILURES
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, units
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago

_SHOWN: Final = 3
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Words:
    """One of it, several, and the command by which it is dealt with, without the slash."""

    one: str
    several: str
    way: str
    rest: str = ""
    """What stands behind the command: an option of it, or what to press there."""


WORDS: Final[Mapping[Awaits, Words]] = {
    Awaits.POLL: Words("poll of Wise Old Man failed", "polls of Wise Old Man failed", "setup"),
    Awaits.MASS_LEAVE: Words(
        "member is missing at once", "members are missing at once", "officer roster", "or the notice of it"
    ),
    Awaits.CONFLICTS: Words("name in dispute", "names in dispute", "member identity review"),
    Awaits.CLAIMS: Words("claim of an account", "claims of accounts", "member accounts"),
    Awaits.PROOFS: Words("proof to look at", "proofs to look at", "member proof"),
    Awaits.PROMOTIONS: Words("member has earned a rank", "members have earned a rank", "promotions"),
    Awaits.DECISIONS: Words(
        "quiet person to decide of",
        "quiet people to decide of",
        "inactive",
        "For your decision",
    ),
    Awaits.WORKLIST: Words("thing to do in the game", "things to do in the game", "officer worklist"),
    Awaits.ROLES: Words(
        "change of roles that Discord refused",
        "changes of roles that Discord refused",
        "officer history",
        "open it, **Try again**",
    ),
    Awaits.SUGGESTIONS: Words(
        "account suggested by a nickname",
        "accounts suggested by nicknames",
        "member accounts",
        "list: Suggested by nicknames",
    ),
    Awaits.UNKNOWN_LINES: Words(
        "relay line not understood", "relay lines not understood", "setup", "In-game chat, Unknown lines"
    ),
    Awaits.UNCHECKED: Words(
        "member whom Wise Old Man did not look at for a week",
        "members whom Wise Old Man did not look at for a week",
        "officer roster",
        "filter: Not updated",
    ),
}


def today_page(
    clan_name: str, found: Mapping[Awaits, Found], ids: Mapping[str, int], polled_at: datetime | None
) -> discord.Embed:
    """The list. ``ids`` are Discord's numbers of the commands, by which they can be clicked."""
    lines = [line for awaits, one in found.items() for line in _lines(awaits, one, ids)]
    small = f"\n-# checked {ago(polled_at)}"
    return discord.Embed(
        title=cut_units(SEPARATOR.join(("Today", escape(clan_name))), TITLE_LIMIT),
        description=fit_lines(lines or ["Nothing waits for you."], DESCRIPTION_LIMIT - units(small)) + small,
        colour=ATTENTION if found else ACCENT,
    )


def _lines(awaits: Awaits, one: Found, ids: Mapping[str, int]) -> Iterator[str]:
    words = WORDS[awaits]
    way = " ".join(filter(None, (command(words.way, ids), words.rest)))
    yield f"**{counted(one.number, words.one, words.several)}** → {way}"
    names = [escape(cut_units(name, _LONGEST_NAME)) for name in one.names[:_SHOWN]]
    more = one.number - len(names)
    who = ", ".join(names) + (f" and {counted(more, 'other')}" if names and more > 0 else "")
    since = f"{'since' if awaits in _LASTING else 'the oldest'} {ago(one.since)}" if one.since else ""
    why = WOM_FAILURES.get(one.why, "") if one.why else ""
    small = SEPARATOR.join(filter(None, (who, why, since)))
    if small:
        yield f"-# \u2003{small}"


_LASTING: Final = frozenset({Awaits.POLL, Awaits.MASS_LEAVE})
"""What is one thing that began, and not several of which one is the oldest."""


def command(name: str, ids: Mapping[str, int]) -> str:
    """A command as it can be clicked, where Discord's number of it is known."""
    number = ids.get(name.split(maxsplit=1)[0])
    return f"`/{name}`" if number is None else f"</{name}:{number}>"
