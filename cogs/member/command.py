"""How a command of the ``/member`` group is made from a function."""

from collections.abc import Callable, Coroutine
from typing import Any

from discord import app_commands

from cogs.officers import FOR_OFFICERS


def officers_command(
    callback: Callable[..., Coroutine[Any, Any, None]],
) -> app_commands.Command[Any, ..., None]:
    """The command of a function's name, described by its docstring, which ``/help`` shows to officers.

    The function begins by :func:`cogs.officers.require_officer`: discord.py would hide a refusal
    of ours that was raised in a check.
    """
    description = (callback.__doc__ or "").strip()
    return app_commands.Command(
        name=callback.__name__, description=description, callback=callback, extras=FOR_OFFICERS
    )
