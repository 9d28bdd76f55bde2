"""What the listening tests share: a clan, messages to be seen, a channel in memory, and what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.domain.activity import snowflake_at
from bot.domain.clans import GuildSettings, Relay
from bot.domain.facts import COUNTED
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MessageId, UserId
from bot.domain.listening import SeenMessage
from bot.services.history import NotAnswered, Unreadable
from db.models import Activity, ActivityDay, Broadcast, Coverage, Message, Source
from db.queries import clans
from db.session import Database

GUILD = GuildId(900)
GENERAL = ChannelId(10)
RELAYED = ChannelId(11)
RELAY = UserId(77)
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

_groups = count(1)


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


async def make_clan(database: Database, guild: GuildId = GUILD, *, relay: bool = True) -> ClanId:
    """A clan of the guild, with a relay."""
    async with database.write() as session:
        zone = ZoneInfo("UTC")
        clan = await clans.add_clan(session, guild, GroupId(next(_groups)), "Clan", zone, NOW)
        if relay:
            await clans.save_relay(session, Relay(clan, RELAYED, RELAY))
    return clan


async def choose(database: Database, settings: GuildSettings) -> None:
    """Store what officers chose."""
    async with database.write() as session:
        await clans.save_guild_settings(session, settings)


def at(moment: datetime, number: int = 0) -> MessageId:
    """The id of the moment's message of that number."""
    return MessageId(snowflake_at(moment) + number)


def said(
    message: int, author: int = 1, *, guild: GuildId = GUILD, channel: int = GENERAL, content: str = "hello"
) -> SeenMessage:
    """A person's message."""
    return SeenMessage(
        guild, ChannelId(channel), MessageId(message), UserId(author), f"User {author}", content
    )


def relayed(
    message: int, content: str, *, guild: GuildId = GUILD, author: int = RELAY, channel: int = RELAYED
) -> SeenMessage:
    """A line of the relay, or of another bot or channel."""
    return SeenMessage(
        guild,
        ChannelId(channel),
        MessageId(message),
        UserId(author),
        "Chat",
        content,
        is_bot=True,
        webhook=author,
    )


@dataclass
class Room:
    """A channel's history in memory, in pages as Discord gives them."""

    channel: ChannelId = GENERAL
    messages: list[SeenMessage] = field(default_factory=list[SeenMessage])
    page: int = 100
    asked: list[int] = field(default_factory=list[int])
    refusal: Unreadable | NotAnswered | None = None

    async def after(self, message: MessageId) -> Sequence[SeenMessage]:
        self.asked.append(message)
        if self.refusal is not None:
            raise self.refusal
        later = sorted((one for one in self.messages if one.message > message), key=lambda one: one.message)
        return later[: self.page]


async def stored_ids(database: Database, clan: ClanId) -> list[int]:
    """The messages that are counted."""
    async with database.read() as session:
        rows = await session.scalars(
            select(Message.message_id)
            .where(Message.clan_id == clan, Message.kind.in_(COUNTED))
            .order_by(Message.message_id)
        )
        return list(rows)


async def counted(database: Database, clan: ClanId) -> dict[str, int]:
    """The counts by source; those by quarters and by days must agree."""
    async with database.read() as session:
        by_table: list[dict[str, int]] = []
        for table in (Activity, ActivityDay):
            rows = await session.execute(
                select(Source.label, func.sum(table.messages))
                .join(table, (table.clan_id == Source.clan_id) & (table.source_id == Source.id))
                .where(Source.clan_id == clan)
                .group_by(Source.label)
            )
            by_table.append({label: int(number) for label, number in rows if number})
    quarters, days = by_table
    assert quarters == days
    return quarters


async def broadcasts(database: Database, clan: ClanId) -> list[tuple[str, str | None]]:
    """What was announced: kind and raw text."""
    async with database.read() as session:
        rows = await session.execute(
            select(Broadcast.kind, Broadcast.raw)
            .where(Broadcast.clan_id == clan)
            .order_by(Broadcast.message_id)
        )
        return [(kind, raw) for kind, raw in rows]


async def coverage(database: Database, clan: ClanId) -> list[tuple[int, datetime, datetime]]:
    """What was observed."""
    async with database.read() as session:
        rows = await session.execute(
            select(Coverage.channel_id, Coverage.from_at, Coverage.to_at)
            .where(Coverage.clan_id == clan)
            .order_by(Coverage.channel_id, Coverage.from_at)
        )
        return [(channel, start, end) for channel, start, end in rows]
