"""``/stats`` and *Clan stats* as users see them: cards, charts, other times, updates and refusals."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.ids import SourceId
from bot.domain.metrics import SKILLS
from bot.services.rendering import Renderer
from db.models import Profile
from db.queries import snapshots
from db.queries.snapshots import Seen
from demo.wom import SimulatedWom
from tests.cogs import world
from tests.cogs.conftest import Foundry
from tests.cogs.reading import (
    answer_of,
    buttons_of,
    count_public,
    is_private,
    lines_of,
    message_of,
    sent_after,
    text_of,
)
from tests.cogs.world import DEE, FINN, FORMER, JOHN, LEFT, NOW, TWICE, Clock, restored_wom

CARD = [
    "Jo hn · Onyx · Ironman · 1 y 2 mo",
    "Last 7 days",
    "XP +3M · #4 of 25",
    "EHP +3.0 · EHB 0 · Kills +21",
    "Chat 10 · #1 · 2 of 7 days",
    " in game 6 · Discord 4",
    "Slayer +1.5M · Vorkath +21",
    "Total 106M · level 2,006",
    "-# checked <t> · WOM's rule",
]


async def test_ones_own_card_is_public_in_the_bot_channel_with_its_chart(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "stats")
    assert not is_private(result)
    assert lines_of(result) == CARD
    (chart,) = message_of(result).attachments
    assert message_of(result).embeds[0].image.url in {chart.url, f"attachment://{chart.filename}"}
    assert buttons_of(result) == {
        "7d": False,
        "30d": True,
        "Year": True,
        "Update now": True,
        "Skills": True,
        "Bosses": True,
    }


async def test_elsewhere_it_is_private_until_posted_once_with_its_chart(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.general, "stats")
    assert is_private(result)
    assert count_public(foundry.general) == 0
    posted = sent_after(await foundry.john.click(message_of(result), label="Post here"))
    assert not is_private(posted)
    assert lines_of(posted) == CARD
    assert len(posted.attachments) == 1
    assert "Post here" not in buttons_of(posted)
    assert buttons_of(result)["Posted"] is False
    assert count_public(foundry.general) == 1


@pytest.mark.parametrize("asked", ["jo hn", "JO_HN", " jo-hn ", FORMER, FORMER.replace(" ", "_").upper()])
async def test_any_spelling_and_any_former_name_finds_the_same_member(foundry: Foundry, asked: str) -> None:
    result = await foundry.ann.slash(foundry.commands, "stats", player=asked)
    assert lines_of(result) == CARD
    assert FORMER not in text_of(result)


@pytest.mark.parametrize(
    ("player", "expected"),
    [
        ("Jo hm", "I know nobody called “Jo hm” in this clan. Did you mean Jo hn"),
        ("Nobody", "I know nobody called “Nobody” in this clan."),
        (TWICE, "Several members were once called “Recycled”. Ask for one by the name of today: First One"),
        ("Jo hn; drop", "cannot be a RuneScape name"),
        ("@everyone", "cannot be a RuneScape name"),
        ("x" * 3000, "cannot be a RuneScape name"),
    ],
)
async def test_a_player_who_is_not_found_is_told_privately_with_a_next_step(
    foundry: Foundry, player: str, expected: str
) -> None:
    result = await foundry.john.slash(foundry.commands, "stats", player=player)
    assert is_private(result)
    assert expected in text_of(result)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"period": "fortnight"}, "I cannot read “fortnight” as a period"),
        ({"period": "2012"}, "longer than I can measure"),
        ({"as_of": "next week"}, "I cannot use “next week” as a moment"),
    ],
)
async def test_an_unreadable_time_is_refused_privately(
    foundry: Foundry, options: dict[str, str], expected: str
) -> None:
    result = await foundry.john.slash(foundry.commands, "stats", **options)
    assert is_private(result)
    assert expected in text_of(result)


async def test_who_is_not_linked_and_before_set_up_what_to_do(foundry: Foundry) -> None:
    result = await foundry.places.stranger.slash(foundry.commands, "stats")
    assert is_private(result)
    assert text_of(result) == (
        "I do not know which account is yours, Stranger_*x*. Tell me with `/link`, or name a player."
    )


async def test_before_set_up_stats_says_who_can_do_what(fresh: Foundry) -> None:
    result = await fresh.john.slash(fresh.commands, "stats", player=JOHN)
    assert is_private(result)
    assert "No clan is set up" in text_of(result)
    assert await fresh.john.autocomplete(fresh.commands, "stats", "player", "jo") == []


async def test_players_are_offered_by_any_name_and_at_most_25(foundry: Foundry) -> None:
    async def offered(typed: str) -> list[str]:
        found = await foundry.ann.autocomplete(foundry.commands, "stats", "player", typed)
        return [choice["value"] for choice in found]

    assert len(await offered("")) == 25
    assert (await offered("joh"))[0] == JOHN
    assert await offered(FORMER.lower()) == [JOHN]
    assert (await offered("member 1"))[0] == "Member 10"
    assert await offered("\N{PILE OF POO}`*" * 30) == []


async def test_a_press_on_another_period_turns_the_card_for_its_asker_alone(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "stats")
    await foundry.restart()
    await foundry.john.click(message_of(result), label="30d")
    assert lines_of(result)[1:3] == ["Last 30 days", "XP ≈ +5M · #4 of 25"]
    assert buttons_of(result)["30d"] is False
    assert len(message_of(result).attachments) == 1
    copy = await foundry.ann.click(message_of(result), label="7d")
    assert is_private(copy)
    assert lines_of(answer_of(copy)) == CARD
    assert lines_of(result)[1] == "Last 30 days"
    own = answer_of(copy)
    await foundry.ann.click(own, label="30d")
    assert lines_of(copy)[1] == "Last 30 days"


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ({"as_of": "2026-01-11"}, ["7 days", "up to 11 Jan 2026 23:59 Amsterdam"]),
        ({"period": "this-week", "as_of": "2026-01-11"}, ["5–11 Jan 2026"]),
        ({"period": "last month"}, ["December 2025", "XP +1M · #4 of 24", "covering rule"]),
        ({"period": "all"}, ["All time", "XP 106M · #4 of 25", "totals"]),
    ],
)
async def test_cards_of_other_times_say_so(
    foundry: Foundry, options: dict[str, str], lines: list[str]
) -> None:
    result = await foundry.john.slash(foundry.commands, "stats", **options)
    for line in lines:
        assert line in text_of(result)
    if "as_of" in options:
        assert "Update now" not in buttons_of(result)
        before = lines_of(result)
        await foundry.restart(later=timedelta(days=2))
        await foundry.john.click(message_of(result), label="30d")
        assert "Jan 2026" in text_of(result)
        assert lines_of(result) != before


async def test_partial_unknown_and_departed_members_have_honest_cards(foundry: Foundry) -> None:
    partial = text_of(await foundry.john.slash(foundry.commands, "stats", player=DEE))
    assert "XP ≈ +1,000" in partial
    unknown = text_of(await foundry.john.slash(foundry.commands, "stats", player=FINN))
    assert "XP —" in unknown
    assert "0" not in unknown.split("XP", 1)[1].split("\n", 1)[0]
    left = text_of(await foundry.john.slash(foundry.commands, "stats", player=LEFT))
    assert "Left <t>" in left


async def test_without_its_chart_the_card_is_still_answered(foundry: Foundry) -> None:
    foundry.break_pictures()
    result = await foundry.john.slash(foundry.commands, "stats")
    assert lines_of(result) == CARD
    assert message_of(result).attachments == []
    assert not message_of(result).embeds[0].image


async def test_a_fault_after_the_public_defer_is_still_told_privately(foundry: Foundry) -> None:
    foundry.break_pictures(ZeroDivisionError("a fault of ours"))
    result = await foundry.john.slash(foundry.commands, "stats")
    assert is_private(sent_after(result))
    assert "Something broke on my side" in text_of(sent_after(result))
    assert count_public(foundry.commands) == 0
    foundry.forgive(ZeroDivisionError)


async def test_the_real_chart_is_a_picture(foundry: Foundry) -> None:
    drawn = Renderer()
    foundry.use_renderer(drawn)
    result = await foundry.john.slash(foundry.commands, "stats")
    (chart,) = message_of(result).attachments
    assert chart.size > 10_000
    await drawn.close()


async def test_clan_stats_in_the_apps_menu_is_private_everywhere(foundry: Foundry) -> None:
    result = await foundry.ann.context_menu(foundry.commands, "Clan stats", foundry.john)
    assert is_private(result)
    assert lines_of(answer_of(result)) == CARD
    assert "Post here" in buttons_of(result)


async def test_clan_stats_of_somebody_unlinked_does_not_speak_of_oneself(foundry: Foundry) -> None:
    other = await foundry.ann.context_menu(foundry.commands, "Clan stats", foundry.places.stranger)
    assert is_private(other)
    assert "which account is Stranger_*x*'s: they have linked none" in text_of(other)
    own = await foundry.ann.context_menu(foundry.commands, "Clan stats", foundry.ann)
    assert "which account is yours, Ann" in text_of(own)


# Update now


@pytest.fixture
async def served(foundry: Foundry) -> AsyncGenerator[tuple[Foundry, SimulatedWom]]:
    """The bot with WOM in reach, where John has gained 5,000,000 since the last poll."""
    clock = Clock(NOW)
    wom = restored_wom(clock)
    john = world.player_id(wom, JOHN)
    wom.on_update = lambda player, _at: {"overall": 111_000_000} if player == john else {}
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        clock.now = NOW + timedelta(minutes=30)
        yield foundry, wom
        await foundry.bot.close()


async def test_update_now_has_wom_look_again_and_shows_it(served: tuple[Foundry, SimulatedWom]) -> None:
    foundry, _ = served
    result = await foundry.john.slash(foundry.commands, "stats")
    await foundry.restart(later=timedelta(minutes=30))
    await foundry.john.click(message_of(result), label="Update now")
    assert "XP +8M · #3 of 25" in lines_of(result)
    assert "Total 111M · level 2,006" in lines_of(result)
    copy = await foundry.ann.click(message_of(result), label="Update now")
    assert is_private(answer_of(copy))
    assert "Jo hn was updated a moment ago. Wait a minute, then try again." in text_of(answer_of(copy))


async def test_an_update_by_somebody_else_is_shown_to_them_alone(
    served: tuple[Foundry, SimulatedWom],
) -> None:
    foundry, _ = served
    result = await foundry.john.slash(foundry.commands, "stats")
    await foundry.restart(later=timedelta(minutes=30))
    copy = await foundry.ann.click(message_of(result), label="Update now")
    assert is_private(answer_of(copy))
    assert "XP +8M · #3 of 25" in lines_of(answer_of(copy))
    assert lines_of(result) == CARD


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ("cooldown", "was updated a moment ago"),
        ("hiscores", "The game's hiscores are down, so Jo hn cannot be updated"),
        ("opted_out", "Jo hn asked Wise Old Man not to be tracked"),
        ("500", "Wise Old Man is not answering. Try again"),
        ("html", "Wise Old Man answered with something I cannot read"),
        ("blocked", "Wise Old Man has blocked this bot's address"),
    ],
)
async def test_what_wom_refuses_is_told_privately_and_leaves_the_card(
    served: tuple[Foundry, SimulatedWom], trouble: str, expected: str
) -> None:
    foundry, wom = served
    result = await foundry.john.slash(foundry.commands, "stats")
    john = world.player_id(wom, JOHN)
    if trouble == "cooldown":
        wom.record(john, {}, wom.now())
    elif trouble == "hiscores":
        wom.hiscores_down = True
    elif trouble == "opted_out":
        wom.opt_out(john)
    else:
        wom.go_down(trouble)
    pressed = await foundry.john.click(message_of(result), label="Update now")
    assert is_private(sent_after(pressed))
    assert expected in text_of(sent_after(pressed))
    assert lines_of(result) == CARD
    assert count_public(foundry.commands) == 1


async def test_wom_out_of_reach_is_told_privately(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "stats")
    pressed = await foundry.john.click(message_of(result), label="Update now")
    assert is_private(sent_after(pressed))
    assert "Wise Old Man is not answering" in text_of(sent_after(pressed))
    assert lines_of(result) == CARD


async def test_of_many_skills_the_ten_largest_are_drawn_and_it_is_said_of_how_many(foundry: Foundry) -> None:
    clan = await foundry.clan()
    member = (await foundry.services.lookup.by_name(clan, JOHN)).member.id
    async with foundry.services.database.write() as session:
        await snapshots.add_metrics(session, SKILLS)
        ids = await snapshots.metric_ids(session)
        where = (Profile.clan_id == clan.id) & (Profile.member_id == member)
        source = SourceId(await session.scalar(select(Profile.source_id).where(where)) or 0)
        for back, gained in ((timedelta(days=7), 0), (timedelta(0), 1_000)):
            had = {ids[one.key]: 10**6 + gained * number for number, one in enumerate(SKILLS, 1)}
            await snapshots.add_snapshots(session, clan.id, [Seen(source, NOW - back, had)])
    shown = await foundry.john.slash(foundry.commands, "stats")
    drawn = await foundry.john.click(message_of(shown), label="Skills")
    assert text_of(drawn) == f"-# Last 7 days · the 10 largest of {len(SKILLS)}"
    _, (rows, *_) = foundry.asked_to_draw()
    assert [row.value for row in rows] == sorted((row.value for row in rows), reverse=True)
    assert len(rows) == 10
