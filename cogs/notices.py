"""Tells officers in their channel what they did not ask: quietly, and each thing once."""

import re
from typing import Any, Self

import discord
import structlog
from discord import ButtonStyle, Interaction
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MemberId
from bot.domain.notices import Claimed, Returned
from bot.logs import new_trace
from bot.present.notices import claimed_notice, returned_notice
from bot.services.registry import Services
from cogs.answers import answer
from cogs.buttons import NUMBER, pack, pack_moment, unpack, view_of
from cogs.member.about import show_dossier
from cogs.member.identity import review_screen
from cogs.officers import OfficersItem

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

AT_ONCE = 3
"""Messages of one kind after one poll; more names in dispute share one message, more returns wait."""


class Review(OfficersItem[Button[View]], template=rf"no:review:(?P<clan>{NUMBER})"):
    """Shows an officer what is disputed, for them alone."""

    def __init__(self, clan: ClanId) -> None:
        button = Button[View](label="Review", style=ButtonStyle.primary, custom_id=f"no:review:{pack(clan)}")
        super().__init__(button)
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        embed, view = await review_screen(self.services, clan)
        await answer(interaction, private=True, embed=embed, view=view)


class WhoIs(OfficersItem[Button[View]], template=rf"no:who:(?P<clan>{NUMBER}):(?P<member>{NUMBER})"):
    """Shows an officer a member's dossier, for them alone."""

    def __init__(self, clan: ClanId, member: MemberId) -> None:
        button = Button[View](
            label="Who is this?", style=ButtonStyle.secondary, custom_id=f"no:who:{pack(clan)}:{pack(member)}"
        )
        super().__init__(button)
        self.clan, self.member = clan, member

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), MemberId(unpack(match["member"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await show_dossier(self.services, interaction, clan, self.member, private=True)


class NoticesCog(commands.Cog):
    """Posts after each poll, which ``bot.dispatch("clan_polled", clan)`` tells of.

    What could not be posted is tried again after the next poll.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Tell what is new."""
        with new_trace(job="notices", clan_id=clan.id):
            settings = await self.services.clans.settings(clan.guild)
            if settings.officer_channel is None:
                return
            try:
                await self._tell(clan, settings.officer_channel)
            except discord.HTTPException as failure:
                log.warning("officers_not_told", channel_id=settings.officer_channel, reason=str(failure))

    async def _tell(self, clan: Clan, channel: ChannelId) -> None:
        news = await self.services.notices.news(clan.id)
        alone = len(news.claimed) <= AT_ONCE
        for claimed in [(one,) for one in news.claimed] if alone else [news.claimed]:
            nonce = f"{claimed[0].key}:{pack_moment(claimed[0].start)}"
            await self._send(channel, claimed_notice(claimed), Review(clan.id), nonce)
            await self._note(clan, claimed=claimed)
        for one in news.returned[:AT_ONCE]:
            nonce = f"back:{pack(one.member)}:{pack_moment(one.at)}"
            await self._send(channel, returned_notice(one), WhoIs(clan.id, one.member), nonce)
            await self._note(clan, returned=(one,))

    async def _send(
        self, channel: ChannelId, embed: discord.Embed, button: Review | WhoIs, nonce: str
    ) -> None:
        # Discord takes a nonce once: what was posted before the process ended is not posted again.
        await self.bot.get_partial_messageable(channel).send(
            embed=embed,
            view=view_of(button) or discord.utils.MISSING,
            nonce=nonce,
            silent=True,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _note(
        self, clan: Clan, *, claimed: tuple[Claimed, ...] = (), returned: tuple[Returned, ...] = ()
    ) -> None:
        await self.services.notices.note_told(clan, claimed, returned)
