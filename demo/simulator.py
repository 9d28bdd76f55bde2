"""simcord, corrected where it differs from Discord and sped up.

Its ``GET messages?after=`` gives the newest messages after the id; Discord gives the next ones.
"""

from functools import wraps
from typing import Any

from simcord.env import Env
from simcord.http import router
from simcord.http.routes import messages
from simcord.preview import _markdown

IDLE_SECONDS = 0.001
"""How long nothing may happen before an action counts as settled; simcord's own 50 ms add up."""

PATIENCE_SECONDS = 60.0
"""Real time within which everything must have settled; simcord's own 5 s pass on a busy machine."""

_TEMPLATE = ["channels", "{channel_id}", "messages"]


def history_page(ctx: router.RequestContext) -> Any:
    """A page of a channel's history as Discord gives it: newest first, and with ``after`` the next ones."""
    said = ctx.backend.messages.get(ctx.int_arg("channel_id"))
    if "after" not in ctx.params or said is None:
        return messages.get_history(ctx)
    limit = int(ctx.params.get("limit", 50))
    ctx.params["limit"] = len(said)
    return messages.get_history(ctx)[-limit:]


def correct() -> None:
    """Put the corrections in place, once for the process."""
    # A private table: there is no public way to replace a route.
    routes: list[Any] = vars(router)["_ROUTES"]["GET"]
    routes[:] = [(path, history_page if path == _TEMPLATE else handler) for path, handler in routes]
    _be_patient()
    vars(Env)["__init__"].__kwdefaults__["settle_timeout"] = PATIENCE_SECONDS


def _be_patient() -> None:
    """Wait shortly whether anything happens, and long until it has; a start has 5 s of its own otherwise."""
    settle: Any = vars(Env)["_settle_internal"]
    whole: Any = getattr(settle, "__wrapped__", settle)

    @wraps(whole)
    async def patient(env: Env, *, timeout: float | None = None, **options: Any) -> None:  # noqa: ASYNC109
        longer = None if timeout is None else max(timeout, PATIENCE_SECONDS)
        await whole(env, timeout=longer, **{"idle": IDLE_SECONDS, **options})

    setattr(Env, "_settle_internal", patient)  # noqa: B010 -- a private method, which cannot be assigned


def show_small_lines() -> None:
    """Let the simulator's page show small lines and mentions inside embeds, as Discord does."""
    policies: dict[str, dict[str, Any]] = vars(_markdown)["_FIELD_POLICIES"]
    policies["embed_description"].update(subtext=True, mentions=True, commands=True)
