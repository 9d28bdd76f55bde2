"""A clan of many ranks, drawn."""

from datetime import date
from typing import Any

import pytest
from matplotlib.backends import backend_agg

from bot.domain.cards import DayPoint
from bot.domain.clan_charts import Ranked
from bot.present import chart, clan_charts


def test_every_rank_is_drawn_or_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(clan_charts, "png", drawn.append)
    # In the clan's order: one owner at the top, most members at the bottom.
    rows = [Ranked(f"Rank {number}", 1 if number < 20 else 40) for number in range(27)]
    clan_charts.ranked_chart(rows, "Members by rank", "messages")
    shown = [text.get_text() for axes in drawn[0].axes for text in axes.texts]
    told = " ".join(shown + [text.get_text() for text in drawn[0].texts])
    assert all(row.name in shown for row in rows) or "more" in told, sorted(shown)


def test_a_clans_name_in_capitals_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(chart, "png", drawn.append)
    chart.clan_chart(
        [DayPoint(date(2026, 1, day), day, day) for day in range(1, 8)], "GOLDEN MAMMOTH WARRIORS CLAN"
    )
    (figure,) = drawn
    canvas: Any = backend_agg
    title = figure._suptitle.get_window_extent(canvas.FigureCanvasAgg(figure).get_renderer())
    assert title.x1 <= figure.bbox.x1, "of the name the last letters are cut"
