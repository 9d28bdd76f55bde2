"""A clan's report as csv and as json, for whoever goes on working with it."""

import csv
from collections.abc import Callable, Collection
from datetime import datetime
from io import StringIO
from typing import Any, Final

import msgspec

from bot.domain.metrics import EHB, EHP
from bot.domain.periods import PeriodKind
from bot.domain.reports import ClanReport, Figures, ReportKind
from bot.present.text import safe_cell, tidy
from bot.present.workbook.sheet import Table, Value
from bot.present.workbook.sheets import tables

SCHEMA: Final = 2
"""The version of the json; it rises when a field changes its meaning or goes away."""
_HOURS: Final = 100_000
_IN_HOURS: Final = frozenset({EHP.key, EHB.key})


def csv_files(report: ClanReport, kinds: Collection[ReportKind]) -> dict[str, bytes]:
    """A file for each table, by its name. Times are in the clan's time zone; unknown is empty, never 0.

    UTF-8 with a mark, by which Excel knows it. No text can become a formula.
    """
    return {f"{table.name.lower().replace(' ', '-')}.csv": _csv(table) for table in tables(report, kinds)}


def _csv(table: Table[Any]) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(column.title for column in table.columns)
    for row in table.rows:
        writer.writerow(_cell(column.value(row)) for column in table.columns)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(tidy(value))
    if isinstance(value, int | float):
        return value
    return value.isoformat(sep=" ", timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def clan_json(report: ClanReport, kind: ReportKind) -> bytes:
    """What was asked for of the report, in version :data:`SCHEMA`.

    Times are in UTC, null is unknown, EHP and EHB are in hours. ``late`` are the windows of which a
    member's gains begin more than 36 hours late. Of all time gains are totals, and so is ``rule``.
    """
    return msgspec.json.format(msgspec.json.encode(_document(report, kind)), indent=1)


def _document(report: ClanReport, kind: ReportKind) -> dict[str, Any]:
    period = report.period
    wanted = _SECTIONS if kind is ReportKind.ALL else {kind: _SECTIONS[kind]}
    found = {
        "schema": SCHEMA,
        "made_at": report.made_at,
        "clan": {"name": report.clan_name, "wom_group": report.group, "time_zone": report.zone.key},
        "period": {
            "code": period.code,
            "start": period.start,
            "end": period.end,
            "rule": "totals" if period.kind is PeriodKind.TOTAL else period.rule.value,
        },
        "data": {
            "checked_at": report.checked_at,
            "oldest_check": report.oldest_check,
            "collecting_messages_since": report.collecting_since,
            "nobodys_messages": [
                {"label": one.label, "discord_user": one.user and str(one.user), "messages": one.messages}
                for one in report.unresolved
            ],
        },
    }
    return found | {name: section(report) for name, section in wanted.values()}


def _members(report: ClanReport) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "place": one.place,
            "rank": one.role,
            "account_type": one.account_type,
            "joined_at": one.joined_at,
            "messages": _figures(one.messages, 1),
            "xp": _figures(one.xp, 1),
            "boss_kills": _figures(one.kills, 1),
            "ehp": _figures(one.ehp, _HOURS),
            "ehb": _figures(one.ehb, _HOURS),
            "late": one.late,
            "total_level": one.total_level,
            "seen_in_game": one.seen_in_game,
            "wrote_in_discord": one.wrote_at,
            "checked_at": one.checked_at,
            "link": one.link or None,
            "next_rank": one.next_rank,
            "next_rank_outcome": one.outcome,
        }
        for one in report.roster
    ]


def _gains(report: ClanReport) -> list[dict[str, Any]]:
    def shown(key: str, value: int | None) -> int | float | None:
        return value / _HOURS if value is not None and key in _IN_HOURS else value

    return [
        {
            "name": one.name,
            "measured_from": one.measured_from,
            "metrics": {key: shown(key, value) for key, value in one.gains.items()},
        }
        for one in report.gains
    ]


def _activity(report: ClanReport) -> dict[str, Any]:
    slots = [{"first": one.first, "last": one.last, "observed": one.observed} for one in report.slots]
    members = [{"name": one.name, "messages": one.messages} for one in report.activity]
    return {"slots": slots, "members": members}


def _changes(report: ClanReport) -> list[dict[str, Any]]:
    return [
        {"at": one.at, "name": one.name, "kind": one.kind, "before": one.before, "after": one.after}
        for one in report.changes
    ]


def _promotions(report: ClanReport) -> list[dict[str, Any]] | None:
    """None where the clan has no rules."""
    if report.promotions is None:
        return None
    return [
        {
            "list": one.readiness,
            "name": one.name,
            "rank": one.role,
            "rank_by_the_rules": one.rank,
            "met": one.met,
            "of": one.conditions,
            "since": one.since,
            "verified_link": one.linked,
            "note": one.note or None,
        }
        for one in report.promotions
    ]


def _inactive(report: ClanReport) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "rank": one.role,
            "known": one.standing,
            "gained_at": one.gained_at,
            "seen_in_game": one.said_at,
            "wrote_in_discord": one.wrote_at,
            "checked_at": one.checked_at,
            "limit_days": one.days,
            "why_not_known": [doubt.why for doubt in one.doubts],
            "other_accounts": one.others,
        }
        for one in report.inactive
    ]


_SECTIONS: Final[dict[ReportKind, tuple[str, Callable[[ClanReport], Any]]]] = {
    ReportKind.ROSTER: ("members", _members),
    ReportKind.GAINS: ("gains", _gains),
    ReportKind.ACTIVITY: ("activity", _activity),
    ReportKind.CHANGES: ("changes", _changes),
    ReportKind.PROMOTIONS: ("promotions", _promotions),
    ReportKind.INACTIVE: ("inactive", _inactive),
}


def _figures(figures: Figures, unit: int) -> dict[str, int | float | None]:
    def shown(value: int | None) -> int | float | None:
        return value if value is None or unit == 1 else value / unit

    windows = zip(("7d", "30d", "90d", "365d"), figures.windows, strict=False)
    return {name: shown(value) for name, value in windows} | {"total": shown(figures.total)}
