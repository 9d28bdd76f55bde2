"""How far a promotion is, what ends it, and which Discord roles follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.promotions import (
    EXPECTED_FOR,
    HAD_IT,
    Badge,
    BatchId,
    Ending,
    Promotion,
    PromotionId,
    RoleSwap,
    Seen,
    Stage,
    WayBack,
    Witness,
    expected_back,
    expected_ranks,
    has_way_back,
    is_to_be_set,
    is_to_be_set_back,
    lapsed_badges,
    promotion_of,
    role_swap,
    taken_back_of,
    verdict_of,
)

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
APPROVED = NOW - timedelta(days=2)
ANN, BOB = MemberId(1), MemberId(2)
ONE = Promotion(
    clan=ClanId(1),
    id=PromotionId(7),
    batch=BatchId(1),
    member=ANN,
    name="Ann",
    rank="veteran",
    from_role="member",
    to_role="onyx",
    approved_by=UserId(9),
    approved_at=APPROVED,
)
BADGE = replace(ONE, rank="carry", to_role=None)


def ends(
    one: Promotion,
    *,
    role: str | None = "member",
    changed: datetime | None = None,
    seen: Seen | None = None,
    now: datetime = NOW,
    is_member: bool = True,
) -> tuple[Ending, Witness | None] | None:
    return verdict_of(one, role, changed, seen, now, is_member=is_member)


def test_a_promotion_is_as_far_as_the_last_thing_that_was_done() -> None:
    steps = {
        Stage.APPROVED: ONE,
        Stage.DISCORD: replace(ONE, discord_at=NOW),
        Stage.IN_GAME: replace(ONE, discord_at=NOW, ticked_at=NOW),
        Stage.AT_WOM: replace(ONE, ticked_at=NOW, wom_set_at=NOW),
        Stage.ENDED: replace(ONE, ended_at=NOW, ending=Ending.CANCELLED),
    }
    assert {stage: one.stage for stage, one in steps.items()} == {stage: stage for stage in steps}


@pytest.mark.parametrize("origin", ["promotion:7", "remove:7", "promotion:", "promotion:x", ""])
def test_a_step_of_the_worklist_leads_back_to_its_promotion(origin: str) -> None:
    assert promotion_of(ONE.origin) == ONE.id
    assert promotion_of(origin) == (7 if origin == ONE.origin else None)
    assert taken_back_of(ONE.origin_back) == ONE.id
    assert taken_back_of(origin) is None


DONE = replace(ONE, ticked_at=NOW)


@pytest.mark.parametrize(
    ("one", "role", "newest", "has"),
    [
        (DONE, "onyx", 7, True),
        (DONE, "member", 7, True),
        (DONE, None, 7, True),
        (replace(ONE, ended_at=NOW, ending=Ending.CONFIRMED), "onyx", 7, True),
        (ONE, "onyx", 7, False),
        (DONE, "zenyte", 7, False),
        (DONE, "onyx", 8, False),
        (replace(DONE, from_role=None), "onyx", 7, False),
        (replace(BADGE, ending=Ending.CONFIRMED), "onyx", 7, False),
    ],
)
def test_what_was_done_in_the_game_has_a_way_back_unless_the_rank_was_changed_since(
    one: Promotion, role: str | None, newest: int, has: bool
) -> None:
    assert has_way_back(one, {ANN: role}, {ANN: PromotionId(newest)}) is has
    assert not has_way_back(one, {BOB: role}, {}), "who left"


def test_the_rank_before_is_expected_for_fourteen_days_unless_it_was_seen() -> None:
    back = replace(DONE, ended_at=NOW, ending=Ending.CANCELLED)
    last = NOW + EXPECTED_FOR - timedelta(seconds=1)
    assert expected_back([WayBack(back)], last) == {ANN: "member"}
    assert expected_back([WayBack(back)], NOW + EXPECTED_FOR) == {}
    assert expected_back([WayBack(replace(back, confirmed_by=Witness.WOM))], last) == {}
    first = replace(back, id=PromotionId(3), from_role="opal", ended_at=NOW + timedelta(hours=1))
    assert expected_back([WayBack(first), WayBack(back)], last) == {ANN: "opal"}, "what was taken back last"


def test_the_chat_confirms_what_it_showed_after_the_approval() -> None:
    later, before = NOW - timedelta(hours=1), APPROVED
    assert ends(ONE, seen=Seen("onyx", later)) == (Ending.CONFIRMED, Witness.RELAY)
    assert ends(ONE, seen=Seen("onyx", before)) is None
    assert ends(ONE, seen=Seen("member", later)) is None


def test_wom_confirms_what_the_bot_did_not_set_itself() -> None:
    confirmed = (Ending.CONFIRMED, Witness.WOM)
    assert ends(ONE, role="onyx") == confirmed
    asked = NOW - timedelta(hours=1)
    bots_own = replace(ONE, wom_asked_at=asked, wom_set_at=asked + timedelta(seconds=5))
    assert ends(bots_own, role="onyx") is None
    assert ends(bots_own, role="onyx", changed=asked + timedelta(seconds=2)) is None
    assert ends(bots_own, role="onyx", changed=asked - timedelta(minutes=1)) is None
    assert ends(bots_own, role="onyx", changed=asked - timedelta(seconds=61)) == confirmed
    answer_lost = replace(ONE, wom_asked_at=asked)
    assert ends(answer_lost, role="onyx", changed=asked + timedelta(seconds=2)) is None


def test_wom_is_asked_once_it_is_so_in_the_game_and_again_where_a_later_poll_shows_the_old_role() -> None:
    ticked = replace(ONE, ticked_at=NOW)
    done = replace(ticked, wom_asked_at=NOW, wom_set_at=NOW)
    later = NOW + timedelta(minutes=30)
    assert is_to_be_set(ticked, "member", None)
    assert is_to_be_set(done, "member", later)
    assert not is_to_be_set(ONE, "member", later)
    assert not is_to_be_set(ticked, "onyx", later)
    assert not is_to_be_set(replace(BADGE, ticked_at=NOW), "member", later)
    assert not is_to_be_set(replace(ticked, wom_failure="no member"), "member", later)
    assert not is_to_be_set(done, "member", NOW)
    assert not is_to_be_set(done, "zenyte", later)


def test_wom_is_asked_once_for_the_rank_before_where_it_is_so_in_the_game_again() -> None:
    back = replace(DONE, ended_at=NOW, ending=Ending.CANCELLED)
    assert is_to_be_set_back(WayBack(back, NOW), "onyx")
    assert is_to_be_set_back(WayBack(back, NOW), None)
    assert not is_to_be_set_back(WayBack(back), "onyx")
    assert not is_to_be_set_back(WayBack(back, NOW), "member")
    assert not is_to_be_set_back(WayBack(replace(back, wom_set_at=NOW), NOW), "onyx")
    assert not is_to_be_set_back(WayBack(replace(back, wom_failure="no member"), NOW), "onyx")


def test_nobody_waits_longer_than_fourteen_days_nor_for_who_left() -> None:
    over = APPROVED + EXPECTED_FOR
    assert ends(ONE, now=over - timedelta(seconds=1)) is None
    assert ends(ONE, now=over) == (Ending.UNCONFIRMED, None)
    assert ends(ONE, now=over, role="onyx") == (Ending.CONFIRMED, Witness.WOM)
    assert ends(ONE, is_member=False) == (Ending.LEFT, None)


@pytest.mark.parametrize("note", [None, "not-linked", "above-me", "forbidden", "may-not"])
def test_a_badge_is_done_once_it_was_given_or_there_already_and_waits_fourteen_days(note: str | None) -> None:
    done, over = (Ending.CONFIRMED, Witness.NOBODY_NEEDED), APPROVED + EXPECTED_FOR
    waiting = replace(BADGE, discord_note=note)
    assert ends(waiting, now=over - timedelta(seconds=1)) is None
    assert ends(waiting, now=over) == (Ending.UNCONFIRMED, None)
    assert ends(replace(waiting, discord_at=NOW), now=over) == done
    assert ends(replace(BADGE, discord_note=HAD_IT), now=over) == done


def test_an_approved_rank_is_expected_for_fourteen_days_and_no_badge_is() -> None:
    other = replace(ONE, member=BOB, ended_at=NOW)
    assert expected_ranks([ONE, other, BADGE], NOW) == {ANN: "onyx"}
    assert expected_ranks([ONE], APPROVED + EXPECTED_FOR - timedelta(seconds=1)) == {ANN: "onyx"}
    assert expected_ranks([ONE], APPROVED + EXPECTED_FOR) == {}


@pytest.mark.parametrize(
    ("before", "after", "swap"),
    [
        ("member", "onyx", RoleSwap(2, 1)),
        ("member", "zenyte", RoleSwap()),
        ("zenyte", "onyx", RoleSwap(2)),
        (None, "onyx", RoleSwap(2)),
        ("onyx", "onyx", RoleSwap(2)),
        ("member", None, RoleSwap()),
    ],
)
def test_the_new_ranks_role_comes_and_the_old_ones_goes(
    before: str | None, after: str | None, swap: RoleSwap
) -> None:
    assert role_swap(before, after, {"member": 1, "onyx": 2}) == swap


WEEK = Badge("carry", 5, 7)
LONG_AGO = NOW - timedelta(days=7)


def test_a_badge_lapses_so_many_days_after_it_was_last_met_where_the_bot_gave_it() -> None:
    owners, given_by_bot = {ANN: UserId(11)}, {UserId(11): {5}}
    lapsed = {UserId(11): frozenset({5})}
    assert lapsed_badges([WEEK], {(ANN, "carry"): LONG_AGO}, {}, owners, given_by_bot, NOW) == lapsed
    just = LONG_AGO + timedelta(seconds=1)
    assert lapsed_badges([WEEK], {(ANN, "carry"): just}, {}, owners, given_by_bot, NOW) == {}
    assert lapsed_badges([WEEK], {(ANN, "carry"): LONG_AGO}, {}, owners, {}, NOW) == {}
    for_ever = replace(WEEK, days=None)
    assert lapsed_badges([for_ever], {(ANN, "carry"): LONG_AGO}, {}, owners, given_by_bot, NOW) == {}


@given(st.dictionaries(st.sampled_from([ANN, BOB]), st.booleans()))
def test_what_is_unknown_of_any_account_keeps_the_badge(failed: dict[MemberId, bool]) -> None:
    owners, given_by_bot = {ANN: UserId(11), BOB: UserId(11)}, {UserId(11): {5}}
    failing = {(member, "carry"): LONG_AGO if long_ago else NOW for member, long_ago in failed.items()}
    over = lapsed_badges([WEEK], failing, {}, owners, given_by_bot, NOW)
    assert bool(over) == (failed.get(ANN, False) and failed.get(BOB, False))


def test_an_account_that_left_keeps_a_badge_no_longer_than_one_that_fails_it() -> None:
    owners, given_by_bot = {ANN: UserId(11), BOB: UserId(11)}, {UserId(11): {5}}
    failing = {(ANN, "carry"): LONG_AGO}
    lapsed = {UserId(11): frozenset({5})}
    assert lapsed_badges([WEEK], failing, {BOB: LONG_AGO}, owners, given_by_bot, NOW) == lapsed
    assert lapsed_badges([WEEK], {}, {ANN: LONG_AGO, BOB: LONG_AGO}, owners, given_by_bot, NOW) == lapsed
    assert lapsed_badges([WEEK], failing, {BOB: NOW}, owners, given_by_bot, NOW) == {}
    assert lapsed_badges([WEEK], {}, {BOB: LONG_AGO}, owners, given_by_bot, NOW) == {}
