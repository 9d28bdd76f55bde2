"""Work with the database that is ended once it is begun, even where its caller is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uninterrupted(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let each call come to its end; a caller that is cancelled meanwhile is cancelled then.

    A statement that is cut off would cost its connection, and on SQLite there is one for writing.
    Only for work that is short and waits for no network but the database.
    """

    @wraps(function)
    async def call(*arguments: P.args, **named: P.kwargs) -> T:
        task = asyncio.create_task(function(*arguments, **named))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    return call
