"""Sources: what was observed, and the ids we know it by."""

from collections.abc import Collection, Mapping

from sqlalchemy import literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind, SourceRef
from bot.domain.ids import ClanId, SourceId, UserId
from db.bulk import INTEGER, STRING, inserting, rows_as_table
from db.models import Clan, Source


async def known_sources(session: AsyncSession, clan: ClanId) -> dict[SourceRef, SourceId]:
    """Every source of the clan."""
    rows = await session.execute(
        select(Source.kind, Source.key, Source.label, Source.user_id, Source.id).where(Source.clan_id == clan)
    )
    return {
        SourceRef(SourceKind(kind), key, label, UserId(user) if user else None): SourceId(id_)
        for kind, key, label, user, id_ in rows
    }


async def find_sources(
    session: AsyncSession, clan: ClanId, refs: Collection[SourceRef]
) -> dict[SourceRef, SourceId]:
    """The ids of those of these sources that are known."""
    if not refs:
        return {}
    rows = await session.execute(
        select(Source.kind, Source.key, Source.id).where(
            Source.clan_id == clan,
            tuple_(Source.kind, Source.key).in_([(ref.kind.value, ref.key) for ref in refs]),
        )
    )
    ids = {(kind, key): SourceId(id_) for kind, key, id_ in rows}
    return {ref: ids[ref.kind.value, ref.key] for ref in refs if (ref.kind.value, ref.key) in ids}


async def add_sources(
    session: AsyncSession, clan: ClanId, refs: Collection[SourceRef]
) -> Mapping[SourceRef, SourceId]:
    """The ids of these sources; those that are new get one, in the order given.

    Safe against other writers: a source that somebody else added meanwhile keeps its id,
    and the number taken for it here is never used.
    """
    if not refs:
        return {}
    wanted = list(dict.fromkeys(refs))
    last = await session.scalar(
        update(Clan)
        .where(Clan.id == clan)
        .values(next_source_id=Clan.next_source_id + len(wanted))
        .returning(Clan.next_source_id)
    )
    if last is None:
        raise LookupError(f"no clan {clan}")
    first = last - len(wanted)
    given = rows_as_table(
        session,
        {"id": INTEGER, "kind": STRING, "key": STRING, "label": STRING, "user_id": INTEGER},
        [(first + i, ref.kind.value, ref.key, ref.label, ref.user) for i, ref in enumerate(wanted)],
    )
    await session.execute(
        inserting(session, Source)
        .from_select(
            ["clan_id", "id", "kind", "key", "label", "user_id"],
            select(literal(clan, INTEGER), *given.c).where(literal(1) == 1),
        )
        .on_conflict_do_nothing(index_elements=["clan_id", "kind", "key"])
    )
    return await find_sources(session, clan, wanted)
