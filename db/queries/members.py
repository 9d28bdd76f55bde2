"""Members, their names over time, and what is attributed to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind
from bot.domain.identity import Held, MemberState
from bot.domain.ids import ClanId, MemberId, NameKey, PlayerId, SourceId, UserId
from db.bulk import INTEGER, STRING, inserting, rows_as_table
from db.models import Alias, Attribution, DiscordLink, Member, MemberEvent, Profile, Source
from db.types import OPEN_END, OPEN_START, FromMillis, to_millis


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


_COLUMNS = (Member.id, Member.name, Member.wom_role, Member.account_type, Member.joined_at, Member.left_at)


async def current_members(session: AsyncSession, clan: ClanId) -> list[MemberRow]:
    """Who is in the clan now. A pending leave still counts as being in it."""
    rows = await session.execute(select(*_COLUMNS).where(Member.clan_id == clan, Member.left_at.is_(None)))
    return [_member(row) for row in rows]


async def current_names(session: AsyncSession, clan: ClanId) -> dict[MemberId, str]:
    """The names of who is in the clan now, as :func:`current_members` has them."""
    rows = await session.execute(
        select(Member.id, Member.name).where(Member.clan_id == clan, Member.left_at.is_(None))
    )
    return {MemberId(id_): name for id_, name in rows}


async def member_by_id(session: AsyncSession, clan: ClanId, member: MemberId) -> MemberRow | None:
    """One member, present or gone."""
    row = (
        await session.execute(select(*_COLUMNS).where(Member.clan_id == clan, Member.id == member))
    ).first()
    return None if row is None else _member(row)


async def holders(session: AsyncSession, clan: ClanId, key: NameKey) -> list[Held]:
    """Every member who ever held a name, the latest first."""
    rows = await session.scalars(
        select(Alias).where(Alias.clan_id == clan, Alias.name_key == key).order_by(Alias.to_at.desc())
    )
    return [_held(row) for row in rows]


async def names_of(session: AsyncSession, clan: ClanId, member: MemberId) -> list[Held]:
    """A member's names, the oldest first."""
    rows = await session.scalars(
        select(Alias).where(Alias.clan_id == clan, Alias.member_id == member).order_by(Alias.from_at)
    )
    return [_held(row) for row in rows]


async def all_names(session: AsyncSession, clan: ClanId) -> list[Held]:
    """Every name that any member held."""
    rows = await session.scalars(select(Alias).where(Alias.clan_id == clan).order_by(Alias.from_at))
    return [_held(row) for row in rows]


def _held(row: Alias) -> Held:
    return Held(
        MemberId(row.member_id),
        NameKey(row.name_key),
        row.display_name,
        None if row.from_at <= OPEN_START else row.from_at,
        None if row.to_at >= OPEN_END else row.to_at,
        row.origin,
    )


async def member_states(session: AsyncSession, clan: ClanId) -> list[MemberState]:
    """Every member ever, with the WOM profile that is theirs now."""
    theirs = (
        select(Attribution.member_id, Profile.player_id)
        .join_from(
            Attribution,
            Profile,
            (Profile.clan_id == Attribution.clan_id) & (Profile.source_id == Attribution.source_id),
        )
        .where(Attribution.clan_id == clan, Attribution.to_at == OPEN_END)
        .subquery()
    )
    rows = await session.execute(
        select(Member, theirs.c.player_id)
        .outerjoin_from(Member, theirs, theirs.c.member_id == Member.id)
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


async def save_members(session: AsyncSession, clan: ClanId, members: Sequence[Mapping[str, Any]]) -> None:
    """Add members, or replace what is known of them (keys: the columns of ``members``, without the clan)."""
    if not members:
        return
    adding = inserting(session, Member).values([{"clan_id": clan, **member} for member in members])
    replaced = {column: adding.excluded[column] for column in _MEMBER_STATE}
    await session.execute(adding.on_conflict_do_update(index_elements=["clan_id", "id"], set_=replaced))


async def replace_names(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId], names: Iterable[Held]
) -> None:
    """Set the whole name history of some members: all are closed before any is opened."""
    await session.execute(delete(Alias).where(Alias.clan_id == clan, Alias.member_id.in_(members)))
    rows = [
        {
            "clan_id": clan,
            "name_key": name.key,
            "from_at": name.start or OPEN_START,
            "to_at": name.end or OPEN_END,
            "member_id": name.member,
            "display_name": name.display,
            "origin": name.origin,
        }
        for name in names
    ]
    if rows:
        await session.execute(inserting(session, Alias).values(rows))


