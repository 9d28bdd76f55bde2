"""Sets of role changes, their items, and which roles the bot gave."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import (
    OPEN_STATES,
    ChangeItem,
    ChangeSet,
    ChangeSetId,
    ItemState,
    Lineage,
    Outcome,
    RoleChange,
    Roles,
    Why,
)
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId
from db.bulk import inserting
from db.models import ChangeSetItemRow, ChangeSetRow, Clan, GivenRole

_OPEN = [state.value for state in OPEN_STATES]


async def add_set(
    session: AsyncSession,
    clan: ClanId,
    kind: str,
    label: str,
    by: UserId,
    changes: Sequence[RoleChange],
    now: datetime,
    *,
    channel: ChannelId | None = None,
    undo_of: ChangeSetId | None = None,
) -> ChangeSetId:
    """Store a set with its items, all waiting. The clan must be locked: the number is the next one."""
    last = await session.scalar(select(func.max(ChangeSetRow.id)).where(ChangeSetRow.clan_id == clan))
    number = ChangeSetId((last or 0) + 1)
    row = ChangeSetRow(
        clan_id=clan,
        id=number,
        kind=kind,
        label=label,
        made_by=by,
        made_at=now,
        channel_id=channel,
        undo_of=undo_of,
    )
    session.add(row)
    await session.flush()
    if changes:
        await session.execute(
            inserting(session, ChangeSetItemRow),
            [_columns(clan, number, place, change) for place, change in enumerate(changes)],
        )
    return number


def _columns(clan: ClanId, number: ChangeSetId, place: int, change: RoleChange) -> dict[str, Any]:
    return {
        "clan_id": clan,
        "set_id": number,
        "user_id": change.user,
        "place": place,
        "label": change.label,
        "add_ids": sorted(change.add),
        "remove_ids": sorted(change.remove),
        "gives_ids": sorted(change.add if change.gives is None else change.gives),
        "state": ItemState.WAITING.value,
        "were_given_ids": [],
    }


async def set_by_id(session: AsyncSession, clan: ClanId, number: ChangeSetId) -> ChangeSet | None:
    """One set of a clan; None where there is none of that number."""
    found = await _sets(session, ChangeSetRow.clan_id == clan, ChangeSetRow.id == number)
    return found[0] if found else None


async def sets_by_id(
    session: AsyncSession, clan: ClanId, numbers: Collection[ChangeSetId]
) -> dict[ChangeSetId, ChangeSet]:
    """These sets of a clan."""
    found = await _sets(session, ChangeSetRow.clan_id == clan, ChangeSetRow.id.in_(numbers))
    return {one.id: one for one in found}


async def open_sets(session: AsyncSession, guilds: Collection[GuildId]) -> list[ChangeSet]:
    """The sets of these servers that are not closed, the oldest first; those of unlinked clans too."""
    return await _sets(session, ChangeSetRow.closed_at.is_(None), Clan.guild_id.in_(guilds))


async def all_open_sets(session: AsyncSession) -> list[ChangeSet]:
    """The sets of all servers that are not closed."""
    return await _sets(session, ChangeSetRow.closed_at.is_(None))


async def open_set_of_kind(session: AsyncSession, clan: ClanId, kind: str) -> ChangeSet | None:
    """The oldest set of a kind that is not closed."""
    found = await _sets(
        session, ChangeSetRow.clan_id == clan, ChangeSetRow.closed_at.is_(None), ChangeSetRow.kind == kind
    )
    return found[0] if found else None


async def _sets(session: AsyncSession, *conditions: Any) -> list[ChangeSet]:
    rows = await session.execute(
        select(ChangeSetRow, Clan.guild_id)
        .join(Clan, Clan.id == ChangeSetRow.clan_id)
        .where(*conditions)
        .order_by(ChangeSetRow.made_at, ChangeSetRow.clan_id, ChangeSetRow.id)
        .execution_options(populate_existing=True)
    )
    return [_set(row, guild) for row, guild in rows]


def _set(row: ChangeSetRow, guild: int) -> ChangeSet:
    return ChangeSet(
        clan=ClanId(row.clan_id),
        guild=GuildId(guild),
        id=ChangeSetId(row.id),
        kind=row.kind,
        label=row.label,
        by=UserId(row.made_by),
        made_at=row.made_at,
        channel=None if row.channel_id is None else ChannelId(row.channel_id),
        message=None if row.message_id is None else MessageId(row.message_id),
        undo_of=None if row.undo_of is None else ChangeSetId(row.undo_of),
        undone_by=None if row.undone_by is None else ChangeSetId(row.undone_by),
        closed_at=row.closed_at,
        closed_why=None if row.closed_why is None else Why(row.closed_why),
    )


async def update_set(session: AsyncSession, clan: ClanId, number: ChangeSetId, **columns: Any) -> None:
    """Set some of a set's columns."""
    await session.execute(
        update(ChangeSetRow)
        .where(ChangeSetRow.clan_id == clan, ChangeSetRow.id == number)
        .values(columns)
        .execution_options(synchronize_session=False)
    )


