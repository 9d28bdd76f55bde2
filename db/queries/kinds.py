"""Kinds that are stored by their values, of which a newer version may have stored others."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import TypeVar

import structlog

from db.models import BoardRow, FeedRow

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

R = TypeVar("R", BoardRow, FeedRow)


def of_known_kind(rows: Iterable[R], kinds: type[StrEnum]) -> Iterator[R]:
    """Those rows that this version knows how to read.

    Who goes back to an older version keeps what it does not know, for when they go forth again.
    """
    known = frozenset(kinds)
    for row in rows:
        if row.kind in known:
            yield row
        else:
            _warn(kinds.__name__, row.kind)


@cache
def _warn(kinds: str, kind: str) -> None:
    """Once for each: what is stored is looked at every minute."""
    log.warning("unknown_kind_left_out", kinds=kinds, kind=kind)
