"""Where the marks of a chart are: numbers for the templates, which draw them as SVG with text as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.present.numbers import counted

LEVELS: Final = 5
"""Shades of a heatmap, beside nothing at all and unknown."""
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WIDTH, _HEIGHT = 360.0, 120.0
_FLOOR: Final = 16.0
_PART: Final = 0.904
"""Of the room above the floor that the highest bar takes; its number stands above it."""


class Bar(NamedTuple):
    """A bar that lies: what it is, its words, and its share of the longest in percent; None is unknown."""

    name: str
    text: str
    share: float | None
    href: str | None = None


class Column(NamedTuple):
    """A bar that stands, in the chart's units; unknown has no height."""

    x: float
    y: float
    width: float
    height: float | None
    title: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of standing bars. ``ticks`` are words under it with where they are; ``top`` is the highest."""

    bars: tuple[Column, ...]
    ticks: tuple[tuple[float, str], ...]
    top: str
    said: str
    width: float = _WIDTH
    height: float = _HEIGHT

    @property
    def has_gaps(self) -> bool:
        """Whether one is unknown."""
        return any(bar.height is None for bar in self.bars)


class Cell(NamedTuple):
    """A cell of a heatmap: ``level`` is from 0, nothing, to :data:`LEVELS`; None is unknown."""

    x: float
    y: float
    level: int | None
    title: str


def bars(rows: Sequence[tuple[str, int | None, str, str | None]]) -> list[Bar]:
    """Lying bars of name, value, words and address, in the given order."""
    longest = max((value for _, value, _, _ in rows if value is not None), default=0)
    return [
        Bar(name, text, None if value is None else 100 * value / longest if longest else 0, href)
        for name, value, text, href in rows
    ]


def columns(
    values: Sequence[int | None],
    titles: Sequence[str],
    ticks: Sequence[tuple[int, str]],
    top: str,
    said: str,
) -> Columns:
    """Standing bars, one a value; ``ticks`` are words by the number of the value that they stand under."""
    highest = max((value for value in values if value is not None), default=0) or 1
    step = _WIDTH / max(len(values), 1)
    room = _HEIGHT - _FLOOR
    found = [
        Column(
            round(number * step + step * 0.1, 2),
            round(room - (0 if value is None else _PART * room * value / highest), 2),
            round(step * 0.8, 2),
            None if value is None else round(max(_PART * room * value / highest, 0.5), 2),
            title,
        )
        for number, (value, title) in enumerate(zip(values, titles, strict=True))
    ]
    placed = tuple((round(number * step + step / 2, 2), words) for number, words in ticks)
    return Columns(tuple(found), placed, top, said)


def heat(hours: Sequence[Sequence[int | None]]) -> list[Cell]:
    """A cell for each weekday and hour, shaded by its share of the busiest."""
    highest = max((value for row in hours for value in row if value is not None), default=0)
    return [
        Cell(
            30 + hour * 13.6,
            4 + day * 17,
            _level(value, highest),
            f"{WEEKDAYS[day]} {hour:02}:00: {'unknown' if value is None else counted(value, 'message')}",
        )
        for day, row in enumerate(hours)
        for hour, value in enumerate(row)
    ]


def _level(value: int | None, highest: int) -> int | None:
    if value is None or not highest:
        return value
    return -(-value * LEVELS // highest)
