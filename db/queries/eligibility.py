"""What rank rules ask of members besides gains and counts over one period. One statement each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId, UserId
from db.bulk import INTEGER, rows_as_table
from db.models import Activity, ActivityDay, Attribution, DiscordLink, Member, Source
from db.queries.attributions import is_verified
from db.queries.links import IS_LINKED
from db.queries.members import ROOT
from db.types import DAY_MS, QUARTER_MS, Greatest, Least, Millis, to_millis

_QUARTERS_A_DAY = DAY_MS // QUARTER_MS


class VerifiedAccount(NamedTuple):
    """A member who is certainly this user's."""

    user: UserId
    member: MemberId
    is_main: bool


async def verified_accounts(session: AsyncSession, clan: ClanId) -> list[VerifiedAccount]:
    """Every verified link, each user's main account first, then by member."""
    rows = await session.execute(
        select(DiscordLink.user_id, ROOT, DiscordLink.is_main)
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, DiscordLink.verified)
        .order_by(DiscordLink.user_id, DiscordLink.is_main.desc(), ROOT)
    )
    return [VerifiedAccount(UserId(user), MemberId(member), is_main) for user, member, is_main in rows]


async def messages_since(
    session: AsyncSession, clan: ClanId, starts: Mapping[MemberId, datetime], end: datetime
) -> dict[MemberId, int]:
    """Each member's messages from a start of their own to an end, relayed ones included, claimed ones not.

    From the first whole quarter of an hour after the start to the last before the end, since
    reading single messages for every member's own edge would read all of them. Who has none is absent.
    """
    given = rows_as_table(
        session,
        {"member_id": INTEGER, "start": INTEGER},
        [(member, to_millis(start)) for member, start in starts.items()],
    )
    low = Greatest(Millis(Attribution.from_at), given.c.start)
    high = Least(Millis(Attribution.to_at), to_millis(end))
    clip = (
        select(
            Attribution.source_id,
            Attribution.member_id,
            ((low + QUARTER_MS - 1) // QUARTER_MS).label("first"),
            (high // QUARTER_MS).label("last"),
            ((low + DAY_MS - 1) // DAY_MS).label("first_day"),
            (high // DAY_MS).label("last_day"),
        )
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .join(given, given.c.member_id == Attribution.member_id)
        .where(Attribution.clan_id == clan, Source.kind != SourceKind.WOM, is_verified(), low < high)
        .cte("clip")
        .prefix_with("MATERIALIZED")
    )
    c = clip.c
    days = (
        select(func.coalesce(func.sum(ActivityDay.messages), 0))
        .where(
            ActivityDay.clan_id == clan,
            ActivityDay.source_id == c.source_id,
            ActivityDay.day >= c.first_day,
            ActivityDay.day < c.last_day,
        )
        .correlate(clip)
        .scalar_subquery()
    )
    edges = [
        select(func.coalesce(func.sum(Activity.messages), 0))
        .where(
            Activity.clan_id == clan,
            Activity.source_id == c.source_id,
            Activity.quarter >= since,
            Activity.quarter < until,
        )
        .correlate(clip)
        .scalar_subquery()
        for since, until in (
            (c.first, Least(c.first_day * _QUARTERS_A_DAY, c.last)),
            (Greatest(c.last_day * _QUARTERS_A_DAY, Least(c.first_day * _QUARTERS_A_DAY, c.last)), c.last),
        )
    ]
    number = func.sum(days + edges[0] + edges[1])
    rows = await session.execute(select(c.member_id, number).group_by(c.member_id))
    return {MemberId(member): int(messages) for member, messages in rows if messages}


async def active_days(
    session: AsyncSession, clan: ClanId, days: Sequence[tuple[int, int]], least: int
) -> dict[MemberId, int]:
    """On how many of these days each member wrote at least so many messages, by more than a claimed link.

    A day is its first quarter of an hour since 1970 and the one after its last; they follow on each
    other. Only whole quarters of an attribution count, as for who was last seen. Who has no such
    day is absent.
    """
    given = rows_as_table(session, {"first": INTEGER, "past": INTEGER, "length": INTEGER}, _runs(days))
    held_from = (Millis(Attribution.from_at) + QUARTER_MS - 1) // QUARTER_MS
    held_to = Millis(Attribution.to_at) // QUARTER_MS
    held = (
        select(
            Attribution.source_id,
            Attribution.member_id,
            given,
            Greatest(given.c.first, held_from).label("since"),
            Least(given.c.past, held_to).label("until"),
        )
        .join_from(Attribution, given, (held_from < given.c.past) & (held_to > given.c.first))
        .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
        .where(Attribution.clan_id == clan, Source.kind != SourceKind.WOM, is_verified())
        .cte("held")
        .prefix_with("MATERIALIZED")
    )
    c = held.c
    day = (Activity.quarter - c.first) // c.length
    by_day = (
        select(c.member_id)
        # An inner join lets SQLite begin with all messages ever.
        .outerjoin_from(
            held,
            Activity,
            (Activity.clan_id == clan)
            & (Activity.source_id == c.source_id)
            & (Activity.quarter >= c.since)
            & (Activity.quarter < c.until),
        )
        .group_by(c.member_id, c.first, day)
        .having(func.sum(Activity.messages) >= least)
        .subquery()
    )
    rows = await session.execute(select(by_day.c.member_id, func.count()).group_by(by_day.c.member_id))
    return {MemberId(member): number for member, number in rows}


def _runs(days: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Days of one length that follow on each other, as one span: clocks change twice a year."""
    runs: list[tuple[int, int, int]] = []
    for first, past in sorted(days):
        length = past - first
        if runs and runs[-1][1:] == (first, length):
            runs[-1] = (runs[-1][0], past, length)
        else:
            runs.append((first, past, length))
    return runs
