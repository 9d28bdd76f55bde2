"""What a simulation of rank rules came to: a screen, a table as csv, and how far it is meanwhile."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import discord

from bot.domain.simulation.result import WEEK, Simulated, Week
from bot.domain.simulation.running import FLAPS_WITHIN
from bot.present.numbers import counted
from bot.present.text import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    cut_units,
    escape,
    fit_lines,
    pad,
    rank_name,
    safe_cell,
    units,
)
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import on_day

_TOP = 15
_NAMES = 10
_COLUMNS = ("name", "rank", "rank before", "by the rules on", "met no longer on", "really on")
_RANK_COLUMN = 14


def progress_page(share: float, days: int, *, cancelled: bool = False) -> discord.Embed:
    """How far it is; ``share`` is from 0 to 1."""
    done = round(share * 10)
    bar = f"{'▰' * done}{'▱' * (10 - done)} {share:.0%}"
    text = "Cancelled. Nothing was changed." if cancelled else f"{bar}\n-# nothing is changed by it"
    return discord.Embed(title=f"Simulating {counted(days, 'day')}", description=text, colour=ATTENTION)


def interrupted_page() -> discord.Embed:
    """It ended with the process that ran it."""
    text = "It ended when I was restarted. Begin anew with `/rules simulate`."
    return discord.Embed(title="Simulation", description=text, colour=ATTENTION)


def simulation_page(found: Simulated, days: int, *, draft: bool) -> discord.Embed:
    """The result in short."""
    whose = "your draft" if draft else "the rules"
    title = f"{whose.capitalize()} over the last {counted(days, 'day')}"
    small = "\n".join(f"-# {one}" for one in _limits(found))
    lines = [*_summary(found), "```", *_table(found), "```", *_flapping(found), *_only_real(found)]
    room = DESCRIPTION_LIMIT - units(small) - 1
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT), description=f"{fit_lines(lines, room)}\n{small}", colour=ACCENT
    )


def _summary(found: Simulated) -> Iterator[str]:
    promotions, real = found.promotions, found.real
    people = len({one.member for one in promotions})
    yield f"**{counted(len(promotions), 'promotion')}** of {counted(people, 'member')}, really {len(real)}"
    same = sum(
        1 for one in promotions if one.really_at is not None and abs(one.really_at - one.at) <= FLAPS_WITHIN
    )
    yield f"{same} within two weeks of the real one"
    if found.at_once:
        yield f"{found.at_once} on the first day, {on_day(found.start)}: what had gathered before"
    weeks = [week.simulated for week in found.weeks if _is_known(week, found)]
    if weeks:
        weeks[0] -= found.at_once if len(weeks) == len(found.weeks) else 0
        average = sum(weeks) / len(weeks)
        yield f"{'then ' if found.at_once else ''}{average:.1f} a week, {max(weeks)} at most"


def _is_known(week: Week, found: Simulated) -> bool:
    """Whether anything was measured by then: a week of which nothing is known is none without promotions."""
    return found.measured_since is None or week.start + WEEK > found.measured_since


def _table(found: Simulated) -> Iterator[str]:
    yield f"{pad('Rank', _RANK_COLUMN)}Rules Real Flaps"
    ranks = sorted(found.ranks, key=lambda one: (-one.simulated, -one.real))
    for one in ranks[:_TOP]:
        name = pad(rank_name(one.rank), _RANK_COLUMN)
        yield f"{name}{one.simulated:>5} {one.real:>4} {one.flaps:>5}"
    if len(ranks) > _TOP:
        yield f"and {len(ranks) - _TOP} more"


def _flapping(found: Simulated) -> Iterator[str]:
    flapping = found.flapping
    if not flapping:
        yield "Nobody would have met a rank no longer within two weeks."
        return
    named = [f"{escape(one.name)} ({escape(rank_name(one.rank))})" for one in flapping[:_NAMES]]
    more = f" and {len(flapping) - _NAMES} more" if len(flapping) > _NAMES else ""
    yield f"**{len(flapping)} met no longer within two weeks**: {', '.join(named)}{more}"


def _only_real(found: Simulated) -> Iterator[str]:
    missing = found.only_real
    if missing:
        named = [
            f"{escape(found.names.get(one.member, '?'))} ({escape(rank_name(one.after))})"
            for one in missing[:_NAMES]
        ]
        more = f" and {len(missing) - _NAMES} more" if len(missing) > _NAMES else ""
        yield f"**{len(missing)} really promoted, not by the rules**: {', '.join(named)}{more}"


def _limits(found: Simulated) -> Iterator[str]:
    """What has to be known to read it rightly."""
    measured, heard = found.measured_since, found.heard_since
    late: list[str] = []
    if measured is not None and measured > found.start:
        late.append(f"readings since {on_day(measured)}")
    if heard is None:
        late.append("chat was never heard")
    elif heard > found.start:
        late.append(f"chat heard since {on_day(heard)}")
    if late:
        yield f"{SEPARATOR.join(late)}: what was not known promoted nobody"
    yield "links, Discord roles, account types and evidence are those of today: their past is not kept"
    yield "who is promoted holds the rank from the next day; what officers decided is compared, not followed"


def simulation_csv(found: Simulated) -> bytes:
    """Every promotion, by the rules or in reality; times in UTC, empty where there was none.

    UTF-8 with a mark, by which Excel knows it. No text can become a formula.
    """
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    rows = [
        (one.at, one.name, one.rank, one.before, one.at, one.lost_at, one.really_at) for one in found.promoted
    ]
    rows += [
        (one.at, found.names.get(one.member, ""), one.after, one.before, None, None, one.at)
        for one in found.only_real
    ]
    for _, name, rank, before, at, lost_at, really_at in sorted(rows, key=lambda row: (row[0], row[1])):
        times = (_utc(at), _utc(lost_at), _utc(really_at))
        cells = (name, rank_name(rank), "" if before is None else rank_name(before), *times)
        table.writerow(safe_cell(cell) for cell in cells)
    return out.getvalue().encode("utf-8-sig")


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
