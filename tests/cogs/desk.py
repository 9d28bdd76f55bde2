"""What officers' tests share: their channel, and names in dispute."""

from dataclasses import replace
from datetime import timedelta

import simcord

from bot.domain.identity import Dispute
from bot.domain.ids import ChannelId, GuildId
from bot.domain.names import name_key
from db.queries import attributions, clans, conflicts, names
from tests.cogs.conftest import Foundry
from tests.cogs.world import ANN, JOHN, NOW


async def colleagues(foundry: Foundry) -> simcord.ChannelHandle:
    """The officers' channel, from now on: there their answers are ordinary messages."""
    channel = foundry.places.guild.create_text_channel("officers")
    guild = GuildId(foundry.places.guild.id)
    settings = await foundry.services.clans.settings(guild)
    async with foundry.services.database.write() as session:
        await clans.save_guild_settings(session, replace(settings, officer_channel=ChannelId(channel.id)))
    return channel


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
