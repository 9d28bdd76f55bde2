"""Discord roles that follow ranks: what officers chose, what it would change, and the changing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import ChangeSet, GuildPeople, RoleChange, fingerprint, preview
from bot.domain.clans import Clan
from bot.domain.desk_errors import NotPolled, PeopleUnknown
from bot.domain.errors import MissingPermissions, Outdated
from bot.domain.ids import ChannelId, MemberId, UserId
from bot.domain.role_sync import ROLE_SYNC, Clanspeople, RoleSyncOptions, SyncPlan, SyncPreview, plan_sync
from bot.domain.setup import RankMatch
from bot.services.change_sets import ChangeSets
from bot.services.clock import Clock
from db.queries import change_sets, clans, mass_leaves, role_sync
from db.session import Database

NOT_AGAIN: Final = timedelta(hours=24)
"""What Discord refused is not tried again by itself for so long."""

Expected = Callable[[AsyncSession, Clan], Awaitable[Mapping[MemberId, str]]]
"""The ranks that officers approved and that the game does not show yet, WOM's keys by member."""


class RoleSync:
    """Plans whose roles follow, and begins the changes. ``expected`` is asked each time."""

    def __init__(self, database: Database, sets: ChangeSets, clock: Clock) -> None:
        self._database = database
        self._sets = sets
        self._clock = clock
        self.expected: Expected = _none_expected

    # What officers choose

    async def options(self, clan: Clan) -> RoleSyncOptions:
        """What officers chose; nothing, before they did."""
        async with self._database.read() as session:
            return await role_sync.options_of(session, clan.id) or RoleSyncOptions()

    async def choose(self, clan: Clan, by: UserId, **changes: Any) -> RoleSyncOptions:
        """Choose some of the options anew.

        Raises:
            RoleTwice: one role is to say two different things.
        """
        return await self._change(clan, by, lambda before: replace(before, **changes))

    async def choose_rank(self, clan: Clan, by: UserId, rank: str, role: int | None) -> RoleSyncOptions:
        """Choose the Discord role of a rank; None for none.

        Raises:
            RoleTwice: the role says linked or guest already.
        """
        return await self._change(clan, by, lambda before: before.with_rank(rank, role))

    async def use_names(self, clan: Clan, by: UserId, matches: Iterable[RankMatch]) -> RoleSyncOptions:
        """Give each rank without a role the Discord role of the same name, where there is one."""
        found = {one.rank: one.role.id for one in matches if one.role is not None}
        return await self._change(clan, by, lambda before: replace(before, ranks=found | dict(before.ranks)))

    async def switch_off(self, clan: Clan, by: UserId) -> RoleSyncOptions:
        """Change no roles any more. Those that were given stay, and what waited to be taken is forgotten."""
        return await self._change(clan, by, lambda before: replace(before, enabled=False))

    async def _change(
        self, clan: Clan, by: UserId, changed: Callable[[RoleSyncOptions], RoleSyncOptions]
    ) -> RoleSyncOptions:
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            before = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
            after = changed(before)
            if after != before:
                await self._save(session, clan, by, before, after)
        return after

    async def _save(
        self, session: AsyncSession, clan: Clan, by: UserId, before: RoleSyncOptions, after: RoleSyncOptions
    ) -> None:
        await role_sync.save_options(session, clan.id, after)
        if not after.enabled:
            await role_sync.replace_pending(session, clan.id, [])
        old, new = _data(before), _data(after)
        differs = {key: [old[key], new[key]] for key in new if old[key] != new[key]}
        await clans.add_audit_entry(
            session, clan.guild, by, "role_sync", {"clan_id": clan.id, **differs}, self._clock()
        )

    # What it changes

    async def preview(self, clan: Clan, people: GuildPeople) -> SyncPreview:
        """What switching it on would change now.

        Raises:
            NotPolled, PeopleUnknown: too little is known to plan anything.
        """
        async with self._database.read() as session:
            options = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
            accounts = await role_sync.verified_accounts(session, clan.id)
            plan = await self._plan(session, clan, people, options)
        made = preview(plan.changes, people)
        verified = sum(user in people.people for user in accounts)
        return SyncPreview(options, made, len(plan.pending), verified, fingerprint(made.changes))

    async def switch_on(
        self, clan: Clan, people: GuildPeople, by: UserId, seen: int, channel: ChannelId | None
    ) -> ChangeSet | None:
        """Let roles follow from now on, beginning with what was shown. None where nothing changes.

        Raises:
            MissingPermissions: the bot may not manage roles.
            Outdated: something else would change by now.
            ChangeSetRunning: roles are being changed.
        """
        if not people.reach.may_manage:
            raise MissingPermissions(("manage_roles",))
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            before = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
            after = replace(before, enabled=True)
            plan = await self._plan(session, clan, people, after)
            changes = preview(plan.changes, people).changes
            if fingerprint(changes) != seen:
                raise Outdated
            await self._save(session, clan, by, before, after)
            made = await self._begin(session, clan, plan, changes, by, channel)
        return self._tell(made)

    async def sync(self, clan: Clan, people: GuildPeople, by: UserId) -> ChangeSet | None:
        """Change what follows from what happened, without asking. None where nothing changes.

        While changes of its own are under way it does nothing: the next poll does.
        """
        if not (people.complete and people.reach.may_manage):
            return None
        async with self._database.read() as session:
            options = await role_sync.options_of(session, clan.id)
        if options is None or not options.enabled:
            return None
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await clans.clan_by_id(session, clan.id)
            options = await role_sync.options_of(session, clan.id)
            if found is None or found.polled_at is None or options is None or not options.enabled:
                return None
            if await change_sets.open_set_of_kind(session, clan.id, ROLE_SYNC):
                return None
            plan = await self._plan(session, found, people, options)
            refused = await role_sync.failed_since(session, clan.id, ROLE_SYNC, self._clock() - NOT_AGAIN)
            changes = [
                one
                for one in preview(plan.changes, people).changes
                if RoleChange(one.user, one.add, one.remove) not in refused
            ]
            made = await self._begin(session, found, plan, changes, by, None)
        return self._tell(made)

    async def _begin(
        self,
        session: AsyncSession,
        clan: Clan,
        plan: SyncPlan,
        changes: Iterable[RoleChange],
        by: UserId,
        channel: ChannelId | None,
    ) -> ChangeSet | None:
        await role_sync.replace_pending(session, clan.id, plan.pending)
        await change_sets.forget_given(session, clan.id, plan.forgotten)
        made = list(changes)
        if not made:
            return None
        return await self._sets.begin(session, clan, ROLE_SYNC, "", by, made, channel)

    def _tell(self, made: ChangeSet | None) -> ChangeSet | None:
        if made is not None:
            self._sets.tell(made)
        return made

    async def _plan(
        self, session: AsyncSession, clan: Clan, people: GuildPeople, options: RoleSyncOptions
    ) -> SyncPlan:
        if clan.polled_at is None:
            raise NotPolled
        if not people.complete:
            raise PeopleUnknown
        who = Clanspeople(
            await role_sync.verified_accounts(session, clan.id),
            clan.role_order,
            await self.expected(session, clan),
        )
        # Rosters that may be wrong take nothing from anybody.
        trusted = clan.failed_at is None and await mass_leaves.lasting(session, clan) is None
        return plan_sync(
            people.people,
            who,
            options,
            await change_sets.given_roles(session, clan.id),
            await role_sync.pending_removals(session, clan.id),
            self._clock(),
            may_remove=trusted,
        )


async def _none_expected(session: AsyncSession, clan: Clan) -> Mapping[MemberId, str]:
    del session, clan
    return {}


def _data(options: RoleSyncOptions) -> dict[str, Any]:
    return {"enabled": options.enabled, **options.as_data()}