async def attribute_relayed_names(session: AsyncSession, clan: ClanId, keys: Collection[NameKey]) -> None:
    """Give every line of these relayed names to whoever held the name at the line's time.

    The attribution of a relayed name is its aliases, row by row; where nobody held it
    it stays unresolved.
    """
    named = (Source.clan_id == clan) & (Source.kind == SourceKind.RELAY) & Source.key.in_(keys)
    await session.execute(
        delete(Attribution).where(
            Attribution.clan_id == clan,
            Attribution.source_id.in_(select(Source.id).where(named)),
            Attribution.origin == "alias",
        )
    )
    await session.execute(
        inserting(session, Attribution).from_select(
            _ATTRIBUTION,
            select(
                Source.clan_id,
                Source.id,
                Alias.from_at,
                Alias.to_at,
                Alias.member_id,
                literal("alias", STRING),
            )
            .join_from(Source, Alias, (Alias.clan_id == Source.clan_id) & (Alias.name_key == Source.key))
            .where(named),
        )
    )


_ATTRIBUTION = ["clan_id", "source_id", "from_at", "to_at", "member_id", "origin"]


async def attribute_users(session: AsyncSession, clan: ClanId, users: Collection[UserId]) -> None:
    """Give every message of these Discord users to their main account, or to nobody where they have none."""
    theirs = (Source.clan_id == clan) & (Source.kind == SourceKind.DISCORD) & Source.user_id.in_(users)
    await session.execute(
        delete(Attribution).where(
            Attribution.clan_id == clan,
            Attribution.source_id.in_(select(Source.id).where(theirs)),
            Attribution.origin == "link",
        )
    )
    await session.execute(
        inserting(session, Attribution).from_select(
            _ATTRIBUTION,
            select(
                Source.clan_id,
                Source.id,
                literal(OPEN_START, Alias.from_at.type),
                literal(OPEN_END, Alias.to_at.type),
                DiscordLink.member_id,
                literal("link", STRING),
            )
            .join_from(
                Source,
                DiscordLink,
                (DiscordLink.clan_id == Source.clan_id) & (DiscordLink.user_id == Source.user_id),
            )
            .where(theirs, DiscordLink.is_main),
        )
    )


async def attribute_profiles(
    session: AsyncSession, clan: ClanId, profiles: Mapping[SourceId, MemberId]
) -> None:
    """Give these WOM profiles to members, for all time."""
    if not profiles:
        return
    await session.execute(
        delete(Attribution).where(Attribution.clan_id == clan, Attribution.source_id.in_(profiles))
    )
    await session.execute(
        inserting(session, Attribution).values(
            [
                {
                    "clan_id": clan,
                    "source_id": source,
                    "from_at": OPEN_START,
                    "to_at": OPEN_END,
                    "member_id": member,
                    "origin": "roster",
                }
                for source, member in profiles.items()
            ]
        )
    )


async def save_profiles(session: AsyncSession, clan: ClanId, profiles: Sequence[Mapping[str, Any]]) -> None:
    """Note how WOM profiles look now (keys: the columns of ``profiles``, without the clan)."""
    if not profiles:
        return
    adding = inserting(session, Profile).values([{"clan_id": clan, **profile} for profile in profiles])
    replaced = {
        column: adding.excluded[column] for column in ("display_name", "status", "updated_at", "changed_at")
    }
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "source_id"], set_=replaced)
    )


async def add_events(session: AsyncSession, clan: ClanId, events: Sequence[Mapping[str, Any]]) -> int:
    """Store what happened to members and return how many were new; known keys add nothing."""
    if not events:
        return 0
    stored = await session.execute(
        inserting(session, MemberEvent)
        .values([{"clan_id": clan, **event} for event in events])
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
