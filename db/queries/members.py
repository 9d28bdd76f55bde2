"""Members: who they are, which profiles are theirs, and what happened to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.as_of import JOINED, LEFT, RANK_CHANGED, Happened, Now
from bot.domain.identity import MemberState
from bot.domain.ids import ClanId, MemberId, PlayerId, SourceId
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import Member, MemberEvent, Profile
from db.types import FromMillis, Moment, to_millis


class MemberRow(NamedTuple):
    """A member as lists need it."""

    id: MemberId
    name: str
    wom_role: str | None
    account_type: str
    joined_at: datetime | None
    left_at: datetime | None


def _member(row: Any) -> MemberRow:
    return MemberRow(MemberId(row.id), row.name, row.wom_role, row.account_type, row.joined_at, row.left_at)


# Whom a member shows under, and how two who show under one are told apart: the root comes last, and so wins.
ROOT: ColumnElement[int] = func.coalesce(Member.same_as, Member.id, type_=INTEGER)
_IS_ROOT = Member.same_as.is_(None)
_JOINED_AT: ColumnElement[datetime | None] = func.coalesce(
    Member.joined_corrected_at, Member.joined_at, type_=Moment()
)
_COLUMNS = (
    ROOT.label("id"),
    Member.name,
    Member.wom_role,
    Member.account_type,
    _JOINED_AT.label("joined_at"),
    Member.left_at,
)


def shows_under(member: MemberId) -> ColumnElement[bool]:
    """Whether a row of ``members`` is this member, or was merged into them."""
    return ROOT.in_([member])


def same_as(clan: ClanId, members: Collection[MemberId]) -> Select[int]:
    """The numbers of these members, and of everybody who is one with them by officers' merges."""
    given = aliased(Member)
    roots = select(func.coalesce(given.same_as, given.id)).where(given.clan_id == clan, given.id.in_(members))
    return select(Member.id).where(Member.clan_id == clan, ROOT.in_(roots))


async def current_members(session: AsyncSession, clan: ClanId) -> list[MemberRow]:
    """Who is in the clan now. A pending leave still counts as being in it."""
    rows = await session.execute(
        select(*_COLUMNS).where(Member.clan_id == clan, Member.left_at.is_(None)).order_by(_IS_ROOT)
    )
    return list({row.id: _member(row) for row in rows}.values())


async def all_members(session: AsyncSession, clan: ClanId) -> list[MemberRow]:
    """Everybody who is or was in the clan; merged ones once, as who is present or whom they show under."""
    rows = await session.execute(
        select(*_COLUMNS).where(Member.clan_id == clan).order_by(Member.left_at.is_(None), _IS_ROOT)
    )
    return list({row.id: _member(row) for row in rows}.values())


async def current_names(session: AsyncSession, clan: ClanId) -> dict[MemberId, str]:
    """The names of who is in the clan now, as :func:`current_members` has them."""
    rows = await session.execute(
        select(ROOT, Member.name).where(Member.clan_id == clan, Member.left_at.is_(None)).order_by(_IS_ROOT)
    )
    return {MemberId(id_): name for id_, name in rows}


async def former_names(session: AsyncSession, clan: ClanId) -> dict[MemberId, str]:
    """The last names of who has left, without whom officers merged into somebody."""
    rows = await session.execute(
        select(Member.id, Member.name).where(Member.clan_id == clan, Member.left_at.is_not(None), _IS_ROOT)
    )
    return {MemberId(id_): name for id_, name in rows}


async def member_by_id(session: AsyncSession, clan: ClanId, member: MemberId) -> MemberRow | None:
    """One member, present or gone, or the one that officers merged them into."""
    shown = select(ROOT).where(Member.clan_id == clan, Member.id == member).scalar_subquery()
    rows = await session.execute(
        select(*_COLUMNS)
        .where(Member.clan_id == clan, shown == ROOT)
        .order_by(Member.left_at.is_(None), _IS_ROOT)
    )
    found = [_member(row) for row in rows]
    return found[-1] if found else None