async def items_of(session: AsyncSession, clan: ClanId, number: ChangeSetId) -> list[ChangeItem]:
    """Everybody in a set, in its order."""
    rows = await session.scalars(
        select(ChangeSetItemRow)
        .where(ChangeSetItemRow.clan_id == clan, ChangeSetItemRow.set_id == number)
        .order_by(ChangeSetItemRow.place)
        .execution_options(populate_existing=True)
    )
    return [_item(row) for row in rows]


def _item(row: ChangeSetItemRow) -> ChangeItem:
    change = RoleChange(
        UserId(row.user_id),
        frozenset(row.add_ids),
        frozenset(row.remove_ids),
        row.label,
        frozenset(row.gives_ids),
    )
    return ChangeItem(
        change,
        ItemState(row.state),
        None if row.before_ids is None else frozenset(row.before_ids),
        None if row.after_ids is None else frozenset(row.after_ids),
        None if row.why is None else Why(row.why),
        frozenset(row.were_given_ids),
        row.at,
    )


async def has_open_items(session: AsyncSession, clan: ClanId, number: ChangeSetId) -> bool:
    """Whether something of a set is not done yet."""
    found = await session.scalar(
        select(ChangeSetItemRow.user_id)
        .where(
            ChangeSetItemRow.clan_id == clan,
            ChangeSetItemRow.set_id == number,
            ChangeSetItemRow.state.in_(_OPEN),
        )
        .limit(1)
    )
    return found is not None


async def note_calling(
    session: AsyncSession, clan: ClanId, number: ChangeSetId, user: UserId, before: Roles
) -> None:
    """Discord is about to be asked; these are the roles right before."""
    await session.execute(
        _of_user(clan, number, user).values(state=ItemState.CALLING.value, before_ids=sorted(before))
    )


async def save_outcome(
    session: AsyncSession,
    clan: ClanId,
    number: ChangeSetId,
    user: UserId,
    outcome: Outcome,
    were_given: Roles,
    now: datetime,
) -> bool:
    """What became of an item that is open; False where it was not."""
    result = await session.execute(
        _of_user(clan, number, user)
        .where(ChangeSetItemRow.state.in_(_OPEN))
        .values(
            state=outcome.state.value,
            before_ids=sorted(outcome.before),
            after_ids=sorted(outcome.after),
            why=outcome.why and outcome.why.value,
            were_given_ids=sorted(were_given),
            at=now,
        )
    )
    return cast("CursorResult[Any]", result).rowcount > 0


def _of_user(clan: ClanId, number: ChangeSetId, user: UserId) -> Any:
    return (
        update(ChangeSetItemRow)
        .where(
            ChangeSetItemRow.clan_id == clan,
            ChangeSetItemRow.set_id == number,
            ChangeSetItemRow.user_id == user,
        )
        .execution_options(synchronize_session=False)
    )


