"""The schema comes from the migrations alone, and every path to the head leaves the same rules behind."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from bot.domain.facts import MessageKind
from db import migrate
from db.models import (
    Achievement,
    Alias,
    Attribution,
    Base,
    Broadcast,
    Clan,
    FeedTold,
    Member,
    MemberEvent,
    Message,
    Relay,
    Source,
)
from db.session import Database
from db.types import OPEN_END, OPEN_START, to_millis

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
STEPS = len(migrate.revisions())
PATHS = {
    "up": ["head"],
    "down and up again": ["head", "base", "head"],
    "step by step": [*["+1"] * STEPS, *["-1"] * STEPS, *["+1"] * STEPS],
}


async def walk(url: str, path: list[str]) -> None:
    for revision in path:
        down = revision == "base" or revision.startswith("-")
        await (migrate.downgrade if down else migrate.upgrade)(url, revision)


async def two_members(database: Database) -> None:
    async with database.write() as session:
        session.add(
            Clan(
                id=1, guild_id=1, wom_group_id=1, name="Clan", time_zone="UTC", is_default=True, active=True,
                created_at=NOON, next_member_id=3, next_source_id=1, role_order=[],
            )
        )  # fmt: skip
        await session.flush()
        for number in (1, 2):
            session.add(
                Member(
                    clan_id=1,
                    id=number,
                    name=f"M{number}",
                    account_type="regular",
                    build="main",
                    created_at=NOON,
                )
            )


def held(key: str, member: int, start: datetime, end: datetime) -> Alias:
    return Alias(
        clan_id=1, name_key=key, from_at=start, to_at=end, member_id=member, display_name=key, origin="roster"
    )


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_the_migrations_build_what_the_models_say(empty_url: str, path: list[str]) -> None:
    await walk(empty_url, path)
    database = Database(empty_url)
    try:
        async with database.read() as session:
            assert await (await session.connection()).run_sync(differences) == []
    finally:
        await database.close()


async def test_going_down_leaves_no_table_behind(empty_url: str) -> None:
    await walk(empty_url, ["head", "base"])
    assert await migrate.current(empty_url) is None


async def test_the_current_revision_is_the_head_after_going_up(database_url: str) -> None:
    assert await migrate.current(database_url) == migrate.head()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
async def test_a_raw_overlapping_alias_is_refused(empty_url: str, path: list[str]) -> None:
    await walk(empty_url, path)
    database = Database(empty_url)
    try:
        await two_members(database)
        async with database.write() as session:
            session.add(held("ann", 1, NOON, OPEN_END))
        earlier, later = ("1000", "2000") if database.is_sqlite else ("'2020-01-01Z'", "'2027-01-01Z'")
        far = str(2**50) if database.is_sqlite else later
        with pytest.raises(DBAPIError, match="overlap"):
            async with database.write() as session:
                await session.execute(
                    text(
                        "INSERT INTO aliases "
                        "(clan_id, name_key, from_at, to_at, member_id, display_name, origin) "
                        f"VALUES (1, 'ann', {earlier}, {far}, 2, 'Ann', 'raw')"
                    )
                )
    finally:
        await database.close()


async def test_moving_an_alias_over_another_is_refused(database: Database) -> None:
    await two_members(database)
    async with database.write() as session:
        for member, start, end in ((1, NOON, NOON.replace(hour=13)), (2, NOON.replace(hour=13), OPEN_END)):
            session.add(held("ann", member, start, end))
    with pytest.raises(DBAPIError, match="overlap"):
        async with database.write() as session:
            await session.execute(update(Alias).where(Alias.member_id == 1).values(to_at=OPEN_END))


async def test_what_was_heard_before_several_relays_were_told_apart_is_kept_up_and_down(
    database_url: str,
) -> None:
    database = Database(database_url)
    try:
        await two_members(database)
        async with database.write() as session:
            session.add(Relay(clan_id=1, channel_id=2, author_id=3, lines_read=5, lines_understood=4))
            for number, first in ((10, None), (11, 10)):
                kind = MessageKind.GAME if first is None else MessageKind.GAME_DOUBLE
                session.add(
                    Message(
                        clan_id=1, message_id=number, channel_id=2, source_id=None, kind=kind, length=2,
                        double_of=first,
                    )
                )  # fmt: skip
            session.add(
                Broadcast(clan_id=1, message_id=12, source_id=None, kind="unknown", detail={}, raw="?")
            )
        await migrate.downgrade(database_url, "0001")
        await migrate.upgrade(database_url)
        async with database.read() as session:
            kinds = await session.execute(select(Message.message_id, Message.kind, Message.double_of))
            # The schema in between knows no doubles; what was not counted there is not counted after.
            assert sorted(map(tuple, kinds)) == [
                (10, MessageKind.GAME, None),
                (11, MessageKind.BROADCAST, None),
            ]
            assert await session.scalar(select(Broadcast.raw)) == "?"
            assert (await session.scalars(select(Relay.lines_read))).all() == [5]
    finally:
        await database.close()


@pytest.mark.both_databases
async def test_what_a_feed_told_stays_told_when_it_is_known_by_what_was_seen(database_url: str) -> None:
    database = Database(database_url)
    millis, old = to_millis(NOON), NOON - timedelta(days=1)
    try:
        await two_members(database)
        async with database.write() as session:
            for key, at in (("joined:9:1", NOON), ("joined:9:2", old)):
                session.add(
                    MemberEvent(
                        clan_id=1, key=key, member_id=1, kind="joined", at=at, before=None, after=None,
                        told_at=None,
                    )
                )  # fmt: skip
        await migrate.downgrade(database_url, "0019")
        async with database.write() as session:
            await session.execute(update(Member).where(Member.id == 1).values(same_as=2))
            session.add(Source(clan_id=1, id=7, kind="profile", key="9", label="M1", user_id=None))
            await session.flush()
            session.add(
                Attribution(
                    clan_id=1, source_id=7, from_at=OPEN_START, to_at=OPEN_END, member_id=2, base_id=1,
                    origin="profile",
                )
            )  # fmt: skip
            for name in ("99 Magic", "99 Agility"):
                session.add(
                    Achievement(
                        clan_id=1, source_id=7, name=name, metric_key="x", threshold=1, achieved_at=NOON,
                        accuracy_ms=1,
                    )
                )  # fmt: skip
            for key in (f"e:2:joined:{millis}", "a:2:99 Magic"):
                session.add(FeedTold(clan_id=1, key=key, told_at=NOON))
        await migrate.upgrade(database_url)
        async with database.read() as session:
            known = set(await session.scalars(select(FeedTold.key)))
        assert known == {f"e:2:joined:{millis}", "ev:joined:9:1", "a:2:99 Magic", "ach:7:99 Magic"}
    finally:
        await database.close()
