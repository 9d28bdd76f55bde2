"""One sheet: a table with filters and frozen panes, in columns that say what they hold."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from math import ceil
from typing import Any, Final, Generic, TypeVar

from bot.present.text import clip, tidy, width
from bot.present.workbook.look import Kind, Palette, late_style

RowT = TypeVar("RowT")
Value = str | int | float | date | datetime | None

FORMULA: Final = ("=", "+", "-", "@")
_ERRORS: Final = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
"""Words that spreadsheets read as their own errors."""
_WIDEST: Final = 44
_NARROWEST: Final = 7
_BROADEST: Final = frozenset("WM@")
"""Letters that are nearly as wide as two digits in the usual fonts."""
_BROAD: Final = frozenset("mw%")
"""Those of one and a half."""
_PAGE: Final = 190
"""Characters beside each other that can still be read on paper."""
_DATES: Final = {Kind.MOMENT: 16, Kind.DAY: 10}
"""How wide they are written."""
_LONGEST_BAR: Final = 50
"""How much of a cell a bar takes at most, in percent; its number stands beside it."""
_PADDING: Final = 2
"""What Excel's filter button and margins take of a column, in characters."""


class Shade(StrEnum):
    """How a column's numbers are coloured."""

    BARS = "bars"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """A column: its heading, what it holds, where that comes from, and the heading above it.

    ``late`` is of whom its number covers less than it should.
    """

    title: str
    kind: Kind
    value: Callable[[RowT], Value]
    group: str = ""
    shade: Shade | None = None
    note: str = ""
    late: Callable[[RowT], bool] | None = None


@dataclass(frozen=True, slots=True)
class Table(Generic[RowT]):
    """What a sheet shows, and a csv file. ``frozen`` columns stay when scrolled to the right.

    Without rows a sheet says ``nothing``.
    """

    name: str
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    frozen: int
    nothing: str


def write_text(cell: Any, text: str) -> None:
    """Put text that others wrote into a cell: it stays text, whatever it begins with, also when edited."""
    shown = tidy(text)
    cell.value = shown
    # Else openpyxl makes formulas and errors of some.
    cell.data_type = "s"
    if shown.startswith(FORMULA) or shown.upper() in _ERRORS:
        cell.quotePrefix = True


def add_sheet(book: Any, shown: Table[RowT], palette: Palette, heading: str) -> None:
    """Add a sheet with a table. What is None is unknown: an empty hatched cell, never 0."""
    columns, rows = shown.columns, shown.rows
    sheet = book.create_sheet(shown.name)
    first = 2 if any(column.group for column in columns) else 1
    if first > 1:
        _groups(sheet, columns, palette)
    for number, column in enumerate(columns, start=1):
        cell = sheet.cell(first, number)
        write_text(cell, column.title)
        cell.style = "head"
        if column.note:
            _note(cell, column.note)
    values = [[column.value(row) for row in rows] for column in columns]
    styles = [_styles(column, rows, of) for column, of in zip(columns, values, strict=True)]
    looks = _Looks()
    for line in range(len(rows)):
        for number in range(len(columns)):
            _write(
                sheet.cell(first + 1 + line, number + 1), values[number][line], styles[number][line], looks
            )
    last = first + len(rows)
    _widths(sheet, columns, values, palette)
    if rows:
        _as_table(sheet, shown.name, first, last, len(columns))
        _shades(sheet, columns, first + 1, last, palette)
    else:
        say_nothing(sheet.cell(first + 1, 1), shown.nothing)
    sheet.freeze_panes = sheet.cell(first + 1, shown.frozen + 1)
    sheet.row_dimensions[first].height = 32
    finish(sheet, heading, repeat=f"1:{first}")
    sheet.print_title_cols = f"A:{_letter(shown.frozen)}"


def say_nothing(cell: Any, text: str) -> None:
    """A small line that reaches over the columns beside it."""
    from openpyxl.styles import Alignment

    cell.value, cell.style = text, "small"
    cell.alignment = Alignment(wrap_text=False, vertical="center")


