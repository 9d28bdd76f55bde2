"""``/competition`` as members see it, over a WOM that has some."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.reading import buttons_of, components_of, is_private, lines_of, message_of, text_of
from tests.cogs.world import ANN, GROUP, JOHN, NOW, POLLS, Clock, restored_wom

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@asynccontextmanager
async def competing(foundry: Foundry, wom: SimulatedWom | None = None) -> AsyncGenerator[SimulatedWom]:
    """The bot over a WOM with the clan's competitions."""
    wom = wom or restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        await foundry.env.settle()
        yield wom
        await foundry.bot.close()


async def test_a_running_one_shows_who_leads_since_its_very_start(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    wom.compete(GROUP, "Slayer week", "slayer", POLLS[3], NOW + 2 * DAY)
    async with competing(foundry, wom):
        shown = await foundry.ann.slash(foundry.commands, "competition")
        assert not is_private(shown)
        lines = lines_of(shown)
        assert lines[:3] == ["Slayer week", "Slayer · ends <t>", ""]
        assert lines[3:6] == ["🥇 WWWWWWWWWWWW · 60M", "🥈 Ann B · 4.5M", "🥉 Cy · 3M"]
        assert "measured" in lines[-1]
        assert "covering rule" in lines[-1].replace("\N{NO-BREAK SPACE}", " ")
        mine = await foundry.john.click(message_of(shown), label="My place")
        assert is_private(mine)
        assert text_of(mine).startswith("#4 of ")
        assert "1.5M Slayer" in text_of(mine)


async def test_what_was_gained_long_before_the_start_is_none_of_it(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    # The last look before it is of three days earlier, the next of an hour later.
    wom.compete(GROUP, "Slayer week", "slayer", POLLS[3] - 2 * HOUR, NOW + 2 * DAY)
    wom.compete(GROUP, "Since the third", "slayer", NOW - 12 * DAY, NOW + 3 * DAY)
    async with competing(foundry, wom):
        shown = await foundry.ann.slash(foundry.commands, "competition")
        assert lines_of(shown)[3:5] == ["🥇 WWWWWWWWWWWW · 60M", "🥈 Ann B · 4.5M"]
        (select,) = (one for one in components_of(shown) if one["type"] == 3)
        await foundry.ann.select(message_of(shown), [select["options"][1]["value"]])
        lines = lines_of(shown)
        # The first look is of two days later.
        assert lines[3:5] == ["1. ≈ WWWWWWWWWWWW · 80M", "2. ≈ Ann B · 6M"]
        assert lines[-1].startswith("-# ≈ measured for less than its whole time · ")
        mine = await foundry.john.click(message_of(shown), label="My place")
        assert text_of(mine).splitlines()[0].endswith("≈ 2M Slayer")


async def test_others_are_a_choice_away_and_are_turned_for_their_asker_alone(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    wom.compete(GROUP, "Long over", "zulrah", NOW - 60 * DAY, NOW - 30 * DAY)
    wom.compete(GROUP, "Last week", "overall", NOW - 9 * DAY, NOW - 2 * DAY)
    wom.compete(GROUP, "Next week", "vorkath", NOW + DAY, NOW + 8 * DAY)
    wom.compete(GROUP, "Now", "overall", NOW - DAY, NOW + DAY)
    async with competing(foundry, wom):
        shown = await foundry.ann.slash(foundry.commands, "competition")
        assert lines_of(shown)[0] == "Now"
        (select,) = (one for one in components_of(shown) if one["type"] == 3)
        assert [one["label"] for one in select["options"]] == ["Now", "Next week", "Last week"]
        copy = await foundry.john.select(message_of(shown), [select["options"][1]["value"]])
        assert is_private(copy)
        assert lines_of(copy)[:2] == ["Next week", "Vorkath · begins <t>, <t>"]
        assert "My place" not in buttons_of(copy)
        assert lines_of(shown)[0] == "Now"
        await foundry.ann.select(message_of(shown), [select["options"][2]["value"]])
        assert lines_of(shown)[:2] == ["Last week", "XP · ended <t>"]
        assert f"2. ≈ {ANN} · 6M" in lines_of(shown), "nobody was looked at near its end"


async def test_without_any_it_says_so_and_wom_out_of_reach_is_told_privately(
    foundry: Foundry,
) -> None:
    refused = await foundry.ann.slash(foundry.commands, "competition")
    assert "Wise Old Man" in text_of(refused.followups[-1])
    assert refused.followups[-1].ephemeral
    async with competing(foundry):
        shown = await foundry.ann.slash(foundry.commands, "competition")
        assert "No competitions" in text_of(shown)
        elsewhere = await foundry.john.slash(foundry.general, "competition")
        assert is_private(elsewhere)


async def test_teams_and_several_metrics_are_left_to_wom(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    wom.compete(GROUP, "Teams", "overall", NOW - 7 * DAY, NOW + DAY, kind="team")
    async with competing(foundry, wom):
        shown = await foundry.ann.slash(foundry.commands, "competition")
        assert "teams: at Wise Old Man" in text_of(shown)
        assert JOHN in text_of(shown)
