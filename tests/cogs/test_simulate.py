"""``/rules simulate``: a small clan's history, whose promotions can be worked out by hand."""

import csv
from io import StringIO

import pytest

from bot.domain.ids import UserId
from bot.services.eligibility import simulations
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import answer_of, buttons_of, is_private, lines_of, message_of, text_of
from tests.cogs.test_rules import file, save
from tests.cogs.world import ANN, DEE, JOHN, OTHERS

RULES = """
ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    when: {field: vorkath, at_least: 53}
  - name: legend
    order: 30
    wom_role: owner
    when:
      all:
        - {field: vorkath, at_least: 120}
        - {field: messages, over: 7d, at_least: 6}
"""


async def test_what_the_rules_would_have_done_is_shown_day_by_day(foundry: Foundry) -> None:
    """Everybody has 50 kills and one more at each poll, John seven more from 100 on.

    So all who were there get 53 with the poll of 8 January at 13:30, and Dee, first read on 14 January,
    has 55 then. Each day is judged at 12:30: they are promoted on the 9th and on the 14th. John, who
    holds onyx already, has 121 on the 8th; only six messages make him a legend, the sixth of which was heard
    in the game early on the 14th. What he wrote in Discord counts for an account that he only claimed no more
    here than elsewhere in the rules.
    """
    await save(foundry, RULES)
    shown = await foundry.places.officer.slash(await colleagues(foundry), "rules simulate", days=30)
    assert not is_private(shown)
    lines = lines_of(shown)
    assert lines[0] == "The rules over the last 30 days"
    assert lines[1].startswith("25 promotions of 25 members, really 0")
    assert "Nobody would have met a rank no longer within two weeks." in lines
    assert lines[lines.index("```") + 1 :][:3] == [
        "Rank          Rules Real Flaps",
        "Veteran          24    0     0",
        "Legend            1    0     0",
    ]
    assert "-# chat heard since <t>: what was not known promoted nobody" in lines
    assert buttons_of(shown) == {}
    table, chart = answer_of(shown).attachments
    assert chart.filename == "simulation.png"
    rows = list(csv.DictReader(StringIO((await table.read()).decode("utf-8-sig"))))
    on = {row["name"]: (row["rank"], row["by the rules on"], row["really on"]) for row in rows}
    for name in (ANN, *OTHERS):
        assert on[name] == ("Veteran", "2026-01-09 12:30", ""), name
    assert on[DEE] == ("Veteran", "2026-01-14 12:30", "")
    assert on[JOHN] == ("Legend", "2026-01-14 12:30", "")
    assert len(rows) == 25


async def test_one_runs_at_a_time_shows_how_far_it_is_and_can_be_cancelled(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(foundry, RULES)
    officer, channel = foundry.places.officer, await colleagues(foundry)
    clan, service = await foundry.clan(), foundry.services.simulations
    monkeypatch.setattr(simulations, "TELLS", 0)
    monkeypatch.setattr(simulations, "HOLDS", 0)
    rules = (await foundry.services.eligibility.rules(clan)).rules
    told: list[float] = []

    async def tell(share: float) -> None:
        told.append(share)
        if len(told) == 3:
            refused = await officer.slash(channel, "rules simulate")
            assert is_private(refused)
            assert text_of(refused).startswith(f"<@{officer.id}> began a simulation <t>")
            assert service.cancel(clan.guild)

    assert await service.run(clan, rules, None, 30, UserId(officer.id), tell) is None
    assert told == sorted(told)
    assert len(told) == 3
    assert not service.cancel(clan.guild)
    shown = await officer.slash(channel, "rules simulate", days=7)
    assert lines_of(shown)[0] == "The rules over the last 7 days"


async def test_a_draft_is_simulated_and_without_pictures_the_numbers_stay(foundry: Foundry) -> None:
    officer, channel = foundry.places.officer, await colleagues(foundry)
    assert text_of(await officer.slash(channel, "rules simulate")).startswith(
        "This clan has no rank rules yet."
    )
    none = await officer.slash(channel, "rules simulate", draft=True)
    assert text_of(none).startswith("You have no unsaved rules")
    preview = await officer.slash(channel, "rules import", file=file(RULES))
    foundry.break_pictures()
    shown = await officer.click(message_of(preview), label="Simulate")
    assert lines_of(shown)[0] == "Your draft over the last 180 days"
    assert [one.filename for one in answer_of(shown).attachments] == ["simulation.csv"]
    again = await officer.slash(channel, "rules simulate", draft=True, days=14)
    assert lines_of(again)[0] == "Your draft over the last 14 days"
