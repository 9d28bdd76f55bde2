"""A clan's records and other answers about itself, page by page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import discord

from bot.domain.leaderboards import Board
from bot.domain.metrics import BOSS_KILLS, MESSAGES, OVERALL
from bot.domain.questions import BossTotal, FavouriteHour, QuietKiller, SkillNines
from bot.domain.records import LOOKED_BACK, RECORDED, ClanRecords, Record, RecordSpan
from bot.present.numbers import UNKNOWN, counted, label, short
from bot.present.text import (
    AUTHOR_LIMIT,
    DESCRIPTION_LIMIT,
    cut_units,
    escape,
    fit_lines,
    tidy,
    unbroken,
    units,
)
from bot.present.theme import ACCENT, MEDALS, SEPARATOR
from bot.present.times import ago, period_label

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPANS: Final = {RecordSpan.DAY: "day", RecordSpan.WEEK: "week", RecordSpan.MONTH: "month"}
_UNITS: Final = {OVERALL.key: "XP", BOSS_KILLS.key: "kills", MESSAGES.key: "messages"}
_HOLDERS: Final = 2
"""Names in one line; of more, how many."""
_BOSSES: Final = 10
_A_YEAR: Final = timedelta(days=330)
"""Eleven months before the record's own slot: of a year's twelve months it is the last."""


class RecordsPage(StrEnum):
    """The pages of ``/records``. In custom ids, so a value is never renamed."""

    RECORDS = "records"
    BOSSES = "bosses"
    NINES = "nines"
    HABITS = "habits"


PAGES: Final = {
    RecordsPage.RECORDS: ("Records", "the best day, week and month of the last year"),
    RecordsPage.BOSSES: ("Bosses this month", "what the clan killed most"),
    RecordsPage.NINES: ("99s by skill", "how many members have each"),
    RecordsPage.HABITS: ("This month", "who writes, raids and never misses a day"),
}


def records_page(found: ClanRecords) -> discord.Embed:
    """The best days, weeks and months."""
    today = found.since + LOOKED_BACK
    lines: list[str] = []
    for metric in RECORDED:
        lines += [*([""] if lines else []), f"**{escape(label(metric))}**"]
        lines += [_record_row(found.best(span, metric), span, today) for span in RecordSpan]
    measured = found.measured_since
    small = [
        f"since {day_label(found.since, today)}"
        if measured is None
        else f"measured since {day_label(measured, today)}"
    ]
    if found.heard_since is not None and found.heard_since.astimezone(found.zone).date() > found.since:
        small.append(f"messages since {day_label(found.heard_since.astimezone(found.zone).date(), today)}")
    if found.checked_at is not None:
        small.append(f"checked {ago(found.checked_at)}")
    small.append("covering rule")
    return _page(found.clan_name, PAGES[RecordsPage.RECORDS][0], lines, small)


def _record_row(one: Record | None, span: RecordSpan, today: date) -> str:
    if one is None:
        return f"{_SPANS[span]} {UNKNOWN}"
    value = short(one.value, one.metric.measure)
    return f"{_SPANS[span]} **{value}**{SEPARATOR}{_holders(one)}{SEPARATOR}{slot_label(one, today)}"


def _holders(one: Record) -> str:
    shown = ", ".join(escape(name) for name in one.holders[:_HOLDERS])
    rest = len(one.holders) - _HOLDERS + one.others
    return f"{shown} and {rest} more" if rest > 0 else shown


def records_lines(records: Sequence[Record]) -> list[str]:
    """Records that were set, for a post: the longest span of each metric."""
    order = list(RecordSpan)
    longest = {one.metric.key: one for one in sorted(records, key=lambda one: order.index(one.span))}
    return [f"🏆 {record_line(one)}" for one in longest.values()]


def record_line(one: Record) -> str:
    """A record that was just set: ``Ann B: 31M XP, the best week in a year``, or ``since 1 Sep``."""
    value = short(one.value, one.metric.measure)
    best = f"the best {_SPANS[one.span]} {_among(one)}"
    return f"{_holders(one)}: {value} {_UNITS[one.metric.key]}, {best}"


def _among(one: Record) -> str:
    """What a record is compared with: a year, or the time since anybody was measured first."""
    since = one.since or one.first
    return "in a year" if one.first - since >= _A_YEAR else f"since {day_label(since, one.last)}"


def bosses_page(board: Board, bosses: Sequence[BossTotal], zone: ZoneInfo) -> discord.Embed:
    """What the members killed most; ``board`` says of whom, when and how fresh."""
    lines = [
        f"{MEDALS.get(one.place, f'{one.place}.')} {escape(one.metric.name)}{SEPARATOR}"
        f"**{short(one.kills, 'kills')}** by {one.members}"
        for one in bosses[:_BOSSES]
    ]
    rest = len(bosses) - _BOSSES
    if rest > 0:
        lines.append(f"… and {rest} more")
    lines = lines or ["No kill was measured in this time. More is known with every poll."]
    return _page(
        board.clan_name,
        f"Bosses{SEPARATOR}{period_label(board.period, zone)}",
        lines,
        ["kills, by how many members", *_fresh(board)],
    )


def nines_page(clan: str, nines: Sequence[SkillNines], checked_at: datetime | None) -> discord.Embed:
    """How many members have level 99 in each skill, the most first."""
    ordered = sorted(nines, key=lambda one: (-one.members, one.metric.name))
    lines = [f"{escape(one.metric.name)}{SEPARATOR}**{one.members}**" for one in ordered]
    small = [f"of {max((one.known for one in nines), default=0)} measured"]
    if checked_at is not None:
        small.append(ago(checked_at))
    lines = lines or ["Nothing has been read from Wise Old Man yet. The first poll fills this."]
    return _page(clan, PAGES[RecordsPage.NINES][0], lines, small)


def habits_page(boards: Sequence[Board], hour: FavouriteHour | None, zone: ZoneInfo) -> discord.Embed:
    """Who is first by several boards of one period, and when the clan writes most."""
    lines = [_first(board) for board in boards]
    lines.append(f"Favourite hour {_hours(hour) if hour else UNKNOWN}")
    title = f"{period_label(boards[0].period, zone)}"
    return _page(boards[0].clan_name, title, lines, _fresh(boards[0]))


def _first(board: Board) -> str:
    """Whoever is first, with those who share it; nobody by nothing."""
    best = [row for row in board.standings if row.entry.value and row.entry.measured_from is None]
    first = [row for row in best if row.place == best[0].place]
    heading = f"{escape(label(board.metric))}"
    if not first:
        return f"{heading} {UNKNOWN}"
    shown = ", ".join(escape(row.entry.name) for row in first[:_HOLDERS])
    rest = len(first) - _HOLDERS
    more = f" and {rest} more" if rest > 0 else ""
    value = short(first[0].entry.value, board.metric.measure)
    unit = unbroken(counted(first[0].entry.value or 0, "day")) if board.metric.measure == "days" else value
    return f"{heading} **{unit}**{SEPARATOR}{shown}{more}"


def hour_line(hour: FavouriteHour) -> str:
    """``most is written 21:00–22:00``; several that are equal are all told."""
    return f"most is written {_hours(hour)}"


def _hours(hour: FavouriteHour) -> str:
    return ", ".join(unbroken(f"{one:02}:00–{(one + 1) % 24:02}:00") for one in hour.hours)


def quiet_line(quiet: QuietKiller) -> str:
    """Whoever killed most and said least."""
    shown = ", ".join(escape(name) for name in quiet.names[:_HOLDERS])
    rest = len(quiet.names) - _HOLDERS
    more = f" and {rest} more" if rest > 0 else ""
    said = counted(quiet.messages, "message") if quiet.messages else "not a word"
    return f"quietest killer: {shown}{more}, {counted(quiet.kills, 'kill')} and {said}"


def slot_label(one: Record, today: date) -> str:
    """When a record was set: ``14 Nov``, ``9–15 Nov``, ``Oct``; with the year where it is not this one."""
    if one.span is RecordSpan.MONTH:
        year = "" if one.first.year == today.year else f" {one.first.year}"
        return unbroken(f"{_MONTHS[one.first.month - 1]}{year}")
    if one.span is RecordSpan.DAY:
        return day_label(one.first, today)
    label_ = days_label(one.first, one.last)
    same = one.last.year == today.year or one.first.year != one.last.year
    return unbroken(label_ if same else f"{label_} {one.last.year}")


def day_label(day: date, today: date) -> str:
    """A day, with the year where it is not this one."""
    shown = f"{day.day} {_MONTHS[day.month - 1]}"
    return unbroken(shown if day.year == today.year else f"{shown} {day.year}")


def days_label(first: date, last: date) -> str:
    """Some days, both included: ``16–22 Nov``, ``28 Sep – 4 Oct``, ``28 Dec 2025 – 3 Jan 2026``."""
    if first.year != last.year:
        return f"{_day(first)} {first.year} – {_day(last)} {last.year}"
    if first.month != last.month:
        return f"{_day(first)} – {_day(last)}"
    return f"{first.day}–{_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _fresh(board: Board) -> list[str]:
    small = [f"{len(board.standings)} of {board.members} measured"]
    if board.checked_at is not None:
        small.append(ago(board.checked_at))
    return small


def _page(clan: str, title: str, lines: Sequence[str], small: Sequence[str]) -> discord.Embed:
    last = f"\n-# {SEPARATOR.join(small)}"
    embed = discord.Embed(
        title=title, description=fit_lines(list(lines), DESCRIPTION_LIMIT - units(last)) + last, colour=ACCENT
    )
    return embed.set_author(name=cut_units(tidy(clan), AUTHOR_LIMIT))