async def members_now(session: AsyncSession, clan: ClanId) -> list[Now]:
    """Every member ever as stored, for who asks of the past."""
    rows = await session.execute(
        select(
            Member.id, ROOT, Member.name, Member.wom_role, _JOINED_AT, Member.left_at, Member.created_at
        ).where(Member.clan_id == clan)
    )
    return [
        Now(MemberId(id_), MemberId(root), name, role, joined_at, left_at, known_since)
        for id_, root, name, role, joined_at, left_at, known_since in rows
    ]


async def happened(session: AsyncSession, clan: ClanId) -> dict[MemberId, list[Happened]]:
    """The stays and rank changes of every member, the oldest first; absent where nothing is known."""
    rows = await session.execute(
        select(MemberEvent.member_id, MemberEvent.kind, MemberEvent.at, MemberEvent.before, MemberEvent.after)
        .where(MemberEvent.clan_id == clan, MemberEvent.kind.in_((JOINED, LEFT, RANK_CHANGED)))
        .order_by(MemberEvent.at)
    )
    found: dict[MemberId, list[Happened]] = {}
    for member, kind, at, before, after in rows:
        found.setdefault(MemberId(member), []).append(Happened(kind, at, before, after))
    return found


async def member_states(session: AsyncSession, clan: ClanId) -> list[MemberState]:
    """Every member ever, with the WOM profiles that are theirs, whatever officers merged."""
    rows = await session.execute(
        select(Member, Profile.player_id)
        .outerjoin_from(
            Member, Profile, (Profile.clan_id == Member.clan_id) & (Profile.member_id == Member.id)
        )
        .where(Member.clan_id == clan)
    )
    found: dict[int, MemberState] = {}
    for row, player in cast("Iterable[tuple[Member, int | None]]", rows):
        players = () if player is None else (PlayerId(player),)
        known = found.get(row.id)
        found[row.id] = MemberState(
            id=MemberId(row.id),
            name=row.name,
            players=(known.players if known else ()) + players,
            role=row.wom_role,
            account_type=row.account_type,
            build=row.build,
            joined_at=row.joined_at,
            left_at=row.left_at,
            leave_seen_at=row.leave_seen_at,
            last_seen_at=row.last_seen_at,
            created_at=row.created_at,
        )
    return list(found.values())


_MEMBER_STATE = (
    "name",
    "wom_role",
    "account_type",
    "build",
    "joined_at",
    "left_at",
    "leave_seen_at",
    "last_seen_at",
)


async def save_states(session: AsyncSession, clan: ClanId, states: Iterable[MemberState]) -> None:
    """Add members, or replace what is known of them. Whose profiles are theirs stands with the profiles."""
    rows = [
        {
            "id": state.id,
            "name": state.name,
            "wom_role": state.role,
            "account_type": state.account_type,
            "build": state.build,
            "joined_at": state.joined_at,
            "left_at": state.left_at,
            "leave_seen_at": state.leave_seen_at,
            "last_seen_at": state.last_seen_at,
            "created_at": state.created_at,
        }
        for state in states
    ]
    await save_members(session, clan, rows)


async def save_members(session: AsyncSession, clan: ClanId, members: Sequence[Mapping[str, Any]]) -> None:
    """Add members, or replace what is known of them (keys: the columns of ``members``, without the clan)."""
    if not members:
        return
    adding = inserting(session, Member).values([{"clan_id": clan, **member} for member in members])
    replaced = {column: adding.excluded[column] for column in _MEMBER_STATE}
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "id"], set_=replaced))


async def save_profiles(session: AsyncSession, clan: ClanId, profiles: Sequence[Mapping[str, Any]]) -> None:
    """Note how WOM profiles look now (keys: the columns of ``profiles``, without the clan)."""
    if not profiles:
        return
    adding = inserting(session, Profile).values([{"clan_id": clan, **profile} for profile in profiles])
    replaced = {
        column: adding.excluded[column]
        for column in ("display_name", "status", "updated_at", "changed_at", "member_id")
    }
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "source_id"], set_=replaced)
    )


async def correct_joins(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId], joined_at: datetime | None
) -> None:
    """Let officers' word count for when these members joined; None lets WOM's count again.

    A correction is of one stay: who comes back has joined anew.
    """
    await session.execute(
        update(Member)
        .where(Member.clan_id == clan, Member.id.in_(members))
        .values(joined_corrected_at=joined_at)
    )


