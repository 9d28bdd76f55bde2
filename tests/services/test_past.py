"""History before the bot: asked for at a simulated WOM, page by page, and read from what is stored."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.ids import PlayerId, SourceId
from bot.domain.past import INSTANT, PastState, Refusal, Span
from bot.domain.periods import read_period
from bot.services.past_reading import PIECE, PastReading
from bot.services.statistics import Statistics
from bot.wom.errors import WomNonsense
from db.queries import past as queries
from db.queries.past import Candidate
from db.session import Database
from tests.services.hearing import NOW
from tests.services.past import DAY, ONE_DATABASE, changes, looks, progress, run, taken, want
from tests.services.stage import Stage, staged
from tests.wom.support import client_of, json_of, recorded, serving


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as stage:
        yield stage


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


@pytest.mark.slow_on_postgres
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


@pytest.mark.slow_on_postgres
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
