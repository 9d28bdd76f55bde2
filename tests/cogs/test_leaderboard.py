"""``/leaderboard`` as users see it: boards, pages, places, choices and refusals."""

from datetime import timedelta

import discord
import pytest

from db.queries import clans
from tests.cogs.conftest import Foundry
from tests.cogs.reading import (
    buttons_of,
    count_public,
    is_private,
    lines_of,
    message_of,
    options_of,
    select_id,
    sent_after,
    text_of,
)
from tests.cogs.world import FINN, WIDEST

WEEK = [
    "Iron Foundry",
    "XP · Last 7 days",
    "🥇 WWWWWWWWWWWW · +120M",
    "🥈 Ann B · +9M",
    "🥉 Cy · +6M",
    "` 4` Jo hn · +3M",
    "` 5` a_b_c · +1.5M",
    "` 6` Member 01 · +600K",
    "` 7` Member 02 · +570K",
    "` 8` Member 03 · +540K",
    "` 9` Member 04 · +510K",
    "`10` Member 05 · +480K",
    "-# 25 of 26 measured · <t> · WOM's rule",
]
SECOND_PAGE = ["`11` Member 06 · +450K", "`12` Member 07 · +420K"]


async def test_a_board_is_public_in_the_bot_channel_with_its_numbers(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    assert not is_private(result)
    assert lines_of(result) == WEEK
    assert buttons_of(result) == {"◀": False, "1/3": False, "▶": True, "My place": True, "Chart": True}


async def test_elsewhere_it_is_private_until_its_asker_posts_it_once(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.general, "leaderboard")
    assert is_private(result)
    assert count_public(foundry.general) == 0
    posted = sent_after(await foundry.john.click(message_of(result), label="Post here"))
    assert lines_of(posted) == WEEK
    assert not is_private(posted)
    assert count_public(foundry.general) == 1
    assert "Post here" not in buttons_of(posted)
    assert buttons_of(result)["Posted"] is False


async def test_a_thread_of_a_bot_channel_is_public_too(foundry: Foundry) -> None:
    channel = foundry.bot.get_channel(foundry.commands.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="chat", type=discord.ChannelType.public_thread)
    result = await foundry.john.slash(foundry.commands.threads[0], "leaderboard")
    assert not is_private(result)


async def test_the_asker_turns_the_shared_page(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    await foundry.john.click(message_of(result), label="▶")
    assert lines_of(result)[2:4] == SECOND_PAGE
    assert buttons_of(result) == {"◀": True, "2/3": False, "▶": True, "My place": True, "Chart": True}
    await foundry.john.click(message_of(result), label="▶")
    assert buttons_of(result)["▶"] is False
    assert len(lines_of(result)) == 2 + 5 + 1
    await foundry.john.click(message_of(result), label="◀")
    assert lines_of(result)[2:4] == SECOND_PAGE


async def test_anybody_else_gets_a_private_copy_that_is_theirs_to_turn(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    copy = await foundry.ann.click(message_of(result), label="▶")
    assert is_private(copy)
    assert lines_of(copy)[2:4] == SECOND_PAGE
    assert lines_of(result) == WEEK
    await foundry.ann.click(message_of(copy), label="◀")
    assert lines_of(copy) == WEEK


async def test_pages_and_choices_work_after_a_restart(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    await foundry.restart()
    await foundry.john.click(message_of(result), label="▶")
    assert lines_of(result)[2:4] == SECOND_PAGE
    await foundry.john.select(message_of(result), ["ehb"], custom_id=select_id(result, "metric"))
    assert lines_of(result)[1] == "EHB · Last 7 days"
    await foundry.restart()
    await foundry.john.select(message_of(result), ["all"], custom_id=select_id(result, "period"))
    assert lines_of(result)[1] == "EHB · All time"
    place = await foundry.john.click(message_of(result), label="My place")
    assert is_private(place)
    assert "You are #1 of 25" in text_of(place)


async def test_my_place_is_private_says_how_far_the_next_is_and_shows_the_page(foundry: Foundry) -> None:
    result = await foundry.ann.slash(foundry.commands, "leaderboard")
    place = await foundry.john.click(message_of(result), label="My place")
    assert is_private(place)
    assert "You are #4 of 25 with +3M.\n3M behind #3, Cy." in text_of(place)
    assert "` 4` Jo hn · +3M" in lines_of(place)
    assert "**Jo hn**" in (message_of(place).embeds[0].description or "")
    assert lines_of(result) == WEEK


async def test_my_place_is_on_its_own_page_wherever_the_board_stands(foundry: Foundry) -> None:
    result = await foundry.ann.slash(foundry.commands, "leaderboard")
    await foundry.ann.click(message_of(result), label="▶")
    place = await foundry.john.click(message_of(result), label="My place")
    assert buttons_of(place)["1/3"] is False
    await foundry.john.click(message_of(place), label="▶")
    assert set(SECOND_PAGE) <= set(lines_of(place))
    assert buttons_of(place)["2/3"] is False


async def test_my_place_tells_who_has_no_number_what_is_missing(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    await foundry.ann.slash(foundry.commands, "link", name=FINN)
    place = await foundry.ann.click(message_of(result), label="My place")
    assert is_private(place)
    assert "You have no place yet: it needs two readings in this time" in text_of(place)


async def test_my_place_tells_who_is_not_linked_what_to_do(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    place = await foundry.places.stranger.click(message_of(result), label="My place")
    assert is_private(place)
    assert "I do not know which account is yours, Stranger_*x*. Tell me with `/link`" in text_of(place)


async def test_another_metric_begins_at_the_first_page_of_the_same_period(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard", period="this-week")
    await foundry.john.click(message_of(result), label="▶")
    await foundry.john.select(message_of(result), ["messages"], custom_id=select_id(result, "metric"))
    assert lines_of(result)[1:4] == [
        "Messages · This week, since Mon 00:00 Amsterdam",
        "🥇 Jo hn · 10",
        "🥈 Ann B · 3",
    ]
    assert "-# 5 messages not linked to a member" in lines_of(result)
    assert buttons_of(result)["◀"] is False


async def test_somebody_else_choosing_leaves_the_shared_board_alone(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    copy = await foundry.ann.select(message_of(result), ["all"], custom_id=select_id(result, "period"))
    assert is_private(copy)
    assert lines_of(copy)[1:3] == ["XP · All time", f"🥇 {WIDEST} · 340M"]
    assert lines_of(result) == WEEK


@pytest.mark.parametrize(
    ("period", "heading", "first"),
    [
        ("this week", "This week, since Mon 00:00 Amsterdam", "+80M"),
        ("LAST-MONTH", "December 2025", "+40M"),
        ("2026-01-05..2026-01-11", "5–11 Jan 2026", "+120M"),
        ("2026-01", "January 2026, so far", "+200M"),
        ("1y 6d", "Last 1 year 6 days", "+240M"),
        ("all time", "All time", "340M"),
        ("yesterday", "Wed 14 Jan 2026", "+40M"),
    ],
)
async def test_periods_are_named_with_their_bounds(
    foundry: Foundry, period: str, heading: str, first: str
) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard", period=period)
    assert lines_of(result)[1] == f"XP · {heading}"
    assert first in lines_of(result)[2]


@pytest.mark.parametrize(
    ("as_of", "heading"),
    [
        ("2026-01-11", "5–11 Jan 2026"),
        ("yesterday", "12–14 Jan 2026"),
        ("2026-01-14 14:30", "12 Jan 2026 00:00 – 14 Jan 2026 14:30 Amsterdam"),
    ],
)
async def test_a_board_as_of_a_moment_says_so_and_stays_there(
    foundry: Foundry, as_of: str, heading: str
) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard", period="this-week", as_of=as_of)
    assert lines_of(result)[1] == f"XP · {heading}"
    before = lines_of(result)
    await foundry.restart(later=timedelta(days=3))
    await foundry.john.click(message_of(result), label="▶")
    await foundry.john.click(message_of(result), label="◀")
    assert lines_of(result) == before


async def test_the_selects_offer_what_is_shown_and_no_name_twice(foundry: Foundry) -> None:
    result = await foundry.john.slash(
        foundry.commands, "leaderboard", metric="vorkath", period="2026-01-05..2026-01-11"
    )
    metrics, periods = options_of(result, "metric"), options_of(result, "period")
    assert len(metrics) == 25
    assert metrics["vorkath"] == "Vorkath"
    assert periods["2026-01-05..2026-01-11"] == "5 Jan 2026 to 11 Jan 2026"
    shown = await foundry.john.slash(foundry.commands, "leaderboard", period="7d")
    labels = list(options_of(shown, "period").values())
    assert labels.count("Last 7 days") == 1
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"metric": "slayr"}, "I know no metric called “slayr”. Did you mean Slayer"),
        ({"metric": "*@everyone*"}, "I know no metric called “*@\u200beveryone*”"),
        ({"period": "soon"}, "I cannot read “soon” as a period. Try"),
        ({"period": "2027"}, "“2027” lies in the future"),
        ({"as_of": "tomorrow"}, "I cannot use “tomorrow” as a moment"),
    ],
)
async def test_what_cannot_be_read_is_refused_privately_with_a_next_step(
    foundry: Foundry, typed: dict[str, str], expected: str
) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard", **typed)
    assert is_private(result)
    assert expected in text_of(result)


async def test_before_set_up_it_says_who_can_do_what(fresh: Foundry) -> None:
    result = await fresh.john.slash(fresh.commands, "leaderboard")
    assert is_private(result)
    assert (
        text_of(result)
        == "No clan is set up on this server yet. Somebody with Manage Server can do it with `/setup`."
    )


async def test_metrics_and_periods_are_offered_while_typing_even_before_set_up(fresh: Foundry) -> None:
    async def offered(option: str, typed: str) -> list[str]:
        found = await fresh.john.autocomplete(fresh.commands, "leaderboard", option, typed)
        assert len(found) <= 25
        return [choice["value"] for choice in found]

    assert (await offered("metric", ""))[:4] == ["overall", "ehp", "ehb", "boss_kills"]
    assert len(await offered("metric", "")) == 25
    assert (await offered("metric", "cox"))[0] == "chambers_of_xeric"
    assert await offered("metric", "`zzzz*" * 15) == []
    assert (await offered("period", "last 30"))[0] == "30d"
    assert (await offered("period", "2025-12"))[0] == "2025-12"
    assert await offered("period", "???") == []
    assert await offered("as_of", "9") == ["90 days ago"]
    assert len(await offered("period", "")) > 10


async def test_a_board_of_an_unlinked_clan_is_out_of_date(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "leaderboard")
    async with foundry.services.database.write() as session:
        await clans.unlink_clan(session, (await foundry.clan()).id)
    pressed = await foundry.john.click(message_of(result), label="▶")
    assert is_private(pressed)
    assert "out of date. Use the command again" in text_of(pressed)
    assert lines_of(result) == WEEK


async def test_every_moment_that_is_offered_can_be_read(foundry: Foundry) -> None:
    for command in ("leaderboard", "stats"):
        offered = await foundry.john.autocomplete(foundry.commands, command, "as_of", "")
        assert len(offered) > 3
        for choice in offered:
            result = await foundry.john.slash(foundry.commands, command, as_of=choice["value"])
            assert "I cannot use" not in text_of(result)
