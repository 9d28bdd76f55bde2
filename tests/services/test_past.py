"""History before the bot: asked for at a simulated WOM, page by page, and read from what is stored."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.ids import ChannelId, MessageId, PlayerId, SourceId, UserId
from bot.domain.past import INSTANT, PastProgress, PastState, Refusal, Span
from bot.domain.periods import read_period
from bot.services.past_reading import PIECE, PastReading
from bot.services.statistics import Statistics
from bot.wom.errors import WomNonsense
from db.models import MetricValue, SnapshotRow
from db.queries import clans
from db.queries import past as queries
from db.queries.past import Candidate
from db.session import Database
from tests.services.hearing import NOW
from tests.services.stage import GUILD, Stage, staged
from tests.wom.support import client_of, json_of, recorded, serving

OLAF = UserId(7)
DAY = timedelta(days=1)
ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""For what is the same on both, as far as it stores anything."""


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as stage:
        yield stage


def looks(stage: Stage, player: int, count: int, *, every: timedelta = DAY, last: datetime = NOW) -> None:
    """WOM looked at a player so often until ``last``; XP grows at every third look, kills come late."""
    for number in range(count):
        values = {"overall": 1000 + number // 3, "slayer": 500, "zulrah": -1 if number < count // 2 else 50}
        stage.wom.record(player, values, last - every * (count - 1 - number))


async def want(stage: Stage, days: int | None = 30) -> bool:
    return await stage.past.want(await stage.clan(), days, OLAF)


async def run(stage: Stage, steps: int = 1000) -> int:
    """Do what is due; returns how many steps that was."""
    for number in range(steps):
        due = await stage.past.due([GUILD])
        if not due:
            return number
        for clan in due:
            await stage.past.step(clan)
    return steps


async def progress(stage: Stage) -> PastProgress:
    found = await stage.past.progress(stage.id)
    assert found is not None
    return found


async def taken(stage: Stage, player: int) -> list[datetime]:
    source = await stage.source(player)
    async with stage.database.read() as session:
        rows = select(SnapshotRow.taken_at).where(SnapshotRow.source_id == source)
        return list(await session.scalars(rows.order_by(SnapshotRow.taken_at)))


async def changes(stage: Stage, player: int, key: str) -> list[tuple[datetime, int | None]]:
    """The stored values of a metric, one a change."""
    source, ids = await stage.source(player), await stage.metrics()
    async with stage.database.read() as session:
        rows = select(MetricValue.taken_at, MetricValue.value).where(
            MetricValue.source_id == source, MetricValue.metric_id == ids[key]
        )
        return [(at, value) for at, value in await session.execute(rows.order_by(MetricValue.taken_at))]


def expected_changes(
    stage: Stage, player: int, key: str, since: datetime
) -> list[tuple[datetime, int | None]]:
    """What WOM knows of a metric since a time, one a change."""
    found: list[tuple[datetime, int | None]] = []
    for sight in stage.wom.players[player].sights():
        raw = sight.values.get(key, -1)
        value = None if raw == -1 else int(raw)
        if sight.at >= since and value != (found[-1][1] if found else None):
            found.append((sight.at, value))
    return found


async def test_every_snapshot_of_the_span_is_stored_and_only_what_changed(stage: Stage) -> None:
    ann, bob = stage.joins("Ann"), stage.joins("Bob")
    looks(stage, ann, 450, every=timedelta(hours=2))
    looks(stage, bob, 3)
    await stage.poll()
    stage.asked()
    assert await want(stage, 30)
    await run(stage)
    since = NOW - 30 * DAY
    assert stage.asked() == ["GET snapshots"] * 3, "360 of Ann's are two pages, Bob's are one"
    assert await taken(stage, ann) == [one.at for one in stage.wom.players[ann].looks if one.at >= since]
    for player, key in ((ann, "overall"), (ann, "zulrah"), (ann, "slayer"), (bob, "overall")):
        assert await changes(stage, player, key) == expected_changes(stage, player, key, since)
    told = await progress(stage)
    assert (told.state, told.done, told.members, told.refused) == (PastState.DONE, 2, 2, ())
    assert told.snapshots == 361 + 3


async def gain(stage: Stage, name: str, period: str) -> int | None:
    """What ``/stats`` says that somebody's XP grew by; None is unknown."""
    clan = await stage.clan()
    found = await stage.lookup.by_name(clan, name)
    card = await stage.stats.card(clan, found, read_period(period, now=stage.clock.now, zone=clan.zone))
    return next(figure.value for figure in card.figures if figure.metric.key == "overall")


async def test_what_was_unknown_is_the_number_that_wom_shows(stage: Stage) -> None:
    ann = stage.joins("Ann")
    looks(stage, ann, 60)
    await stage.poll()
    assert await gain(stage, "Ann", "30d") is None
    await want(stage, 90)
    await run(stage)
    (theirs,) = await stage.client.bulk_gained((await stage.clan()).group, NOW - 30 * DAY, NOW)
    wom = next(one.gained for one in theirs.data if one.metric == "overall")
    assert await gain(stage, "Ann", "30d") == wom == 10


async def test_a_process_killed_anywhere_goes_on_where_it_was(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = stage.joins("Ann")
    looks(stage, ann, 200, every=timedelta(hours=2))
    await stage.poll()
    await want(stage)
    committed = queries.count_read

    class KilledError(Exception):
        pass

    for survived in range(200 // PIECE):
        left = [survived % 2]

        async def die(*given: Any, left: list[int] = left, **named: Any) -> None:
            await committed(*given, **named)
            if named.get("snapshots") and not left[0]:
                raise KilledError
            left[0] -= bool(named.get("snapshots"))

        monkeypatch.setattr(queries, "count_read", die)
        with pytest.raises(KilledError):
            await run(stage)
        assert (await progress(stage)).snapshots == len(set(await taken(stage, ann)) - {NOW}) + (
            (await progress(stage)).snapshots > 0
        )
        stage.restart()
    monkeypatch.setattr(queries, "count_read", committed)
    await run(stage)
    assert (await progress(stage)).snapshots == 200
    assert await taken(stage, ann) == [one.at for one in stage.wom.players[ann].looks]
    assert await changes(stage, ann, "overall") == expected_changes(stage, ann, "overall", NOW - 30 * DAY)


async def test_a_longer_span_reads_only_what_is_missing(stage: Stage) -> None:
    ann = stage.joins("Ann")
    looks(stage, ann, 300)
    await stage.poll()
    await want(stage, 30)
    await run(stage)
    assert (await progress(stage)).snapshots == 31
    await want(stage, 30)
    stage.asked()
    await run(stage)
    assert stage.asked() == []
    await want(stage, 90)
    await run(stage)
    assert (await progress(stage)).snapshots == 60
    await want(stage, None)
    await run(stage)
    assert (await progress(stage)).snapshots == 0, "she joined today"
    stage.clock.advance(days=2)
    stage.wom.record(ann, {"overall": 9000}, stage.clock.now - DAY)
    await stage.later(hours=1)
    await want(stage, 7)
    stage.asked()
    await run(stage)
    assert stage.asked() == ["GET snapshots"]
    assert (await progress(stage)).snapshots == 1, "what a poll may have missed meanwhile"
    assert len(await taken(stage, ann)) == 92


@ONE_DATABASE
async def test_since_the_clan_began_is_since_the_first_member_joined(stage: Stage) -> None:
    ann = stage.joins("Ann", at=NOW - 400 * DAY)
    looks(stage, ann, 900)
    await stage.poll()
    await want(stage, None)
    await run(stage)
    assert (await progress(stage)).snapshots == 401
    assert (await progress(stage)).since == NOW - 400 * DAY


@ONE_DATABASE
@pytest.mark.parametrize("fault", ["503", "html", "cut", "nonsense", "blocked"])
async def test_an_outage_pauses_the_job_and_is_never_taken_for_its_end(stage: Stage, fault: str) -> None:
    ann, bob = stage.joins("Ann"), stage.joins("Bob")
    looks(stage, ann, 20)
    looks(stage, bob, 20)
    await stage.poll()
    await want(stage)
    await run(stage, steps=1)
    stage.wom.go_down(fault)
    stage.asked()
    assert await run(stage) == 1
    told = await progress(stage)
    assert (told.state, told.done, told.paused is not None) == (PastState.RUNNING, 1, True)
    assert told.retry_at is not None
    # aiohttp itself asks once more where a connection that it kept was closed.
    assert len(stage.asked()) == (2 if fault == "cut" else 1), "who asks in the background does not insist"
    stage.clock.now = told.retry_at - timedelta(seconds=1)
    assert await run(stage) == 0
    stage.clock.advance(seconds=1)
    assert await run(stage) == 1
    again = await progress(stage)
    assert again.retry_at is not None
    assert again.retry_at - stage.clock.now >= told.retry_at - NOW, "and waits longer each time"
    stage.wom.come_back()
    stage.clock.now = again.retry_at
    await run(stage)
    assert (await progress(stage)).state is PastState.DONE
    assert len(await taken(stage, bob)) == 20


@ONE_DATABASE
async def test_the_limiters_wish_is_followed_and_told(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 20)
    await stage.poll()
    await want(stage)
    stage.wom.go_down("limiter")
    assert await run(stage) == 1
    stage.wom.come_back()
    told = await progress(stage)
    assert (told.paused, told.retry_at) == ("rate_limited", NOW + timedelta(seconds=60))
    assert stage.client.pacing.held_for == pytest.approx(60, abs=2)
    stage.clock.advance(seconds=59)
    assert await run(stage) == 0


async def test_whom_wom_does_not_tell_of_is_named_and_stops_nobody(stage: Stage) -> None:
    players = {name: stage.joins(name) for name in ("Ann", "Bob", "Cy", "Dee", "Eve")}
    for player in players.values():
        looks(stage, player, 20)
    await stage.poll()
    del stage.wom.players[players["Bob"]]
    stage.wom.archive(players["Cy"], stage.clock.now)
    stranger = stage.wom.add_player("Cy")
    looks(stage, stranger, 20)
    stage.wom.opt_out(players["Dee"])
    change = stage.wom.submit_rename(players["Eve"], "Eva", stage.clock.now)
    stage.wom.approve_rename(change, stage.clock.now)
    await want(stage)
    await run(stage)
    told = await progress(stage)
    assert (told.state, told.done, told.members) == (PastState.DONE, 5, 5)
    assert told.refused == (("Bob", Refusal.NOT_FOUND), ("Dee", Refusal.OPTED_OUT))
    assert len(await taken(stage, players["Eve"])) == 20, "under the name of today"
    assert len(await taken(stage, players["Cy"])) == 20, "under the archive's name"
    stage.wom.players[players["Dee"]].opted_out = False
    await want(stage)
    await run(stage)
    assert (await progress(stage)).refused == (("Bob", Refusal.NOT_FOUND),), "asked again, she is told of"


@ONE_DATABASE
async def test_a_recycled_name_gives_nobody_a_strangers_history(stage: Stage) -> None:
    """Neither where the stranger has history, nor where there is none to tell them apart by."""
    ann, bob = stage.joins("Ann"), stage.joins("Bob")
    looks(stage, ann, 20)
    looks(stage, bob, 20)
    await stage.poll()
    for player, name in ((ann, "Ann"), (bob, "Bob")):
        stage.wom.archive(player, stage.clock.now)
        strange = stage.wom.add_player(name)
        if name == "Ann":
            stage.wom.record(strange, {"overall": 77}, NOW - 3 * DAY - timedelta(hours=1))
    await want(stage)
    await run(stage)
    for player in (ann, bob):
        assert await taken(stage, player) == [one.at for one in stage.wom.players[player].looks]


@ONE_DATABASE
async def test_a_profile_under_whose_name_wom_tells_of_another_is_refused(stage: Stage) -> None:
    ann, bob = stage.joins("Ann"), stage.joins("Bob")
    looks(stage, ann, 20)
    looks(stage, bob, 20)
    await stage.poll()
    stage.wom.players[ann].looks, stage.wom.players[ann].id = stage.wom.players[bob].looks, bob
    await want(stage)
    await run(stage)
    assert (await progress(stage)).refused == (("Ann", Refusal.ANOTHER),)
    assert await taken(stage, ann) == [NOW]


@ONE_DATABASE
async def test_cancelling_keeps_what_was_read_and_asking_again_goes_on(stage: Stage) -> None:
    ann, bob = stage.joins("Ann"), stage.joins("Bob")
    looks(stage, ann, 20)
    looks(stage, bob, 20)
    await stage.poll()
    await want(stage)
    await run(stage, steps=1)
    await stage.past.cancel(await stage.clan(), OLAF)
    stage.asked()
    assert await run(stage) == 0
    told = await progress(stage)
    assert (told.state, told.done, told.snapshots) == (PastState.CANCELLED, 1, 20)
    assert len(await taken(stage, ann)) == 20
    await want(stage)
    await run(stage)
    assert stage.asked() == ["GET snapshots"]
    assert (await progress(stage)).state is PastState.DONE


@ONE_DATABASE
async def test_a_page_that_arrives_after_the_job_was_cancelled_is_not_stored(stage: Stage) -> None:
    ann = stage.joins("Ann")
    looks(stage, ann, 20)
    await stage.poll()
    await want(stage)
    stage.wom.go_down("stall")
    stage.asked()
    step = asyncio.create_task(stage.past.step(stage.id))
    async with asyncio.timeout(5):
        while not stage.asked():  # noqa: ASYNC110 -- the stand-in has no event for it
            await asyncio.sleep(0)
    await stage.past.cancel(await stage.clan(), OLAF)
    stage.wom.come_back()
    await step
    assert await taken(stage, ann) == [NOW]


async def test_others_write_between_the_pieces_of_a_page(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 200, every=timedelta(hours=2))
    await stage.poll()
    await want(stage)
    step = asyncio.create_task(stage.past.step(stage.id))
    seen = set[int]()
    while not step.done():
        async with stage.database.write() as session:
            job = await queries.job_of(session, stage.id)
        assert job is not None
        seen.add(job.snapshots)
    await step
    assert len(seen - {0, 200}) > 1


@ONE_DATABASE
async def test_what_the_real_wom_answered_is_read_and_another_time_than_asked_for_is_not(
    database: Database,
) -> None:
    recording = json_of("player_snapshots")
    newest, *_, oldest = (datetime.fromisoformat(one["createdAt"]) for one in recording)
    ann = Candidate(SourceId(1), PlayerId(recording[0]["playerId"]), "Ann", "active", 1, None)
    async with serving() as server, client_of(server.url) as client:
        server.on("GET", "/players/Ann/snapshots", recorded("player_snapshots"))
        reading = PastReading(database, client, Statistics(database))
        page = await reading.ask(ann, Span(oldest, newest))
        assert [one.created_at for one in page.snapshots] == [
            datetime.fromisoformat(one["createdAt"]) for one in recording
        ]
        assert not page.goes_on
        (asked,) = server.seen
        assert asked.query == {
            "startDate": recording[-1]["createdAt"],
            "endDate": recording[0]["createdAt"],
            "limit": "200",
            "offset": "0",
        }
        with pytest.raises(WomNonsense):
            await reading.ask(ann, Span(oldest + INSTANT, newest))
        with pytest.raises(WomNonsense):
            await reading.ask(ann, Span(oldest, newest - INSTANT))


@ONE_DATABASE
async def test_one_job_a_clan_which_a_second_wish_extends(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 100)
    await stage.poll()
    assert await want(stage, 7)
    await stage.past.note_message(stage.id, ChannelId(1), MessageId(2))
    assert not await want(stage, 90)
    assert not await want(stage, 7)
    await run(stage)
    assert (await progress(stage)).snapshots == 91


async def test_a_wish_for_more_while_the_job_ends_is_not_lost(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 100)
    await stage.poll()
    await want(stage, 7)
    async with stage.database.read() as session:
        job = await queries.job_of(session, stage.id)
    assert job is not None
    await want(stage, 90)
    async with stage.database.write() as session:
        await queries.finish(session, stage.id, job, stage.clock.now)
    await run(stage)
    assert (await progress(stage)).snapshots == 91


@ONE_DATABASE
async def test_before_the_roster_was_read_the_job_waits(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 20)
    await want(stage)
    await run(stage)
    told = await progress(stage)
    assert (told.state, told.paused) == (PastState.RUNNING, "roster")
    await stage.poll()
    stage.clock.advance(minutes=1)
    await run(stage)
    assert (await progress(stage)).snapshots == 20


@ONE_DATABASE
async def test_an_unlinked_clan_is_not_read_until_it_is_linked_again(stage: Stage) -> None:
    looks(stage, stage.joins("Ann"), 20)
    await stage.poll()
    await want(stage)
    async with stage.database.write() as session:
        await clans.unlink_clan(session, stage.id)
    stage.past.refresh()
    assert await run(stage) == 0
    async with stage.database.write() as session:
        await clans.update_clan(session, stage.id, active=True)
    stage.past.refresh()
    await run(stage)
    assert (await progress(stage)).state is PastState.DONE
