"""Imports of old databases: how far one is, the clan it goes into, and the sources it makes."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, GroupId, GuildId, MemberId, SourceId
from bot.domain.metrics import OVERALL
from db.bulk import INTEGER, inserting, rows_as_table
from db.models import Clan, ImportedSpeaker, ImportRow, MetricRow, MetricValue, Profile, Source
from db.queries import clans, members
from db.types import FromMillis


class Target(NamedTuple):
    """A clan that an old database may be imported into; not ``active`` while no server follows it."""

    clan: ClanId
    guild: GuildId
    group: GroupId
    name: str
    active: bool


async def targets(session: AsyncSession) -> list[Target]:
    """Every clan that there is, also those that are not followed."""
    rows = await session.scalars(select(Clan).order_by(Clan.id))
    return [
        Target(ClanId(row.id), GuildId(row.guild_id), GroupId(row.wom_group_id), row.name, row.active)
        for row in rows
    ]


async def add_target(
    session: AsyncSession, guild: GuildId, group: GroupId, name: str, now: datetime
) -> ClanId:
    """Make a clan that nobody follows yet: linking its group in its server takes it up with all its facts."""
    clan = await clans.add_clan(session, guild, group, name, ZoneInfo("UTC"), now)
    await clans.update_clan(session, clan, active=False, is_default=False)
    return clan


class Progress(NamedTuple):
    """How far an import is; ``step`` counts what was committed."""

    state: Mapping[str, Any]
    step: int
    finished_at: datetime | None


async def progress(session: AsyncSession, clan: ClanId, fingerprint: str) -> Progress | None:
    """How far this database is imported; None where that was never begun."""
    row = await session.get(ImportRow, (clan, fingerprint))
    return None if row is None else Progress(row.state, row.step, row.finished_at)


async def begin(
    session: AsyncSession, clan: ClanId, fingerprint: str, state: Mapping[str, Any], now: datetime
) -> None:
    """Note that an import is begun; one that another process began meanwhile stays as it is."""
    adding = inserting(session, ImportRow).values(
        clan_id=clan, fingerprint=fingerprint, state=dict(state), step=0, started_at=now
    )
    await session.execute(adding.on_conflict_do_nothing())


async def advance(
    session: AsyncSession,
    clan: ClanId,
    fingerprint: str,
    step: int,
    state: Mapping[str, Any],
    finished_at: datetime | None = None,
) -> bool:
    """Note what this same transaction imported after ``step``. False where another process was first."""
    moved = await session.scalars(
        update(ImportRow)
        .where(ImportRow.clan_id == clan, ImportRow.fingerprint == fingerprint, ImportRow.step == step)
        .values(step=step + 1, state=dict(state), finished_at=finished_at)
        .returning(ImportRow.step)
    )
    return moved.first() is not None


async def sources_by_key(
    session: AsyncSession, clan: ClanId, kind: SourceKind, prefix: str
) -> dict[str, SourceId]:
    """The sources of a kind whose keys begin so, by key."""
    rows = await session.execute(
        select(Source.key, Source.id).where(
            Source.clan_id == clan, Source.kind == kind, Source.key.startswith(prefix, autoescape=True)
        )
    )
    return {key: SourceId(id_) for key, id_ in rows}


async def add_profiles(
    session: AsyncSession, clan: ClanId, owners: Mapping[SourceId, tuple[str, MemberId]]
) -> None:
    """Make profiles of these names and members, without WOM's ids: theirs are negative."""
    await members.save_profiles(
        session,
        clan,
        [
            {
                "source_id": source,
                "player_id": -source,
                "display_name": name,
                "status": "imported",
                "updated_at": None,
                "changed_at": None,
                "member_id": member,
            }
            for source, (name, member) in owners.items()
        ],
    )


async def add_speakers(
    session: AsyncSession, clan: ClanId, speakers: Iterable[tuple[SourceId, int, int, SourceId]]
) -> None:
    """Note who speaks: rows of a source, from and to (milliseconds), and the profile whose owner it is.

    A Discord user's source is left out: links say whose it is.
    """
    rows = list(speakers)
    if not rows:
        return
    columns: dict[str, TypeEngine[Any]] = dict.fromkeys(_SPEAKER, INTEGER)
    given = rows_as_table(session, columns, rows)
    chosen = (
        select(
            Source.clan_id,
            Source.id,
            FromMillis(given.c.from_at),
            FromMillis(given.c.to_at),
            given.c.profile_id,
        )
        .join_from(
            given, Source, (Source.clan_id == literal(clan, INTEGER)) & (Source.id == given.c.source_id)
        )
        .where(Source.user_id.is_(None))
    )
    await session.execute(
        inserting(session, ImportedSpeaker)
        .from_select(["clan_id", *columns], chosen)
        .on_conflict_do_nothing()
    )


_SPEAKER = ("source_id", "from_at", "to_at", "profile_id")


async def last_xp(
    session: AsyncSession, clan: ClanId, of: Collection[MemberId]
) -> dict[MemberId, int | None]:
    """What each of these members had in all when they were last measured; None where that is not known.

    Of several profiles the most: XP is never lost.
    """
    last = (
        select(MetricValue.value)
        .join(MetricRow, MetricRow.id == MetricValue.metric_id)
        .where(
            MetricValue.clan_id == clan,
            MetricValue.source_id == Profile.source_id,
            MetricRow.key == OVERALL.key,
        )
        .order_by(MetricValue.taken_at.desc())
        .limit(1)
        .correlate(Profile)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Profile.member_id, func.max(last))
        .where(Profile.clan_id == clan, Profile.member_id.in_(of))
        .group_by(Profile.member_id)
    )
    found = {MemberId(member): xp for member, xp in rows}
    return {member: found.get(member) for member in of}


async def tidy(session: AsyncSession) -> None:
    """Let the database know its own sizes."""
    await session.execute(text("ANALYZE"))
