"""``/promotions``: from who is ready to what Discord, the game and WOM show."""

from datetime import timedelta
from unittest.mock import AsyncMock, patch

import aiohttp
import discord
import pytest
import simcord
from simcord import InteractionResult

from bot.domain.change_sets import GuildPeople, Reach
from bot.domain.desk_errors import BatchDone
from bot.domain.giving import Giver
from bot.domain.ids import ChannelId, UserId
from bot.domain.promotions import BatchId
from bot.domain.rules.files import read_rules
from bot.domain.setup import RelayShare
from bot.services.promotions.proposing import Server
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import gave, last_of, role_calls, roles_of
from tests.cogs.desk import colleagues
from tests.cogs.reading import Answer, components_of, is_private, lines_of, message_of, text_of
from tests.cogs.test_change_sets import ABOVE, ROLE
from tests.cogs.test_role_sync import verify
from tests.cogs.world import ANN, CY, GROUP, JOHN, NOW, WIDEST, Clock, player_id, restored_wom
from tests.present.makers import plain
from tests.simulator import as_bot

KEY = "a secret for tests alone, long enough"
NOBODY = Server(GuildPeople({}, Reach(frozenset(), frozenset())), Giver({}))
RULES = """
ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    demote: after 1 day
    when:
      all:
        - {field: days_in_clan, at_least: 90}
        - {field: overall, over: 7d, at_least: 5m}
  - name: basic
    order: 10
    wom_role: member
    when: {field: days_in_clan, at_least: 0}
"""


async def with_rules(foundry: Foundry, text: str = RULES) -> None:
    clan = await foundry.clan()
    await foundry.services.eligibility.save(
        clan, read_rules(text), UserId(foundry.places.officer.id), "", basis=0
    )


def custom_id(shown: Answer, start: str) -> str:
    return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))


async def ranks(foundry: Foundry) -> tuple[simcord.RoleHandle, simcord.RoleHandle]:
    """Discord roles of the two ranks, which role sync knows; nobody has them."""
    guild = foundry.places.guild
    member, onyx = guild.create_role("Member"), guild.create_role("Onyx")
    by = UserId(foundry.places.officer.id)
    await foundry.services.role_sync.choose(
        await foundry.clan(), by, ranks={"onyx": onyx.id, "member": member.id}
    )
    return member, onyx


async def listed(foundry: Foundry, desk: simcord.ChannelHandle, which: str) -> list[str]:
    officer = foundry.places.officer
    shown = await officer.slash(desk, "promotions")
    return lines_of(await officer.select(message_of(shown), [which], custom_id=custom_id(shown, "pl:")))


async def proposed(foundry: Foundry, desk: simcord.ChannelHandle, *names: str) -> InteractionResult:
    """An officer chooses these from the list."""
    officer, clan = foundry.places.officer, await foundry.clan()
    shown = await officer.slash(desk, "promotions")
    ids = [str((await foundry.services.lookup.by_name(clan, name)).member.id) for name in names]
    return await officer.select(message_of(shown), ids, custom_id=custom_id(shown, "pc:"))


