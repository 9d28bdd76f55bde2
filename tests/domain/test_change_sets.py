"""Role changes and their undoing, as a pure model of what Discord holds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.change_sets import (
    NO_ROLES,
    ChangeItem,
    ChangeSetId,
    Effect,
    GuildPeople,
    ItemState,
    Lineage,
    Outcome,
    Reach,
    RoleChange,
    Roles,
    Tally,
    Why,
    effect_of,
    fingerprint,
    given_up,
    in_force,
    plan_undo,
    preview,
    settled,
    tally,
    tally_of,
)
from bot.domain.ids import UserId

ALL = frozenset(range(1, 7))
REACH = Reach(ALL, frozenset({1, 2, 3, 4}))
JOHN, ANN, CY, DEE = (UserId(number) for number in range(10, 14))

role_sets = st.frozensets(st.integers(1, 6))
changes = st.builds(RoleChange, st.just(JOHN), role_sets, role_sets)


def carried_out(change: RoleChange, roles: Roles, reach: Reach = REACH) -> ChangeItem:
    """As the bot does it, where Discord does what it is asked."""
    effect = effect_of(change, roles, reach)
    outcome = (
        Outcome(ItemState.DONE, roles, effect.on(roles), effect.why)
        if effect
        else settled(ChangeItem(change), roles, effect)
    )
    return replace(ChangeItem(change), state=outcome.state, before=outcome.before, after=outcome.after)


@given(changes, role_sets)
def test_undoing_brings_back_exactly_what_was(change: RoleChange, roles: Roles) -> None:
    item = carried_out(change, roles)
    after = item.after or NO_ROLES
    undo = plan_undo([item], {JOHN: after}, {})
    assert not undo.kept
    for one in undo.changes:
        after = effect_of(one, after, REACH).on(after)
    assert after == roles


@given(changes, role_sets, role_sets)
def test_undoing_leaves_what_somebody_changed_since_and_says_so(
    change: RoleChange, roles: Roles, toggled: Roles
) -> None:
    item = carried_out(change, roles)
    now = (item.after or NO_ROLES) ^ toggled
    undo = plan_undo([item], {JOHN: now}, {})
    result = now
    for one in undo.changes:
        result = effect_of(one, now, REACH).on(now)
    assert undo.kept.get(JOHN, NO_ROLES) == toggled & item.touched
    assert result == roles ^ toggled ^ (toggled & item.touched)


@given(changes, role_sets, role_sets)
def test_undoing_leaves_what_a_later_set_changed(change: RoleChange, roles: Roles, later: Roles) -> None:
    item = carried_out(change, roles)
    undo = plan_undo([item], {JOHN: item.after or NO_ROLES}, {JOHN: later})
    for one in undo.changes:
        assert not (one.add | one.remove) & later
    assert undo.kept.get(JOHN, NO_ROLES) == item.touched & later


@given(changes, role_sets)
def test_what_is_done_again_after_a_crash_is_the_same(change: RoleChange, roles: Roles) -> None:
    """The process ended between Discord's answer and its being stored."""
    once = carried_out(change, roles)
    if not effect_of(change, roles, REACH):
        return
    after = once.after or NO_ROLES
    asked = ChangeItem(change, ItemState.CALLING, before=roles)
    again = effect_of(change, after, REACH)
    assert not again
    outcome = settled(asked, after, again)
    assert (outcome.state, outcome.before, outcome.after) == (once.state, once.before, once.after)


def test_what_is_in_nobodys_reach_is_left_and_said() -> None:
    effect = effect_of(RoleChange(JOHN, frozenset({1, 5, 9}), frozenset({6})), frozenset({6}), REACH)
    assert effect == Effect(add=frozenset({1}), above_me=frozenset({5, 6}), gone=frozenset({9}))
    assert effect.why is Why.ABOVE_ME
    assert effect_of(RoleChange(JOHN, frozenset({9})), NO_ROLES, REACH).why is Why.ROLE_GONE
    assert effect_of(RoleChange(JOHN, frozenset({1})), frozenset({1}), REACH).why is None
    both = RoleChange(JOHN, frozenset({1}), frozenset({1}))
    assert effect_of(both, frozenset({1}), REACH) == Effect(), "what is to be had is not taken"


@pytest.mark.parametrize(
    ("add", "held", "state", "why"),
    [
        ({1}, {1}, ItemState.DONE, None),
        ({5}, set[int](), ItemState.SKIPPED, Why.ABOVE_ME),
        ({9}, set[int](), ItemState.SKIPPED, Why.ROLE_GONE),
        ({1, 5}, {1}, ItemState.DONE, Why.ABOVE_ME),
    ],
)
def test_without_a_question_to_discord_an_item_ends_all_the_same(
    add: set[int], held: set[int], state: ItemState, why: Why | None
) -> None:
    change, roles = RoleChange(JOHN, frozenset(add)), frozenset(held)
    outcome = settled(ChangeItem(change), roles, effect_of(change, roles, REACH))
    assert (outcome.state, outcome.why, outcome.before, outcome.after) == (state, why, roles, roles)


