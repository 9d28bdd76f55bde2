"""The bot: builds what the cogs need, loads them, and answers for what goes wrong in them."""

from functools import partial
from typing import Any, Self

import discord
import structlog
from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.ids import GuildId
from bot.jobs.past import PastJob
from bot.jobs.polling import PollingJob
from bot.jobs.posting import PostingJob
from bot.jobs.upkeep import UpkeepJob
from bot.logs import new_trace
from bot.present.errors import unexpected
from bot.services.clock import Clock
from bot.services.commands import CommandSync
from bot.services.registry import Services
from bot.settings import Settings
from bot.web.server import WebServer
from bot.wom.pacing import Pacing
from cogs.answers import handle_error
from cogs.away import AwayCog, BackButton
from cogs.change_set_items import CHANGE_SET_ITEMS
from cogs.change_sets import ChangeSetsCog
from cogs.compare import CompareButton, CompareCog
from cogs.competition import ITEMS as COMPETITION_ITEMS
from cogs.competition import CompetitionCog
from cogs.dashboard_gate import DashboardGate
from cogs.help import HelpCog
from cogs.inactivity import ITEMS as INACTIVITY_ITEMS
from cogs.inactivity import InactivityCog
from cogs.leaderboard import BoardButton, LeaderboardCog, MetricSelect, PeriodSelect
from cogs.links import AccountSelect, LinksCog, PanelButton
from cogs.listening import Listening
from cogs.mass_leave import MassLeaveButton, MassLeaveCog
from cogs.member import ITEMS as MEMBER_ITEMS
from cogs.member import link_account_menu, member_group, who_is_this_menu
from cogs.next_rank import NextRankCog
from cogs.nicknames import NicknamesCog
from cogs.notices import NoticesCog, Review, WhoIs
from cogs.officer import ITEMS as OFFICER_ITEMS
from cogs.officer import officer_group
from cogs.owner import OwnerCog
from cogs.past import CancelPast, PastCog
from cogs.posts import ITEMS as POST_ITEMS
from cogs.posts import BoardsCog, FeedCog, PostsCog
from cogs.promotions import ITEMS as PROMOTION_ITEMS
from cogs.promotions import PromotionsCog
from cogs.proof import ProofButton, ProofCog
from cogs.reading import how_read_menu, speaker_menu
from cogs.records import ITEMS as RECORDS_ITEMS
from cogs.records import RecordsCog
from cogs.refreshing import Refresher
from cogs.report import ChartSelect, ReportCog
from cogs.role_sync import RoleSyncCog
from cogs.rules import ITEMS as RULES_ITEMS
from cogs.rules import rules_group
from cogs.setup import SetupCog
from cogs.stats import CardButton, StatsCog, clan_stats_menu

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

BUTTONS = (
    BoardButton,
    MetricSelect,
    PeriodSelect,
    CardButton,
    CompareButton,
    AccountSelect,
    PanelButton,
    Review,
    WhoIs,
    CancelPast,
    MassLeaveButton,
    *CHANGE_SET_ITEMS,
    ProofButton,
    *MEMBER_ITEMS,
    *OFFICER_ITEMS,
    *RULES_ITEMS,
    *PROMOTION_ITEMS,
    BackButton,
    *INACTIVITY_ITEMS,
    *POST_ITEMS,
    ChartSelect,
    *COMPETITION_ITEMS,
    *RECORDS_ITEMS,
)
GUILD_WAIT = 0.5
"""Seconds without a further server after which Discord is believed to have told of all."""