async def restore_joins(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> None:
    """Let the earliest join that WOM told of count for these members, who turned out not to have left."""
    first = (
        select(func.min(MemberEvent.at))
        .where(MemberEvent.clan_id == clan, MemberEvent.member_id == Member.id, MemberEvent.kind == JOINED)
        .correlate(Member)
        .scalar_subquery()
    )
    await session.execute(
        update(Member)
        .where(
            Member.clan_id == clan,
            Member.id.in_(members),
            Member.joined_at.is_(None) | (Member.joined_at > first),
        )
        .values(joined_at=first)
        .execution_options(synchronize_session=False)
    )


async def is_join_corrected(session: AsyncSession, clan: ClanId, member: MemberId) -> bool:
    """Whether it is an officer who says when a member joined."""
    corrected = await session.scalar(
        select(Member.joined_corrected_at).where(Member.clan_id == clan, Member.id == member)
    )
    return corrected is not None


async def own_profiles(session: AsyncSession, clan: ClanId, owners: Mapping[SourceId, MemberId]) -> None:
    """Note whose profiles that are not on the roster turned out to be: those of renames seen as leaves."""
    for source, member in owners.items():
        await session.execute(
            update(Profile)
            .where(Profile.clan_id == clan, Profile.source_id == source)
            .values(member_id=member)
        )


async def first_seen(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId]
) -> dict[MemberId, datetime]:
    """When each of these members was seen for the first time."""
    rows = await session.execute(
        select(Member.id, Member.created_at).where(Member.clan_id == clan, Member.id.in_(members))
    )
    return {MemberId(member): at for member, at in rows}


async def stays(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId]
) -> dict[MemberId, list[tuple[datetime, str]]]:
    """When these members joined and left, in no order; who did neither is absent."""
    rows = await session.execute(
        select(MemberEvent.member_id, MemberEvent.at, MemberEvent.kind).where(
            MemberEvent.clan_id == clan,
            MemberEvent.member_id.in_(members),
            MemberEvent.kind.in_([JOINED, LEFT]),
        )
    )
    found: dict[MemberId, list[tuple[datetime, str]]] = {}
    for member, at, kind in rows:
        found.setdefault(MemberId(member), []).append((at, kind))
    return found


async def add_events(session: AsyncSession, clan: ClanId, events: Sequence[Mapping[str, Any]]) -> int:
    """Store what happened to members and return how many were new; known keys add nothing."""
    if not events:
        return 0
    stored = await session.execute(
        inserting(session, MemberEvent)
        .values([{"clan_id": clan, "noted_at": None, **event} for event in events])
        .on_conflict_do_nothing()
        .returning(MemberEvent.key)
    )
    return len(stored.all())


async def remove_events(session: AsyncSession, clan: ClanId, keys: Collection[str]) -> None:
    """Take back what turned out not to have happened."""
    await session.execute(delete(MemberEvent).where(MemberEvent.clan_id == clan, MemberEvent.key.in_(keys)))


async def note_values_stored(session: AsyncSession, clan: ClanId, times: Mapping[SourceId, datetime]) -> None:
    """The values of these profiles are stored as of these times, or of later ones."""
    if not times:
        return
    given = rows_as_table(
        session,
        {"source_id": INTEGER, "taken_at": INTEGER},
        [(source, to_millis(at)) for source, at in times.items()],
    )
    newest = (
        select(FromMillis(given.c.taken_at))
        .where(given.c.source_id == Profile.source_id)
        .correlate(Profile)
        .scalar_subquery()
    )
    await session.execute(
        update(Profile)
        .where(
            Profile.clan_id == clan,
            Profile.source_id.in_(select(given.c.source_id)),
            Profile.updated_at.is_(None) | (Profile.updated_at < newest),
        )
        .values(updated_at=newest)
        .execution_options(synchronize_session=False)
    )


async def note_gained(session: AsyncSession, clan: ClanId, player: PlayerId, changed_at: datetime) -> None:
    """WOM's word on a profile's last real gain; an older one than is known changes nothing."""
    await session.execute(
        update(Profile)
        .where(
            Profile.clan_id == clan,
            Profile.player_id == player,
            Profile.changed_at.is_(None) | (Profile.changed_at < changed_at),
        )
        .values(changed_at=changed_at)
    )
