"""Polls, told by what happens at WOM and read from what is stored."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.domain.facts import MessageKind, SourceRef, relay_source
from bot.domain.ids import ChannelId, MemberId, NameKey, UserId
from bot.services.polling import OLDER_PAGES_AN_HOUR, PollResult
from bot.wom.errors import WomDown, WomError, WomNonsense, WomNotFound
from db.models import Achievement, Alias, Member, MetricValue, NameChange, SnapshotRow
from db.queries import attributions, counts, members, messages, names, roster, sources
from db.queries.messages import StoredMessage
from db.session import Database
from demo.wom.faults import Faults
from tests.services.hearing import NOW, at
from tests.services.stage import Stage, staged

KEYS = [NameKey("old name"), NameKey("new name")]
QUIET = ["GET 1"]
LISTS = ["GET activity", "GET name-changes", "GET achievements"]


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as stage:
        yield stage


async def rows(stage: Stage, table: type[object]) -> int:
    """How many rows are stored."""
    async with stage.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def values(stage: Stage, player: int, metric: str) -> list[int | None]:
    """The stored values of a profile's metric, one a change."""
    source, ids = await stage.source(player), await stage.metrics()
    async with stage.database.read() as session:
        stored = await session.scalars(
            select(MetricValue.value)
            .where(MetricValue.source_id == source, MetricValue.metric_id == ids[metric])
            .order_by(MetricValue.taken_at)
        )
        return list(stored)


async def test_requests_are_few(stage: Stage) -> None:
    """One in a quiet poll, five when something moved, the lists again after an hour."""
    zezima = stage.joins("Zezima", overall=1000)
    stage.joins("B0aty", overall=1000)
    first = await stage.poll()
    assert stage.asked() == [*QUIET, "GET bulk-hiscores", *LISTS]
    assert first == PollResult(requests=5, joined=2, left=0, renamed=0, snapshots=2)
    assert await stage.later(minutes=30) == PollResult(1, 0, 0, 0, 0)
    assert stage.asked() == QUIET
    await stage.later(minutes=30)
    assert stage.asked() == [*QUIET, *LISTS]
    stage.wom.change_role(stage.group, zezima, "captain")
    assert (await stage.later(minutes=5)).requests == 4
    assert stage.asked() == [*QUIET, *LISTS]
    stage.wom.record(zezima, {"overall": 1001}, stage.clock.now)
    assert await stage.later(minutes=5) == PollResult(5, 0, 0, 0, 1)
    assert stage.asked() == [*QUIET, "GET bulk-hiscores", *LISTS]
    stage.wom.leave(stage.group, zezima)
    await stage.later(minutes=5)
    assert stage.asked() == [*QUIET, *LISTS]
    await stage.later(minutes=5)
    assert stage.asked() == QUIET, "a pending leave is no news"
    stage.restart()
    await stage.later(minutes=5)
    assert stage.asked() == QUIET
    stage.wom.join(stage.group, zezima, "captain")
    await stage.later(minutes=5)
    assert stage.asked() == [*QUIET, *LISTS]


async def test_a_clan_whose_profile_was_merged_away_is_quiet_again(stage: Stage) -> None:
    old = stage.joins("Same Name", overall=10)
    joined = stage.wom.groups[stage.group].members[old].created_at
    await stage.poll()
    stage.wom.groups[stage.group].members.clear()
    stage.wom.players[old].name = "gone"
    new = stage.wom.add_player("Same Name")
    stage.wom.record(new, {"overall": 12}, stage.clock.now)
    stage.wom.join(stage.group, new, "member", joined, listed=False)
    assert (await stage.later(minutes=30)).joined == 0
    assert [one.name for one in await stage.members()] == ["Same Name"]
    stage.asked()
    await stage.later(minutes=5)
    assert stage.asked() == QUIET


