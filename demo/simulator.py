"""simcord, corrected where it differs from Discord and sped up.

Its ``GET messages?after=`` gives the newest messages after the id; Discord gives the next ones.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from discord import app_commands
from discord.ext import commands, tasks
from simcord.env import Env
from simcord.http import router
from simcord.http.routes import messages
from simcord.preview import _markdown

from bot.domain.errors import UserError

IDLE_SECONDS = 0.01
"""How long nothing may happen before an action counts as settled; simcord's own 50 ms add up."""

PATIENCE_SECONDS = 60.0
"""Real time within which everything must have settled; simcord's own 5 s pass on a busy machine."""

A_MINUTE = timedelta(minutes=1)

_TEMPLATE = ["channels", "{channel_id}", "messages"]


def history_page(ctx: router.RequestContext) -> Any:
    """A page of a channel's history as Discord gives it: newest first, and with ``after`` the next ones."""
    said = ctx.backend.messages.get(ctx.int_arg("channel_id"))
    if "after" not in ctx.params or said is None:
        return messages.get_history(ctx)
    limit = int(ctx.params.get("limit", 50))
    ctx.params["limit"] = len(said)
    return messages.get_history(ctx)[-limit:]


_settle: Callable[..., Awaitable[None]] = vars(Env)["_settle_internal"]


async def _settle_patiently(env: Env, **how: Any) -> None:
    """Settle, looking often; where simcord gives the bot 5 s, as while it starts, it has a minute."""
    how.setdefault("idle", IDLE_SECONDS)
    if how.get("timeout") is not None:
        how["timeout"] = max(how["timeout"], PATIENCE_SECONDS)
    await _settle(env, **how)


def correct() -> None:
    """Put the corrections in place, once for the process."""
    # A private table: there is no public way to replace a route.
    routes: list[Any] = vars(router)["_ROUTES"]["GET"]
    routes[:] = [(path, history_page if path == _TEMPLATE else handler) for path, handler in routes]
    setattr(Env, "_settle_internal", _settle_patiently)  # noqa: B010 -- private
    vars(Env)["__init__"].__kwdefaults__["settle_timeout"] = PATIENCE_SECONDS


def let_refuse(env: Env) -> None:
    """Have only what the bot has no words for shown as its failure.

    To the simulator whatever a command raises is one, and its page raises an alarm.
    """
    record: Callable[[BaseException], None] = vars(Env)["_record_error"].__get__(env)

    def record_what_broke(error: BaseException) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if not isinstance(cause, UserError | app_commands.CheckFailure):
            record(error)

    vars(env)["_record_error"] = record_what_broke


def rest(bot: commands.Bot | commands.AutoShardedBot, until: datetime) -> None:
    """Have the cogs' loops of a minute or less go on from ``until``, where the clock was wound to.

    discord.py would make up for each round that they missed.
    """
    for cog in bot.cogs.values():
        for loop in vars(cog).values():
            if isinstance(loop, tasks.Loop) and loop.is_running():
                due = loop.next_iteration
                every = timedelta(hours=loop.hours or 0, minutes=loop.minutes or 0, seconds=loop.seconds or 0)
                if due is not None and due < until and every <= A_MINUTE:
                    vars(loop)["_next_iteration"] = until


def show_small_lines() -> None:
    """Let the simulator's page show small lines and mentions inside embeds, as Discord does."""
    policies: dict[str, dict[str, Any]] = vars(_markdown)["_FIELD_POLICIES"]
    policies["embed_description"].update(subtext=True, mentions=True, commands=True)
