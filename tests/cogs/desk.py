"""What officers' tests share: their channel, names in dispute, and polls."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from simcord.backend.models.channel import Overwrite
from simcord.enums import OverwriteType

from bot.domain.identity import Dispute
from bot.domain.ids import ChannelId, GuildId
from bot.domain.names import name_key
from db.queries import attributions, clans, conflicts, names
from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.world import ANN, JOHN, NOW, Clock, restored_wom


async def colleagues(foundry: Foundry) -> simcord.ChannelHandle:
    """The officers' channel, from now on: there their answers are ordinary messages."""
    channel = foundry.places.guild.create_text_channel("officers")
    await officers_meet_in(foundry, channel)
    return channel


async def officers_meet_in(foundry: Foundry, channel: simcord.ChannelHandle | None) -> None:
    """Their channel is this one now; None for none."""
    settings = await foundry.services.clans.settings(GuildId(foundry.places.guild.id))
    chosen = None if channel is None else ChannelId(channel.id)
    async with foundry.services.database.write() as session:
        await clans.save_guild_settings(session, replace(settings, officer_channel=chosen))


def deny(foundry: Foundry, channel: simcord.ChannelHandle, denied: discord.Permissions) -> None:
    """The bot may not do this in a channel."""
    backend = foundry.env.backend
    overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, deny=denied.value)
    backend.set_overwrite(channel.id, overwrite)


def lose_answers(monkeypatch: pytest.MonkeyPatch, place: type[discord.abc.Messageable]) -> None:
    """What is sent to such a place arrives, and who sent it never hears of it."""
    send = place.send

    async def lost(self: discord.abc.Messageable, **given: Any) -> None:
        await send(self, **given)
        raise aiohttp.ClientConnectionError("answer lost")

    monkeypatch.setattr(place, "send", lost)


async def dispute(foundry: Foundry, *claimed: str) -> None:
    """Jo hn claims these names for the last four days; Ann's, if none is given."""
    clan = await foundry.clan()
    lookup = foundry.services.lookup
    claimant = (await lookup.by_name(clan, JOHN)).member.id
    claims = [
        Dispute(
            name_key(name),
            NOW - timedelta(days=4),
            None,
            (await lookup.by_name(clan, name)).member.id,
            claimant,
        )
        for name in claimed or (ANN,)
    ]
    async with foundry.services.database.write() as session:
        await clans.lock_clan(session, clan.id)
        touched = await conflicts.add_disputes(session, clan.id, claims, NOW)
        await names.rebuild_aliases(session, clan.id, touched)
        await attributions.attribute_relayed_names(session, clan.id, touched)


@asynccontextmanager
async def polled(foundry: Foundry, wom: SimulatedWom | None = None) -> AsyncGenerator[None]:
    """The bot starts anew, half a day later, and polls; at the end nobody polls any more."""
    wom = wom or restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=12))
        await foundry.env.settle()
        yield
        await foundry.bot.close()
