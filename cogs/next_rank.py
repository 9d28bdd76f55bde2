"""``/nextrank``: what somebody has of the next rank, and what they lack."""

from typing import Any

from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.desk_errors import NotInClan
from bot.present.next_rank import next_rank_page
from bot.services.lookup import Found
from bot.services.registry import Services
from cogs.answers import clan_of, reply_private, user_of
from cogs.officers import require_officer
from cogs.presence import presence_of
from cogs.stats import player_choices


class NextRankCog(commands.Cog):
    """The way up, for one's own eyes; officers may look at anybody's."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(player="One of your accounts; officers may name anybody. You, if you leave it out")
    async def nextrank(self, interaction: Interaction[Any], player: str | None = None) -> None:
        """What you have of the next rank, what you lack, and how long it takes."""
        clan = await clan_of(self.services, interaction)
        found = await self._whose(interaction, clan, player)
        way = await self.services.next_ranks.of(clan, found.member.id, await presence_of(interaction.guild))
        if way is None:
            raise NotInClan(found.member.name)
        embed = next_rank_page(
            way.name,
            way.role,
            way.path,
            way.earned,
            way.left,
            way.since,
            way.checked_at,
            knows_rank=way.knows_rank,
        )
        await reply_private(interaction, embed=embed)

    async def _whose(self, interaction: Interaction[Any], clan: Clan, player: str | None) -> Found:
        """Oneself, one of one's own accounts, or for officers anybody.

        Raises:
            NotPermitted: somebody else's, and the asker is no officer.
        """
        user, name = user_of(interaction), interaction.user.display_name
        if player is None:
            return await self.services.lookup.of_user(clan, user, name)
        found = await self.services.lookup.by_name(clan, player)
        mine = await self.services.links.mine(clan, user)
        if found.member.id not in {one.member for one in mine.accounts if one.stands}:
            await require_officer(self.services, interaction)
        return found

    @nextrank.autocomplete("player")
    async def _players(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)