@pytest.mark.slow_on_postgres
async def test_older_pages_come_from_an_hourly_allowance_until_all_are_read(stage: Stage) -> None:
    player = stage.joins("Zezima")
    for number in range(220):
        stage.clock.advance(seconds=1)
        stage.wom.change_role(stage.group, player, ("captain", "member")[number % 2])
        stage.wom.achieve(player, f"Feat {number}", "slayer", number)
    asked = [(await stage.later(minutes=61)).requests for _ in range(4)]
    assert max(asked) <= 4 + OLDER_PAGES_AN_HOUR
    assert await rows(stage, Achievement) == 220
    assert len(await stage.events()) == 221
    assert (await stage.later(minutes=61)).requests <= 4 + 3, "and then one page of each an hour"
    assert await rows(stage, Achievement) == 220
    assert len(await stage.events()) == 221
    stage.wom.achieve(player, "Found late", "slayer", 7, NOW)
    for _ in range(5):
        await stage.later(minutes=61)
    assert await rows(stage, Achievement) == 221, "what is found late does not come on top"


async def test_a_name_change_that_stands_on_two_pages_is_one(stage: Stage) -> None:
    """Pages shift when something is submitted while they are read."""
    player = stage.joins("Name 0")
    for number in range(60):
        change = stage.wom.submit_rename(player, f"Name {number + 1}", stage.clock.now)
        stage.wom.approve_rename(change, stage.clock.now)
        stage.clock.advance(seconds=1)
    await stage.poll()
    known = await rows(stage, NameChange)
    async with stage.database.write() as session:
        twice = [
            {
                "id": 1,
                "player_id": player,
                "old_name": "Name 0",
                "new_name": "Name 1",
                "status": "approved",
                "submitted_at": stage.clock.now,
                "resolved_at": None,
            }
        ] * 2
        assert await roster.save_name_changes(session, stage.id, twice) == 0
    assert known == await rows(stage, NameChange) == 60
    assert (await stage.names(1))[-3:] == ["Name 58", "Name 59", "Name 60"]


async def test_what_happens_is_stored_once_although_the_lists_are_read_again(stage: Stage) -> None:
    owner = stage.joins("Owner", "owner", overall=5)
    leaver = stage.joins("Leaver", "member", overall=5)
    stage.wom.achieve(owner, "99 Slayer", "slayer", 13034431)
    await stage.poll()
    stage.clock.advance(minutes=10)
    stage.wom.change_role(stage.group, owner, "captain")
    stage.clock.advance(minutes=10)
    stage.wom.approve_rename(stage.wom.submit_rename(owner, "New Owner", stage.clock.now), stage.clock.now)
    stage.wom.leave(stage.group, leaver)
    stage.joins("Newcomer", overall=5)
    result = await stage.later(minutes=10)
    assert (result.joined, result.renamed, result.left) == (1, 1, 0)
    assert (await stage.later(hours=49)).left == 1
    happened = [
        (1, "joined", None, "owner"),
        (2, "joined", None, "member"),
        (2, "left", "member", None),
        (1, "renamed", "Owner", "New Owner"),
        (1, "rank_changed", "owner", "captain"),
        (3, "joined", None, "member"),
    ]
    assert await stage.events() == happened
    stage.restart()
    for _ in range(3):
        await stage.later(minutes=61)
    assert await stage.events() == happened
    assert await rows(stage, Achievement) == 1
    assert [(one.id, one.name, one.wom_role) for one in await stage.members()] == [
        (1, "New Owner", "captain"),
        (3, "Newcomer", "member"),
    ]
    clan = await stage.clan()
    assert clan.role_order == ("owner", "captain", "member")
    assert clan.polled_at == stage.clock.now


