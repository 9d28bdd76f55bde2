"""simcord, corrected where it differs from Discord and sped up. Take ``run`` from here.

Its ``GET messages?after=`` gives the newest messages after the id; Discord gives the next ones.
"""

from contextlib import AbstractContextManager
from typing import Any

import simcord
from simcord.env import Env
from simcord.http import router
from simcord.http.routes import messages

IDLE_SECONDS = 0.001
"""How long nothing may happen before an action counts as settled; simcord's own 50 ms add up."""

_TEMPLATE = ["channels", "{channel_id}", "messages"]


def history_page(ctx: router.RequestContext) -> Any:
    """A page of a channel's history as Discord gives it: newest first, and with ``after`` the next ones."""
    if "after" not in ctx.params:
        return messages.get_history(ctx)
    limit = int(ctx.params.get("limit", 50))
    ctx.params["limit"] = len(ctx.backend.messages[ctx.int_arg("channel_id")])
    return messages.get_history(ctx)[-limit:]


def correct() -> None:
    """Put the corrections in place, once for the process."""
    routes: list[Any] = vars(router)["_ROUTES"]["GET"]
    routes[:] = [(path, history_page if path == _TEMPLATE else handler) for path, handler in routes]
    vars(Env)["_settle_internal"].__kwdefaults__["idle"] = IDLE_SECONDS


def as_bot(env: Env) -> AbstractContextManager[None]:
    """What is started in this block is the bot's own work: settling waits for its end."""
    return vars(Env)["_bot_scope"](env)


correct()
run = simcord.run
