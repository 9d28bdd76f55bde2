"""What ``/report`` says where a drawing fails, and below a drawing."""

import pytest

from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from tests.cogs.conftest import Foundry
from tests.cogs.reading import message_of, text_of
from tests.cogs.world import AMSTERDAM, NOW


async def test_a_workbook_that_cannot_be_written_is_given_as_csv(foundry: Foundry) -> None:
    foundry.break_pictures()
    shown = await foundry.places.officer.slash(foundry.commands, "report")
    names = [one.filename for one in message_of(shown).attachments]
    assert "roster.csv" in names, (names, text_of(shown))
    assert "could not write the workbook" in text_of(shown)
    assert "use `/report` again" in text_of(shown)


async def test_the_trend_does_not_say_that_every_week_was_measured(foundry: Foundry) -> None:
    shown = await foundry.places.officer.slash(foundry.commands, "report", kind="changes")
    drawn = await foundry.places.officer.select(message_of(shown), ["trend"])
    _, (weeks, _) = foundry.asked_to_draw()
    measured = [week.measured for week in weeks]
    assert 0 in measured
    assert "in each" not in text_of(drawn), (text_of(drawn), measured)
    assert f"of the last {len(weeks)} weeks measured" in text_of(drawn)


async def test_a_board_drawn_marks_what_covers_less(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clan = await foundry.clan()
    period = read_period("30d", now=NOW, zone=AMSTERDAM)
    board = await foundry.services.leaderboards.top(clan, OVERALL, period)
    late = [row.entry.measured_from is not None for row in board.standings[:10]]
    assert any(late), [row.entry.name for row in board.standings]
    shown = await foundry.ann.slash(foundry.commands, "leaderboard", period="30d")
    assert "≈" in text_of(shown)
    drawn = await foundry.ann.click(message_of(shown), label="Chart")
    assert text_of(drawn) == "-# Last 30 days · ≈ part of the time"
    numbers = [text.get_text() for text in foundry.figure(monkeypatch).axes[0].texts[1::2]]
    assert ["≈" in number for number in numbers] == late, numbers
