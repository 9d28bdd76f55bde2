"""What is to be done in the game: in which order it stands, whom a list of names means, who may leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.desk_errors import NotOnWorklist
from bot.domain.identity import MemberState
from bot.domain.ids import MemberId, UserId
from bot.domain.worklist import (
    EXPECTED_FOR,
    NewStep,
    Step,
    StepGroup,
    StepId,
    StepKind,
    expects_leave,
    grouped,
    named,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
ORDER = ("owner", "onyx", "ruby")
PROMOTE, DEMOTE, REMOVE = StepKind


def step(number: int, name: str, kind: StepKind = PROMOTE, rank: str | None = "onyx") -> Step:
    return Step(StepId(number), kind, MemberId(number), name, "ruby", rank, f"test:{number}", NOW, UserId(1))


def member(joined_at: datetime | None) -> MemberState:
    return MemberState(MemberId(1), "Ann", (), "ruby", "regular", "main", joined_at, None, None, None, NOW)


def test_groups_stand_by_kind_and_rank_and_names_from_a_to_z() -> None:
    steps = [
        step(1, "cy", REMOVE, None),
        step(2, "bo", DEMOTE, "onyx"),
        step(3, "Zed", rank="ruby"),
        step(4, "ann", rank="ruby"),
        step(5, "Bob", rank="ruby"),
        step(6, "New", rank="amethyst"),
        step(7, "Top"),
    ]
    groups = grouped(steps, ORDER)
    assert list(groups) == [
        StepGroup(PROMOTE, "onyx"),
        StepGroup(PROMOTE, "ruby"),
        StepGroup(PROMOTE, "amethyst"),
        StepGroup(DEMOTE, "onyx"),
        StepGroup(REMOVE),
    ]
    assert [one.name for one in groups[StepGroup(PROMOTE, "ruby")]] == ["ann", "Bob", "Zed"]


def test_names_are_read_in_any_spelling() -> None:
    steps = [step(1, "Jo hn"), step(2, "Ann B"), step(3, "not, a name!"), step(4, "Cy")]
    assert named(" jo_HN, ann-b;\n\n CY ", steps) == {1, 2, 4}
    assert named(" ,\n", steps) == set()
    for typed, nearest in (("Jo hm", ("Jo hn",)), ("what is this name", ())):
        with pytest.raises(NotOnWorklist) as refused:
            named(f"Cy, {typed}", steps)
        assert refused.value == NotOnWorklist(typed, nearest)


def test_a_rank_is_named_by_all_but_removals() -> None:
    for kind, rank in ((PROMOTE, None), (DEMOTE, None), (REMOVE, "ruby")):
        with pytest.raises(ValueError, match=kind):
            NewStep(kind, MemberId(1), "x", to_rank=rank)
    assert NewStep(REMOVE, MemberId(1), "x").to_rank is None


@pytest.mark.parametrize(
    ("ticked", "joined", "expected"),
    [
        (None, None, False),
        (NOW, None, True),
        (NOW - EXPECTED_FOR, NOW - EXPECTED_FOR, True),
        (NOW - EXPECTED_FOR - TICK, None, False),
        (NOW - timedelta(days=3), NOW - timedelta(days=3) + TICK, False),
    ],
    ids=["not ticked", "just now", "at the limits", "too long ago", "came back since"],
)
def test_a_leave_is_expected_for_a_while_after_the_removal(
    ticked: datetime | None, joined: datetime | None, expected: bool
) -> None:
    removed = {} if ticked is None else {MemberId(1): ticked}
    assert expects_leave(member(joined), removed, NOW) is expected
    assert not expects_leave(replace(member(joined), id=MemberId(2)), removed, NOW)


def test_a_step_waits_until_it_is_done_or_dropped() -> None:
    one = step(1, "Ann")
    assert one.is_open
    assert not replace(one, done_at=NOW).is_open
    assert not replace(one, dropped_at=NOW).is_open
