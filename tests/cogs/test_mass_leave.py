"""What officers see of a mass leave, and what their press does."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.domain.ids import ChannelId, GuildId
from db.queries import clans
from demo.wom import SimulatedWom
from tests.cogs import world
from tests.cogs.conftest import Foundry
from tests.cogs.reading import is_private, text_of
from tests.cogs.world import NOW, OTHERS, Clock, player_id, restored_wom
from tests.present.makers import plain

GONE = OTHERS[:7]


@pytest.fixture
async def wom(foundry: Foundry) -> AsyncGenerator[SimulatedWom]:
    """The officers' channel is set, seven are missing, and the bot has polled."""
    guild = GuildId(foundry.places.guild.id)
    settings = await foundry.services.clans.settings(guild)
    async with foundry.services.database.write() as session:
        chosen = replace(settings, officer_channel=ChannelId(foundry.general.id))
        await clans.save_guild_settings(session, chosen)
    wom = restored_wom(Clock(NOW))
    for name in GONE:
        wom.leave(world.GROUP, player_id(wom, name), NOW)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, poll_minutes=5)
        yield wom
        await foundry.bot.close()


def notice(foundry: Foundry) -> tuple[str, list[str]]:
    """The one message in the officers' channel: its words, and the labels of its buttons."""
    (message,) = foundry.general.history()
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    labels = [item.label or "" for row in rows for item in row.children if isinstance(item, discord.Button)]
    return plain(f"{message.embeds[0].title}\n{message.embeds[0].description}"), labels


async def test_one_notice_stands_in_the_officers_channel_until_the_roster_is_sane(
    foundry: Foundry, wom: SimulatedWom
) -> None:
    await foundry.env.advance_time(600)
    words, labels = notice(foundry)
    assert words.startswith("Did they all leave?\n7 of 26 members of Iron Foundry are missing")
    assert "Member 01, Member 02" in words
    assert labels == ["They left", "Not true"]
    for name in GONE:
        wom.join(world.GROUP, player_id(wom, name), "member", NOW)
    await foundry.env.advance_time(300)
    words, labels = notice(foundry)
    assert "The roster is sane again" in words
    assert labels == []


async def test_an_officers_press_counts_after_a_restart_and_the_second_hears_of_the_first(
    foundry: Foundry, wom: SimulatedWom
) -> None:
    (message,) = foundry.general.history()
    refused = await foundry.john.click(message, label="They left")
    assert is_private(refused)
    assert "officer" in text_of(refused)
    await foundry.restart(later=timedelta(minutes=1))
    await foundry.places.officer.click(message, label="They left")
    words, _ = notice(foundry)
    assert "They left · <@" in words
    second = await foundry.places.manager.click(message, label="Not true")
    assert is_private(second)
    assert "said They left" in text_of(second)
    card = await foundry.john.slash(foundry.commands, "stats", player=GONE[0])
    assert text_of(card).splitlines()[1].startswith("Left <t>")
