"""Charts of a whole clan, as PNG, drawn in the render process as those of :mod:`bot.present.chart`."""

from collections.abc import Sequence
from math import hypot
from typing import Any, Final, NamedTuple

from bot.domain.cards import DayPoint
from bot.domain.clan_charts import Ranked, Spot, TrendWeek
from bot.present import theme
from bot.present.chart import EDGE, INCHES, drawable, finish_axis, new_figure, png, shrink, weekly_chart
from bot.present.numbers import PARTIAL, counted, short

_SMALL: Final = 13
_HOURS: Final = 24
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FEWEST_SLOTS, _USUAL_SLOTS = 5, 10
"""For so many bars there is room at least: few are not made walls of, and ten fill the usual picture."""
_ABOVE_BARS, _BELOW_BARS = 0.61, 0.17
_SLOT: Final = 0.262
_LETTERS: Final = 15
"""Inches that a bar takes in the usual picture, and the size of its letters."""
_TALLEST: Final = 5.4
_NARROWEST: Final = 0.2
"""Inches that many bars take together until each would be narrower than that."""
_HEADING: Final = 0.42
_PANEL_TITLE: Final = 0.34
_BAR: Final = 0.19
_BELOW: Final = 0.08
"""Inches that the title, a panel's own title and a bar of it take, and what is free below them."""
_DOT: Final = 6
"""Pixels by which a name has to be nearer to its own dot than to another."""
_BESIDE: Final = ((8, 0, "left"), (-8, 0, "right"), (0, 14, "center"), (0, -14, "center"))
"""Where a name may stand, from its dot's middle to its own, in points."""


def ranked_chart(rows: Sequence[Ranked], title: str, measure: str, *, colour: str = theme.XP_COLOUR) -> bytes:
    """Bars across, the first at the top, each with its name and number.

    Every row is drawn: more than ten make the picture taller, and more than twenty their letters smaller.
    """
    slots = _FEWEST_SLOTS if len(rows) <= _FEWEST_SLOTS else max(_USUAL_SLOTS, len(rows))
    slot = max(_NARROWEST, min(_SLOT, _TALLEST / slots))
    bars = max(_USUAL_SLOTS * _SLOT, slots * slot)
    height = _ABOVE_BARS + bars + _BELOW_BARS
    figure = new_figure(title, (INCHES[0], height))
    axes: Any = figure.add_axes((0.36, _BELOW_BARS / height, 0.47, bars / height))
    places = range(len(rows) - 1, -1, -1)
    most = max([1, *(row.value for row in rows)])
    letters = _LETTERS * slot / _SLOT
    names: list[Any] = []
    axes.barh(list(places), [row.value for row in rows], color=colour, height=0.68, zorder=2)
    for place, row in zip(places, rows, strict=True):
        name = axes.text(
            -0.02 * most,
            place,
            drawable(row.name),
            ha="right",
            va="center",
            color=theme.INK,
            fontsize=max(_SMALL, letters),
            parse_math=False,
        )
        names.append(name)
        axes.text(
            row.value + 0.02 * most,
            place,
            (PARTIAL if row.partial else "") + short(row.value, measure),
            va="center",
            color=theme.FAINT_INK,
            fontsize=max(_SMALL, letters - 1),
        )
    axes.set_xlim(0, most)
    axes.set_ylim(-0.6, slots - 0.4)
    axes.axis("off")
    for name in names:
        shrink(figure, name)
    return png(figure)


class Panel(NamedTuple):
    """A metric of members side by side: what each has, and whether that covers less than the time."""

    label: str
    measure: str
    values: Sequence[int | None]
    partial: Sequence[bool]


