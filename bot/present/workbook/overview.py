"""The first sheet: who leads, and charts of the clan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, Metric
from bot.domain.periods import PeriodKind, label_of
from bot.domain.reports import ClanReport
from bot.present.numbers import counted
from bot.present.text import rank_name
from bot.present.workbook.look import Kind, Palette
from bot.present.workbook.sheet import finish, paint, say_nothing, write_text
from bot.present.workbook.sheets import slot_name

_LEADERS: Final = 10
_LABELS: Final = 11
"""Dates below bars for which there is room."""
_LISTS: Final = 5
_NAME: Final = 24
"""Room for the widest name."""
_DATA: Final = 3 * _LISTS + 3
"""The column in which the charts' numbers begin, right of what is read."""
_LAST_ROW: Final = 62
_HOURS: Final = 100_000
Known = tuple[str, int]
"""A member's name and number."""


@dataclass(frozen=True, slots=True)
class _Leaders:
    """Who leads in a measure, in stored units; without anybody the list says ``nothing``."""

    name: str
    unit: str
    kind: Kind
    most: Sequence[Known]
    nothing: str


def overview(book: Any, report: ClanReport, palette: Palette, heading: str) -> None:
    """Ten leaders each of XP, EHP, EHB, kills and messages over the period, and two charts.

    A gain that begins late covers less than the others, and leads nowhere.
    """
    sheet = book.create_sheet("Overview")
    paint(sheet, (3, *(width for _ in range(_LISTS) for width in (_NAME, 14, 3))), palette)
    title = sheet.cell(1, 1)
    write_text(title, f"{report.clan_name} · {label_of(report.period.code)}")
    title.style = "title"
    sheet.row_dimensions[1].height = 28
    made = f"{report.made_at.astimezone(report.zone):%Y-%m-%d %H:%M} {report.zone.key}"
    say_nothing(sheet.cell(2, 1), f"{counted(len(report.roster), 'member')} · made {made}")
    for number, leaders in enumerate(_lists(report)):
        _write(sheet, 3 * number + 2, leaders)
    _charts(sheet, report, palette)
    finish(sheet, heading)
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.print_area = f"A1:{sheet.cell(_LAST_ROW, 3 * _LISTS + 1).coordinate}"


def _lists(report: ClanReport) -> Iterator[_Leaders]:
    yield _gained(report, OVERALL, "XP", Kind.NUMBER)
    yield _gained(report, EHP, "EHP", Kind.HOURS)
    yield _gained(report, EHB, "EHB", Kind.HOURS)
    yield _gained(report, BOSS_KILLS, "Boss kills", Kind.NUMBER)
    said = [(one.name, one.in_period) for one in report.activity]
    yield _leaders("Messages", "said", Kind.NUMBER, said)


def _gained(report: ClanReport, of: Metric, name: str, kind: Kind) -> _Leaders:
    whole = [(line.name, line.gains.get(of.key)) for line in report.gains if line.measured_from is None]
    late = [line.gains.get(of.key) for line in report.gains if line.measured_from is not None]
    unit = "in all" if report.period.kind is PeriodKind.TOTAL else "gained"
    return _leaders(name, unit, kind, whole, late)


def _leaders(
    name: str,
    unit: str,
    kind: Kind,
    values: Iterable[tuple[str, int | None]],
    late: Iterable[int | None] = (),
) -> _Leaders:
    known = [(who, value) for who, value in values if value is not None]
    most = sorted(known, key=lambda one: (-one[1], one[0].casefold()))[:_LEADERS]
    begun_late = [value for value in late if value is not None]
    if any(begun_late) or (begun_late and not known):
        nothing = "only gains that begin late (≈)"
    else:
        nothing = "0 for all of whom it is known" if known else "nothing known"
    return _Leaders(name, unit, kind, [one for one in most if one[1]], nothing)