@pytest.mark.parametrize(
    ("state", "roles", "ends"),
    [
        (ItemState.CALLING, {1}, (ItemState.DONE, {1}, None)),
        (ItemState.CALLING, {1, 2}, (ItemState.DONE, {1, 2}, Why.LATE)),
        (ItemState.CALLING, {2}, (ItemState.SKIPPED, {2}, Why.LATE)),
        (ItemState.CALLING, None, (ItemState.SKIPPED, {2}, Why.LATE)),
        (ItemState.WAITING, {1}, (ItemState.SKIPPED, set[int](), Why.LATE)),
    ],
)
def test_what_is_given_up_was_done_where_discord_shows_it(
    state: ItemState, roles: set[int] | None, ends: tuple[ItemState, set[int], Why | None]
) -> None:
    before = frozenset({2}) if state is ItemState.CALLING else None
    item = ChangeItem(RoleChange(JOHN, frozenset({1}), frozenset({2})), state, before)
    outcome = given_up(item, None if roles is None else frozenset(roles), Why.LATE)
    assert (outcome.state, outcome.after, outcome.why) == ends
    assert outcome.before == (before or NO_ROLES)


def test_a_preview_tells_everybody_apart() -> None:
    guild = GuildPeople({JOHN: NO_ROLES, ANN: frozenset({1}), DEE: NO_ROLES}, REACH)
    shown = preview(
        [
            RoleChange(JOHN, frozenset({1, 5, 9}), label="Onyx"),
            RoleChange(ANN, frozenset({1})),
            RoleChange(CY, frozenset({1})),
            RoleChange(DEE, frozenset({6})),
        ],
        guild,
        ["Dee"],
    )
    assert shown.changes == (RoleChange(JOHN, frozenset({1}), label="Onyx"),)
    assert (shown.unchanged, shown.not_here, shown.not_linked) == ((ANN,), (CY,), ("Dee",))
    assert (shown.above_me, shown.gone) == (
        {JOHN: frozenset({5}), DEE: frozenset({6})},
        frozenset({9}),
    )


def test_whoever_left_gets_nothing_back_and_only_what_was_given_counts_as_given_again() -> None:
    item = ChangeItem(
        RoleChange(JOHN, NO_ROLES, frozenset({1, 2})),
        ItemState.DONE,
        frozenset({1, 2}),
        NO_ROLES,
        were_given=frozenset({2}),
    )
    assert plan_undo([item], {}, {}).not_here == (JOHN,)
    (change,) = plan_undo([item], {JOHN: NO_ROLES}, {}).changes
    assert (change.add, change.gives) == (frozenset({1, 2}), frozenset({2}))
    waiting = ChangeItem(RoleChange(JOHN, frozenset({1})))
    assert plan_undo([waiting], {JOHN: NO_ROLES}, {}).changes == ()


def test_an_undone_set_is_nobodys_wish_and_an_undone_undo_is_again() -> None:
    one, two, three = (ChangeSetId(number) for number in (1, 2, 3))
    alone = {one: Lineage(None, None)}
    undone = {one: Lineage(None, two), two: Lineage(one, None)}
    again = {one: Lineage(None, two), two: Lineage(one, three), three: Lineage(two, None)}
    assert (in_force(alone), in_force(undone), in_force(again)) == ({one}, set(), {three})


def test_a_set_is_counted_by_what_became_of_it() -> None:
    change = RoleChange(JOHN, frozenset({1}))
    items = [
        ChangeItem(change),
        ChangeItem(change, ItemState.CALLING, NO_ROLES),
        ChangeItem(change, ItemState.DONE, NO_ROLES, frozenset({1})),
        ChangeItem(change, ItemState.DONE, frozenset({1}), frozenset({1})),
        ChangeItem(change, ItemState.SKIPPED),
        ChangeItem(change, ItemState.FAILED),
    ]
    counts = tally(items)
    assert (counts.waiting, counts.done, counts.changed, counts.skipped, counts.failed) == (2, 2, 1, 1, 1)
    assert counts.all == 6
    by_state = dict.fromkeys(ItemState, 1)
    assert tally_of(by_state) == Tally(waiting=2, done=1, changed=1, skipped=1, failed=1)


def test_a_fingerprint_tells_changes_apart_whatever_their_order() -> None:
    first, second = RoleChange(JOHN, frozenset({1})), RoleChange(ANN, frozenset({1}))
    assert fingerprint([first, second]) == fingerprint([second, first])
    assert fingerprint([first]) != fingerprint([second])
    assert fingerprint([first]) != fingerprint([replace(first, add=NO_ROLES, remove=frozenset({1}))])