async def reopen_failed(session: AsyncSession, clan: ClanId, number: ChangeSetId) -> int:
    """Let what failed of a set wait again. Returns how many do."""
    result = await session.execute(
        update(ChangeSetItemRow)
        .where(
            ChangeSetItemRow.clan_id == clan,
            ChangeSetItemRow.set_id == number,
            ChangeSetItemRow.state == ItemState.FAILED.value,
        )
        .values(state=ItemState.WAITING.value, why=None, before_ids=None, after_ids=None)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount


async def lineages(session: AsyncSession, clan: ClanId) -> dict[ChangeSetId, Lineage]:
    """Which set of a clan undoes which."""
    rows = await session.execute(
        select(ChangeSetRow.id, ChangeSetRow.undo_of, ChangeSetRow.undone_by).where(
            ChangeSetRow.clan_id == clan
        )
    )
    return {
        ChangeSetId(id_): Lineage(
            None if undo_of is None else ChangeSetId(undo_of),
            None if undone_by is None else ChangeSetId(undone_by),
        )
        for id_, undo_of, undone_by in rows
    }


async def later_items(
    session: AsyncSession, clan: ClanId, number: ChangeSetId
) -> list[tuple[ChangeSetId, ChangeItem]]:
    """What later sets did to the users of a set."""
    theirs = select(ChangeSetItemRow.user_id).where(
        ChangeSetItemRow.clan_id == clan, ChangeSetItemRow.set_id == number
    )
    rows = await session.scalars(
        select(ChangeSetItemRow)
        .where(
            ChangeSetItemRow.clan_id == clan,
            ChangeSetItemRow.set_id > number,
            ChangeSetItemRow.state == ItemState.DONE.value,
            ChangeSetItemRow.user_id.in_(theirs),
        )
        .execution_options(populate_existing=True)
    )
    return [(ChangeSetId(row.set_id), _item(row)) for row in rows]


async def refused_since(session: AsyncSession, clan: ClanId, since: datetime) -> int:
    """How many users' changes failed, in sets from a time on."""
    found = await session.scalar(
        select(func.count())
        .select_from(ChangeSetItemRow)
        .join(
            ChangeSetRow,
            (ChangeSetRow.clan_id == ChangeSetItemRow.clan_id) & (ChangeSetRow.id == ChangeSetItemRow.set_id),
        )
        .where(
            ChangeSetRow.clan_id == clan,
            ChangeSetRow.made_at >= since,
            ChangeSetItemRow.state == ItemState.FAILED.value,
        )
    )
    return found or 0


async def given_roles(session: AsyncSession, clan: ClanId) -> dict[UserId, set[int]]:
    """Which roles the bot gave, by user."""
    rows = await session.execute(
        select(GivenRole.user_id, GivenRole.role_id).where(GivenRole.clan_id == clan)
    )
    found: dict[UserId, set[int]] = {}
    for user, role in rows:
        found.setdefault(UserId(user), set()).add(role)
    return found


async def given_to(session: AsyncSession, clan: ClanId, user: UserId, roles: Collection[int]) -> Roles:
    """Those of these roles that the bot gave to a user."""
    found = await session.scalars(
        select(GivenRole.role_id).where(
            GivenRole.clan_id == clan, GivenRole.user_id == user, GivenRole.role_id.in_(roles)
        )
    )
    return frozenset(found)


async def give(
    session: AsyncSession, clan: ClanId, user: UserId, roles: Collection[int], now: datetime
) -> None:
    """Note that a user has these roles from the bot."""
    if roles:
        rows = [
            {"clan_id": clan, "user_id": user, "role_id": role, "given_at": now} for role in sorted(roles)
        ]
        await session.execute(inserting(session, GivenRole).values(rows).on_conflict_do_nothing())


async def forget_given(session: AsyncSession, clan: ClanId, pairs: Iterable[tuple[UserId, int]]) -> None:
    """These users do not have these roles from the bot any more."""
    gone = list(pairs)
    if gone:
        await session.execute(
            delete(GivenRole).where(
                GivenRole.clan_id == clan, tuple_(GivenRole.user_id, GivenRole.role_id).in_(gone)
            )
        )


async def tallies(
    session: AsyncSession, clan: ClanId, numbers: Collection[ChangeSetId]
) -> Mapping[ChangeSetId, Mapping[ItemState, int]]:
    """How many items of each state these sets have."""
    rows = await session.execute(
        select(ChangeSetItemRow.set_id, ChangeSetItemRow.state, func.count())
        .where(ChangeSetItemRow.clan_id == clan, ChangeSetItemRow.set_id.in_(numbers))
        .group_by(ChangeSetItemRow.set_id, ChangeSetItemRow.state)
    )
    found: dict[ChangeSetId, dict[ItemState, int]] = {}
    for number, state, count in rows:
        found.setdefault(ChangeSetId(number), {})[ItemState(state)] = count
    return found
