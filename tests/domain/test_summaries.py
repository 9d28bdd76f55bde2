"""What a summary makes of what happened."""

import pytest

from bot.domain.summaries import Promoted, promoted, rose

ORDER = ("owner", "captain", "corporal", "recruit")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("recruit", "captain", True),
        ("captain", "recruit", False),
        ("captain", "captain", False),
        (None, "captain", False),
        ("recruit", None, False),
        ("recruit", "jester", False),
        ("jester", "captain", False),
    ],
)
def test_who_rose_by_an_order_that_has_both_ranks(
    before: str | None, after: str | None, expected: bool
) -> None:
    assert rose(before, after, ORDER) is expected


def test_whoever_rose_twice_is_told_of_once_and_who_fell_since_is_not() -> None:
    changes = [
        ("zoe", "recruit", "captain"),
        ("Ann", "recruit", "corporal"),
        ("Ann", "corporal", "captain"),
        ("Bob", "recruit", "corporal"),
        ("Bob", "corporal", "recruit"),
        ("Cy", "recruit", None),
        ("Dee", "jester", "captain"),
        ("Eve", "recruit", "corporal"),
    ]
    assert promoted(changes, ORDER) == [Promoted("captain", ("Ann", "zoe")), Promoted("corporal", ("Eve",))]
    assert promoted([], ORDER) == []
