"""What ``/report`` says where a drawing fails, and below a drawing."""

from collections.abc import Callable
from typing import Any, TypeVarTuple

import pytest

from bot.domain.ids import GuildId
from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from bot.present import clan_charts
from bot.services.rendering import Renderer, RenderFailedError
from cogs import charts, report
from tests.cogs.conftest import Foundry
from tests.cogs.reading import message_of, text_of
from tests.cogs.world import AMSTERDAM, NOW

Args = TypeVarTuple("Args")


class Failing(Renderer):
    """Takes too long for everything."""

    async def render(
        self, function: Callable[[*Args], bytes], *args: *Args, guild: GuildId, key: str | None = None
    ) -> bytes:
        raise RenderFailedError("slow")


async def test_a_workbook_that_cannot_be_written_is_given_as_csv(foundry: Foundry) -> None:
    foundry.use_renderer(Failing(), "ReportCog")
    shown = await foundry.places.officer.slash(foundry.commands, "report")
    names = [one.filename for one in message_of(shown).attachments]
    assert "roster.csv" in names, (names, text_of(shown))
    assert "could not write the workbook" in text_of(shown)
    assert "use `/report` again" in text_of(shown)


async def test_the_trend_does_not_say_that_every_week_was_measured(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    async def noted(*given: Any) -> None:
        told.append(given)
        await report.answer(given[1], private=True, content="drawn")

    monkeypatch.setattr(report, "show_chart", noted)
    shown = await foundry.places.officer.slash(foundry.commands, "report", kind="changes")
    await foundry.places.officer.select(message_of(shown), ["trend"])
    (_, _, _, small, _, weeks, _), *_ = told
    measured = [week.measured for week in weeks]
    assert 0 in measured
    assert "in each" not in small, (small, measured)


async def test_a_board_drawn_marks_what_covers_less(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clan = await foundry.clan()
    period = read_period("30d", now=NOW, zone=AMSTERDAM)
    board = await foundry.services.leaderboards.top(clan, OVERALL, period)
    late = [row.entry.measured_from is not None for row in board.standings[:10]]
    assert any(late), [row.entry.name for row in board.standings]
    told: list[Any] = []
    drawn: list[Any] = []

    async def noted(*given: Any) -> None:
        told.append(given)
        await charts.answer(given[1], private=True, content="drawn")

    def keep(figure: Any) -> bytes:
        drawn.append(figure)
        return b""

    monkeypatch.setattr(charts, "show_chart", noted)
    monkeypatch.setattr(clan_charts, "png", keep)
    shown = await foundry.ann.slash(foundry.commands, "leaderboard", period="30d")
    assert "≈" in text_of(shown)
    await foundry.ann.click(message_of(shown), label="Chart")
    (_, _, _, small, draw, *given), *_ = told
    assert small == "Last 30 days · ≈ part of the time"
    draw(*given)
    numbers = [text.get_text() for text in drawn[0].axes[0].texts[1::2]]
    assert ["≈" in number for number in numbers] == late, numbers