async def test_a_rename_seen_as_leave_and_join_is_undone_with_its_events_and_links(stage: Stage) -> None:
    player = stage.joins("Old Name", overall=5)
    stage.joins("Else")
    await stage.poll()
    stage.clock.advance(minutes=10)
    change = stage.wom.submit_rename(player, "New Name", stage.clock.now)
    synced = stage.wom.sync_rename_as_leave_and_join(stage.group, player, "New Name", stage.clock.now)
    stage.wom.record(synced, {"overall": 7}, stage.clock.now)
    assert (await stage.later(minutes=10)).joined == 1
    only_new, both = UserId(5), UserId(6)
    await stage.links.claim(await stage.clan(), only_new, "new name")
    await stage.links.claim(await stage.clan(), both, "new name")
    await stage.links.claim(await stage.clan(), both, "old name")
    assert (await stage.later(hours=60)).left == 1
    assert len(await stage.events()) == 4
    stage.wom.approve_rename(change, stage.clock.now)
    result = await stage.later(minutes=10)
    assert (result.joined, result.left, result.renamed) == (0, 0, 1)
    assert [(one.id, one.name) for one in await stage.members()] == [(1, "New Name"), (2, "Else")]
    assert [event for event in await stage.events() if event[0] != 2] == [
        (1, "joined", None, "member"),
        (1, "renamed", "Old Name", "New Name"),
    ]
    for user in (only_new, both):
        accounts = await stage.links.accounts(await stage.clan(), user)
        assert [(one.member, one.is_main) for one in accounts] == [(1, True)]
    assert await rows(stage, Member) == 2
    assert await values(stage, synced, "overall") == [7], "what was measured stays with its profile"
    async with stage.database.read() as session:
        owners = await roster.known_profiles(session, stage.id)
    assert {id_: known.member for id_, known in owners.items()} == {player: 1, synced: 1, 2: 2}


async def test_only_values_that_changed_are_stored(stage: Stage) -> None:
    player = stage.joins("Zezima", overall=100, slayer=40, zulrah=5, ehp=1.5)
    unranked = stage.joins("Unranked", overall=100)
    await stage.poll()
    stage.wom.record(player, {"overall": 130, "slayer": 40}, stage.clock.now)
    before = await rows(stage, MetricValue)
    stage.clock.advance(hours=1)
    stage.wom.record(player, {"slayer": 70, "overall": 160}, stage.clock.now)
    await stage.poll()
    assert await rows(stage, MetricValue) - before == 2
    assert await rows(stage, SnapshotRow) == 3
    assert await values(stage, player, "overall") == [100, 160]
    assert await values(stage, player, "slayer") == [40, 70]
    assert await values(stage, player, "ehp") == [150_000]
    assert await values(stage, player, "boss_kills") == [5]
    assert await values(stage, unranked, "boss_kills") == [], "how many kills an unranked boss has is unknown"
    assert await values(stage, player, "attack") == [], "unranked since ever is no row"


async def test_a_metric_that_vanishes_is_explicitly_unknown_and_a_new_boss_is_a_row(stage: Stage) -> None:
    player = stage.joins("Zezima", overall=100, zulrah=5, vorkath=3)
    other = stage.joins("B0aty", overall=100)
    await stage.poll()
    assert "tormented_demon" not in await stage.metrics()
    stage.clock.advance(hours=1)
    stage.wom.retire_metric("zulrah")
    stage.wom.record(player, {"tormented_demon": 9}, stage.clock.now)
    await stage.poll()
    assert await values(stage, player, "zulrah") == [5, None]
    assert await values(stage, player, "tormented_demon") == [9]
    assert await values(stage, other, "tormented_demon") == []
    assert await values(stage, player, "boss_kills") == [8, 12]
    (new,) = [one for one in await stage.statistics.metrics_seen() if one.key == "tormented_demon"]
    assert (new.name, new.measure) == ("Tormented Demon", "kills")


async def test_an_impossible_number_is_unknown_and_holds_nobody_up(stage: Stage) -> None:
    broken = stage.joins("Broken", overall=100, ehp=-0.5)
    fine = stage.joins("Fine", overall=100, ehp=2)
    assert (await stage.poll()).snapshots == 2
    assert await values(stage, broken, "ehp") == []
    assert await values(stage, broken, "overall") == [100]
    assert await values(stage, fine, "ehp") == [200_000]