def finish(sheet: Any, heading: str, *, repeat: str | None = None) -> None:
    """How a sheet is printed: across the page, as wide as one page or few, its headings on each."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    columns = sum(sheet.column_dimensions[_letter(one)].width for one in range(1, sheet.max_column + 1))
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = max(1, round(columns / _PAGE)), 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.print_title_rows = repeat
    # An ampersand begins a code there.
    sheet.oddHeader.left.text = heading.replace("&", "&&")
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "&P / &N"
    sheet.print_area = sheet.dimensions


def paint(sheet: Any, widths: Sequence[float], palette: Palette) -> None:
    """Give the columns their widths, and all of the sheet its ground."""
    from openpyxl.styles import PatternFill

    ground = PatternFill("solid", fgColor=palette.canvas)
    for number, columns in enumerate(widths, start=1):
        found = sheet.column_dimensions[_letter(number)]
        found.width, found.fill = columns, ground
    rest = sheet.column_dimensions[_letter(len(widths) + 1)]
    rest.min, rest.max, rest.fill = len(widths) + 1, 16_384, ground


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _groups(sheet: Any, columns: Sequence[Column[RowT]], palette: Palette) -> None:
    """The headings above, each over its columns and in a colour of its own."""
    number, colour = 1, 0
    for group, run in groupby(columns, key=lambda column: column.group):
        size = len(list(run))
        style = "head" if not group else f"group {colour % len(palette.groups)}"
        colour += 1 if group else 0
        for place in range(number, number + size):
            sheet.cell(1, place).style = style
        sheet.cell(1, number).value = group or None
        if size > 1 and group:
            sheet.merge_cells(start_row=1, end_row=1, start_column=number, end_column=number + size - 1)
        number += size


class _Looks:
    """Gives cells their named styles.

    openpyxl looks a style up by its name for each cell, which takes as long as writing it; what the
    first cell got is copied to the others.
    """

    def __init__(self) -> None:
        self._given: dict[str, Any] = {}

    def give(self, cell: Any, name: str) -> None:
        if name in self._given:
            cell._style = copy(self._given[name])  # noqa: SLF001 -- openpyxl has no other way to copy a style
        else:
            cell.style = name
            self._given[name] = copy(cell._style)  # noqa: SLF001 -- as above


def _styles(column: Column[RowT], rows: Sequence[RowT], values: Sequence[Value]) -> list[str]:
    """The named style of each of a column's cells."""
    plain, late = column.kind.value, column.late
    if late is None:
        return ["unknown" if value is None else plain for value in values]
    marked = late_style(column.kind)
    return [
        "unknown" if value is None else marked if late(row) else plain
        for row, value in zip(rows, values, strict=True)
    ]


def _write(cell: Any, value: Value, style: str, looks: _Looks) -> None:
    looks.give(cell, style)
    if value is None:
        return
    if isinstance(value, str):
        write_text(cell, value)
    else:
        cell.value = value


def _note(cell: Any, text: str) -> None:
    from openpyxl.comments import Comment

    cell.comment = Comment(text, "ClanStats", width=260, height=90)


def _widths(
    sheet: Any, columns: Sequence[Column[RowT]], values: Sequence[Sequence[Value]], palette: Palette
) -> None:
    widths = [
        min(
            _WIDEST,
            max(
                _NARROWEST,
                *(width(word) + _PADDING for word in column.title.split()),
                _widest(of, column.kind) + (column.late is not None),
                _NARROWEST,
            )
            * (2 if column.shade is Shade.BARS else 1)
            + _PADDING,
        )
        for column, of in zip(columns, values, strict=True)
    ]
    paint(sheet, widths, palette)


def _widest(values: Sequence[Value], kind: Kind) -> int:
    """How many characters the longest of a column's values takes, as it is shown."""
    if kind in _DATES:
        return _DATES[kind] if any(one is not None for one in values) else 0
    texts = [_digits_wide(clip(tidy(one), _WIDEST)) for one in values if isinstance(one, str)]
    numbers = [one for one in values if isinstance(one, int | float)]
    # Of numbers no other is longer than the least or the largest.
    ends = (min(numbers), max(numbers)) if numbers else ()
    return max([0, *texts, *(len(f"{one:,.1f}" if kind is Kind.HOURS else f"{one:,}") for one in ends)])


def _digits_wide(text: str) -> int:
    """How many digits are as wide as a text: a column's width is counted in these."""
    broad = sum(0.8 if one in _BROADEST else 0.6 if one in _BROAD else 0.2 * one.isupper() for one in text)
    return width(text) + ceil(broad)


def _as_table(sheet: Any, name: str, first: int, last: int, columns: int) -> None:
    from openpyxl.worksheet.table import Table, TableStyleInfo

    reference = f"A{first}:{_letter(columns)}{last}"
    made = Table(displayName=f"T_{name.replace(' ', '_')}", ref=reference)
    made.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False)
    sheet.add_table(made)


def _shades(sheet: Any, columns: Sequence[Column[RowT]], first: int, last: int, palette: Palette) -> None:
    """Bars, scales, and zeros apart from what is unknown."""
    from openpyxl.formatting import rule
    from openpyxl.styles import Font

    rules: Any = rule
    numbers = {Kind.NUMBER, Kind.HOURS}
    run = 1
    for _, some in groupby(columns, key=lambda column: (column.kind in numbers, column.shade)):
        group = list(some)
        start, end = _letter(run), _letter(run + len(group) - 1)
        where = f"{start}{first}:{end}{last}"
        if group[0].kind in numbers:
            # An empty cell equals 0 to Excel.
            zero = f"AND(ISNUMBER({start}{first}),{start}{first}=0)"
            sheet.conditional_formatting.add(
                where, rules.FormulaRule(formula=[zero], font=Font(color=palette.zero), stopIfTrue=False)
            )
        if group[0].shade is Shade.SCALE:
            sheet.conditional_formatting.add(
                where,
                rules.ColorScaleRule(
                    start_type="num",
                    start_value=0,
                    start_color=palette.low,
                    end_type="percentile",
                    end_value=98,
                    end_color=palette.high,
                ),
            )
        if group[0].shade is Shade.BARS:
            for place in range(run, run + len(group)):
                letter = _letter(place)
                sheet.conditional_formatting.add(
                    f"{letter}{first}:{letter}{last}",
                    rules.DataBarRule("num", 0, "max", None, color=palette.bar, maxLength=_LONGEST_BAR),
                )
        run += len(group)
