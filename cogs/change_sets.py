"""Carries sets of role changes out: one call to Discord for each user who changes, none for the others."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import aiohttp
import discord
import structlog
from discord.ext import commands, tasks
from discord.ui import View

from bot.domain.change_sets import (
    OPEN_STATES,
    ChangeItem,
    ChangeSet,
    Effect,
    ItemState,
    Outcome,
    Roles,
    Why,
    effect_of,
    settled,
    tally,
)
from bot.domain.ids import GuildId, MessageId, UserId
from bot.logs import new_trace
from bot.present.change_sets import progress_embed, result_embed
from bot.services.registry import Services
from cogs.change_set_items import result_view
from cogs.guild_people import reach_of, roles_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PROGRESS_EVERY: Final = 1.0
"""Seconds from one edit of the progress to the next."""
AGAIN: Final = timedelta(minutes=1)
"""When a set that could not go on is tried again."""
FRESH: Final = 10.0
"""Seconds for which Discord is asked for a user's roles anew after we changed them: its event may be late."""
_UNKNOWN_ROLE = 10011


class CannotGoOn(Exception):
    """Discord does not answer, or lets the bot change nobody: the set waits. ``why`` is for officers."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class ChangeSetsCog(commands.Cog):
    """Runs the open sets of each server, one after the other.

    Tells of each item by ``bot.dispatch("change_item_done", change_set, item)`` and of each set by
    ``bot.dispatch("change_set_done", change_set, items)``. An event is lost with the process: what
    must not be is told by :attr:`bot.services.change_sets.ChangeSets.followers`.
    """

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services
        self.sets = services.change_sets
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._lately: dict[tuple[int, int], float] = {}

    async def cog_load(self) -> None:
        """Listen for sets that begin."""
        self.sets.on_start.append(self._wake_for)
        self.again.start()

    async def cog_unload(self) -> None:
        """Stop between two calls; what is left is carried on by the next process."""
        self.sets.on_start.remove(self._wake_for)
        self.again.cancel()
        running = list(self._tasks.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @tasks.loop(seconds=AGAIN.total_seconds())
    async def again(self) -> None:
        """Go on with what waits, also from before a restart."""
        with new_trace(job="change_sets"):
            try:
                await self._close_lost()
                waiting = await self.sets.open_of(*(GuildId(guild.id) for guild in self.bot.guilds))
                for guild in {one.guild for one in waiting}:
                    self.wake(guild)
            except Exception:  # a loop of discord.py ends for good at the first error it does not know
                log.exception("change_sets_not_read")

    async def _close_lost(self) -> None:
        """Close what will not be carried on, with what Discord says of what was asked last."""
        for one, why in await self.sets.lost():
            try:
                roles = await self._roles_of_called(one)
            except CannotGoOn as stop:
                log.info("change_set_waits", change_set=one.id, why=stop.why)
                continue
            await self.sets.give_up(one, why, roles)
            await self._tell_end(one)

    async def _roles_of_called(self, one: ChangeSet) -> dict[UserId, Roles]:
        guild = self.bot.get_guild(one.guild)
        if guild is None:
            return {}
        if guild.unavailable:
            raise CannotGoOn(_NOT_ANSWERED)
        found: dict[UserId, Roles] = {}
        for item in await self.sets.items(one):
            if item.state is ItemState.CALLING:
                member = await self._member(guild, item)
                if member is not None:
                    found[item.user] = roles_of(member)
        return found

    @again.before_loop
    async def _until_ready(self) -> None:
        await self.bot.wait_until_ready()

    def _wake_for(self, one: ChangeSet) -> None:
        self.wake(one.guild)

    def wake(self, guild: int) -> None:
        """Carry out a server's open sets, if that is not being done."""
        task = self._tasks.get(guild)
        if task is None or task.done():
            self._tasks[guild] = asyncio.create_task(self._run(guild))

    async def _run(self, guild_id: int) -> None:
        with new_trace(job="change_sets", guild_id=guild_id):
            try:
                while found := await self.sets.open_of(GuildId(guild_id)):
                    if not await self._carry_out(found[0]):
                        return
            except Exception:  # what is left is tried again in a minute, and other servers' go on
                log.exception("change_set_failed")

    async def _carry_out(self, one: ChangeSet) -> bool:
        """Do what is left of a set. Returns whether it is done; else it is tried again later."""
        guild = self.bot.get_guild(one.guild)
        if guild is None or guild.unavailable:
            return False
        items = await self.sets.items(one)
        one = await self._show_start(one, items)
        work = asyncio.create_task(self._change_all(guild, one, items))
        try:
            while not (await asyncio.wait({work}, timeout=PROGRESS_EVERY))[0]:
                await self._edit(one, progress_embed(one, tally(items)))
        finally:
            if not work.done():
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
        try:
            await work
        except CannotGoOn as stop:
            log.info("change_set_waits", change_set=one.id, why=stop.why)
            await self._edit(one, progress_embed(one, tally(items), stop.why))
            return False
        return await self._end(one)

    async def _end(self, one: ChangeSet) -> bool:
        if not await self.sets.close(one):
            return False
        await self._tell_end(one)
        return True

    async def _tell_end(self, one: ChangeSet) -> None:
        one, items = await self.sets.read(one.clan, one.id)
        await self._edit(one, result_embed(one, items), result_view(one, items))
        self.bot.dispatch("change_set_done", one, items)

    # One after the other

    async def _change_all(self, guild: discord.Guild, one: ChangeSet, items: list[ChangeItem]) -> None:
        """Do what is open of these, and put in the list what became of it."""
        for place, item in enumerate(items):
            if item.state not in OPEN_STATES:
                continue
            if not guild.me.guild_permissions.manage_roles:
                raise CannotGoOn("I lack Manage Roles. I go on by myself once I have it.")
            outcome = await self._change(guild, one, item)
            items[place] = done = await self.sets.finish(one, item, outcome)
            self.bot.dispatch("change_item_done", one, done)

    async def _change(self, guild: discord.Guild, one: ChangeSet, item: ChangeItem) -> Outcome:
        member = await self._member(guild, item)
        if member is None:
            return Outcome(ItemState.SKIPPED, frozenset(), frozenset(), Why.NOT_HERE)
        roles = roles_of(member)
        effect = effect_of(item.change, roles, reach_of(guild))
        if not effect:
            return settled(item, roles, effect)
        await self.sets.note_calling(one, item.user, roles)
        why = await self._ask(member, effect, _reason(one, item))
        if why is None:
            return Outcome(ItemState.DONE, roles, effect.on(roles), effect.why)
        state = ItemState.SKIPPED if why is Why.NOT_HERE else ItemState.FAILED
        return Outcome(state, roles, roles, why)

    async def _member(self, guild: discord.Guild, item: ChangeItem) -> discord.Member | None:
        """Somebody with their roles as they are now; None where they are not in the server."""
        changed = self._lately.get((guild.id, item.user))
        is_fresh = changed is None or asyncio.get_running_loop().time() - changed > FRESH
        known = guild.get_member(item.user) if is_fresh else None
        if known is not None:
            return known
        try:
            return await guild.fetch_member(item.user)
        except discord.NotFound:
            return None
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            raise CannotGoOn(_NOT_ANSWERED) from failure

    async def _ask(self, member: discord.Member, effect: Effect, reason: str) -> Why | None:
        """One call. Returns why Discord refused it."""
        try:
            await _call(member, effect, reason)
        except discord.Forbidden:
            return Why.FORBIDDEN
        except discord.NotFound as missing:
            return Why.ROLE_GONE if missing.code == _UNKNOWN_ROLE else Why.NOT_HERE
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            raise CannotGoOn(_NOT_ANSWERED) from failure
        now = asyncio.get_running_loop().time()
        self._lately = {key: at for key, at in self._lately.items() if now - at <= FRESH}
        self._lately[member.guild.id, member.id] = now
        return None

    # What officers see

    async def _show_start(self, one: ChangeSet, items: Sequence[ChangeItem]) -> ChangeSet:
        if one.channel is None or one.message is not None:
            return one
        embed = progress_embed(one, tally(items))
        try:
            # Discord takes a nonce once: what was posted before the process ended is not posted again.
            sent = await self.bot.get_partial_messageable(one.channel, guild_id=one.guild).send(
                embed=embed,
                nonce=f"cs:{one.clan}:{one.id}",
                silent=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as failure:
            log.info("progress_not_shown", change_set=one.id, reason=str(failure))
            return one
        await self.sets.note_message(one, MessageId(sent.id))
        return (await self.sets.read(one.clan, one.id))[0]

    async def _edit(self, one: ChangeSet, embed: discord.Embed, view: View | None = None) -> None:
        if one.channel is None or one.message is None:
            return
        message = self.bot.get_partial_messageable(one.channel, guild_id=one.guild).get_partial_message(
            one.message
        )
        try:
            await message.edit(embed=embed, view=view)
        except discord.HTTPException as failure:
            # Deleted, or closed to the bot: `/officer history` has it all.
            log.info("progress_not_shown", change_set=one.id, reason=str(failure))


_NOT_ANSWERED = "Discord does not answer as it should. I try again in a minute."


async def _call(member: discord.Member, effect: Effect, reason: str) -> None:
    """Change exactly these roles. One alone is changed by itself, so that nobody else's change is lost."""
    if len(effect.add) + len(effect.remove) == 1:
        for role in effect.add:
            await member.add_roles(discord.Object(role), reason=reason)
        for role in effect.remove:
            await member.remove_roles(discord.Object(role), reason=reason)
        return
    kept = [role for role in member.roles if not role.is_default() and role.id not in effect.remove]
    await member.edit(roles=[*kept, *map(discord.Object, sorted(effect.add))], reason=reason)


def _reason(one: ChangeSet, item: ChangeItem) -> str:
    """What Discord's audit log says: at most 512 characters."""
    what = f"{one.kind} {one.id}" if one.undo_of is None else f"undo of {one.kind} {one.undo_of}"
    return f"ClanStats {what}: {item.change.label or one.label} (by {one.by})"[:400]
