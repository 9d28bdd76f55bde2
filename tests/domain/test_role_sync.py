"""Whose Discord roles follow, when, and what is never touched."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.change_sets import NO_ROLES, RoleChange, Roles
from bot.domain.desk_errors import RoleTwice
from bot.domain.ids import MemberId, UserId
from bot.domain.role_sync import (
    Clanspeople,
    Pending,
    RoleSyncOptions,
    SyncAccount,
    SyncPlan,
    plan_sync,
    wanted_roles,
)
from tests.present.makers import NOW

OWNER, ONYX, RUBY, LINKED, GUEST, OTHER = range(1, 7)
OPTIONS = RoleSyncOptions(
    True, {"owner": OWNER, "onyx": ONYX, "ruby": RUBY}, linked=LINKED, guest=GUEST, removal_days=2
)
ORDER = ("owner", "onyx", "ruby", "member")
JOHN, ANN = UserId(10), UserId(11)
TWO_DAYS = timedelta(days=2)


def account(rank: str | None, number: int = 1, *, in_clan: bool = True) -> SyncAccount:
    return SyncAccount(MemberId(number), f"Name {number}", rank, in_clan)


def clan(*accounts: SyncAccount, **expected: str) -> Clanspeople:
    """John's accounts; expected ranks as ``m1="onyx"``."""
    ranks = {MemberId(int(key[1:])): rank for key, rank in expected.items()}
    return Clanspeople({JOHN: accounts} if accounts else {}, ORDER, ranks)


def planned(
    held: set[int],
    who: Clanspeople,
    *,
    given_: set[int] = frozenset(),  # type: ignore[assignment] -- a frozenset reads like a set here
    pending: Mapping[int, timedelta] | None = None,
    options: RoleSyncOptions = OPTIONS,
    may_remove: bool = True,
) -> SyncPlan:
    waiting = [Pending(JOHN, role, NOW - ago) for role, ago in (pending or {}).items()]
    people = {JOHN: frozenset(held)}
    return plan_sync(people, who, options, {JOHN: given_}, waiting, NOW, may_remove=may_remove)


def changed(plan: SyncPlan) -> tuple[Roles, Roles]:
    if not plan.changes:
        return NO_ROLES, NO_ROLES
    (one,) = plan.changes
    return one.add, one.remove


@pytest.mark.parametrize(
    ("who", "wanted", "why"),
    [
        (clan(), {GUEST}, "not verified"),
        (clan(account("onyx", in_clan=False)), {LINKED, GUEST}, "not in the clan"),
        (clan(account("onyx")), {LINKED, ONYX}, "Name 1: onyx"),
        (clan(account("ruby"), account("onyx", 2)), {LINKED, ONYX}, "Name 2: onyx"),
        (clan(account("onyx"), account("owner", 2, in_clan=False)), {LINKED, ONYX}, "Name 1: onyx"),
        (clan(account("member")), {LINKED}, "Name 1: member"),
        (clan(account("newrank"), account("another", 2)), {LINKED}, "Name 2: another"),
        (clan(account(None)), {LINKED}, "rank unknown"),
        (clan(account("ruby"), m1="onyx"), {LINKED, ONYX}, "Name 1: onyx"),
    ],
)
def test_who_should_have_which_roles(who: Clanspeople, wanted: set[int], why: str) -> None:
    assert wanted_roles(JOHN, who, OPTIONS) == (wanted, why)


def test_without_roles_for_linked_and_guests_nobody_gets_any() -> None:
    options = replace(OPTIONS, linked=None, guest=None)
    assert wanted_roles(JOHN, clan(), options)[0] == set()
    assert wanted_roles(JOHN, clan(account("onyx")), options)[0] == {ONYX}


def test_a_rank_takes_the_place_of_another_at_once() -> None:
    plan = planned({RUBY, LINKED}, clan(account("onyx")), given_={RUBY, LINKED})
    assert (changed(plan), plan.pending) == (({ONYX}, {RUBY}), ())


def test_a_guest_who_joins_the_clan_is_none_at_once() -> None:
    assert changed(planned({GUEST}, clan(account("member")), given_={GUEST})) == ({LINKED}, {GUEST})


def test_what_the_bot_did_not_give_stays_unless_it_is_told_to() -> None:
    who = clan(account("onyx"))
    assert changed(planned({RUBY, LINKED, OTHER}, who)) == ({ONYX}, set())
    strict = replace(OPTIONS, strict=True)
    assert changed(planned({RUBY, LINKED, OTHER}, who, options=strict)) == ({ONYX}, {RUBY})


@pytest.mark.parametrize(
    ("waited", "removed", "since"),
    [
        (None, set[int](), NOW),
        (timedelta(days=1), set[int](), NOW - timedelta(days=1)),
        (TWO_DAYS, {ONYX}, None),
    ],
)
def test_who_left_keeps_the_rank_for_two_days(
    waited: timedelta | None, removed: set[int], since: object
) -> None:
    left = clan(account("onyx", in_clan=False))
    pending = {} if waited is None else {ONYX: waited}
    plan = planned({ONYX, LINKED}, left, given_={ONYX, LINKED}, pending=pending)
    assert changed(plan) == ({GUEST}, removed)
    assert [(one.role, one.since) for one in plan.pending] == ([] if since is None else [(ONYX, since)])


