"""Which members a roster's lists show, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.clan_roster import (
    LEFT_WITHIN,
    NEW_WITHIN,
    STALE_AFTER,
    RosterFilter,
    RosterLink,
    RosterRow,
    chosen,
)
from bot.domain.ids import MemberId, UserId

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
ORDER = ("owner", "onyx", "member")
FRESH = NOW - timedelta(hours=1)


def row(name: str, role: str | None = "member", **known: Any) -> RosterRow:
    plain = RosterRow(MemberId(1), name, role, "regular", NOW - timedelta(days=400), None, checked_at=FRESH)
    return replace(plain, **known)


def names(rows: list[RosterRow], which: RosterFilter, role: str | None = None) -> list[str]:
    return [one.name for one in chosen(rows, which, role, ORDER, NOW)]


def test_ranks_stand_in_the_clans_order_then_names_and_others_come_last() -> None:
    rows = [row("b"), row("A"), row("z", "owner"), row("odd", "zebra"), row("none", None), row("c", "onyx")]
    assert names(rows, RosterFilter.ALL) == ["z", "c", "A", "b", "none", "odd"]
    assert names(rows, RosterFilter.ALL, "member") == ["A", "b"]


def test_who_left_is_in_no_list_but_theirs_the_latest_first() -> None:
    gone = [row(f"{days}", left_at=NOW - timedelta(days=days)) for days in (40, 2, 80)]
    assert names([*gone, row("here")], RosterFilter.ALL) == ["here"]
    assert names([*gone, row("here")], RosterFilter.LEFT) == ["2", "40", "80"]


@pytest.mark.parametrize(
    ("which", "inside", "outside"),
    [
        (RosterFilter.NEW, {"joined_at": NOW - NEW_WITHIN}, {"joined_at": NOW - NEW_WITHIN - TICK}),
        (RosterFilter.NEW, {"joined_at": NOW}, {"joined_at": None}),
        (RosterFilter.LEFT, {"left_at": NOW - LEFT_WITHIN}, {"left_at": NOW - LEFT_WITHIN - TICK}),
        (RosterFilter.STALE, {"checked_at": NOW - STALE_AFTER}, {"checked_at": NOW - STALE_AFTER + TICK}),
        (RosterFilter.STALE, {"checked_at": None}, {"checked_at": NOW}),
        (RosterFilter.UNLINKED, {"links": ()}, {"links": (RosterLink(UserId(1), verified=False),)}),
    ],
)
def test_the_bounds_of_a_list_belong_to_it(
    which: RosterFilter, inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    assert names([row("in", **inside), row("out", **outside)], which) == ["in"]


def test_last_seen_in_the_game_is_the_later_of_gain_and_message() -> None:
    early, late = NOW - timedelta(days=3), NOW - timedelta(days=1)
    assert row("a", gained_at=early, said_at=late).seen_in_game == late
    assert row("a", gained_at=late, said_at=early).seen_in_game == late
    assert row("a", said_at=early).seen_in_game == early
    assert row("a").seen_in_game is None
