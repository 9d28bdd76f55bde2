"""Names: what was observed, and who held which when, made from that and from officers' decisions."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.decisions import names_in_force
from bot.domain.identity import Held
from bot.domain.ids import ClanId, MemberId, NameKey
from db.bulk import inserting
from db.models import Alias, Member, ObservedName
from db.queries import conflicts, decisions
from db.queries.members import ROOT, shows_under
from db.types import OPEN_END, OPEN_START

_HOLDER = (Member.clan_id == Alias.clan_id) & (Member.id == Alias.member_id)


async def holders(session: AsyncSession, clan: ClanId, key: NameKey) -> list[Held]:
    """Every member who ever held a name, the latest first; a merged one as whom they show under."""
    return list(reversed(await _aliases(session, Alias.clan_id == clan, Alias.name_key == key)))


async def names_of(session: AsyncSession, clan: ClanId, member: MemberId) -> list[Held]:
    """A member's names, the oldest first, and those of who was merged into them."""
    return await _aliases(session, Alias.clan_id == clan, shows_under(member))


async def all_names(session: AsyncSession, clan: ClanId) -> list[Held]:
    """Every name that any member held, the oldest first."""
    return await _aliases(session, Alias.clan_id == clan)


async def held_by(session: AsyncSession, clan: ClanId, member: MemberId) -> list[Held]:
    """A member's own names, the oldest first, without those of who was merged into them."""
    return await _aliases(session, Alias.clan_id == clan, Alias.member_id == member)


async def keys_of(session: AsyncSession, clan: ClanId, members: Collection[MemberId]) -> set[NameKey]:
    """Every name that these members were seen to hold."""
    rows = await session.scalars(
        select(ObservedName.name_key).where(ObservedName.clan_id == clan, ObservedName.member_id.in_(members))
    )
    return {NameKey(key) for key in rows}


async def observed_holders(session: AsyncSession, clan: ClanId, keys: Collection[NameKey]) -> set[MemberId]:
    """Everybody who was seen to hold one of these names."""
    rows = await session.scalars(
        select(ObservedName.member_id).where(ObservedName.clan_id == clan, ObservedName.name_key.in_(keys))
    )
    return {MemberId(member) for member in rows}


async def _aliases(session: AsyncSession, *which: ColumnElement[bool]) -> list[Held]:
    rows = await session.execute(
        select(ROOT, Alias.name_key, Alias.display_name, Alias.from_at, Alias.to_at, Alias.origin)
        .join_from(Alias, Member, _HOLDER)
        .where(*which)
        .order_by(Alias.from_at, Alias.to_at)
    )
    return [held(*row) for row in rows]


async def observed_names(
    session: AsyncSession, clan: ClanId, keys: Collection[NameKey] | None = None
) -> list[Held]:
    """The names that members were seen to hold, of these keys or all, whatever officers decided since."""
    of_keys = () if keys is None else (ObservedName.name_key.in_(keys),)
    rows = await session.execute(
        select(
            ObservedName.member_id,
            ObservedName.name_key,
            ObservedName.display_name,
            ObservedName.from_at,
            ObservedName.to_at,
            ObservedName.origin,
        )
        .where(ObservedName.clan_id == clan, *of_keys)
        .order_by(ObservedName.from_at)
    )
    return [held(*row) for row in rows]


def held(member: int, key: str, display: str, from_at: datetime, to_at: datetime, origin: str) -> Held:
    """A row as the rules read it: without the dates that stand for open ends."""
    return Held(
        MemberId(member),
        NameKey(key),
        display,
        None if from_at <= OPEN_START else from_at,
        None if to_at >= OPEN_END else to_at,
        origin,
    )


async def replace_names(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId], names: Iterable[Held]
) -> set[NameKey]:
    """Set the whole observed name history of some members.

    Returns:
        The names whose holders may differ now: :func:`rebuild_aliases` makes them anew.
    """
    ours = (ObservedName.clan_id == clan, ObservedName.member_id.in_(members))
    before = await session.scalars(select(ObservedName.name_key).where(*ours))
    touched = {NameKey(key) for key in before}
    await session.execute(delete(ObservedName).where(*ours))
    rows = [_row(clan, name) for name in names]
    if rows:
        await session.execute(inserting(session, ObservedName).values(rows))
    return touched | {NameKey(row["name_key"]) for row in rows}


async def rebuild_aliases(session: AsyncSession, clan: ClanId, keys: Collection[NameKey]) -> None:
    """Make who held these names anew, from what was observed and decided."""
    if not keys:
        return
    observed = _by_key(await observed_names(session, clan, keys))
    disputed = _by_key(await conflicts.disputed(session, clan, keys))
    decided = _by_key(await decisions.name_overrides(session, clan, keys))
    splits = await decisions.splits(session, clan)
    roots = await decisions.roots(session, clan)
    # All are closed before any is opened: SQLite's rule against overlaps looks at each row by itself.
    await session.execute(delete(Alias).where(Alias.clan_id == clan, Alias.name_key.in_(keys)))
    rows = [
        _row(clan, name)
        for key in keys
        for name in names_in_force(
            observed.get(key, ()), disputed.get(key, ()), [*decided.get(key, ()), *splits], roots
        )
    ]
    if rows:
        await session.execute(inserting(session, Alias).values(rows))


def _by_key(named: Iterable[Any]) -> Mapping[NameKey, list[Any]]:
    found: dict[NameKey, list[Any]] = {}
    for one in named:
        found.setdefault(one.key, []).append(one)
    return found


def _row(clan: ClanId, name: Held) -> dict[str, Any]:
    return {
        "clan_id": clan,
        "name_key": name.key,
        "from_at": name.start or OPEN_START,
        "to_at": name.end or OPEN_END,
        "member_id": name.member,
        "display_name": name.display,
        "origin": name.origin,
    }
