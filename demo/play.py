"""``clanstats demo``: the made-up clan in a browser, with time passing while the page is open."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, Final

import click
from simcord.actors import MemberActor
from simcord.preview import Preview

from bot import logs
from bot.commandline.running import keep_loaded
from demo.rules import save_rules
from demo.script import Event
from demo.simulator import show_small_lines
from demo.stage import Size, Stage, open_stage
from demo.stage_ever import chatter, ever_after
from demo.stage_pages import make_public, open_pages

END: Final = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
"""When the told story ends; the page opens three hours before. The same at every run."""
TICK: Final = 2.0
"""Real seconds between two steps of the clan's time."""
SPEED: Final = 30
"""The clan's seconds in one real second: WOM is polled about once a minute."""
TALK_EVERY: Final = timedelta(minutes=8)
"""How often somebody talks in the channel that is shown, beside what the story tells."""

HINTS: Final = """\
Six things to try (type / in the page's message box; Enter picks an option, the arrow sends):
  1. /stats                     as {member}: the card; then press 30d and Update now
  2. /leaderboard               then, as somebody else, ▶ (a private copy) and My place
  3. /stats player:{former}     a former name finds {present}
  4. /compare first:{first} second:{second}
  5. /nextrank                  what your next rank takes, seen by you alone
  6. /promotions and /setup     as {officer}, an officer: who is ready; what could be better"""


async def serve(port: int | None = None, *, size: Size | None = None) -> None:
    """Show the page on loopback until it is ended there or by Ctrl-C. ``None`` is any free port."""
    logs.configure("WARNING")
    show_small_lines()
    async with open_stage(END, size) as stage:
        viewers = cast_of(stage)
        await save_rules(stage)
        await make_public(stage)
        stage.coming_after(_for_ever(stage))
        shown = stage.server.channels[stage.header.channel("commands").id]
        page = stage.env.preview(
            shown, viewers=viewers, layout="channel", timezone=stage.header.zone, port=port
        )
        async with page as preview, open_pages(stage) as pages:
            turns = asyncio.Lock()
            take_turns(preview, turns)
            keep_loaded()
            click.echo(_greeting(stage, preview, viewers, pages))
            await _run(stage, preview, turns)


def cast_of(stage: Stage) -> list[MemberActor]:
    """Who the page can be viewed as: members, officers, somebody without an account."""
    members = [actor for actor in stage.linked() if not stage.is_officer(actor.id)]
    officers = [actor for actor in stage.linked() if stage.is_officer(actor.id)]
    return [*members[:4], *officers[:2], stage.guest()]


def _for_ever(stage: Stage) -> Iterator[Event]:
    story, head = stage.story(), stage.header
    talk = chatter(story, head.channel("commands").id, stage.now, TALK_EVERY, head.seed)
    return merge(ever_after(story, head.end), talk, key=lambda event: event.at)


def take_turns(preview: Preview, turns: asyncio.Lock) -> None:
    """Let what is done in the page wait until the clan's time stands still, and the other way round.

    The simulator takes one operation at a time. A page that was brought up to date between
    a press and its arrival here is still the page that was pressed on.
    """
    act = preview._action  # pyright: ignore[reportPrivateUsage] -- the one door of every action
    revisions: dict[str, int] = {}

    async def act_in_turn(context: str | None, body: dict[str, Any]) -> dict[str, Any]:
        async with turns:
            page = vars(preview)["_pages"].get(context)
            if page is not None and isinstance(body.get("published_revision"), int):
                # The same request, sent again, must say the same.
                now = revisions.setdefault(str(body.get("request_id")), page.revision)
                body = {**body, "published_revision": now}
            return await act(context, body)

    vars(preview)["_action"] = act_in_turn


async def _run(stage: Stage, preview: Preview, turns: asyncio.Lock) -> None:
    passing = asyncio.create_task(_pass_time(stage, preview, turns))
    ended = asyncio.create_task(preview.wait_closed())
    try:
        await asyncio.wait({passing, ended}, return_when=asyncio.FIRST_COMPLETED)
        if passing.done():
            passing.result()
    finally:
        for task in (passing, ended):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(passing, ended)


async def _pass_time(stage: Stage, preview: Preview, turns: asyncio.Lock) -> None:
    while True:
        await asyncio.sleep(TICK)
        async with turns:
            await stage.play_until(stage.now + timedelta(seconds=TICK * SPEED))
            await preview.refresh()


def _greeting(stage: Stage, preview: Preview, viewers: list[MemberActor], pages: str) -> str:
    former, present = stage.a_rename()
    first, second = stage.present_names()[:2]
    officer = next(viewer for viewer in viewers if stage.is_officer(viewer.id))
    hints = HINTS.format(
        member=stage.shown(viewers[0]),
        officer=stage.shown(officer),
        former=former,
        present=present,
        first=first,
        second=second,
    )
    speed = f"A real minute is {SPEED} minutes there: people talk, and WOM is polled every half hour."
    own = f"/officer dashboard leads {stage.shown(officer)} to officers' own."
    beside = f"The clan's web pages are at {pages}\n{own}"
    return f"{stage.header.clan} is open at {preview.url}\n{speed}\n\n{hints}\n\n{beside}\n\nCtrl-C ends it."
