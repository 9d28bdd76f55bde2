"""simcord for tests, corrected as the demo's is, and quicker in long whiles. Take ``run`` from here."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, cast

import simcord
from discord.ext import tasks
from discord.ext.commands import AutoShardedBot, Bot
from simcord.env import Env

from bot.app import ClanStatsBot
from demo.simulator import correct

__all__ = ["as_bot", "correct", "run"]

LONG: Final = 60.0
RARELY: Final = 20.0
AT_ITS_END: Final = 10.0
"""Virtual seconds: of a long while the end alone passes at the bot's own pace."""

_advance: Callable[[Env, float], Awaitable[None]] = vars(Env)["advance_time"]


def as_bot(env: Env) -> AbstractContextManager[None]:
    """What is started in this block is the bot's own work: settling waits for its end."""
    return vars(Env)["_bot_scope"](env)


async def _advance_in_strides(env: Env, seconds: float) -> None:
    """Let time pass; in a long while, in which nobody does anything, hurried loops run less often.

    The simulator settles at every round of every loop, and a loop that writes each second has 1,800
    of them from one poll to the next.
    """
    if seconds < LONG:
        await _advance(env, seconds)
        return
    hurried = [
        (loop, loop.seconds) for loop in _loops(cast("Bot | AutoShardedBot", env.bot)) if _is_hurried(loop)
    ]
    _pace(env, [(loop, RARELY) for loop, _ in hurried])
    try:
        await _advance(env, seconds - AT_ITS_END)
    finally:
        _pace(env, [(loop, every or RARELY) for loop, every in hurried])
    await _advance(env, AT_ITS_END)


def _pace(env: Env, loops: list[tuple[tasks.Loop[Any], float]]) -> None:
    with as_bot(env):
        for loop, every in loops:
            loop.change_interval(seconds=every)


def _loops(bot: Bot | AutoShardedBot) -> Iterator[tasks.Loop[Any]]:
    """Those of cogs and, of the whole bot, of its jobs."""
    jobs = (bot.polling, bot.past, bot.upkeep, bot.posting) if isinstance(bot, ClanStatsBot) else ()
    for owner in (*bot.cogs.values(), *jobs):
        for one in vars(owner).values():
            if isinstance(one, tasks.Loop):
                yield cast("tasks.Loop[Any]", one)


def _is_hurried(loop: tasks.Loop[Any]) -> bool:
    return loop.is_running() and not (loop.hours or loop.minutes) and 0 < (loop.seconds or 0) < RARELY


correct()
setattr(Env, "advance_time", _advance_in_strides)  # noqa: B010 -- there is no public way
run = simcord.run
