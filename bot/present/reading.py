"""How a message was read, in words: what it is, for whom it counts, and why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import discord

from bot.domain.activity import time_of
from bot.domain.broadcasts import Broadcast, BroadcastKind
from bot.domain.identity import Held
from bot.domain.listening import UNKNOWN_KEPT
from bot.domain.readings import Outcome, Owner, Reading
from bot.domain.relay import ChatLine, UnknownLine
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines
from bot.present.theme import ACCENT
from bot.present.times import at_moment, on_day

TITLE: Final = "How this was read"

_ANNOUNCED: Final[Mapping[BroadcastKind, str]] = {
    BroadcastKind.COLLECTION_LOG: "A collection log item",
    BroadcastKind.DROP: "A drop",
    BroadcastKind.RAID_LOOT: "Special loot from a raid",
    BroadcastKind.PET: "A pet",
    BroadcastKind.LEVEL: "A level",
    BroadcastKind.XP: "An XP milestone",
    BroadcastKind.COMBAT_LEVEL: "A combat level",
    BroadcastKind.TOTAL_LEVEL: "A total level",
    BroadcastKind.PERSONAL_BEST: "A personal best",
    BroadcastKind.COMBAT_TASK: "A combat task",
    BroadcastKind.COMBAT_TIER: "A tier of combat achievements",
    BroadcastKind.QUEST: "A quest",
    BroadcastKind.DIARY: "A diary",
    BroadcastKind.DEFEATED_BY: "A defeat",
    BroadcastKind.DEFEATED: "A victory over another player",
    BroadcastKind.INVITED: "An invitation into the clan",
    BroadcastKind.LEFT: "A leave",
    BroadcastKind.EXPELLED: "An expulsion",
}
_ORIGINS: Final = {
    "roster": "as the clan's roster at Wise Old Man showed",
    "officer": "as an officer decided",
    "import": "as the old records say",
    "folded name": "as the old records say, which knew no spaces",
}


def reading_page(readings: Sequence[Reading]) -> discord.Embed:
    """What one message is to each clan of its server."""
    lines: list[str] = []
    for reading in readings:
        if len(readings) > 1:
            lines += ["", f"**{escape(reading.clan_name)}**"]
        lines += [*_what(reading), _verdict(reading), *_why(reading)]
    return discord.Embed(title=TITLE, description=fit_lines(lines, DESCRIPTION_LIMIT).strip(), colour=ACCENT)


def _what(reading: Reading) -> Iterator[str]:
    line = reading.line
    if isinstance(line, ChatLine):
        yield _spoken(line)
    elif isinstance(line, Broadcast):
        yield f"{_ANNOUNCED[line.kind]} of **{escape(line.name)}**, in the game's own words"
        if line.detail:
            yield " · ".join(_value(name, value) for name, value in line.detail.items())
    elif isinstance(line, UnknownLine):
        yield "A relayed line in no form that I know"
    elif reading.outcome is Outcome.BOT:
        yield "A message of a bot or webhook that is no relay here"
    elif reading.outcome is Outcome.NOTICE:
        yield "A notice of Discord's own"
    elif reading.outcome is Outcome.NO_TEXT:
        yield "A message of the relay without any text"
    else:
        yield f"A message of <@{reading.author}>"


def _spoken(line: ChatLine) -> str:
    marks = [f"rank {escape(line.rank_emoji)}"] if line.rank_emoji else []
    marks += [escape(badge.replace("_", " ")) for badge in line.badges]
    marks.append(counted(line.text_length, "character"))
    return " · ".join((f"In-game chat of **{escape(line.name)}**", *marks))


def _value(name: str, value: str | int) -> str:
    if name == "centiseconds" and isinstance(value, int):
        return f"time {_clock(value)}"
    shown = f"{value:,}" if isinstance(value, int) else escape(value)
    return f"{name.replace('_', ' ')} {shown}"


def _clock(centiseconds: int) -> str:
    minutes, rest = divmod(centiseconds, 6_000)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{start}:{rest // 100:02}.{rest % 100:02}"


def _verdict(reading: Reading) -> str:
    return _VERDICTS[reading.outcome](reading)


def _counted(reading: Reading) -> str:
    if reading.owner is not None:
        return f"✅ Counts as a message of {_owner(reading.owner, reading.held)}"
    if reading.line is None:
        return (
            f"🟡 Counts for nobody of the clan: <@{reading.author}> has linked no account. "
            "It counts as soon as they do."
        )
    return f"🟡 Counts for nobody of the clan: {_unheld(reading)}"


def _event(reading: Reading) -> str:
    if reading.owner is not None:
        return f"📣 An event of {_owner(reading.owner, reading.held)}, not a message"
    return f"📣 An event of nobody of the clan: {_unheld(reading)}"


def _unheld(reading: Reading) -> str:
    del reading
    return "I know nobody who held that name then. It is theirs as soon as I do."


def _owner(owner: Owner, held: Held | None) -> str:
    then = f", called {escape(held.display)} then" if held and held.display != owner.name else ""
    return f"**{escape(owner.name)}**{then}"


def _unknown(reading: Reading) -> str:
    return (
        f"❔ Counts for nobody. Its text is kept until {on_day(reading.at + UNKNOWN_KEPT)}; "
        "`/setup` → **Unknown lines** lists all of its kind."
    )


def _double(reading: Reading) -> str:
    if reading.repeats is None:
        return "🔁 Not counted: another relay wrote the same line before"
    channel, message = reading.repeats
    link = f"https://discord.com/channels/{reading.guild}/{channel}/{message}"
    before = (reading.at - time_of(message)).total_seconds()
    return f"🔁 Not counted: a relay wrote the same line {before:.1f} s before, and [that one]({link}) counts"


def _unread(reading: Reading) -> str:
    since = reading.observed_since
    where = f"⚪ Not counted: I have not read <#{reading.channel}> as of then"
    return where if since is None else f"{where}; I have since {at_moment(since)}"


_VERDICTS: Final[Mapping[Outcome, Callable[[Reading], str]]] = {
    Outcome.COUNTED: _counted,
    Outcome.EVENT: _event,
    Outcome.UNKNOWN: _unknown,
    Outcome.DOUBLE: _double,
    Outcome.UNREAD: _unread,
    Outcome.DELETED: lambda _: "⚪ Not counted: it was deleted",
    Outcome.BOT: lambda _: (
        "⚪ Not counted: of bots and webhooks I read only the relays chosen in `/setup`, by their ids, "
        "whatever they call themselves"
    ),
    Outcome.NOTICE: lambda _: "⚪ Not counted: nobody wrote it",
    Outcome.UNTRACKED: lambda reading: (
        f"⚪ Not counted: <#{reading.channel}> does not count. `/setup` → **Channels that count**"
    ),
    Outcome.NO_TEXT: lambda _: "⚪ Not counted: I can read nothing in it",
    Outcome.PASSED_OVER: lambda reading: (
        f"⚪ Not counted: when I read <#{reading.channel}>, it did not count there, or whoever wrote it "
        "was no relay yet"
    ),
}


def _why(reading: Reading) -> Iterator[str]:
    """What the attribution rests on, as small lines."""
    if reading.held is not None:
        held = reading.held
        source = _ORIGINS.get(held.origin, f"by {held.origin.replace('_', ' ')}")
        yield f"-# The name {escape(held.display)} was held {_span(held.start, held.end)}, {source}"
    if reading.owner is not None and reading.owner.origin == "officer":
        yield f"-# {_ORIGINS['officer'].capitalize()}"
    if reading.link is not None:
        account = "The main account" if reading.link.is_main else "One of the accounts"
        proof = "verified" if reading.link.verified else "claimed by themself"
        yield f"-# {account} of <@{reading.author}>, {proof}"


def _span(start: datetime | None, end: datetime | None) -> str:
    if start is None and end is None:
        return "ever since I know it"
    if end is None:
        return f"since {at_moment(start)}" if start else ""
    until = f"until {at_moment(end)}"
    return until if start is None else f"from {at_moment(start)} {until}"