def compare_chart(names: Sequence[str], rows: Sequence[Panel], title: str) -> bytes:
    """Members side by side: for each metric a bar to each member.

    Every metric has a panel and a scale of its own, two beside each other, so that the picture is
    no higher than Discord shows whole; the last panel tells which colour and number is whose. A
    member of whom it is unknown has a dash.
    """
    across, members = 2, len(names)
    down = -(-(len(rows) + 1) // across)
    height = _HEADING + down * (_PANEL_TITLE + members * _BAR) + _BELOW
    figure = new_figure(title, (INCHES[0], height))
    panels: list[Any] = []
    for place in range(len(rows) + 1):
        top = height - _HEADING - place // across * (_PANEL_TITLE + members * _BAR) - _PANEL_TITLE
        box = (0.06 + 0.5 * (place % across), (top - members * _BAR) / height, 0.29, members * _BAR / height)
        axes: Any = figure.add_axes(box)
        axes.set_xlim(0, 1)
        axes.set_ylim(members - 0.5, -0.5)
        axes.axis("off")
        panels.append(axes)
    for axes, (label, measure, values, partial) in zip(panels, rows, strict=False):
        axes.set_title(label, loc="left", x=-0.1, color=theme.INK, fontsize=_SMALL, fontweight="bold", pad=4)
        most = max([1, *(value for value in values if value is not None)])
        for place, value in enumerate(values):
            axes.barh(place, (value or 0) / most, color=_colour(place), height=0.76, zorder=2)
            _beside(axes, -0.05, place, str(place + 1), ha="right")
            mark = PARTIAL if partial[place] else ""
            _beside(axes, (value or 0) / most + 0.03, place, mark + short(value, measure))
    for place, name in enumerate(names):
        panels[-1].barh(place, 0.1, color=_colour(place), height=0.76)
        _beside(panels[-1], -0.05, place, str(place + 1), ha="right")
        shrink(figure, _beside(panels[-1], 0.16, place, drawable(name), color=theme.INK))
    return png(figure)


def _colour(place: int) -> str:
    return theme.SERIES[place % len(theme.SERIES)]


def _beside(axes: Any, across: float, place: int, text: str, **look: Any) -> Any:
    """A small text on a bar's line."""
    look = {"va": "center", "color": theme.FAINT_INK, "fontsize": _SMALL, "parse_math": False, **look}
    return axes.text(across, place, text, **look)


def heatmap_chart(messages: Sequence[Sequence[int | None]], title: str, span: str) -> bytes:
    """Messages by weekday and hour of the clan's time zone, Monday first; None was not observed."""
    from matplotlib.colors import LinearSegmentedColormap

    figure = new_figure(title)
    axes: Any = figure.add_axes((0.12, 0.14, 0.86, 0.66))
    known = [value for row in messages for value in row if value is not None]
    most = max([1, *known])
    colours = LinearSegmentedColormap.from_list("clan", (theme.GAP_COLOUR, theme.XP_COLOUR, theme.INK))
    squares = [(day, hour, value) for day, row in enumerate(messages) for hour, value in enumerate(row)]
    _squares(
        axes,
        [(hour, day, colours(value / most)) for day, hour, value in squares if value is not None],
        linewidth=0,
    )
    _squares(
        axes,
        [(hour, day, theme.CANVAS) for day, hour, value in squares if value is None],
        linewidth=0,
        hatch="//",
        edgecolor=theme.GRID,
    )
    axes.set_xlim(0, _HOURS)
    axes.set_ylim(len(_DAYS), 0)
    axes.set_xticks([0.5, 6.5, 12.5, 18.5, 23.5], ["0", "6", "12", "18", "23"])
    axes.set_yticks([place + 0.5 for place in range(len(_DAYS))], _DAYS)
    axes.tick_params(length=0, labelsize=14)
    for side in axes.spines.values():
        side.set_visible(False)
    _subtitle(figure, axes, f"{span} · at most {short(most if known else None, 'messages')} an hour")
    return png(figure)


def quadrants_chart(spots: Sequence[Spot], title: str, span: str) -> bytes:
    """XP against messages, a dot a member, with lines at the clan's medians; the farthest out are named.

    Who is named has a dot of another colour, so that one sees whose a name is.

    Both axes grow by powers, from 0 on: a few play or talk a hundred times as much as most.
    """
    from statistics import median

    figure = new_figure(title)
    axes: Any = figure.add_axes((0.15, 0.15, 0.82, 0.64))
    axes.set_xscale("symlog", linthresh=10)
    axes.set_yscale("symlog", linthresh=100_000)
    across, up = [spot.messages for spot in spots], [spot.xp for spot in spots]
    leading = [spot for spot in spots if spot.named]
    axes.scatter(across, up, s=26, color=theme.XP_COLOUR, alpha=0.75)
    axes.scatter(
        [one.messages for one in leading], [one.xp for one in leading], s=34, color=_colour(1), zorder=4
    )
    if spots:
        line: dict[str, Any] = {"color": theme.FAINT_INK, "linewidth": 1, "linestyle": "--"}
        axes.axvline(median(across), **line)
        axes.axhline(median(up), **line)
    axes.margins(x=0.05, y=0.18)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    _subtitle(figure, axes, f"{span} · XP ↑ · messages →")
    finish_axis(axes, "experience")
    _short_below(axes)
    # Last, since what is above moves the axes' ends.
    _name(figure, axes, leading)
    return png(figure)


def trend_chart(weeks: Sequence[TrendWeek], title: str) -> bytes:
    """The clan's XP above and messages below, by the week; a week that nobody measured is shaded."""
    points = [DayPoint(week.start, week.xp, week.messages) for week in weeks]
    return weekly_chart(points, title)


def weeks_measured(weeks: Sequence[TrendWeek]) -> str:
    """What stands below a trend: how many of its weeks were measured, and of how many members at least."""
    known = [week.measured for week in weeks if week.measured]
    if not known:
        return f"the last {len(weeks)} weeks · none measured"
    fewest = counted(min(known), "member")
    if len(known) == len(weeks):
        return f"the last {len(weeks)} weeks · at least {fewest} measured in each"
    return f"{len(known)} of the last {len(weeks)} weeks measured · at least {fewest} in any of these"


def _subtitle(figure: Any, axes: Any, text: str) -> None:
    """What is drawn, in small letters above the axes."""
    shrink(figure, axes.set_title(text, loc="left", color=theme.FAINT_INK, fontsize=_SMALL, pad=6))


def _name(figure: Any, axes: Any, spots: Sequence[Spot]) -> None:
    """Write names beside dots, each where no other name is, and nearer to its own dot than to another's.

    One for which there is no such room is left out.
    """
    from matplotlib.patheffects import withStroke

    renderer = figure.canvas.get_renderer()
    apart = [withStroke(linewidth=3, foreground=theme.CANVAS)]
    dots = [tuple(axes.transData.transform((spot.messages, spot.xp))) for spot in spots]
    taken: list[Any] = []
    for spot, dot in zip(spots, dots, strict=True):
        others = [other for other in dots if other is not dot]
        for across, up, side in _BESIDE:
            label = axes.annotate(
                drawable(spot.name),
                (spot.messages, spot.xp),
                xytext=(across, up),
                textcoords="offset points",
                ha=side,
                va="center",
                color=theme.INK,
                fontsize=_SMALL,
                parse_math=False,
                path_effects=apart,
                zorder=5,
            )
            box = label.get_window_extent(renderer).expanded(1.02, 1.1)
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 - EDGE and axes.bbox.y0 <= box.y0
            own = all(_away(box, dot) + _DOT < _away(box, other) for other in others)
            if inside and own and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            label.remove()


def _away(box: Any, dot: tuple[float, float]) -> float:
    """How far it is from a text's box to a dot's middle, in pixels."""
    beside = max(box.x0 - dot[0], dot[0] - box.x1, 0.0)
    return hypot(beside, max(box.y0 - dot[1], dot[1] - box.y1, 0.0))


def _squares(axes: Any, squares: Sequence[tuple[int, int, Any]], **look: Any) -> None:
    """Squares of an hour, a day and a colour each, as one thing: each by itself takes ten times as long."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    made: Any = Rectangle
    collected: Any = PatchCollection
    patches = [made((hour + 0.04, day + 0.05), 0.92, 0.9) for hour, day, _ in squares]
    axes.add_collection(collected(patches, facecolor=[face for _, _, face in squares], **look), autolim=False)


def _short_below(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _position: int | None) -> str:
        return short(round(value), "messages")

    axes.xaxis.set_major_formatter(FuncFormatter(written))
