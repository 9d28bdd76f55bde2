"""``/link`` as users see it."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import simcord
from simcord import InteractionResult
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Relay
from bot.domain.ids import ChannelId, UserId
from db.models import DiscordLink, Profile
from db.queries import clans, roster
from tests.cogs import world
from tests.cogs.conftest import Foundry
from tests.cogs.reading import components_of, count_public, is_private, lines_of, message_of, text_of
from tests.cogs.world import ANN, CY, JOHN, NOW, OTHERS, Clock, restored_wom
from tests.present.makers import plain
from tests.simulator import as_bot

EVERYBODY = (ANN, *OTHERS, "Dee", "Finn", "a_b_c", "WWWWWWWWWWWW", "First One", "Second One")
SMALL = [
    "-# ⭐ your messages count for this one, unless your nickname names another",
    "-# claimed: messages count; ranks need an officer's approval",
]


def choices(result: InteractionResult, kind: str) -> dict[str, str]:
    """Names and values that a select offers; empty where it is not there."""
    found = [one for one in components_of(result) if one["custom_id"].endswith(f":{kind}")]
    return {option["label"]: option["value"] for one in found for option in one["options"]}


async def test_ones_accounts_are_private_even_in_the_bot_channel(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "link")
    assert is_private(result)
    assert lines_of(result) == ["My accounts", "⭐ Jo hn · claimed", "• Cy · claimed", *SMALL]


async def test_who_has_none_is_told_how_to_add_one_and_then_can_ask_for_their_card(foundry: Foundry) -> None:
    empty = await foundry.ann.slash(foundry.commands, "link")
    assert is_private(empty)
    assert (
        text_of(empty)
        == "My accounts\nYou have linked no account yet. Type `/link` and your name in the game."
    )
    added = await foundry.ann.slash(foundry.commands, "link", name="ANN-B")
    assert is_private(added)
    assert lines_of(added)[1] == "⭐ Ann B · claimed"
    assert lines_of(await foundry.ann.slash(foundry.commands, "stats"))[0].startswith("Ann B")


async def test_messages_follow_the_main_account_at_once_and_after_a_restart(foundry: Foundry) -> None:
    async def messages() -> list[str]:
        board = await foundry.ann.slash(foundry.commands, "leaderboard", metric="messages")
        return [line for line in lines_of(board)[2:5] if not line.startswith("-#")]

    stranger = foundry.places.stranger
    assert await messages() == ["🥇 Jo hn · 10", "🥈 Ann B · 3"]
    await stranger.slash(foundry.commands, "link", name="Dee")
    result = await stranger.slash(foundry.commands, "link", name=CY)
    assert await messages() == ["🥇 Jo hn · 10", "🥈 Dee · 5", "🥉 Ann B · 3"]
    await foundry.restart()
    await pick(stranger, result, "main", CY)
    assert lines_of(result)[1:3] == ["⭐ Cy · claimed", "• Dee · claimed"]
    assert await messages() == ["🥇 Jo hn · 10", "🥈 Cy · 5", "🥉 Ann B · 3"]


async def test_accounts_are_removed_until_none_is_left(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "link")
    for left in ([CY], []):
        remove = next(one for one in components_of(result) if one["custom_id"].endswith(":remove"))
        first = next(iter(choices(result, "remove").values()))
        await foundry.john.select(message_of(result), [first], custom_id=remove["custom_id"])
        assert list(choices(result, "remove")) == left
        assert choices(result, "main") == {}
    assert "You have linked no account yet" in text_of(result)
    card = await foundry.john.slash(foundry.commands, "stats")
    assert is_private(card)
    assert "Tell me with `/link`" in text_of(card)


async def test_an_account_verified_for_somebody_else_cannot_be_claimed(foundry: Foundry) -> None:
    async with foundry.services.database.write() as session:
        await session.execute(update(DiscordLink).values(verified=True))
    refused = await foundry.ann.slash(foundry.commands, "link", name=JOHN)
    assert is_private(refused)
    assert "Jo hn is linked to somebody else already. If it is yours, ask an officer" in text_of(refused)


async def test_what_cannot_be_a_name_is_refused(foundry: Foundry) -> None:
    refused = await foundry.ann.slash(foundry.commands, "link", name="**bold**")
    assert is_private(refused)
    assert "“**bold**” cannot be a RuneScape name" in text_of(refused)


async def test_a_name_that_is_not_on_the_roster_is_kept_says_who_may_be_meant_and_can_be_dropped(
    foundry: Foundry,
) -> None:
    kept = await foundry.ann.slash(foundry.commands, "link", name="Jo hm")
    assert is_private(kept)
    assert lines_of(kept)[1:] == [
        "⏳ Jo hm · not on the roster yet",
        "Nobody on the roster is called Jo hm now. I keep the name, and link it when Wise Old Man lists it.",
        "Did you mean Jo hn?",
    ]
    await foundry.restart()
    await pick(foundry.ann, kept, "remove", "Jo hm")
    assert "You have linked no account yet" in text_of(kept)
    assert "gone_girl · not on the roster yet" in text_of(
        await foundry.ann.slash(foundry.commands, "link", name="gone_girl")
    )


async def pick(
    who: simcord.MemberActor, shown: InteractionResult, kind: str, label: str
) -> InteractionResult:
    """Choose in one of the lists under an answer."""
    chosen = next(one for one in components_of(shown) if one["custom_id"].endswith(f":{kind}"))
    value = choices(shown, kind)[label]
    return await who.select(message_of(shown), [value], custom_id=chosen["custom_id"])


async def test_an_account_that_is_gone_from_the_list_is_refused_kindly(foundry: Foundry) -> None:
    first = await foundry.john.slash(foundry.commands, "link")
    second = await foundry.john.slash(foundry.commands, "link")
    for result in (first, second):
        remove = next(one for one in components_of(result) if one["custom_id"].endswith(":remove"))
        pressed = await foundry.john.select(
            message_of(result), [choices(result, "remove")[CY]], custom_id=remove["custom_id"]
        )
    assert "is linked to you. `/link` shows those that are." in text_of(pressed)


@pytest.mark.both_databases
async def test_an_account_that_a_poll_finds_to_be_somebodys_rename_at_that_moment_is_not_on_the_roster(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clan, database = await foundry.clan(), foundry.services.database
    dee, ann = [(await foundry.services.lookup.by_name(clan, name)).member.id for name in ("Dee", ANN)]
    write = database.write

    @asynccontextmanager
    async def overtaken() -> AsyncGenerator[AsyncSession]:
        monkeypatch.undo()
        async with write() as session:
            profiles = update(Profile).where(Profile.clan_id == clan.id, Profile.member_id == dee)
            await session.execute(profiles.values(member_id=ann))
            await roster.remove_absorbed(session, clan.id, {dee: ann}, NOW)
        async with write() as session:
            yield session

    monkeypatch.setattr(database, "write", overtaken)
    kept = await foundry.ann.slash(foundry.commands, "link", name="Dee")
    assert is_private(kept)
    assert "Nobody on the roster is called Dee now." in text_of(kept)
    linked = await foundry.ann.slash(foundry.commands, "link", name=ANN)
    assert lines_of(linked)[1] == "⭐ Ann B · claimed"


async def test_however_many_accounts_somebody_claims_the_answer_fits(foundry: Foundry) -> None:
    clan = await foundry.clan()
    for name in EVERYBODY:
        await foundry.services.links.claim(clan, UserId(foundry.john.id), name)
    result = await foundry.john.slash(foundry.commands, "link")
    assert len(choices(result, "remove")) == 25
    assert len(choices(result, "main")) == 25
    assert "• a_b_c · claimed" in lines_of(result)


async def test_before_set_up_it_says_who_can_do_what(fresh: Foundry) -> None:
    result = await fresh.john.slash(fresh.commands, "link", name=JOHN)
    assert is_private(result)
    assert "No clan is set up" in text_of(result)
    assert await fresh.john.autocomplete(fresh.commands, "link", "name", "") == []


# Saying a code in the game


async def relay_of(foundry: Foundry) -> simcord.WebhookHandle:
    """The clan's relay, as /setup would choose it."""
    channel = foundry.places.guild.create_text_channel("clan-chat")
    hook = foundry.places.guild.create_webhook(channel, "Chat relay")
    clan = await foundry.clan()
    async with foundry.services.database.write() as session:
        await clans.save_relay(session, Relay(clan.id, ChannelId(channel.id), UserId(hook.id)))
    with as_bot(foundry.env):
        foundry.bot.dispatch("tracking_changed", foundry.bot.get_guild(clan.guild))
    await foundry.env.settle()
    return hook