async def test_who_joined_while_wom_was_asked_waits_for_the_next_poll(stage: Stage) -> None:
    stage.joins("Zezima", overall=5)
    await stage.poll()
    stage.joins("Newcomer", overall=7)
    answers = await stage.client.hiscores((await stage.clan()).group)
    assert await stage.statistics.store(stage.id, [one.data for one in answers]) == 1


async def test_archived_and_never_updated_members_are_asked_for_once(stage: Stage) -> None:
    stage.joins("Never")
    famous = stage.joins("Famous", overall=5)
    await stage.poll()
    stage.wom.archive(famous, stage.clock.now)
    stage.clock.advance(minutes=1)
    stage.wom.record(famous, {"overall": 6}, stage.clock.now)
    await stage.poll()
    stage.asked()
    await stage.later(minutes=1)
    assert stage.asked() == QUIET
    assert [(one.name, one.left_at) for one in await stage.members()] == [("Never", None), ("Famous", None)]
    async with stage.database.read() as session:
        assert all(held.end for held in await names.names_of(session, stage.id, MemberId(2)))


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        ("500", WomDown, "down"),
        ("html", WomNonsense, "nonsense"),
        ("truncated", WomNonsense, "nonsense"),
        ("nonsense", WomNonsense, "nonsense"),
        ("cut", WomDown, "down"),
        ("blocked", WomError, "blocked"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_poll_that_wom_spoils_writes_nothing_but_its_failure(
    stage: Stage, kind: str, error: type[WomError], reason: str
) -> None:
    player = stage.joins("Zezima", overall=5)
    await stage.poll()
    polled_at = stage.clock.now
    stage.wom.record(player, {"overall": 9}, stage.clock.now)
    stage.joins("Newcomer")
    stage.wom.go_down(kind)
    with pytest.raises(error):
        await stage.later(minutes=30)
    clan = await stage.clan()
    assert (clan.failed_at, clan.failure, clan.polled_at) == (stage.clock.now, reason, polled_at)
    assert [one.name for one in await stage.members()] == ["Zezima"]
    stage.wom.come_back()
    assert (await stage.later(minutes=30)).joined == 1
    clan = await stage.clan()
    assert (clan.failed_at, clan.failure, clan.polled_at) == (None, None, stage.clock.now)


class OnePath(Faults):
    """A page instead of one answer."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    async def instead(self, request: web.Request) -> web.StreamResponse | None:
        spoilt = request.path.endswith(self._path)
        return web.Response(text="<html>", content_type="text/html") if spoilt else None


@pytest.mark.parametrize("path", ["", "/bulk-hiscores", "/activity", "/name-changes", "/achievements"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_whichever_answer_is_missing_nothing_is_written(stage: Stage, path: str) -> None:
    """All answers are there before the first row is."""
    stage.joins("Zezima", overall=5)
    whole, stage.wom.faults = stage.wom.faults, OnePath(f"/groups/{stage.group}{path}")
    with pytest.raises(WomNonsense):
        await stage.poll()
    assert await stage.members() == []
    assert [await rows(stage, table) for table in (Alias, SnapshotRow, NameChange)] == [0, 0, 0]
    stage.wom.faults = whole
    assert (await stage.poll()).snapshots == 1


async def test_a_group_that_wom_no_longer_has_loses_nothing_here(stage: Stage) -> None:
    stage.joins("Zezima", overall=5)
    await stage.poll()
    group = stage.wom.groups.pop(stage.group)
    with pytest.raises(WomNotFound):
        await stage.later(minutes=30)
    assert (await stage.clan()).failure == "refused"
    assert len(await stage.members()) == 1
    stage.wom.groups[stage.group] = group
    assert (await stage.later(minutes=30)).left == 0


class Killed(BaseException):
    """The process ends here."""


async def test_a_poll_that_is_killed_between_two_pieces_is_completed_by_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.statistics.PIECE", 2)
    players = [stage.joins(f"Member {number}", overall=number + 1) for number in range(5)]
    pieces = 0
    real = members.note_values_stored

    async def dies_in_the_second(*args: Any) -> None:
        nonlocal pieces
        pieces += 1
        if pieces == 2:
            raise Killed
        await real(*args)

    monkeypatch.setattr(members, "note_values_stored", dies_in_the_second)
    with pytest.raises(Killed):
        await stage.poll()
    monkeypatch.setattr(members, "note_values_stored", real)
    assert await rows(stage, SnapshotRow) == 2, "a piece is whole or not at all"
    stage.restart()
    result = await stage.later(minutes=30)
    assert (result.snapshots, result.joined) == (3, 0)
    assert [await values(stage, player, "overall") for player in players] == [[1], [2], [3], [4], [5]]


async def test_a_poll_that_is_killed_while_it_writes_the_roster_leaves_no_roster(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.joins("Zezima", overall=5)

    async def dies(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(roster, "add_achievements", dies)
        with pytest.raises(Killed):
            await stage.poll()
    assert [await rows(stage, table) for table in (Member, Alias)] == [0, 0]
    assert (await stage.clan()).polled_at is None
    assert (await stage.poll()).joined == 1


async def test_what_the_relay_heard_of_a_name_goes_to_its_holder_of_that_moment(stage: Stage) -> None:
    """The boundary is refined by the lines that were stored since the poll before."""
    player = stage.joins("Old Name")
    async with stage.database.write() as session:
        refs = [relay_source(key, key) for key in KEYS]
        ids = await sources.add_sources(session, stage.id, refs)
        await attributions.attribute_relayed_names(session, stage.id, KEYS)
    start = stage.clock.now

    async def hear(ref: SourceRef) -> None:
        message = StoredMessage(at(stage.clock.now), ChannelId(1), ids[ref], MessageKind.GAME, 1)
        async with stage.database.write() as session:
            await messages.add_messages(session, stage.id, [message])

    await hear(refs[1])
    await stage.later(minutes=10)
    for ref in refs:
        stage.clock.advance(minutes=10)
        await hear(ref)
    stage.wom.approve_rename(stage.wom.submit_rename(player, "New Name", stage.clock.now), stage.clock.now)
    await stage.later(minutes=10)
    async with stage.database.read() as session:
        found = [
            await counts.message_counts(session, stage.id, since, stage.clock.now)
            for since in (start, start + timedelta(minutes=1))
        ]
    assert found == [[(1, 2)], [(1, 2)]], "what was heard before the old name was seen is somebody else's"


async def test_lines_under_the_new_name_count_though_wom_approves_it_days_later(stage: Stage) -> None:
    """WOM shows the old name until then; its last look at the account is the old name's last sighting."""
    player = stage.joins("Old Name", overall=1000)
    async with stage.database.write() as session:
        refs = [relay_source(key, key) for key in KEYS]
        ids = await sources.add_sources(session, stage.id, refs)
    await stage.poll()
    start = stage.clock.now
    for hours, ref in ((1, refs[0]), (2, refs[1]), (24, refs[1])):
        stage.clock.advance(hours=hours)
        message = StoredMessage(at(stage.clock.now), ChannelId(1), ids[ref], MessageKind.GAME, 1)
        async with stage.database.write() as session:
            await messages.add_messages(session, stage.id, [message])
        await stage.later(minutes=30)
    stage.wom.approve_rename(stage.wom.submit_rename(player, "New Name", stage.clock.now), stage.clock.now)
    await stage.later(minutes=30)
    async with stage.database.read() as session:
        assert await counts.message_counts(session, stage.id, start, stage.clock.now) == [(1, 3)]
