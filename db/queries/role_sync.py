"""How Discord roles follow ranks: what officers chose, whose accounts are whose, what waits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import ItemState, RoleChange
from bot.domain.ids import ClanId, UserId
from bot.domain.role_sync import Pending, RoleSyncOptions, SyncAccount
from db.bulk import inserting
from db.models import ChangeSetItemRow, ChangeSetRow, RoleRemoval, RoleSyncRow
from db.queries import eligibility
from db.queries.members import all_members


async def options_of(session: AsyncSession, clan: ClanId) -> RoleSyncOptions | None:
    """What officers chose; None where they never did."""
    row = await session.get(RoleSyncRow, clan, populate_existing=True)
    return None if row is None else RoleSyncOptions.read(row.enabled, row.options)


async def save_options(session: AsyncSession, clan: ClanId, options: RoleSyncOptions) -> None:
    """Store what officers chose, whole."""
    columns = {"enabled": options.enabled, "options": options.as_data()}
    adding = inserting(session, RoleSyncRow).values(clan_id=clan, **columns)
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id"], set_=columns))


async def verified_accounts(session: AsyncSession, clan: ClanId) -> dict[UserId, list[SyncAccount]]:
    """Every account that is verified as somebody's, by its owner. Merged members are one account."""
    everybody = {one.id: one for one in await all_members(session, clan)}
    links = await eligibility.verified_accounts(session, clan)
    found: dict[UserId, list[SyncAccount]] = {}
    for user, member in dict.fromkeys((link.user, link.member) for link in links):
        one = everybody[member]
        account = SyncAccount(one.id, one.name, one.wom_role, in_clan=one.left_at is None)
        found.setdefault(user, []).append(account)
    return found


async def pending_removals(session: AsyncSession, clan: ClanId) -> list[Pending]:
    """What will be taken away."""
    rows = await session.execute(
        select(RoleRemoval.user_id, RoleRemoval.role_id, RoleRemoval.since)
        .where(RoleRemoval.clan_id == clan)
        .order_by(RoleRemoval.user_id, RoleRemoval.role_id)
    )
    return [Pending(UserId(user), role, since) for user, role, since in rows]


async def replace_pending(session: AsyncSession, clan: ClanId, pending: Collection[Pending]) -> None:
    """What will be taken away from now on, and nothing else."""
    await session.execute(delete(RoleRemoval).where(RoleRemoval.clan_id == clan))
    if pending:
        rows = [
            {"clan_id": clan, "user_id": one.user, "role_id": one.role, "since": one.since} for one in pending
        ]
        await session.execute(inserting(session, RoleRemoval), rows)


async def failed_since(session: AsyncSession, clan: ClanId, kind: str, since: datetime) -> set[RoleChange]:
    """What sets of a kind tried since a time and Discord refused, without its label."""
    rows = await session.execute(
        select(ChangeSetItemRow.user_id, ChangeSetItemRow.add_ids, ChangeSetItemRow.remove_ids)
        .join(
            ChangeSetRow,
            (ChangeSetRow.clan_id == ChangeSetItemRow.clan_id) & (ChangeSetRow.id == ChangeSetItemRow.set_id),
        )
        .where(
            ChangeSetRow.clan_id == clan,
            ChangeSetRow.kind == kind,
            ChangeSetRow.made_at >= since,
            ChangeSetItemRow.state == ItemState.FAILED.value,
        )
    )
    return {RoleChange(UserId(user), frozenset(add), frozenset(remove)) for user, add, remove in rows}