async def hear(foundry: Foundry, hook: simcord.WebhookHandle, line: str) -> None:
    """The relay writes, and the second passes in which it is stored."""
    await hook.send(line)
    await foundry.env.advance_time(2)


def code_in(result: InteractionResult) -> str:
    found = re.search(r"say `!link (\d{4})` in the clan chat", text_of(result))
    assert found is not None
    return found[1]


def told(who: simcord.MemberActor) -> list[str]:
    """The private messages that the bot sent somebody."""
    return [plain(message.content) for message in who.user.dm_channel.history()]


async def test_a_code_said_in_the_relayed_chat_verifies_and_the_user_is_told(foundry: Foundry) -> None:
    hook = await relay_of(foundry)
    shown = await foundry.ann.slash(foundry.commands, "link", name=ANN)
    assert is_private(shown)
    assert "To verify Ann B, say `!link" in text_of(shown)
    assert "never say a code that somebody else gave you" in text_of(shown)
    await hear(foundry, hook, f"<:Onyx:1> **Jo hn**: !link {code_in(shown)}")
    await foundry.ann.send(foundry.general, f"!link {code_in(shown)}")
    assert lines_of(await foundry.ann.slash(foundry.commands, "link"))[1] == "⭐ Ann B · claimed"
    assert told(foundry.ann) == []
    public = count_public(foundry.general) + count_public(foundry.commands)
    await hear(foundry, hook, f"<:Onyx:1> **Ann\\_B**: \\!link {code_in(shown)}")
    assert lines_of(await foundry.ann.slash(foundry.commands, "link"))[1] == "⭐ Ann B · verified"
    (words,) = told(foundry.ann)
    assert words.startswith("Ann B is verified as your account in Iron Foundry: the code was said in the")
    assert count_public(foundry.general) + count_public(foundry.commands) == public


