"""Tables of the pages: what a cell shows, and what it is sorted by, which for unknown is nothing."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final, NamedTuple

from markupsafe import Markup

from bot.domain.reports import Figures
from bot.present.numbers import PARTIAL
from bot.present.site import words

_LONG: Final = 40
"""Rows that a table may have before it scrolls by itself."""
_APART: Final = "|"
"""Between names, none of which has it."""


class Head(NamedTuple):
    """A column's heading. ``why`` is the definition on the about page."""

    title: str
    numeric: bool = True
    why: str | None = None


class Cell(NamedTuple):
    """A cell. ``sort`` is by what its column is sorted; None, unknown, comes last either way.

    ``also`` are other names of a row's first cell, by which a search finds the row too.
    """

    text: str
    sort: float | str | None
    href: str | None = None
    exact: str | None = None
    also: Sequence[str] = ()


class Table(NamedTuple):
    """A table; its first column names whom or what a row is about, a member where it is ``of_people``."""

    name: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    search: str | None = None
    of_people: bool = True

    @property
    def is_long(self) -> bool:
        """Whether it scrolls by itself below its headings, which would else be out of sight."""
        return len(self.rows) > _LONG

    @property
    def body(self) -> Markup:
        """The rows as HTML. A page has thousands of cells, which a template takes three times as long for."""
        return Markup("\n".join(_row(row) for row in self.rows))  # noqa: S704 -- all of it is escaped below


def _row(row: Sequence[Cell]) -> str:
    first, *others = row
    also = f' data-also="{escape(_APART.join(first.also))}"' if first.also else ""
    head = f'<th scope="row"{_sort(first)}{also}>{_shown(first)}</th>'
    return f"<tr>{head}{''.join(map(_cell, others))}</tr>"


def _cell(cell: Cell) -> str:
    if cell.exact is None:
        return f'<td class="t"{_sort(cell)}>{_shown(cell)}</td>'
    title = "" if cell.exact == cell.text else f' title="{escape(cell.exact)}"'
    return f"<td{_sort(cell)}{title}>{_shown(cell)}</td>"


def _sort(cell: Cell) -> str:
    if cell.sort is None:
        return ""
    return f' data-s="{escape(cell.sort)}"' if isinstance(cell.sort, str) else f' data-s="{cell.sort}"'


def _shown(cell: Cell) -> str:
    """The text; a name's direction must not turn what stands beside it."""
    if cell.href is not None:
        return f'<a href="{escape(cell.href)}"><bdi>{escape(cell.text)}</bdi></a>'
    return escape(cell.text) if cell.exact is not None else f"<bdi>{escape(cell.text)}</bdi>"


def number(value: int | None, measure: str, written: Callable[[int | None, str], str] = words.total) -> Cell:
    """A number in short, with every digit for who points at it."""
    if value is None:
        return _UNKNOWN
    return Cell(written(value, measure), value, None, words.whole(value, measure))


def gained(value: int | None, measure: str, *, partial: bool = False) -> Cell:
    """A gain; ``partial`` is whether it covers less than the period."""
    if value is None or not partial:
        return number(value, measure, words.gain)
    return Cell(f"{PARTIAL}{words.gain(value, measure)}", value, None, words.whole(value, measure))


def windows(figures: Figures, measure: str, late: Sequence[bool]) -> list[Cell]:
    """A cell to each window of some figures; ``late`` says which cover less than they should."""
    return [
        gained(value, measure, partial=partial) for value, partial in zip(figures.windows, late, strict=False)
    ]


_UNKNOWN = Cell(words.DASH, None, None, "unknown")
