"""The job that reads history from before the bot: what holds it up, and what ends it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from bot.domain.ids import ChannelId, MessageId
from bot.domain.past import PastState
from db.queries import clans
from db.queries import past as queries
from db.session import Database
from tests.services.hearing import NOW
from tests.services.past import OLAF, ONE_DATABASE, looks, progress, run, taken, want
from tests.services.stage import Stage, staged


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as stage:
        yield stage


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
