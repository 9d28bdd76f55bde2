"""Members side by side, narrow enough for a phone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import discord

from bot.domain.cards import Comparison
from bot.domain.metrics import Metric
from bot.domain.periods import PeriodKind
from bot.present.card import rule_words
from bot.present.numbers import COVERS_LESS, PARTIAL, figure, label
from bot.present.text import (
    AUTHOR_LIMIT,
    DESCRIPTION_LIMIT,
    MONOSPACE_COLUMNS,
    TITLE_LIMIT,
    clip,
    cut_units,
    pad,
    split_lines,
    tidy,
    verbatim,
    width,
)
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, period_label

_Row = tuple[Metric, tuple[int | None, ...]]

_NAME_COLUMNS = 12
_METRICS_PER_TABLE = 2
_WIDEST_VALUE = MONOSPACE_COLUMNS - _NAME_COLUMNS - 3
_LABELS = {"messages": "Chat", "total_level": "Level"}
_MOST = "*"


def comparison(compared: Comparison, zone: ZoneInfo, *, as_of: bool = False) -> discord.Embed:
    """One small table for each two metrics, or for each one where two would be too wide.

    A row is a member, with a star at the most. No line is wider than
    :data:`MONOSPACE_COLUMNS`, so that a phone does not break it; short names and numbers
    have narrow columns, the same in every table.
    """
    total = compared.period.kind is PeriodKind.TOTAL
    columns = [_column(compared, row, total=total) for row in compared.rows]
    names = [clip(verbatim(name), _NAME_COLUMNS) for name in compared.names]
    tables = _tables(names, columns)
    less = [COVERS_LESS] if compared.partial else []
    small = SEPARATOR.join(
        [f"{_MOST} the most", *less, f"checked {ago(compared.checked_at)}", rule_words(compared.period)]
    )
    last = f"\n-# {small}"
    body = split_lines(tables, DESCRIPTION_LIMIT - len(last))[0] if tables else "Nothing to compare."
    embed = discord.Embed(
        title=cut_units(
            f"Side by side{SEPARATOR}{period_label(compared.period, zone, as_of=as_of)}", TITLE_LIMIT
        ),
        colour=ACCENT,
        description=body + last,
    )
    return embed.set_author(name=cut_units(tidy(compared.clan_name), AUTHOR_LIMIT))


def _column(compared: Comparison, row: _Row, *, total: bool) -> list[str]:
    """The metric's name, then everybody's value, each with its star or the place of one.

    Where all have the same, nobody has the most; what covers less than the period earns no star.
    """
    metric, values = row
    partial = [(metric.key, member) in compared.partial for member in compared.members]
    known = [value for value in values if value is not None]
    most = max(known) if len(known) > 1 and max(known) != min(known) else None
    shown = [
        (PARTIAL if less else "") + figure(value, metric.measure, total=total)
        for value, less in zip(values, partial, strict=True)
    ]
    stars = [
        _MOST if value is not None and value == most and not less else " "
        for value, less in zip(values, partial, strict=True)
    ]
    cells = zip((_LABELS.get(metric.key, label(metric)), *shown), (" ", *stars), strict=True)
    return [clip(verbatim(text), _WIDEST_VALUE) + star for text, star in cells]


def _tables(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    first = max((width(name) for name in names), default=0)
    wide = max((width(cell) for column in columns for cell in column), default=0)
    count = _METRICS_PER_TABLE if first + 1 + 2 * (wide + 1) <= MONOSPACE_COLUMNS else 1
    rows = ["", *names]
    tables: list[str] = []
    for start in range(0, len(columns), count):
        beside = columns[start : start + count]
        lines = [
            f"{pad(name, first)} " + "".join(_right(column[row], wide + 1) for column in beside)
            for row, name in enumerate(rows)
        ]
        table = "\n".join(line.rstrip() for line in lines)
        tables.append(f"```\n{table}\n```")
    return tables


def _right(cell: str, columns: int) -> str:
    return " " * (columns - width(cell)) + cell
