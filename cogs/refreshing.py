"""*Refresh these N*: Wise Old Man looks at who was not checked, behind everybody else's requests."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import discord
import structlog
from discord import Interaction
from discord.ext import commands
from discord.ui import Item

from bot.domain.clans import Clan
from bot.domain.desk_errors import RefreshUnderWay
from bot.domain.ids import ClanId, MemberId
from bot.logs import new_trace
from bot.present.refreshing import refresh_message
from bot.services.refreshing import RefreshProgress
from bot.services.registry import Services
from cogs.answers import answer, is_private
from cogs.buttons import view_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

SECONDS_TO_SHOW: Final = 2.0
"""How often the message is brought up to date at most."""


class Refresher(commands.Cog):
    """One at a time for each clan. What a restart cuts off is asked again by another press."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._running: dict[ClanId, tuple[int, RefreshProgress]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(
        self, interaction: Interaction[Any], clan: Clan, wanted: Sequence[MemberId], again: Item[Any]
    ) -> None:
        """Answer with how far it is, and go on in the background.

        Raises:
            RefreshUnderWay: an officer's is not through.
        """
        if clan.id in self._running:
            by, progress = self._running[clan.id]
            raise RefreshUnderWay(by, progress.asked, progress.number)
        progress = RefreshProgress(len(wanted))
        self._running[clan.id] = interaction.user.id, progress
        try:
            await answer(interaction, private=is_private(interaction), embed=shown(progress))
        except BaseException:  # a cancelled command too would block the clan's next refresh
            del self._running[clan.id]
            raise
        task = asyncio.create_task(self._run(interaction, clan, wanted, again))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cog_unload(self) -> None:
        """Ask for nobody any more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(
        self, interaction: Interaction[Any], clan: Clan, wanted: Sequence[MemberId], again: Item[Any]
    ) -> None:
        loop, shown_at = asyncio.get_running_loop(), 0.0
        with new_trace(job="refresh", clan_id=clan.id):
            try:
                progress = RefreshProgress(len(wanted))
                async with contextlib.aclosing(
                    self.services.refreshing.update_members(clan, wanted)
                ) as looks:
                    async for progress in looks:
                        self._running[clan.id] = interaction.user.id, progress
                        if loop.time() - shown_at >= SECONDS_TO_SHOW:
                            shown_at = loop.time()
                            await self._show(interaction, progress, None)
                log.info(
                    "members_refreshed", clan_id=clan.id, done=progress.done, refused=len(progress.refused)
                )
                await self._show(interaction, progress, again, over=True)
            except Exception:  # nobody awaits this task: a fault must at least be in the log
                log.exception("members_not_refreshed")
            finally:
                del self._running[clan.id]

    @staticmethod
    async def _show(
        interaction: Interaction[Any],
        progress: RefreshProgress,
        again: Item[Any] | None,
        *,
        over: bool = False,
    ) -> None:
        view = None if again is None else view_of(again)
        try:
            await interaction.edit_original_response(embed=shown(progress, over=over), view=view)
        except discord.HTTPException as failure:
            log.info("refresh_not_shown", reason=str(failure))


def refresher_of(interaction: Interaction[Any]) -> Refresher:
    """The bot's one."""
    found = interaction.client.get_cog(Refresher.__cog_name__)
    if not isinstance(found, Refresher):
        raise TypeError("the bot has no refresher")
    return found


def shown(progress: RefreshProgress, *, over: bool = False) -> discord.Embed:
    """How far it is, as a message."""
    return refresh_message(progress.number, progress.done, progress.refused, progress.stopped, over=over)
