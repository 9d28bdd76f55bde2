"""Where the marks of a chart are: numbers for the templates, which draw them as SVG with text as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from statistics import median
from typing import Final, NamedTuple

from bot.domain.clan_charts import Spot

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


class Cell(NamedTuple):
    """A cell of a heatmap: ``level`` is from 0, nothing, to :data:`LEVELS`; None is unknown."""

    x: float
    y: float
    level: int | None
    title: str


class Dot(NamedTuple):
    """A member of a scatter; ``name`` and where it stands are there for those who lead."""

    x: float
    y: float
    name: str
    anchor: str
    name_y: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """A scatter in powers of ten, with the medians' lines, and ticks of both sides."""

    dots: tuple[Dot, ...]
    middle_x: float
    middle_y: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = 360.0
    height: float = 260.0


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
            f"{WEEKDAYS[day]} {hour:02}:00: {'unknown' if value is None else f'{value:,} messages'}",
        )
        for day, row in enumerate(hours)
        for hour, value in enumerate(row)
    ]


def _level(value: int | None, highest: int) -> int | None:
    if value is None or not highest:
        return value
    return -(-value * LEVELS // highest)


_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 14.0, 32.0


def scatter(spots: Sequence[Spot]) -> Scatter | None:
    """Messages to the right, XP upwards; None where there is nobody of whom both are known."""
    if not spots:
        return None
    wide = max(_power(max(one.messages for one in spots)), 1.0)
    high = max(_power(max(one.xp for one in spots)), 1.0)
    low = min(max(_power(min((one.xp for one in spots if one.xp), default=0)) - 0.3, 0.0), high - 1)
    shape = _Shape(wide, low, high)
    names: list[tuple[float, float]] = []
    dots = tuple(shape.dot(one, names) for one in spots)
    messages, xp = median(one.messages for one in spots), median(one.xp for one in spots)
    return Scatter(
        dots,
        shape.x(messages),
        shape.y(xp),
        tuple((shape.x(10**power - 1), _ten(power)) for power in range(int(wide) + 1)),
        tuple((shape.y(10**power), _ten(power)) for power in range(max(int(low) + 1, 1), int(high) + 1)),
    )


class _Shape(NamedTuple):
    wide: float
    low: float
    high: float

    def x(self, messages: float) -> float:
        return round(_LEFT + (360.0 - _LEFT - _RIGHT) * _power(messages) / self.wide, 1)

    def y(self, xp: float) -> float:
        share = max((_power(xp) - self.low) / (self.high - self.low), 0.0)
        return round(260.0 - _BOTTOM - (260.0 - _TOP - _BOTTOM) * share, 1)

    def dot(self, one: Spot, names: list[tuple[float, float]]) -> Dot:
        x, y = self.x(one.messages), self.y(one.xp)
        if not one.named:
            return Dot(x, y, "", "start", y)
        at = y
        # A name gives way downwards to those that stand near it already.
        while any(abs(at - other) < 11 and abs(x - beside) < 110 for beside, other in names):
            at += 11
        names.append((x, at))
        return Dot(x, y, one.name, "end" if x > 220 else "start", round(at + 3.5, 1))


def _power(value: float) -> float:
    return log10(value + 1)


def _ten(power: int) -> str:
    return {
        0: "0",
        1: "10",
        2: "100",
        3: "1K",
        4: "10K",
        5: "100K",
        6: "1M",
        7: "10M",
        8: "100M",
        9: "1B",
    }.get(power, f"1e{power}")