async def test_officers_see_who_is_ready_and_of_whom_it_is_not_known_and_why(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    officer = foundry.places.officer
    shown = await officer.slash(desk, "promotions")
    assert not is_private(shown)
    assert lines_of(shown)[:5] == [
        "3 ready",
        "→ Onyx (3)",
        "Ann B · 2/2 · ⚠ not linked",
        "Cy · 2/2 · ⚠ not linked",
        f"{WIDEST} · 2/2 · ⚠ not linked",
    ]
    assert "❔ 1 unknown" in text_of(shown)
    assert "Finn · → Onyx · never measured" in await listed(foundry, desk, "u")
    ann = str((await foundry.services.lookup.by_name(await foundry.clan(), ANN)).member.id)
    why = await officer.select(message_of(shown), [ann], custom_id=custom_id(shown, "pa:"))
    assert lines_of(why)[:4] == [
        ANN,
        "Member → Onyx",
        "✅ In the clan 445 d (90)",
        "✅ XP (last 7 d) 12M of 5M",
    ]


async def test_what_was_approved_goes_through_discord_and_the_game_to_wom_and_is_confirmed_by_chat(
    foundry: Foundry,
) -> None:
    clock = Clock(NOW)
    wom = restored_wom(clock)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, secret_key=KEY, poll_minutes=5)
        desk = await colleagues(foundry)
        await with_rules(foundry)
        member, _ = await ranks(foundry)
        officer, clan = foundry.places.officer, await foundry.clan()
        await foundry.services.setting_up.set_code(clan, wom.groups[GROUP].code, UserId(officer.id))
        await verify(foundry, foundry.ann.id, ANN)
        await gave(foundry, foundry.ann, member)

        preview = await proposed(foundry, desk, ANN, CY)
        assert lines_of(preview)[:4] == [
            "Change the rank of 2 members?",
            "→ Onyx (2)",
            "Ann B · 2/2",
            "Cy · 2/2 · ⚠ not linked",
        ]
        assert "1 member gets other roles · 1 not linked" in text_of(preview)
        assert role_calls(foundry) == 0
        done = await officer.click(message_of(preview), label="Do it")
        await foundry.env.settle()
        assert (role_calls(foundry), roles_of(foundry, foundry.ann)) == (1, {"Onyx"})
        assert wom.groups[GROUP].members[player_id(wom, ANN)].role == "member"

        steps = await officer.slash(desk, "officer worklist")
        assert "Ann B\nCy" in text_of(steps)
        clock.now = foundry.services.clock() - timedelta(seconds=30)
        await officer.click(message_of(steps), label="All done (2)")
        await foundry.env.settle()
        roles = wom.groups[GROUP].members
        assert [roles[player_id(wom, name)].role for name in (ANN, CY, JOHN)] == ["onyx"] * 3
        await foundry.env.advance_time(301)
        assert [line for line in await listed(foundry, desk, "w") if "→" in line] == [
            "Ann B → Onyx · set at Wise Old Man",
            "Cy → Onyx · set at Wise Old Man · ⚠ not linked",
        ]
        await said_with_emoji(foundry, ANN, "Onyx")
        await foundry.env.advance_time(301)
        looked = await officer.click(message_of(done), label="Look again")
        assert lines_of(looked)[1:3] == [
            "Ann B → Onyx · ✅ · seen in the chat",
            "Cy → Onyx · set at Wise Old Man · ⚠ not linked",
        ]
        await foundry.bot.close()


async def said_with_emoji(foundry: Foundry, name: str, emoji: str) -> None:
    """Somebody speaks in the game with a rank's emoji before the name."""
    clan, officer = await foundry.clan(), UserId(foundry.places.officer.id)
    webhook = foundry.places.guild.create_webhook(foundry.general, "Clan chat")
    share = RelayShare(ChannelId(foundry.general.id), 1, 1, UserId(webhook.id))
    with as_bot(foundry.env):
        await foundry.services.setting_up.use_relay(clan, UserId(webhook.id), share, officer)
    await foundry.env.settle()
    await webhook.send(f"<:{emoji}:123456789012345678> **{name}**: hello")
    await foundry.env.advance_time(2)


async def test_a_rank_that_somebody_synced_from_the_game_is_confirmed_by_wom(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        desk = await colleagues(foundry)
        await with_rules(foundry)
        done = await foundry.places.officer.click(
            message_of(await proposed(foundry, desk, CY)), label="Do it"
        )
        wom.change_role(GROUP, player_id(wom, CY), "onyx", NOW)
        await foundry.env.advance_time(301)
        looked = await foundry.places.officer.click(message_of(done), label="Look again")
        assert lines_of(looked)[1] == "Cy → Onyx · ✅ · seen at Wise Old Man"
        await foundry.bot.close()


async def test_a_role_that_wom_lost_again_is_set_again_and_confirms_nothing(foundry: Foundry) -> None:
    clock = Clock(NOW)
    wom = restored_wom(clock)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, secret_key=KEY, poll_minutes=5)
        desk, officer = await colleagues(foundry), foundry.places.officer
        await with_rules(foundry)
        clan = await foundry.clan()
        await foundry.services.setting_up.set_code(clan, wom.groups[GROUP].code, UserId(officer.id))
        await officer.click(message_of(await proposed(foundry, desk, CY)), label="Do it")
        steps = await officer.slash(desk, "officer worklist")
        await officer.click(message_of(steps), label="All done (1)")
        await foundry.env.settle()
        cy = player_id(wom, CY)
        assert wom.groups[GROUP].members[cy].role == "onyx"
        clock.now = foundry.services.clock()
        wom.change_role(GROUP, cy, "member")
        await foundry.env.advance_time(301)
        await foundry.env.settle()
        assert wom.groups[GROUP].members[cy].role == "onyx"
        await foundry.env.advance_time(301)
        assert "Cy → Onyx · set at Wise Old Man · ⚠ not linked" in await listed(foundry, desk, "w")
        await foundry.bot.close()


