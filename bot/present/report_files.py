"""A clan's report as csv and as json, for whoever goes on working with it."""

import csv
from collections.abc import Collection
from datetime import datetime
from io import StringIO
from typing import Any, Final

import msgspec

from bot.domain.reports import ClanReport, Figures, ReportKind
from bot.present.text import safe_cell, tidy
from bot.present.workbook.sheet import Table, Value
from bot.present.workbook.sheets import tables

SCHEMA: Final = 1
"""The version of the json; it rises when a field changes its meaning or goes away."""
_HOURS: Final = 100_000


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


def clan_json(report: ClanReport) -> bytes:
    """The report in version :data:`SCHEMA`: times in UTC, null where unknown, EHP and EHB in hours."""
    return msgspec.json.format(msgspec.json.encode(_document(report)), indent=1)


def _document(report: ClanReport) -> dict[str, Any]:
    period = report.period
    return {
        "schema": SCHEMA,
        "made_at": report.made_at,
        "clan": {"name": report.clan_name, "wom_group": report.group, "time_zone": report.zone.key},
        "period": {
            "code": period.code,
            "start": period.start,
            "end": period.end,
            "rule": period.rule.value,
        },
        "data": {
            "checked_at": report.checked_at,
            "oldest_check": report.oldest_check,
            "collecting_messages_since": report.collecting_since,
        },
        "members": [
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
                "total_level": one.total_level,
                "seen_in_game": one.seen_in_game,
                "wrote_in_discord": one.wrote_at,
                "checked_at": one.checked_at,
                "link": one.link or None,
                "next_rank": one.next_rank,
                "next_rank_outcome": one.outcome,
            }
            for one in report.roster
        ],
        "gains": [
            {"name": one.name, "measured_from": one.measured_from, "metrics": dict(one.gains)}
            for one in report.gains
        ],
        "activity": {
            "slots": [
                {"first": one.first, "last": one.last, "observed": one.observed} for one in report.slots
            ],
            "members": [{"name": one.name, "messages": one.messages} for one in report.activity],
        },
        "changes": [
            {"at": one.at, "name": one.name, "kind": one.kind, "before": one.before, "after": one.after}
            for one in report.changes
        ],
    }


def _figures(figures: Figures, unit: int) -> dict[str, int | float | None]:
    def shown(value: int | None) -> int | float | None:
        return value if value is None or unit == 1 else value / unit

    windows = zip(("7d", "30d", "90d", "365d"), figures.windows, strict=False)
    return {name: shown(value) for name, value in windows} | {"total": shown(figures.total)}
