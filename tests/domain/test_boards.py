"""When a live board's message is edited."""

from datetime import datetime, timedelta

import pytest

from bot.domain.boards import FRESH_FOR, BoardKind, LiveBoard
from bot.domain.ids import ChannelId, ClanId
from tests.domain.rosters import T0, TICK

SAID = "a digest"


@pytest.mark.parametrize(
    ("says", "since", "newest", "expected", "if_pressed"),
    [
        ("another", T0, T0, True, True),
        (None, None, None, True, True),
        (SAID, T0, T0, False, False),
        (SAID, T0, None, False, False),
        (SAID, None, None, False, False),
        (SAID, None, T0, True, True),
        (SAID, T0, T0 + TICK, False, True),
        (SAID, T0, T0 + FRESH_FOR, False, True),
        (SAID, T0, T0 + FRESH_FOR + TICK, True, True),
        (SAID, T0, T0 - timedelta(days=1), False, False),
    ],
)
def test_a_message_is_edited_where_it_would_say_something_else_or_is_old(
    says: str | None, since: datetime | None, newest: datetime | None, expected: bool, if_pressed: bool
) -> None:
    board = LiveBoard(ClanId(1), BoardKind.RACE, ChannelId(2), 30, shown=says, checked_at=since)
    assert board.is_to_change(SAID, newest, pressed=False) is expected
    assert board.is_to_change(SAID, newest, pressed=True) is if_pressed