async def test_two_officers_do_nothing_twice(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    officer, manager = foundry.places.officer, foundry.places.manager
    first, second = await proposed(foundry, desk, ANN, CY), await proposed(foundry, desk, CY)
    await officer.click(message_of(first), label="Do it")
    clan, by = await foundry.clan(), UserId(manager.id)
    with pytest.raises(BatchDone) as done:
        await foundry.services.promotions.propose(clan, BatchId(1), None, NOBODY)
    assert (done.value.by, done.value.what) == (officer.id, "approved")
    with pytest.raises(BatchDone):
        await foundry.services.promotions.approve(clan, BatchId(1), by, None, NOBODY, None)
    other = await manager.click(message_of(second), label="Do it")
    assert text_of(other).startswith("None of them is to get that rank any more.")
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "1 ready"


async def test_a_batch_that_is_taken_back_leaves_everything_as_it_was(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    member, _ = await ranks(foundry)
    officer = foundry.places.officer
    await verify(foundry, foundry.ann.id, ANN)
    await gave(foundry, foundry.ann, member)
    done = await officer.click(message_of(await proposed(foundry, desk, ANN, CY)), label="Do it")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {"Onyx"}
    await foundry.restart()
    undone = await officer.click(message_of(done), label="Undo")
    await foundry.env.settle()
    assert "taken back by" in text_of(undone)
    assert roles_of(foundry, foundry.ann) == {"Member"}
    assert "Nothing is to be done in the game." in text_of(await officer.slash(desk, "officer worklist"))
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "3 ready"
    told = text_of(await officer.slash(desk, "officer history"))
    for what in ("approved", "took back", "put on the worklist"):
        assert f"<@{officer.id}> {what}: {ANN} → Onyx, {CY} → Onyx" in told


async def test_who_is_held_is_in_no_other_list_until_it_is_over(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    officer = foundry.places.officer
    shown = await officer.slash(desk, "promotions")
    cy = str((await foundry.services.lookup.by_name(await foundry.clan(), CY)).member.id)
    why = await officer.select(message_of(shown), [cy], custom_id=custom_id(shown, "pa:"))
    held = await officer.click(message_of(why), label="Hold 7 days")
    assert f"Cy · until <t> · by <@{officer.id}> <t>" in text_of(held)
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "2 ready"
    assert any(line.startswith("Cy · until") for line in await listed(foundry, desk, "h"))
    await foundry.restart(later=timedelta(days=8))
    assert "Cy" not in "".join(await listed(foundry, desk, "h"))


async def test_a_claim_to_an_account_gives_no_role(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    await ranks(foundry)
    preview = await proposed(foundry, desk, CY)
    assert "1 not linked" in text_of(preview)
    await foundry.places.officer.click(message_of(preview), label="Do it")
    await foundry.env.settle()
    assert role_calls(foundry) == 0
    assert "Onyx" not in roles_of(foundry, foundry.john)


async def test_it_is_announced_once_and_names_only_who_rose(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    officer, manager = foundry.places.officer, foundry.places.manager
    done = await officer.click(message_of(await proposed(foundry, desk, ANN, CY)), label="Do it")
    asked = await manager.click(message_of(done), label="Announce…")
    other = await officer.click(message_of(done), label="Announce…")
    place = foundry.places.commands
    lost = AsyncMock(side_effect=aiohttp.ServerDisconnectedError)
    with patch.object(discord.PartialMessageable, "send", lost):
        failed = await officer.select(message_of(other), [place], custom_id=custom_id(other, "pn:"))
    assert text_of(failed).startswith(f"Discord did not answer when I posted in <#{place.id}>. Wait a minute")
    await manager.select(message_of(asked), [place], custom_id=custom_id(asked, "pn:"))
    assert "Onyx: Ann B, Cy" in plain(last_of(place).embeds[0].description)
    number = len(place.history())
    second = await officer.select(message_of(other), [place], custom_id=custom_id(other, "pn:"))
    assert text_of(second).startswith(f"<@{manager.id}> announced these already")
    assert len(place.history()) == number


async def test_where_the_bot_may_not_post_it_says_what_it_lacks_and_can_announce_elsewhere(
    foundry: Foundry,
) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    officer, place = foundry.places.officer, foundry.places.commands
    done = await officer.click(message_of(await proposed(foundry, desk, CY)), label="Do it")
    asked = await officer.click(message_of(done), label="Announce…")
    foundry.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    refused = await officer.select(message_of(asked), [place], custom_id=custom_id(asked, "pn:"))
    assert "Send Messages" in text_of(refused)
    await officer.select(message_of(asked), [place], custom_id=custom_id(asked, "pn:"))
    assert "Onyx: Cy" in plain(last_of(place).embeds[0].description)


async def test_who_no_longer_meets_their_rank_is_shown_after_the_days_that_it_says(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry, RULES.replace("at_least: 5m", "at_least: 50m"))
    clan = await foundry.clan()
    with as_bot(foundry.env):
        await foundry.services.eligibility.note(clan, None)
    assert JOHN not in "".join(await listed(foundry, desk, "b"))
    await foundry.restart(later=timedelta(days=1))
    below = await listed(foundry, desk, "b")
    assert below[1:3] == ["▼ Member (1)", f"{JOHN} · 1/2 · below for 1 d · ⚠ not linked"]


async def test_it_is_for_officers_and_says_what_to_do_without_rules(foundry: Foundry) -> None:
    refused = await foundry.john.slash(foundry.commands, "promotions")
    assert is_private(refused)
    assert "officer" in text_of(refused)
    empty = await foundry.places.officer.slash(foundry.commands, "promotions")
    assert is_private(empty)
    assert "no rank rules yet" in text_of(empty)


@pytest.mark.parametrize("mapped", [False, True])
async def test_the_role_that_a_rule_names_goes_with_its_rank(foundry: Foundry, mapped: bool) -> None:
    desk = await colleagues(foundry)
    guild, officer = foundry.places.guild, foundry.places.officer
    if mapped:
        await ranks(foundry)
    basic, veteran = guild.create_role("Basic"), guild.create_role("Veteran")
    named = RULES.replace("wom_role: member", f"wom_role: member\n    discord_role: {basic.id}")
    await with_rules(foundry, named.replace("wom_role: onyx", "wom_role: onyx\n    discord_role: Veteran"))
    await verify(foundry, foundry.ann.id, ANN)
    await gave(foundry, foundry.ann, basic)
    preview = await proposed(foundry, desk, ANN)
    done = await officer.click(message_of(preview), label="Do it")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {veteran.name}
    await officer.click(message_of(done), label="Undo")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {basic.name}


BADGE = """
ranks:
  - name: carry
    order: 1
    discord_role: Carry
    badge_days: 3
    when: {field: overall, over: 7d, at_least: 5m}
"""


async def test_a_badge_is_a_discord_role_alone_and_goes_when_it_is_no_longer_met(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        desk, officer = await colleagues(foundry), foundry.places.officer
        foundry.places.guild.create_role("Carry")
        await with_rules(foundry, BADGE)
        await verify(foundry, foundry.ann.id, ANN)
        preview = await proposed(foundry, desk, ANN)
        assert "in the game" not in text_of(preview)
        await officer.click(message_of(preview), label="Do it")
        await foundry.env.settle()
        assert roles_of(foundry, foundry.ann) == {"Carry"}
        assert "Nothing is to be done in the game." in text_of(await officer.slash(desk, "officer worklist"))
        clan = await foundry.clan()
        harder = read_rules(BADGE.replace("5m", "500m"))
        await foundry.services.eligibility.save(clan, harder, UserId(officer.id), "", basis=1)
        await foundry.env.advance_time(301)
        assert roles_of(foundry, foundry.ann) == {"Carry"}
        wom.record(player_id(wom, ANN), {"overall": 118_000_000}, NOW + timedelta(days=4))
        await foundry.restart(wom_url=url, later=timedelta(days=4))
        await foundry.env.settle()
        assert roles_of(foundry, foundry.ann) == set()
        await foundry.bot.close()


async def test_a_badge_that_discord_does_not_let_the_bot_give_is_never_confirmed(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        desk, officer = await colleagues(foundry), foundry.places.officer
        foundry.places.guild.create_role("Carry", position=ABOVE)
        await with_rules(foundry, BADGE)
        await verify(foundry, foundry.ann.id, ANN)
        done = await officer.click(message_of(await proposed(foundry, desk, ANN)), label="Do it")
        why = "their Discord role stands above mine"
        assert lines_of(done)[1] == f"Ann B → Carry · approved · ⚠ {why}"
        await foundry.env.advance_time(301)
        assert f"Ann B → Carry · approved · ⚠ {why}" in await listed(foundry, desk, "w")
        await foundry.restart(wom_url=url, later=timedelta(days=14))
        await foundry.env.settle()
        looked = await officer.click(message_of(done), label="Look again")
        assert lines_of(looked)[1] == f"Ann B → Carry · ❔ not given for 14 days · {why}"
        await foundry.bot.close()


async def test_a_badge_that_discord_does_not_let_go_of_is_tried_again_a_day_later(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        await given_carry(foundry, ANN)
        await fails_badge(foundry)
        foundry.env.inject_error("DELETE", ROLE, status=403, code=50013)
        wom.record(player_id(wom, ANN), {"overall": 118_000_000}, NOW + timedelta(days=4))
        await foundry.restart(wom_url=url, later=timedelta(days=4))
        await foundry.env.settle()
        asked = role_calls(foundry)
        for _ in range(3):
            await foundry.env.advance_time(301)
        assert (role_calls(foundry), roles_of(foundry, foundry.ann)) == (asked, {"Carry"})
        await foundry.restart(wom_url=url, later=timedelta(days=1))
        await foundry.env.settle()
        assert roles_of(foundry, foundry.ann) == set()
        await foundry.bot.close()


async def test_a_badge_goes_from_whose_accounts_left_or_fail_it(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        await verify(foundry, foundry.ann.id, CY)
        await given_carry(foundry, ANN)
        await fails_badge(foundry)
        wom.leave(GROUP, player_id(wom, CY), NOW)
        wom.record(player_id(wom, ANN), {"overall": 118_000_000}, NOW + timedelta(days=3))
        await foundry.restart(wom_url=url, later=timedelta(days=3))
        await foundry.env.settle()
        assert roles_of(foundry, foundry.ann) == {"Carry"}
        wom.record(player_id(wom, ANN), {"overall": 118_000_000}, NOW + timedelta(days=7))
        await foundry.restart(wom_url=url, later=timedelta(days=4))
        await foundry.env.settle()
        assert roles_of(foundry, foundry.ann) == set()
        await foundry.bot.close()


async def given_carry(foundry: Foundry, name: str) -> None:
    """Somebody's account has earned the badge, and an officer gives it."""
    desk = await colleagues(foundry)
    foundry.places.guild.create_role("Carry")
    await with_rules(foundry, BADGE)
    await verify(foundry, foundry.ann.id, name)
    await foundry.places.officer.click(message_of(await proposed(foundry, desk, name)), label="Do it")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {"Carry"}


async def fails_badge(foundry: Foundry) -> None:
    """From the next poll on nobody meets it any more."""
    harder = read_rules(BADGE.replace("5m", "500m"))
    by = UserId(foundry.places.officer.id)
    await foundry.services.eligibility.save(await foundry.clan(), harder, by, "", basis=1)
    await foundry.env.advance_time(301)


async def test_what_is_confirmed_without_a_tick_leaves_the_worklist(foundry: Foundry) -> None:
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        desk, officer = await colleagues(foundry), foundry.places.officer
        await with_rules(foundry)
        await officer.click(message_of(await proposed(foundry, desk, ANN, CY)), label="Do it")
        steps = await officer.slash(desk, "officer worklist")
        assert "Ann B\nCy" in text_of(steps)
        wom.change_role(GROUP, player_id(wom, CY), "onyx", NOW)
        await foundry.env.advance_time(301)
        left = text_of(await officer.slash(desk, "officer worklist"))
        assert ("Ann B" in left, "Cy" in left) == (True, False)
        bot = foundry.bot.user
        assert bot is not None
        told = text_of(await officer.slash(desk, "officer history"))
        assert f"<@{bot.id}> took off the worklist: {CY} → Onyx" in told
        await foundry.bot.close()
