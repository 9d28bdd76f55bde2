"""Laying a clan of a given size into a database, with the schema that the migrations build."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.sizes import NOW, Size
from bot.domain.clans import Clan
from bot.domain.facts import MessageKind, SourceRef, discord_source, relay_source, wom_source
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MessageId, PlayerId, SourceId, UserId
from bot.domain.metrics import BOSS_KILLS, TOTAL_LEVEL, WOM_METRICS
from bot.domain.names import name_key
from db import migrate
from db.models import Coverage, DiscordLink
from db.queries import attributions, clans, laying, members, messages, snapshots, sources
from db.queries import names as names_kept
from db.queries.messages import StoredMessage
from db.session import Database
from db.types import to_millis

BATCH = 20_000
MESSAGE_BATCH = 5_000


async def lay(database: Database, url: str, size: Size) -> tuple[Clan, float]:
    """Make the clan. Returns it and how many messages a second went in."""
    await migrate.upgrade(url)
    dice = random.Random(7)  # noqa: S311 -- the same clan at every run
    guild = GuildId(1)
    async with database.write() as session:
        clan = await clans.add_clan(
            session, guild, GroupId(1), "Iron Foundry", ZoneInfo("Europe/Amsterdam"), NOW
        )
        profiles, speakers = await _people(session, clan, size)
    await _lay_snapshots(database, clan, profiles, size, dice)
    rate = await _lay_messages(database, clan, speakers, size, dice)
    async with database.write() as session:
        session.add(Coverage(clan_id=clan, channel_id=1, from_at=size.start, to_at=NOW))
    await _tidy(database)
    async with database.read() as session:
        found = await clans.clan_by_id(session, clan)
    if found is None:
        raise LookupError("the clan was not laid")
    return found, rate


async def _people(
    session: AsyncSession, clan: ClanId, size: Size
) -> tuple[list[SourceId], list[tuple[SourceId, MessageKind]]]:
    """Members with a profile, a relayed name and, for two of three, a linked Discord user."""
    ids = await clans.take_member_ids(session, clan, size.members)
    names = [f"Member {number}" for number in ids]
    gone = NOW - timedelta(days=30)
    await members.save_members(
        session,
        clan,
        [
            {
                "id": id_,
                "name": name,
                "wom_role": "member",
                "account_type": "regular",
                "build": "main",
                "joined_at": size.start,
                "left_at": None if index < size.active else gone,
                "leave_seen_at": None,
                "last_seen_at": None,
                "created_at": size.start,
            }
            for index, (id_, name) in enumerate(zip(ids, names, strict=True))
        ],
    )
    keys = [name_key(name) for name in names]
    held = [
        Held(id_, key, name, None, None, "roster") for id_, key, name in zip(ids, keys, names, strict=True)
    ]
    touched = await names_kept.replace_names(session, clan, ids, held)
    await names_kept.rebuild_aliases(session, clan, touched)
    linked = ids[: size.members * 2 // 3]
    await session.execute(
        insert(DiscordLink),
        [
            {
                "clan_id": clan, "user_id": 10_000 + id_, "member_id": id_, "verified": False,
                "is_main": True, "linked_at": NOW, "linked_by": 10_000 + id_,
            }
            for id_ in linked
        ],
    )  # fmt: skip
    wom: list[SourceRef] = [wom_source(PlayerId(id_), name) for id_, name in zip(ids, names, strict=True)]
    relayed = [relay_source(key, name) for key, name in zip(keys, names, strict=True)]
    users = [discord_source(UserId(10_000 + id_), name) for id_, name in zip(ids, names, strict=True)]
    known = await sources.add_sources(session, clan, [*wom, *relayed, *users])
    await members.save_profiles(
        session,
        clan,
        [
            {
                "source_id": known[ref], "player_id": id_, "display_name": name, "status": "active",
                "updated_at": NOW, "changed_at": NOW, "member_id": id_,
            }
            for id_, name, ref in zip(ids, names, wom, strict=True)
        ],
    )  # fmt: skip
    await attributions.attribute_profiles(session, clan, [known[ref] for ref in wom])
    await attributions.attribute_relayed_names(session, clan, keys)
    await attributions.attribute_users(session, clan, [UserId(10_000 + id_) for id_ in linked])
    speakers = [(known[ref], MessageKind.GAME) for ref in relayed] + [
        (known[ref], MessageKind.DISCORD) for ref in users
    ]
    return [known[ref] for ref in wom], speakers


async def _lay_snapshots(
    database: Database, clan: ClanId, profiles: Sequence[SourceId], size: Size, dice: random.Random
) -> None:
    async with database.write() as session:
        await snapshots.add_metrics(session, [*WOM_METRICS, BOSS_KILLS, TOTAL_LEVEL])
        ids = list((await snapshots.metric_ids(session)).values())
    each = size.snapshots // len(profiles)
    step = timedelta(days=size.days) / each
    taken: list[tuple[int, ...]] = []
    changed: list[tuple[int, ...]] = []
    for profile in profiles:
        values = {metric: dice.randrange(1, 50_000_000) for metric in ids}
        for number in range(each):
            at = to_millis(NOW - step * (each - number - dice.random() * 0.8))
            taken.append((profile, at))
            moved = ids if number == 0 else dice.sample(ids, size.changed)
            for metric in moved:
                values[metric] += dice.randrange(1, 200_000)
                changed.append((profile, metric, at, values[metric]))
    async with database.write() as session:
        for batch in _batches(sorted(taken)):
            await laying.lay_snapshots(session, clan, batch)
    for batch in _batches(sorted(changed)):
        async with database.write() as session:
            await laying.lay_values(session, clan, batch)


async def _lay_messages(
    database: Database,
    clan: ClanId,
    speakers: Sequence[tuple[SourceId, MessageKind]],
    size: Size,
    dice: random.Random,
) -> float:
    start = to_millis(size.start) - 1_420_070_400_000
    span = size.days * 86_400_000
    weights = [1 / (1 + number % 97) for number in range(len(speakers))]
    chosen = dice.choices(speakers, weights, k=size.messages)
    times = sorted(dice.randrange(span) for _ in range(size.messages))
    facts = [
        StoredMessage(MessageId(start + at << 22 | number & 4095), ChannelId(1), source, kind, 40)
        for number, (at, (source, kind)) in enumerate(zip(times, chosen, strict=True))
    ]
    spent = 0.0
    for first in range(0, len(facts), MESSAGE_BATCH):
        begun = time.perf_counter()
        async with database.write() as session:
            await messages.add_messages(session, clan, facts[first : first + MESSAGE_BATCH])
        spent += time.perf_counter() - begun
    return len(facts) / spent


def _batches(rows: Sequence[tuple[int, ...]]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


async def _tidy(database: Database) -> None:
    """Let the database know its own sizes, as its upkeep does in time."""
    if database.is_sqlite:
        async with database.write() as session:
            await session.execute(text("ANALYZE"))
        return
    async with database.write() as session:
        connection = await session.connection()
        await connection.execute(text("ANALYZE"))
