"""Members' messages by local day, cut out of quarters of an hour inside the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import CTE, FromClause, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId
from bot.domain.local_days import KnownDay, Offset
from db.bulk import INTEGER, rows_as_table
from db.models import Activity, Attribution, Profile, Source
from db.queries.local_days import local_day, local_hour
from db.types import QUARTER_MS, Greatest, Least, Millis, to_millis

People = Mapping[MemberId, datetime | None]
"""Whom an answer is about, and since when; None is since ever."""


def people_table(session: AsyncSession, people: People) -> FromClause:
    """Them as rows: a member, and a quarter of an hour and a time in milliseconds since when."""
    rows = [(member, 0 if since is None else to_millis(since)) for member, since in people.items()]
    columns = {"member_id": INTEGER, "since_quarter": INTEGER, "since": INTEGER}
    return rows_as_table(
        session, columns, [(member, since // QUARTER_MS, since) for member, since in rows], "people"
    )


def profiles_table(people: FromClause, clan: ClanId) -> CTE:
    """Each profile that was one of these people's, from when to when, and since when they count."""
    return (
        select(
            Attribution.source_id,
            Attribution.member_id,
            Attribution.from_at,
            Attribution.to_at,
            people.c.since,
        )
        .join_from(
            Profile,
            Attribution,
            (Attribution.clan_id == Profile.clan_id) & (Attribution.source_id == Profile.source_id),
        )
        .join(people, people.c.member_id == Attribution.member_id)
        .where(Profile.clan_id == clan, Attribution.clan_id == clan)
        .cte("profiles_given")
        .prefix_with("MATERIALIZED")
    )


def spoken_by_day(people: FromClause, clan: ClanId, shifts: Sequence[Offset]) -> CTE:
    """How many messages each of these people wrote on each local day; a day without any is absent.

    Of ``shifts``' first quarter to their last one, and since when the people count. Only whole
    quarters of an attribution count.
    """
    first, past = shifts[0].first, shifts[-1].past
    held_from = (Millis(Attribution.from_at) + QUARTER_MS - 1) // QUARTER_MS
    held = (
        select(
            Attribution.source_id,
            Attribution.member_id,
            Greatest(Greatest(held_from, first), people.c.since_quarter).label("since"),
            Least(Millis(Attribution.to_at) // QUARTER_MS, past).label("until"),
        )
        .join_from(Attribution, people, people.c.member_id == Attribution.member_id)
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .where(Attribution.clan_id == clan, Source.kind != SourceKind.WOM)
        .cte("held")
        .prefix_with("MATERIALIZED")
    )
    c = held.c
    day = local_day(Activity.quarter, shifts)
    return (
        select(c.member_id, day.label("day"), func.sum(Activity.messages).label("messages"))
        # An inner join lets SQLite begin with all messages ever.
        .outerjoin_from(
            held,
            Activity,
            (Activity.clan_id == clan)
            & (Activity.source_id == c.source_id)
            & (Activity.quarter >= c.since)
            & (Activity.quarter < c.until),
        )
        .where(Activity.messages > 0)
        .group_by(c.member_id, day)
        .cte("talk")
        .prefix_with("MATERIALIZED")
    )


async def by_day(
    session: AsyncSession, clan: ClanId, people: People, shifts: Sequence[Offset]
) -> dict[MemberId, dict[int, int]]:
    """How many messages each of these people wrote by local day since 1970, in one statement.

    From the quarter of an hour on since when they count. A day without any is absent, and who wrote nothing.
    """
    talk = spoken_by_day(people_table(session, people), clan, shifts)
    found: dict[MemberId, dict[int, int]] = {}
    rows = await session.execute(select(talk.c.member_id, talk.c.day, talk.c.messages))
    for member, day, messages in rows:
        found.setdefault(MemberId(member), {})[int(day)] = int(messages)
    return found


async def streaks(
    session: AsyncSession,
    clan: ClanId,
    people: People,
    shifts: Sequence[Offset],
    days: Sequence[KnownDay],
) -> dict[MemberId, int]:
    """Each member's longest run of local days with a message, in one statement.

    A day that was not observed and has none neither ends a run nor lengthens it. Who wrote nothing is absent.
    """
    if not days:
        return {}
    known = rows_as_table(session, {"day": INTEGER, "before": INTEGER, "through": INTEGER}, days, "known")
    talk = spoken_by_day(people_table(session, people), clan, shifts)
    before = func.lag(known.c.through).over(partition_by=talk.c.member_id, order_by=talk.c.day)
    silent = known.c.before - before
    steps = (
        select(
            talk.c.member_id,
            talk.c.day,
            case((silent > 0, 1), else_=0).label("breaks"),
        )
        .join_from(talk, known, known.c.day == talk.c.day)
        .cte("steps")
    )
    runs = select(
        steps.c.member_id,
        func.sum(steps.c.breaks).over(partition_by=steps.c.member_id, order_by=steps.c.day).label("run"),
    ).cte("runs")
    lengths = (
        select(runs.c.member_id, func.count().label("length"))
        .group_by(runs.c.member_id, runs.c.run)
        .cte("lengths")
    )
    rows = await session.execute(
        select(lengths.c.member_id, func.max(lengths.c.length)).group_by(lengths.c.member_id)
    )
    return {MemberId(member): int(longest) for member, longest in rows}


async def by_hour(session: AsyncSession, clan: ClanId, shifts: Sequence[Offset]) -> dict[int, int]:
    """Messages of everybody, whoever they are, by hour of the local day, in one statement."""
    hour = local_hour(Activity.quarter, shifts)
    rows = await session.execute(
        select(hour, func.sum(Activity.messages))
        .join_from(Activity, Source, (Source.clan_id == Activity.clan_id) & (Source.id == Activity.source_id))
        .where(
            Activity.clan_id == clan,
            Source.kind != SourceKind.WOM,
            Activity.quarter >= shifts[0].first,
            Activity.quarter < shifts[-1].past,
        )
        .group_by(hour)
    )
    return {int(number): int(messages) for number, messages in rows}
