"""Nicknames that follow names in the game, where officers want that."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.domain.ids import UserId
from bot.domain.link_review import Officer
from tests.cogs.conftest import Foundry
from tests.cogs.reading import components_of, message_of, text_of
from tests.cogs.world import GROUP, JOHN, NOW, Clock, player_id, restored_wom


@asynccontextmanager
async def renamed(foundry: Foundry, after: str = "New Name") -> AsyncGenerator[None]:
    """Jo hn takes another name, and the bot polls."""
    wom = restored_wom(Clock(NOW))
    wom.approve_rename(wom.submit_rename(player_id(wom, JOHN), after, NOW), NOW)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=12))
        await foundry.env.settle()
        yield
        await foundry.bot.close()


def nicknames(foundry: Foundry) -> Any:
    """What the simulated server keeps of John."""
    return foundry.env.backend.guilds[foundry.places.guild.id].members[foundry.john.id]


async def verify(foundry: Foundry) -> None:
    """An officer says that the account is John's."""
    clan = await foundry.clan()
    member = (await foundry.services.lookup.by_name(clan, JOHN)).member.id
    officer = Officer(UserId(foundry.places.officer.id), manages=False)
    await foundry.services.link_review.verify(clan, officer, UserId(foundry.john.id), member)


async def switch(foundry: Foundry) -> str:
    """A manager switches it on, or off again, in /setup. Returns the checklist."""
    shown = await foundry.places.manager.slash(foundry.commands, "setup")
    menu = next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith("su:menu"))
    await foundry.places.manager.select(message_of(shown), ["nicknames"], custom_id=menu)
    return text_of(shown)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Jo hn", "New Name"),
        ("[IRON] jo-hn | Onyx", "[IRON] New Name | Onyx"),
        ("Johnny", "Johnny"),
        ("Jo hn / New Name", "Jo hn / New Name"),
        ("Jo hn | a role of many letters", "Jo hn | a role of many letters"),
    ],
)
@pytest.mark.both_databases
async def test_a_nickname_that_says_the_former_name_says_the_new_one(
    foundry: Foundry, before: str, after: str
) -> None:
    await verify(foundry)
    assert "✅ Nicknames follow names in the game" in await switch(foundry)
    nicknames(foundry).nick = before
    async with renamed(foundry):
        pass
    assert nicknames(foundry).nick == after


async def test_a_nickname_follows_a_rename_that_wom_approves_late(foundry: Foundry) -> None:
    await verify(foundry)
    await switch(foundry)
    nicknames(foundry).nick = JOHN
    wom = restored_wom(Clock(NOW))
    change = wom.submit_rename(player_id(wom, JOHN), "New Name", NOW)
    wom.sync_rename_as_leave_and_join(GROUP, player_id(wom, JOHN), "New Name", NOW)
    async with wom.serve() as url:
        for days in (1, 4, 4):
            await foundry.restart(wom_url=url, later=timedelta(days=days))
            await foundry.env.settle()
            await foundry.bot.close()
        wom.approve_rename(change, NOW + timedelta(days=9, hours=1))
        await foundry.restart(wom_url=url, later=timedelta(hours=2))
        await foundry.env.settle()
        await foundry.bot.close()
    assert nicknames(foundry).nick == "New Name"


async def test_it_is_off_until_somebody_wants_it_and_off_again(foundry: Foundry) -> None:
    await verify(foundry)
    nicknames(foundry).nick = JOHN
    async with renamed(foundry):
        pass
    assert nicknames(foundry).nick == JOHN
    await foundry.restart()
    assert "Nicknames follow" in await switch(foundry)
    assert "Nicknames follow" not in await switch(foundry)


async def test_a_claim_renames_nobody(foundry: Foundry) -> None:
    await switch(foundry)
    nicknames(foundry).nick = JOHN
    async with renamed(foundry):
        pass
    assert nicknames(foundry).nick == JOHN


async def test_what_discord_does_not_allow_is_said_and_breaks_nothing(foundry: Foundry) -> None:
    await verify(foundry)
    for role in foundry.env.backend.guilds[foundry.places.guild.id].roles.values():
        if role.name != "Manager":
            role.permissions &= ~discord.Permissions(manage_nicknames=True, administrator=True).value
    await foundry.restart()
    assert "❌ Nicknames follow names: I may not change them" in await switch(foundry)
    nicknames(foundry).nick = JOHN
    async with renamed(foundry):
        pass
    assert nicknames(foundry).nick == JOHN
