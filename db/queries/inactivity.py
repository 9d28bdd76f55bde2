"""What the clocks of inactivity say: one statement each, for the whole clan."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_start, snowflake_at, time_of
from bot.domain.facts import MessageKind, SourceKind
from bot.domain.ids import ChannelId, ClanId, MemberId, UserId
from bot.domain.metrics import OVERALL
from db.models import (
    Activity,
    Attribution,
    Broadcast,
    DiscordLink,
    Member,
    Message,
    MetricRow,
    MetricValue,
    Profile,
    Relay,
    SnapshotRow,
    Source,
)
from db.queries.links import IS_LINKED
from db.queries.members import ROOT
from db.types import DAY_MS, DISCORD_EPOCH_MS, IDS_A_MILLISECOND, Millis


class Gains(NamedTuple):
    """Wise Old Man's last look at a member, the last gain it saw, and since when nothing was gained.

    ``still_since`` is the last gain, else the first reading; None where neither is known.
    """

    checked_at: datetime | None
    gained_at: datetime | None
    still_since: datetime | None


async def gains(session: AsyncSession, clan: ClanId) -> dict[MemberId, Gains]:
    """Of every member with a profile that was ever looked at.

    XP that changed between two stored readings is a gain too: Wise Old Man's word on the last
    one may be older than the readings. Of a member with several profiles each must have stood
    still: between one's last look and the next one's first nobody looked.
    """
    of_profile = SnapshotRow.clan_id == Profile.clan_id, SnapshotRow.source_id == Profile.source_id
    first = select(func.min(SnapshotRow.taken_at)).where(*of_profile).correlate(Profile).scalar_subquery()
    rows = await session.execute(
        select(ROOT, Profile.updated_at, Profile.changed_at, first, _xp_moved(func.min), _xp_moved(func.max))
        .join_from(Profile, Member, (Member.clan_id == Profile.clan_id) & (Member.id == Profile.member_id))
        .where(Profile.clan_id == clan, Profile.updated_at.is_not(None))
    )
    found: dict[MemberId, Gains] = {}
    for member, checked, changed, first_at, began, moved in rows:
        gained = _latest(changed, moved if moved != began else None)
        one = Gains(checked, gained, gained or first_at)
        id_ = MemberId(member)
        found[id_] = _both(found[id_], one) if id_ in found else one
    return found


def _both(one: Gains, other: Gains) -> Gains:
    still = one.still_since and other.still_since and max(one.still_since, other.still_since)
    return Gains(_latest(one.checked_at, other.checked_at), _latest(one.gained_at, other.gained_at), still)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)


def _xp_moved(which: Any) -> ColumnElement[datetime | None]:
    overall = select(MetricRow.id).where(MetricRow.key == OVERALL.key).scalar_subquery()
    return (
        select(which(MetricValue.taken_at))
        .where(
            MetricValue.clan_id == Profile.clan_id,
            MetricValue.source_id == Profile.source_id,
            MetricValue.metric_id == overall,
        )
        .correlate(Profile)
        .scalar_subquery()
    )


async def announced(session: AsyncSession, clan: ClanId, since: datetime) -> dict[MemberId, datetime]:
    """The last announcement of each member by a relay, since a time; absent where there was none."""
    sent = Broadcast.message_id // IDS_A_MILLISECOND + DISCORD_EPOCH_MS
    rows = await session.execute(
        select(Attribution.member_id, func.max(Broadcast.message_id))
        .join_from(
            Broadcast,
            Attribution,
            (Attribution.clan_id == Broadcast.clan_id)
            & (Attribution.source_id == Broadcast.source_id)
            & (Millis(Attribution.from_at) <= sent)
            & (sent < Millis(Attribution.to_at)),
        )
        .where(Broadcast.clan_id == clan, Broadcast.message_id >= snowflake_at(since))
        .group_by(Attribution.member_id)
    )
    return {MemberId(member): time_of(message) for member, message in rows}


async def user_words(session: AsyncSession, clan: ClanId) -> dict[UserId, datetime]:
    """The quarter of an hour of each Discord user's last message, under any nickname."""
    last = (
        select(func.max(Activity.quarter))
        .where(Activity.clan_id == Source.clan_id, Activity.source_id == Source.id, Activity.messages > 0)
        .correlate(Source)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Source.user_id, last).where(
            Source.clan_id == clan,
            Source.kind == SourceKind.DISCORD,
            Source.user_id.is_not(None),
            last.is_not(None),
        )
    )
    found: dict[UserId, datetime] = {}
    for user, quarter in rows:
        if user is not None:
            key, at = UserId(user), quarter_start(quarter)
            found[key] = max(at, found.get(key, at))
    return found


