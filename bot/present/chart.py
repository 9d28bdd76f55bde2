"""Charts, as PNG. They are drawn in the render process: see :mod:`bot.services.rendering`.

This module is imported by the bot's own process too, which only passes its functions on;
so matplotlib is imported where it is used. Nothing here goes through pyplot, which keeps
every figure alive.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, Final
from unicodedata import normalize

from bot.domain.cards import DayPoint
from bot.domain.simulation.result import Week
from bot.domain.usual import RECENT_WEEKS
from bot.present import theme
from bot.present.numbers import short
from bot.present.text import clip, tidy

INCHES: Final = (5.4, 3.4)
DPI: Final = 220
"""On a phone an embed's picture is about 300 points wide: letters of 14 here are of 11 there."""
_TITLE_COLUMNS: Final = 28
_TITLE: Final = 19
_ABOVE: Final = 0.07
"""Inches above the title that stay free."""
EDGE: Final = 12
"""Pixels at a picture's sides that stay free."""
_DATES_SHOWN: Final = 4
_WIDE_BARS: Final = 10
"""Up to so many bars, a date in the middle below the last one stays within the picture."""
_MOST_BARS: Final = 92
_WEEK: Final = 7
_BAR: Final = 0.78
_LEAST_WIDTH: Final = 4
"""Bars for which there is room at least, so that one day is not a wall."""
_LEAST_TOP: Final = 5
"""What an axis reaches at least, so that one message does not look like many."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def member_chart(points: Sequence[DayPoint], title: str) -> bytes:
    """XP above and messages below, a bar a day; a day that nobody measured is shaded, not zero.

    More than 92 days are drawn by the week, the last one ending with the last day. A
    week without any measured day is a gap; in others the days known are added up.
    """
    bars = points if len(points) <= _MOST_BARS else _weeks(points)
    figure, _above, _below = _of_member(bars, "day" if bars is points else "week", title)
    return png(figure)


def weekly_chart(points: Sequence[DayPoint], title: str) -> bytes:
    """XP above and messages below, a bar a week."""
    figure, _above, _below = _of_member(points, "week", title)
    return png(figure)


def clan_chart(points: Sequence[DayPoint], title: str) -> bytes:
    """The same of a whole clan: what all of its members gained and wrote each day."""
    return member_chart(points, title)


def usual_chart(weeks: Sequence[DayPoint], xp: int | None, messages: int | None, title: str) -> bytes:
    """The same by the week, with a dashed line at what is usual in the weeks before the last two."""
    figure, above, below = _of_member(weeks, "week", title)
    for axes, usual in ((above, xp), (below, messages)):
        if usual is not None:
            span = (-0.5, len(weeks) - RECENT_WEEKS - 0.5)
            axes.hlines(usual, *span, color=theme.INK, linewidth=1.6, linestyle="--", zorder=3)
    return png(figure)


def _of_member(bars: Sequence[DayPoint], unit: str, title: str) -> tuple[Any, Any, Any]:
    """XP above and messages below."""
    figure = new_figure(title)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    _bars(above, [point.xp for point in bars], theme.XP_COLOUR, f"XP per {unit}", "experience")
    _bars(
        below, [point.messages for point in bars], theme.MESSAGES_COLOUR, f"Messages per {unit}", "messages"
    )
    _dates(below, bars)
    if any(point.xp is None or point.messages is None for point in bars):
        above.set_title("shaded: not measured", loc="right", color=theme.FAINT_INK, fontsize=14, pad=6)
    figure.subplots_adjust(left=0.14, right=0.98, top=0.79, bottom=0.10, hspace=0.50)
    return figure, above, below


def weeks_chart(weeks: Sequence[Week], title: str) -> bytes:
    """Promotions a week: by the rules above, really below, on one scale."""
    figure = new_figure(title)
    above, below = figure.subplots(2, 1, sharex=True, sharey=True)
    _bars(above, [week.simulated for week in weeks], theme.XP_COLOUR, "By the rules, per week", "messages")
    _bars(below, [week.real for week in weeks], theme.MESSAGES_COLOUR, "Really, per week", "messages")
    most = max([_LEAST_TOP, *(max(week.simulated, week.real) for week in weeks)])
    above.set_ylim(0, most * 1.08)
    _dates(below, [DayPoint(week.start.date(), None, None) for week in weeks])
    # In the middle below the first bar it would reach the axis' own zero.
    below.get_xticklabels()[0].set_horizontalalignment("left")
    figure.subplots_adjust(left=0.14, right=0.98, top=0.79, bottom=0.10, hspace=0.50)
    return png(figure)


def new_figure(title: str, inches: tuple[float, float] = INCHES) -> Any:
    """An empty picture with its title, of smaller letters where it would else be cut."""
    from matplotlib.backends import backend_agg
    from matplotlib.figure import Figure

    style()
    # Matplotlib's annotations leave the keywords of most methods open, hence Any.
    figure: Any = Figure(figsize=inches, dpi=DPI, facecolor=theme.CANVAS)
    agg: Any = backend_agg
    agg.FigureCanvasAgg(figure)
    drawn = figure.suptitle(
        drawable(title),
        x=0.02,
        y=1 - _ABOVE / inches[1],
        va="top",
        ha="left",
        color=theme.INK,
        fontsize=_TITLE,
        fontweight="bold",
        parse_math=False,
    )
    shrink(figure, drawn)
    return figure


def shrink(figure: Any, text: Any) -> None:
    """Make a text that would leave the picture to one side as small as it has to be."""
    left, right = text.get_window_extent(figure.canvas.get_renderer()).intervalx
    room = min(right, figure.bbox.x1 - EDGE) - max(left, EDGE)
    if room < right - left:
        text.set_fontsize(text.get_fontsize() * room / (right - left))


def drawable(text: str) -> str:
    """The text with what the font can draw: styled letters become plain ones, emoji go.

    A letter of a script that the font lacks becomes a middle dot, never an empty box.
    """
    known = _glyphs()
    drawn = "".join(
        char if ord(char) in known else "·" if char.isalnum() else ""
        for char in normalize("NFKC", tidy(text))
    )
    return clip(" ".join(drawn.split()), _TITLE_COLUMNS)


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib import font_manager

    manager: Any = font_manager
    font = manager.get_font(manager.findfont(manager.FontProperties(family=["DejaVu Sans"])))
    return frozenset(font.get_charmap())


@cache
def style() -> None:
    """How every chart looks; done once in a process."""
    import matplotlib as mpl

    mpl.rcParams.update(
        {
            "font.family": ["DejaVu Sans"],
            "font.size": 16,
            "axes.facecolor": theme.CANVAS,
            "axes.edgecolor": theme.GRID,
            "xtick.color": theme.FAINT_INK,
            "ytick.color": theme.FAINT_INK,
            "hatch.color": theme.GRID,
        }
    )


def _weeks(points: Sequence[DayPoint]) -> list[DayPoint]:
    first = len(points) % _WEEK
    starts = [*([0] if first else []), *range(first, len(points), _WEEK)]
    ends = [*starts[1:], len(points)]
    return [_sum(points[start:end]) for start, end in zip(starts, ends, strict=True)]


def _sum(points: Sequence[DayPoint]) -> DayPoint:
    xp = [point.xp for point in points if point.xp is not None]
    messages = [point.messages for point in points if point.messages is not None]
    return DayPoint(points[0].day, sum(xp) if xp else None, sum(messages) if messages else None)


def _bars(axes: Any, values: Sequence[int | None], colour: str, name: str, measure: str) -> None:
    axes.bar(range(len(values)), [value or 0 for value in values], width=_BAR, color=colour, zorder=2)
    for start, end in _gaps(values):
        axes.axvspan(start - 0.5, end - 0.5, facecolor=theme.GAP_COLOUR, hatch="//", linewidth=0, zorder=0)
    margin = max(0.0, (_LEAST_WIDTH - len(values)) / 2) + 0.1
    axes.set_title(name, loc="left", color=colour, fontsize=16, pad=6)
    axes.set_xlim(-0.5 - margin, len(values) - 0.5 + margin)
    axes.set_ylim(0, max([_LEAST_TOP, *(value or 0 for value in values)]) * 1.08)
    _finish(axes, lambda value: short(round(value), measure))
    if all(value is None for value in values):
        axes.set_yticklabels([])


def _gaps(values: Sequence[int | None]) -> list[tuple[int, int]]:
    """Where runs of unknown values start and end, the end not included."""
    runs = groupby(range(len(values)), key=lambda index: values[index] is None)
    found = [list(indexes) for unknown, indexes in runs if unknown]
    return [(run[0], run[-1] + 1) for run in found]


def _finish(axes: Any, write: Callable[[float], str]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def formatted(value: float, _position: int | None) -> str:
        return write(value)

    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, min_n_ticks=2))
    axes.yaxis.set_major_formatter(FuncFormatter(formatted))
    axes.grid(visible=True, axis="y", color=theme.GRID, linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=14)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)


def finish_axis(axes: Any, measure: str) -> None:
    """The same of an axis whose numbers are of a measure, with ticks where its scale puts them."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _position: int | None) -> str:
        return short(round(value), measure)

    axes.yaxis.set_major_formatter(FuncFormatter(written))
    axes.grid(visible=True, axis="y", color=theme.GRID, linewidth=0.8, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=14)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)


def _dates(axes: Any, bars: Sequence[DayPoint]) -> None:
    """Some dates, always the last one; among many bars its end would leave the picture."""
    step = max(1, -(-len(bars) // _DATES_SHOWN))
    shown = range(len(bars) - 1, -1, -step)[::-1]
    axes.set_xticks(list(shown), [f"{bars[at].day.day} {_MONTHS[bars[at].day.month - 1]}" for at in shown])
    if len(bars) > _WIDE_BARS:
        axes.get_xticklabels()[-1].set_horizontalalignment("right")


def png(figure: Any) -> bytes:
    """The drawn figure."""
    from matplotlib.backends import backend_agg

    agg: Any = backend_agg
    picture = BytesIO()
    agg.FigureCanvasAgg(figure).print_png(picture, pil_kwargs={"compress_level": 3})
    return picture.getvalue()
