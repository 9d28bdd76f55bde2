"""Members side by side, narrow enough for a phone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import discord

from bot.domain.cards import Comparison
from bot.domain.metrics import Metric
from bot.domain.periods import PeriodKind
from bot.present.card import rule_words
from bot.present.numbers import figure, label
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
_VALUE_COLUMNS = (MONOSPACE_COLUMNS - _NAME_COLUMNS) // _METRICS_PER_TABLE
_MOST = "*"


def comparison(compared: Comparison, zone: ZoneInfo, *, as_of: bool = False) -> discord.Embed:
    """One small table for each two metrics: a row a member, a star at the most.

    No line is wider than 32 columns, so that a phone does not break it.
    """
    total = compared.period.kind is PeriodKind.TOTAL
    tables = [
        _table(compared.names, compared.rows[start : start + _METRICS_PER_TABLE], total=total)
        for start in range(0, len(compared.rows), _METRICS_PER_TABLE)
    ]
    small = SEPARATOR.join(
        [f"{_MOST} the most", f"checked {ago(compared.checked_at)}", rule_words(compared.period)]
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


def _table(names: Sequence[str], rows: Sequence[_Row], *, total: bool) -> str:
    header = " " * _NAME_COLUMNS + "".join(_right(label(metric)) for metric, _values in rows)
    lines = [header.rstrip()]
    for index, name in enumerate(names):
        cells = (_cell(metric, values, index, total=total) for metric, values in rows)
        lines.append((pad(verbatim(name), _NAME_COLUMNS) + "".join(cells)).rstrip())
    table = "\n".join(lines)
    return f"```\n{table}\n```"


def _cell(metric: Metric, values: Sequence[int | None], index: int, *, total: bool) -> str:
    """A value with its star; where all have the same, nobody has the most."""
    value = values[index]
    known = [other for other in values if other is not None]
    most = len(known) > 1 and value == max(known) and value != min(known)
    return _right(figure(value, metric.measure, total=total), _MOST if most else " ")


def _right(text: str, mark: str = " ") -> str:
    """Right-aligned in one column of the table, with a blank before and the mark behind."""
    shown = clip(verbatim(text), _VALUE_COLUMNS - 2)
    return " " * (_VALUE_COLUMNS - 1 - width(shown)) + shown + mark
