"""The last sheet: what the others mean, how old the data is, and what nobody could be told to have said."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from bot.domain.periods import Period, PeriodKind, Rule, label_of
from bot.domain.reports import ClanReport
from bot.present.numbers import counted
from bot.present.workbook.look import Palette
from bot.present.workbook.sheet import finish, paint, write_text

_NAMES_SHOWN: Final = 30
_RULES: Final = {
    Rule.WOM: (
        "Gains are Wise Old Man's own: the last reading in the period less the first in it. "
        "Unranked at the start counts as 0, except for XP."
    ),
    Rule.COVERING: (
        "Gains cover the whole period: the reading as of its end less the one as of its start, so that "
        "periods which follow on each other add up."
    ),
}
_TOTALS: Final = (
    "Of all time there is no gain. These sheets, and the Overview, say what everybody has in all: what "
    "the last reading says, whenever it was."
)


def about(book: Any, report: ClanReport, palette: Palette, heading: str) -> None:
    """Period, definitions, the data's age, unresolved names."""
    sheet = book.create_sheet("About")
    paint(sheet, (26, 96), palette)
    row = 1
    for name, text in (*_facts(report), *_meanings(report), *_nobodys(report)):
        left, right = sheet.cell(row, 1), sheet.cell(row, 2)
        left.style, right.style = ("head" if not text else "small"), "small"
        write_text(left, name)
        write_text(right, text)
        sheet.row_dimensions[row].height = 15 * (1 + len(text) // 105)
        row += 1
    finish(sheet, heading)


def _facts(report: ClanReport) -> Iterator[tuple[str, str]]:
    yield "This report", ""
    yield "Clan", f"{report.clan_name} (Wise Old Man's group {report.group})"
    start = (
        _at(report, report.period.start) if report.period.kind is not PeriodKind.TOTAL else "the beginning"
    )
    yield "Period", f"{label_of(report.period.code)}: {start} to {_at(report, report.period.end)}"
    yield "Made", _at(report, report.made_at)
    yield "Times", f"Every time is in the clan's time zone, {report.zone.key}."
    yield (
        "Checked by WOM",
        (
            "No member was looked at yet."
            if report.checked_at is None or report.oldest_check is None
            else f"Newest {_at(report, report.checked_at)}, oldest {_at(report, report.oldest_check)}."
        ),
    )
    yield (
        "Messages since",
        (
            "No channel was listened to yet, so messages are unknown."
            if report.collecting_since is None
            else f"{_at(report, report.collecting_since)}. What was said before is unknown and in no number."
        ),
    )


def _meanings(report: ClanReport) -> Iterator[tuple[str, str]]:
    of_all_time = report.period.kind is PeriodKind.TOTAL
    yield "What it means", ""
    yield (
        "Empty and hatched",
        "Not known: unranked, never measured, nobody listened, or nobody's in Discord. It is never 0.",
    )
    yield "0", "Measured, and nothing gained or said."
    yield (
        "≈",
        (
            "A gain whose first reading lies more than 36 hours after its time's beginning, so that it "
            "covers less. It sums and sorts as any other, but leads nowhere in the Overview. The Roster's "
            "column Begin late names the days."
        ),
    )
    yield "Gains sheets", _rule(report.period)
    yield (
        "Columns of the Roster",
        ("7, 30, 90 and 365 days end when the report was made, by Wise Old Man's rule, whatever its period."),
    )
    by = "XP in all" if of_all_time else "XP gained in the report's period"
    yield "#", f"The place by {by}. Equals share a place and the next is skipped."
    yield "EHP, EHB", "Efficient hours played and bossed, by Wise Old Man's rates."
    shown = (
        "Those of which somebody has any." if of_all_time else "Those in which somebody gained in the period."
    )
    yield "Skills and bosses shown", shown
    yield (
        "Messages",
        (
            "By the member in the clan chat and in Discord, each once. Of a Discord user they count for "
            "the account that is linked: of who is linked to nobody it is unknown that they wrote nothing."
        ),
    )
    yield (
        "Activity",
        (
            "Days count whole: the first begins at midnight, also where the period begins later that day. "
            "The Roster and the Overview's list count the period to the moment, so days may sum to more; to "
            "less where a name passed on, since of that quarter of an hour they count nothing."
        ),
    )
    yield "Inactive", "By person: who is seen with one account is not quiet with another. See /inactive."


def _rule(period: Period) -> str:
    return _TOTALS if period.kind is PeriodKind.TOTAL else _RULES[period.rule]


def _nobodys(report: ClanReport) -> Iterator[tuple[str, str]]:
    yield "Nobody's messages", ""
    if not report.unresolved:
        yield "None", "Everything said in the period is somebody's."
        return
    for one in report.unresolved[:_NAMES_SHOWN]:
        where = "in game" if one.user is None else f"in Discord, user {one.user}, not linked"
        yield one.label, f"{counted(one.messages, 'message')} {where}"
    rest = len(report.unresolved) - _NAMES_SHOWN
    if rest > 0:
        yield "…", f"and {counted(rest, 'other name')}"


def _at(report: ClanReport, moment: datetime) -> str:
    return f"{moment.astimezone(report.zone):%Y-%m-%d %H:%M}"