def _write(sheet: Any, column: int, leaders: _Leaders) -> None:
    for place, text in enumerate((leaders.name, leaders.unit)):
        cell = sheet.cell(4, column + place, text)
        cell.style = "head"
    for row, (who, value) in enumerate(leaders.most, start=5):
        shown = value / _HOURS if leaders.kind is Kind.HOURS else value
        named, number = sheet.cell(row, column), sheet.cell(row, column + 1, shown)
        named.style, number.style = Kind.TEXT.value, leaders.kind.value
        write_text(named, who)
    if not leaders.most:
        say_nothing(sheet.cell(5, column), leaders.nothing)


def _charts(sheet: Any, report: ClanReport, palette: Palette) -> None:
    said = [
        (slot_name(slot, report.slots), _total(report, number)) for number, slot in enumerate(report.slots)
    ]
    roles: dict[str, int] = {}
    for one in report.roster:
        roles[rank_name(one.role)] = roles.get(rank_name(one.role), 0) + 1
    ranks = sorted(roles.items(), key=lambda pair: (-pair[1], pair[0]))
    _chart(sheet, _DATA, "Messages", said, "A17", palette)
    _chart(sheet, _DATA + 3, "Members by rank", ranks, "A40", palette)


def _total(report: ClanReport, number: int) -> int | None:
    known = [value for line in report.activity if (value := line.messages[number]) is not None]
    return sum(known) if known else None


def _chart(
    sheet: Any, column: int, name: str, data: Sequence[tuple[str, int | None]], at: str, palette: Palette
) -> None:
    """Bars over numbers that stand to the right of what is printed."""
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList

    if not data:
        return
    sheet.cell(1, column + 1, name).style = "small"
    for row, (label, value) in enumerate(data, start=2):
        write_text(sheet.cell(row, column), label)
        sheet.cell(row, column + 1, value)
        for place in (column, column + 1):
            sheet.cell(row, place).style = "small"
    chart: Any = BarChart()
    chart.type, chart.style, chart.legend, chart.gapWidth = "col", 10, None, 30
    chart.title, chart.width, chart.height = name, 38, 10.5
    chart.add_data(
        Reference(sheet, min_col=column + 1, min_row=1, max_row=len(data) + 1), titles_from_data=True
    )
    chart.set_categories(Reference(sheet, min_col=column, min_row=2, max_row=len(data) + 1))
    bars = chart.series[0]
    bars.graphicalProperties.solidFill = palette.bar
    bars.graphicalProperties.line.noFill = True
    if len(data) <= 31:
        bars.dLbls = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    chart.x_axis.tickLblSkip = max(1, len(data) // _LABELS)
    _dress(chart, palette)
    sheet.add_chart(chart, at)


def _dress(chart: Any, palette: Palette) -> None:
    """The workbook's own colours: a chart's are for white paper."""
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.chart.text import RichText
    from openpyxl.drawing.line import LineProperties
    from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

    def written(size: int, colour: str) -> Any:
        letters = CharacterProperties(sz=size, solidFill=colour, b=False)
        return ParagraphProperties(defRPr=letters)

    ground = GraphicalProperties(solidFill=palette.canvas, ln=LineProperties(noFill=True))
    chart.graphical_properties = ground
    chart.plot_area.graphicalProperties = GraphicalProperties(solidFill=palette.canvas)
    chart.title.tx.rich.p[0].pPr = written(1400, palette.ink)
    for run in chart.title.tx.rich.p[0].r:
        run.rPr = CharacterProperties(sz=1400, solidFill=palette.ink, b=True)
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.txPr = RichText(p=[Paragraph(pPr=written(900, palette.faint), endParaRPr=CharacterProperties())])
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=palette.line))
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=palette.line))
    chart.y_axis.number_format = "#,##0"
    for series in chart.series:
        if series.dLbls is not None:
            series.dLbls.txPr = RichText(
                p=[Paragraph(pPr=written(800, palette.faint), endParaRPr=CharacterProperties())]
            )
