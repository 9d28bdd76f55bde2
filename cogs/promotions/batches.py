"""A batch of promotions: looked at, done, announced, taken back."""

import re
from collections.abc import Sequence
from typing import Any, Self

import aiohttp
import discord
import structlog
from discord import ButtonStyle, ChannelType, Interaction
from discord.ui import Button, ChannelSelect, View

from bot.domain.clans import Clan
from bot.domain.desk_errors import NotAnnounced
from bot.domain.errors import MissingPermissions
from bot.domain.ids import ClanId
from bot.domain.promotions import Batch, BatchId, Pick, Promotion
from bot.present.promotions import announcement, batch_page, proposal
from bot.services.registry import Services
from cogs.answers import answer, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.officers import OfficersItem, is_private_here, progress_channel
from cogs.presence import presence_of
from cogs.promotions.server import server_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_BATCH = rf"(?P<clan>{NUMBER}):(?P<batch>{NUMBER})"


async def show_proposal(
    services: Services, interaction: Interaction[Any], clan: Clan, picks: Sequence[Pick]
) -> None:
    """Keep what was chosen, and show what it would do."""
    number = await services.promotions.draw(clan, picks, user_of(interaction))
    embed = await _proposal(services, interaction, clan, number)
    view = view_of(ProposalButton(clan.id, number, "do"), ProposalButton(clan.id, number, "cancel"))
    await answer(interaction, private=await is_private_here(services, interaction), embed=embed, view=view)


async def _proposal(
    services: Services, interaction: Interaction[Any], clan: Clan, number: BatchId
) -> discord.Embed:
    proposed = await services.promotions.propose(
        clan, number, await presence_of(interaction.guild), await server_of(interaction)
    )
    return proposal(
        proposed.chosen,
        proposed.roles,
        proposed.gone,
        services.clock(),
        has_code=clan.sealed_code is not None,
    )


def batch_view(clan: ClanId, batch: Batch, made: Sequence[Promotion]) -> View | None:
    """What can be done about an approved batch."""
    if batch.undone_at is not None:
        return None
    ways = ["look", *([] if batch.announced_at else ["announce"]), "undo"]
    return view_of(*(BatchButton(clan, batch.id, way) for way in ways if made))


class ProposalButton(OfficersItem[Button[View]], template=rf"pp:{_BATCH}:(?P<way>do|cancel)"):
    """*Do it* or *Cancel*."""

    def __init__(self, clan: ClanId, number: BatchId, way: str) -> None:
        label, style = ("Do it", ButtonStyle.success) if way == "do" else ("Cancel", ButtonStyle.secondary)
        super().__init__(Button(label=label, style=style, custom_id=f"pp:{pack(clan)}:{pack(number)}:{way}"))
        self.clan, self.number, self.way = clan, number, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BatchId(unpack(match["batch"])), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if self.way == "cancel":
            await interaction.response.edit_message(content="Nothing was changed.", embed=None, view=None)
            return
        server = await server_of(interaction)
        channel = await progress_channel(self.services, clan)
        batch, made = await self.services.promotions.approve(
            clan, self.number, user_of(interaction), await presence_of(interaction.guild), server, channel
        )
        await interaction.response.edit_message(
            embed=batch_page(batch, made), view=batch_view(clan.id, batch, made)
        )


_LABELS = {"look": "Look again", "announce": "Announce…", "undo": "Undo"}


class BatchButton(OfficersItem[Button[View]], template=rf"pb:{_BATCH}:(?P<way>look|announce|undo)"):
    """Looks how far a batch is, announces it once, or takes it back."""

    def __init__(self, clan: ClanId, number: BatchId, way: str) -> None:
        style = ButtonStyle.danger if way == "undo" else ButtonStyle.secondary
        custom_id = f"pb:{pack(clan)}:{pack(number)}:{way}"
        super().__init__(Button(label=_LABELS[way], style=style, custom_id=custom_id))
        self.clan, self.number, self.way = clan, number, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BatchId(unpack(match["batch"])), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if self.way == "announce":
            view = view_of(AnnounceSelect(clan.id, self.number))
            await answer(interaction, private=True, content="Where is it to be announced?", view=view)
            return
        if self.way == "undo":
            channel = await progress_channel(self.services, clan)
            await self.services.promotions.undo(
                clan, self.number, user_of(interaction), await server_of(interaction), channel
            )
        batch, made = await self.services.promotions.batch(clan, self.number)
        await interaction.response.edit_message(
            embed=batch_page(batch, made), view=batch_view(clan.id, batch, made) or View()
        )


class AnnounceSelect(OfficersItem[ChannelSelect[View]], template=rf"pn:{_BATCH}"):
    """The channel in which a batch is announced; only the first choice of anybody posts."""

    def __init__(self, clan: ClanId, number: BatchId) -> None:
        kinds = [ChannelType.text, ChannelType.news, ChannelType.public_thread]
        super().__init__(
            ChannelSelect(
                custom_id=f"pn:{pack(clan)}:{pack(number)}",
                channel_types=kinds,
                placeholder="Choose a channel…",
            )
        )
        self.clan, self.number = clan, number

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), BatchId(unpack(match["batch"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        place = self.item.values[0]
        client = interaction.client
        channel = client.get_partial_messageable(place.id, guild_id=clan.guild)
        made = await self.services.promotions.announce(clan, self.number, user_of(interaction))
        try:
            await channel.send(
                embed=announcement(made, clan.name),
                nonce=f"pn:{clan.id}:{self.number}",
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            await self.services.promotions.forget_announced(clan, self.number)
            log.info("promotions_not_announced", clan_id=clan.id, reason=str(failure))
            if isinstance(failure, discord.Forbidden | discord.NotFound):
                raise MissingPermissions(("send_messages", "embed_links"), f"<#{place.id}>") from failure
            raise NotAnnounced(place.id) from failure
        await interaction.response.edit_message(content=f"Announced in <#{place.id}>.", view=None)


BATCH_ITEMS = (ProposalButton, BatchButton, AnnounceSelect)