def test_a_removal_is_cancelled_when_its_reason_goes_away() -> None:
    plan = planned({ONYX, LINKED}, clan(account("onyx")), given_={ONYX}, pending={ONYX: TWO_DAYS})
    assert (plan.changes, plan.pending) == ((), ())


def test_a_roster_that_may_be_wrong_takes_nothing_and_what_waits_goes_on_waiting() -> None:
    left = clan(account("onyx", in_clan=False))
    long_ago = {ONYX: timedelta(days=9)}
    plan = planned({ONYX, LINKED}, left, given_={ONYX}, pending=long_ago, may_remove=False)
    assert changed(plan) == ({GUEST}, set())
    assert plan.pending == (Pending(JOHN, ONYX, NOW - timedelta(days=9)),)
    swap = planned({RUBY, LINKED}, clan(account("onyx")), given_={RUBY}, may_remove=False)
    assert changed(swap) == ({ONYX}, set())


def test_an_unknown_rank_takes_nothing_away() -> None:
    plan = planned({ONYX, LINKED}, clan(account(None)), given_={ONYX, LINKED})
    assert (plan.changes, plan.pending) == ((), ())
    plan = planned({OWNER, LINKED}, clan(account(None), account("onyx", 2)), given_={OWNER})
    assert (changed(plan), plan.pending) == (({ONYX}, set()), ())


def test_what_somebody_else_took_away_is_not_the_bots_any_more() -> None:
    plan = planned({LINKED}, clan(account("member")), given_={ONYX, LINKED})
    assert plan.forgotten == ((JOHN, ONYX),)


def test_a_claim_is_worth_nothing() -> None:
    """Accounts are of verified links only: whoever claims the owner's account has none here."""
    assert changed(planned(set(), clan())) == ({GUEST}, set())


def test_a_role_cannot_mean_two_things() -> None:
    for options in ({"guest": LINKED}, {"linked": ONYX}, {"guest": ONYX}):
        with pytest.raises(RoleTwice):
            replace(OPTIONS, **options)
    with pytest.raises(ValueError, match="removal_days"):
        replace(OPTIONS, removal_days=31)


def test_options_survive_being_stored() -> None:
    assert RoleSyncOptions.read(enabled=True, data=OPTIONS.as_data()) == OPTIONS
    assert OPTIONS.roles == {OWNER, ONYX, RUBY, LINKED, GUEST}
    assert OPTIONS.with_rank("onyx", None).ranks == {"owner": OWNER, "ruby": RUBY}
    assert OPTIONS.with_rank("onyx", 9).ranks["onyx"] == 9


ranks = st.sampled_from([*ORDER, "newrank", None])
accounts = st.lists(st.builds(account, ranks, st.integers(1, 3), in_clan=st.booleans()), max_size=3)
roles = st.frozensets(st.integers(1, 6))
all_options = st.builds(
    RoleSyncOptions,
    enabled=st.just(value=True),
    ranks=st.just(OPTIONS.ranks),
    linked=st.sampled_from([LINKED, None]),
    guest=st.sampled_from([GUEST, None]),
    removal_days=st.integers(0, 3),
    strict=st.booleans(),
)


def apply(held: Roles, change: RoleChange) -> Roles:
    return (held | change.add) - change.remove


@given(accounts, roles, roles, all_options)
def test_after_the_delay_everybody_has_what_they_should_and_a_second_look_changes_nothing(
    owned: list[SyncAccount], held: Roles, given_: Roles, options: RoleSyncOptions
) -> None:
    who = Clanspeople({JOHN: owned} if owned else {}, ORDER)
    now, bots, pending = NOW, given_ & held, tuple[Pending, ...]()
    touched = NO_ROLES
    for _ in range(2):
        plan = plan_sync({JOHN: held}, who, options, {JOHN: bots}, pending, now)
        for change in plan.changes:
            held, touched = apply(held, change), touched | change.add | change.remove
            bots = (bots | change.add) - change.remove
        pending, now = plan.pending, now + timedelta(days=4)
    assert plan_sync({JOHN: held}, who, options, {JOHN: bots}, pending, now) == SyncPlan()
    wanted, _ = wanted_roles(JOHN, who, options)
    assert wanted <= held
    assert OTHER not in touched
    if options.strict and not who.is_unknown(JOHN):
        assert held & options.roles == wanted


@given(accounts, roles, all_options)
def test_what_was_not_given_is_never_taken(
    owned: list[SyncAccount], held: Roles, options: RoleSyncOptions
) -> None:
    who = Clanspeople({JOHN: owned} if owned else {}, ORDER)
    tame = replace(options, strict=False)
    plan = plan_sync({JOHN: held}, who, tame, {}, [], NOW)
    assert all(not change.remove for change in plan.changes)
    assert plan.pending == ()