class Tree(app_commands.CommandTree["ClanStatsBot"]):
    """The command tree, with the one handler of its errors."""

    async def _call(self, interaction: Interaction["ClanStatsBot"]) -> None:
        with new_trace(guild_id=interaction.guild_id):
            await super()._call(interaction)

    async def on_error(
        self, interaction: Interaction["ClanStatsBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the asker, and log what nobody foresaw."""
        await handle_error(interaction, error)


class ClanStatsBot(commands.AutoShardedBot):
    """ClanStats on Discord."""

    def __init__(self, services: Services, *, intents: discord.Intents, **options: Any) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            max_messages=None,
            guild_ready_timeout=GUILD_WAIT,
            **options,
        )
        self.services = services
        self.sync_commands = CommandSync(services.database, self.tree)
        self.polling = PollingJob(services, self._guild_ids, partial(self.dispatch, "clan_polled"))
        self.past = PastJob(services.past, self._guild_ids)
        self.upkeep = UpkeepJob(services.upkeep)
        self.web = WebServer(services, DashboardGate(self, services))
        self.posting = PostingJob(
            services.posts,
            services.feed,
            services.boards,
            self._guild_ids,
            partial(self.dispatch, "post_due"),
            partial(self.dispatch, "post_late"),
            partial(self.dispatch, "feed_news"),
            partial(self.dispatch, "board_due"),
        )

    @classmethod
    def build(
        cls,
        settings: Settings,
        *,
        lacking: frozenset[str] = frozenset(),
        clock: Clock = discord.utils.utcnow,
        pacing: Pacing | None = None,
        **options: Any,
    ) -> Self:
        """The bot with these settings, doing without the intents that Discord refuses it."""
        intents = discord.Intents(guilds=True, guild_messages=True, members=True, message_content=True)
        for name in lacking:
            setattr(intents, name, False)
        options.setdefault("chunk_guilds_at_startup", intents.members)
        return cls(Services.build(settings, clock, pacing=pacing), intents=intents, **options)

    async def setup_hook(self) -> None:
        """Load everything, before the first event."""
        services = self.services
        await services.open()
        self.add_dynamic_items(*BUTTONS)
        for command in (
            clan_stats_menu(services),
            who_is_this_menu(services),
            how_read_menu(services),
            speaker_menu(services),
            link_account_menu(services),
            member_group(services),
            officer_group(services),
            rules_group(services),
        ):
            self.tree.add_command(command)
        for cog in (
            Listening(self, services.ingest, services.history),
            SetupCog(self, services, poll_now=self.poll_now),
            StatsCog(services),
            LeaderboardCog(services),
            CompareCog(services),
            CompetitionCog(services),
            RecordsCog(services),
            LinksCog(self, services),
            NextRankCog(services),
            NoticesCog(self, services),
            NicknamesCog(self, services),
            PastCog(self, services),
            MassLeaveCog(self, services),
            AwayCog(services),
            Refresher(services),
            InactivityCog(self, services),
            ChangeSetsCog(self, services),
            RoleSyncCog(self, services),
            PromotionsCog(self, services),
            ProofCog(self, services),
            ReportCog(services),
            PostsCog(self, services),
            FeedCog(self, services),
            BoardsCog(self, services),
            HelpCog(services, self.tree, self.sync_commands),
            OwnerCog(self.sync_commands),
        ):
            await self.add_cog(cog)
        await self.sync_commands()
        await self.web.start()

    async def on_ready(self) -> None:
        """Start polling, and what goes on beside it, once the servers are known."""
        log.info("ready", guilds=len(self.guilds), user=str(self.user))
        self.polling.start()
        self.past.start()
        self.upkeep.start()
        self.posting.start()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A clan's pages end with the bot's stay on its server."""
        await self.services.dashboards.removed(GuildId(guild.id))

    def _guild_ids(self) -> list[GuildId]:
        return [GuildId(guild.id) for guild in self.guilds]

    async def poll_now(self, clan: Clan) -> None:
        """Poll a clan at once, as after it was linked."""
        await self.polling.poll_now(clan)

    async def on_command_error(self, context: commands.Context[Any], error: commands.CommandError, /) -> None:
        """Say nothing to whoever only mentions the bot, or may not command it; log what broke."""
        if isinstance(error, commands.CommandNotFound | commands.CheckFailure | commands.UserInputError):
            log.info("mention_ignored", guild_id=context.guild and context.guild.id, why=type(error).__name__)
            return
        cause = error.original if isinstance(error, commands.CommandInvokeError) else error
        with new_trace(command=context.command and context.command.qualified_name) as trace:
            log.error("command_failed", exc_info=cause)
            await context.send(unexpected(trace))

    async def close(self) -> None:
        """Stop the jobs, flush what is held and close every connection."""
        if self.is_closed():
            return
        await self.polling.stop()
        await self.past.stop()
        await self.upkeep.stop()
        await self.posting.stop()
        await self.web.stop()
        await super().close()
        await self.services.close()
        log.info("closed")
