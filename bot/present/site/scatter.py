"""The scatter of messages and XP: where its dots stand, and beside which of them a name finds room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, log10
from statistics import median
from typing import Final, NamedTuple, Self
from unicodedata import east_asian_width

from bot.domain.clan_charts import Spot
from bot.present.numbers import PARTIAL, counted
from bot.present.site import words

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 20.0, 32.0
_WIDTH, _HEIGHT = 360.0, 260.0
_FEW_MESSAGES: Final = 10
_LITTLE_XP: Final = 100_000
"""Up to here a side grows evenly from 0, above by powers of ten: what differs below is no difference."""
_GAP: Final = 6.0
"""From a dot's middle to the name beside it."""
_DOT: Final = 3.0
_UP, _DOWN = 8.5, 2.5
"""How far letters reach above and below their line."""
_NARROW: Final = frozenset(" .,:;'`|!()[]fijlrtI1-")
_BROAD: Final = frozenset("mwMW@%")


class Label(NamedTuple):
    """A name beside its dot; ``y`` is the letters' line."""

    x: float
    y: float
    anchor: str


class Dot(NamedTuple):
    """A member of a scatter; ``name`` and ``title`` are there for those who lead, ``label`` where it fits."""

    x: float
    y: float
    name: str
    title: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Scatter:
    """A scatter from 0 in powers of ten, with the medians' lines, and ticks of both sides.

    The dots of those who lead come last, so that they are drawn above the others.
    """

    dots: tuple[Dot, ...]
    middle_x: float
    middle_y: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = _WIDTH
    height: float = _HEIGHT


def scatter(spots: Sequence[Spot]) -> Scatter | None:
    """Messages to the right, XP upwards; None where there is nobody of whom both are known."""
    if not spots:
        return None
    across = _Side(max(one.messages for one in spots), _FEW_MESSAGES, _LEFT, _WIDTH - _RIGHT)
    up = _Side(max(one.xp for one in spots), _LITTLE_XP, _HEIGHT - _BOTTOM, _TOP)
    return Scatter(
        tuple(_with_names([_dot(one, across, up) for one in spots])),
        across.at(median(one.messages for one in spots)),
        up.at(median(one.xp for one in spots)),
        tuple((across.at(value), words.total(value, "messages")) for value in across.ticks()),
        tuple((up.at(value), words.total(value, "experience")) for value in up.ticks()),
    )


class _Side(NamedTuple):
    """One side's scale: ``most`` is drawn at ``end``, 0 at ``start``, in the chart's units."""

    most: int
    even_to: int
    start: float
    end: float

    def at(self, value: float) -> float:
        whole = max(self._grown(self.most), 1.0)
        return round(self.start + (self.end - self.start) * self._grown(value) / whole, 1)

    def ticks(self) -> Iterator[int]:
        yield 0
        tick = self.even_to
        while tick <= max(self.most, self.even_to):
            yield tick
            tick *= 10

    def _grown(self, value: float) -> float:
        return value / self.even_to if value <= self.even_to else 1 + log10(value / self.even_to)


def _dot(one: Spot, across: _Side, up: _Side) -> Dot:
    x, y = across.at(one.messages), up.at(one.xp)
    if not one.named:
        return Dot(x, y, "", "")
    mark = PARTIAL if one.partial else ""
    told = f"{counted(one.messages, 'message')}, {mark}{words.gain(one.xp, 'experience')} XP"
    return Dot(x, y, one.name, f"{one.name}: {told}")


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, label: Label, width: float) -> Self:
        left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        return cls(left, label.y - _UP, left + width, label.y + _DOWN)

    def overlaps(self, other: "_Box") -> bool:
        apart_x = self.right <= other.left or other.right <= self.left
        return not (apart_x or self.bottom <= other.top or other.bottom <= self.top)

    def away(self, dot: Dot) -> float:
        """How far it is to a dot's middle."""
        beside = max(self.left - dot.x, dot.x - self.right, 0.0)
        return hypot(beside, max(self.top - dot.y, dot.y - self.bottom, 0.0))

    def is_inside(self) -> bool:
        return (
            self.left >= _LEFT and self.right <= _WIDTH and self.top >= 0 and self.bottom <= _HEIGHT - _BOTTOM
        )


def _with_names(dots: Sequence[Dot]) -> Iterator[Dot]:
    """The dots, each that leads with its name where there is room: the first ones choose first."""
    leading = [one for one in dots if one.name]
    yield from (one for one in dots if not one.name)
    taken: list[_Box] = []
    for dot in leading:
        free = [(label, box) for label, box in _places(dot) if _is_free(box, dot, leading, taken)]
        if not free:
            yield dot
            continue
        label, box = min(free, key=lambda place: sum(place[1].away(other) < _DOT for other in dots))
        taken.append(box)
        yield dot._replace(label=label)


def _places(dot: Dot) -> Iterator[tuple[Label, _Box]]:
    """To the right, to the left, above and below: in the middle there, or flush with the dot."""
    width, beside = _width(dot.name), dot.y + (_UP - _DOWN) / 2
    above, below = dot.y - _GAP - _DOWN + 1, dot.y + _GAP + _UP - 1
    flush = ((dot.x, "middle"), (dot.x + _DOT, "end"), (dot.x - _DOT, "start"))
    for x, y, anchor in (
        (dot.x + _GAP, beside, "start"),
        (dot.x - _GAP, beside, "end"),
        *((x, above, anchor) for x, anchor in flush),
        *((x, below, anchor) for x, anchor in flush),
    ):
        label = Label(round(x, 1), round(y, 1), anchor)
        yield label, _Box.of(label, width)


def _is_free(box: _Box, dot: Dot, leading: Sequence[Dot], taken: Sequence[_Box]) -> bool:
    """Whether a name there would be read as this dot's, and as no other's that leads."""
    others = (one for one in leading if one is not dot)
    clear = all(box.away(one) > box.away(dot) + _DOT / 2 for one in others)
    return clear and box.is_inside() and not any(box.overlaps(one) for one in taken)


def _width(name: str) -> float:
    """About how wide a name is, rather too much: which font a browser has is not known."""
    return sum(_letter(char) for char in name)


def _letter(char: str) -> float:
    if char in _NARROW:
        return 4.0
    if east_asian_width(char) in "WF":
        return 12.0
    return 10.0 if char in _BROAD else 8.0 if char.isupper() else 6.6