class Owned(NamedTuple):
    """A member whose link to a user is verified."""

    user: UserId
    member: MemberId
    is_main: bool


async def verified_owners(session: AsyncSession, clan: ClanId) -> list[Owned]:
    """Whose each member is beyond doubt; claims are left out. The earliest link comes first."""
    rows = await session.execute(
        select(DiscordLink.user_id, ROOT, DiscordLink.is_main)
        .join_from(DiscordLink, Member, IS_LINKED)
        .where(DiscordLink.clan_id == clan, DiscordLink.verified)
        .order_by(DiscordLink.linked_at, DiscordLink.user_id)
    )
    return [Owned(UserId(user), MemberId(member), main) for user, member, main in rows]


async def relayed_lines(
    session: AsyncSession, clan: ClanId, since: datetime
) -> dict[ChannelId, list[datetime]]:
    """Of each relay's channel some of the relayed lines and announcements since a time.

    The first and the last are among them. From each to the next it is less than a day, unless
    there is no other line between. They are found by jumps of a day at most, so that so many are
    read as there are days, not as there are lines. A channel without any has none.
    """
    channels = select(Relay.channel_id).where(Relay.clan_id == clan).distinct().subquery("relayed")
    first = (
        _line(clan, channels.c.channel_id, Message.message_id >= snowflake_at(since))
        .order_by(Message.message_id)
        .limit(1)
    )
    found = select(channels.c.channel_id, first.correlate(channels).scalar_subquery().label("at")).cte(
        "found", recursive=True
    )
    later = Message.message_id > found.c.at
    within = later & (Message.message_id < found.c.at + _DAY_OF_IDS)
    channel = found.c.channel_id
    last_of_day = _line(clan, channel, within).order_by(Message.message_id.desc()).limit(1)
    first_after = _line(clan, channel, later).order_by(Message.message_id).limit(1)
    following = func.coalesce(
        last_of_day.correlate(found).scalar_subquery(), first_after.correlate(found).scalar_subquery()
    )
    found = found.union_all(select(channel, following).where(found.c.at.is_not(None)))
    lines: dict[ChannelId, list[datetime]] = {}
    for id_, message in await session.execute(select(found.c.channel_id, found.c.at).order_by(found.c.at)):
        those = lines.setdefault(ChannelId(id_), [])
        if message is not None:
            those.append(time_of(message))
    return lines


_DAY_OF_IDS = DAY_MS * IDS_A_MILLISECOND
_RELAYED = (
    MessageKind.GAME,
    MessageKind.BROADCAST,
    MessageKind.GAME_DOUBLE,
    MessageKind.BROADCAST_DOUBLE,
)


def _line(clan: ClanId, channel: ColumnElement[int], which: ColumnElement[bool]) -> Select[Any]:
    return select(Message.message_id).where(
        Message.clan_id == clan, Message.channel_id == channel, which, Message.kind.in_(_RELAYED)
    )


async def merged(session: AsyncSession, clan: ClanId) -> dict[MemberId, MemberId]:
    """Whom each merged member shows under; who shows under themselves is absent."""
    rows = await session.execute(
        select(Member.id, Member.same_as).where(Member.clan_id == clan, Member.same_as.is_not(None))
    )
    return {MemberId(member): MemberId(root or member) for member, root in rows}