async def test_who_takes_no_private_messages_is_verified_all_the_same(foundry: Foundry) -> None:
    hook = await relay_of(foundry)
    shown = await foundry.ann.slash(foundry.commands, "link", name=ANN)
    foundry.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await hear(foundry, hook, f"**Ann B**: !link {code_in(shown)}")
    assert lines_of(await foundry.ann.slash(foundry.commands, "link"))[1] == "⭐ Ann B · verified"
    assert foundry.env.errors == []


async def test_a_code_for_a_claim_made_before_is_asked_for_in_the_list(foundry: Foundry) -> None:
    hook = await relay_of(foundry)
    shown = await foundry.john.slash(foundry.commands, "link")
    await foundry.restart()
    await pick(foundry.john, shown, "code", CY)
    await hear(foundry, hook, f"**Cy**: !link {code_in(shown)}")
    assert lines_of(await foundry.john.slash(foundry.commands, "link"))[1:3] == [
        "⭐ Jo hn · claimed",
        "• Cy · verified",
    ]


async def test_a_kept_name_is_linked_by_the_next_poll_and_the_user_is_told(foundry: Foundry) -> None:
    clock = Clock(NOW)
    wom = restored_wom(clock)
    await foundry.ann.slash(foundry.commands, "link", name="new-guy")
    clock.now += timedelta(minutes=1)
    wom.join(world.GROUP, wom.add_player("New Guy", at=NOW), "member", clock.now)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        assert lines_of(await foundry.ann.slash(foundry.commands, "link"))[1] == "⭐ New Guy · claimed"
        (words,) = told(foundry.ann)
        assert words.startswith("New Guy is on the roster of Iron Foundry now, and linked to you")
        await foundry.bot.close()


async def test_the_nickname_decides_which_account_a_message_counts_for(foundry: Foundry) -> None:
    await foundry.ann.slash(foundry.commands, "link", name=ANN)
    await foundry.ann.slash(foundry.commands, "link", name="Dee")
    await foundry.ann.send(foundry.general, "as Ann")
    member = foundry.env.backend.get_guild(foundry.places.guild.id).members[foundry.ann.id]
    member.nick = "[alt] dee 🔥"
    await foundry.restart()
    await foundry.ann.send(foundry.general, "as Dee")
    await foundry.env.advance_time(2)
    board = await foundry.ann.slash(foundry.commands, "leaderboard", metric="messages")
    assert lines_of(board)[2:5] == ["🥇 Jo hn · 10", "🥈 Ann B · 4", "🥉 Dee · 1"]
