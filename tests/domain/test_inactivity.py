"""Who is quiet: only by silence that was observed, on every clock that is used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coverage import Heard, Observed, without
from bot.domain.ids import MemberId, UserId
from bot.domain.inactivity import AccountFacts, Judged, Person, Standing, Why, judge

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIMIT = timedelta(days=30)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def account(number: int = 1, /, **facts: object) -> AccountFacts:
    """Nothing gained for 43 days, checked today, in the clan for a year."""
    usual = AccountFacts(
        MemberId(number),
        f"Member {number}",
        "onyx",
        joined_at=ago(365),
        checked_at=ago(0.1),
        gained_at=ago(43),
        still_since=ago(43),
        said_at=ago(50),
    )
    return replace(usual, **facts)  # type: ignore[arg-type] -- named fields of any type


def gained(days: float) -> dict[str, datetime]:
    return {"gained_at": ago(days), "still_since": ago(days)}


def person(*accounts: AccountFacts, **facts: object) -> Person:
    return replace(Person(accounts or (account(),)), **facts)  # type: ignore[arg-type] -- named fields of any type


LISTENED = Heard((Observed(ago(60), NOW),), (Observed(ago(60), NOW),))
NO_RELAY = Heard(None, LISTENED.discord)


def standing(one: Person, heard: Heard = LISTENED, limit: timedelta = LIMIT) -> Standing:
    return judge(one, heard, limit, NOW).standing


def whys(judged: Judged) -> list[Why]:
    return [doubt.why for doubt in judged.doubts]


def test_no_gains_for_43_days_checked_today_is_evidence() -> None:
    assert standing(person()) is Standing.QUIET
    assert standing(person(), limit=timedelta(days=44)) is Standing.ACTIVE


@pytest.mark.parametrize("checked", [ago(43), ago(2.1), None])
def test_not_checked_is_never_a_candidate(checked: datetime | None) -> None:
    judged = judge(person(account(checked_at=checked)), LISTENED, LIMIT, NOW)
    assert judged.standing is Standing.UNKNOWN
    assert judged.unchecked == (1,)
    assert set(whys(judged)) <= {Why.UNCHECKED, Why.NEVER_CHECKED}


def test_the_limit_must_be_observed_to_the_last_look_and_not_to_now() -> None:
    one = account(**gained(31), checked_at=ago(1.5))
    judged = judge(person(one), LISTENED, LIMIT, NOW)
    assert (judged.standing, whys(judged)) == (Standing.UNKNOWN, [Why.GAINS_SHORT])
    assert judged.doubts[0].observed == timedelta(days=29.5)
    assert standing(person(replace(one, checked_at=ago(1)))) is Standing.QUIET, "the limit itself is enough"


def test_an_account_without_a_start_tells_nothing() -> None:
    judged = judge(person(account(gained_at=None, still_since=None)), LISTENED, LIMIT, NOW)
    assert whys(judged) == [Why.NO_START]
    first_reading = account(gained_at=None, still_since=ago(40))
    assert standing(person(first_reading)) is Standing.QUIET


@pytest.mark.parametrize(
    "seen",
    [
        {"accounts": (account(**gained(29)),)},
        {"accounts": (account(said_at=ago(5)),)},
        {"wrote_at": ago(3), "user": UserId(5)},
        {"accounts": (account(), account(2, **gained(1)))},
        {"accounts": (account(checked_at=None), account(2, said_at=ago(2)))},
    ],
)
def test_who_is_seen_on_any_clock_with_any_account_is_active(seen: dict[str, object]) -> None:
    assert standing(person(**seen)) is Standing.ACTIVE


def test_an_alt_that_nobody_checked_keeps_its_person_unknown() -> None:
    judged = judge(person(account(), account(2, checked_at=ago(9))), LISTENED, LIMIT, NOW)
    assert (judged.standing, judged.unchecked) == (Standing.UNKNOWN, (2,))


@pytest.mark.parametrize(
    ("game", "why"),
    [
        ((), Why.GAME_UNHEARD),
        ((Observed(ago(60), ago(3)),), Why.GAME_UNHEARD),
        ((Observed(ago(5), NOW),), Why.GAME_SHORT),
        ((Observed(ago(40), ago(31)), Observed(ago(20), NOW)), Why.GAME_SHORT),
        ((Observed(ago(29.9), NOW),), Why.GAME_SHORT),
    ],
)
def test_chat_that_was_not_heard_is_unknown_and_not_silent(game: tuple[Observed, ...], why: Why) -> None:
    judged = judge(person(), replace(LISTENED, game=game), LIMIT, NOW)
    assert (judged.standing, whys(judged)) == (Standing.UNKNOWN, [why])


def test_silence_around_a_hole_adds_up_without_the_hole() -> None:
    holed = replace(LISTENED, game=(Observed(ago(45), ago(20)), Observed(ago(10), NOW)))
    assert standing(person(), holed) is Standing.QUIET
    assert standing(person(account(said_at=ago(36))), holed) is Standing.UNKNOWN, "26 days were heard"


def test_a_clan_without_a_relay_is_judged_by_gains() -> None:
    assert standing(person(), NO_RELAY) is Standing.QUIET


def test_discord_counts_for_verified_owners_only() -> None:
    five_days = replace(LISTENED, discord=(Observed(ago(5), NOW),))
    assert standing(person(), five_days) is Standing.QUIET
    linked = judge(person(user=UserId(5)), five_days, LIMIT, NOW)
    assert whys(linked) == [Why.DISCORD_SHORT]
    assert whys(judge(person(user=UserId(5)), replace(LISTENED, discord=()), LIMIT, NOW)) == [
        Why.DISCORD_UNHEARD
    ]


def test_absent_safe_and_new_are_excepted_and_time_before_joining_is_not_counted() -> None:
    assert standing(person(absent_until=NOW + timedelta(days=1))) is Standing.ABSENT
    assert standing(person(absent_until=NOW)) is Standing.QUIET, "it ends by itself"
    assert standing(person(safe="rank")) is Standing.SAFE
    assert standing(person(account(joined_at=ago(29)))) is Standing.NEW
    assert standing(person(account(), account(2, joined_at=ago(3)))) is Standing.NEW
    assert standing(person(account(joined_at=ago(31)))) is Standing.QUIET
    assert whys(judge(person(account(joined_at=ago(30), checked_at=ago(1))), LISTENED, LIMIT, NOW)) == [
        Why.GAINS_SHORT
    ]
    assert Why.JOIN_UNKNOWN in whys(judge(person(account(joined_at=None)), LISTENED, LIMIT, NOW))


def test_time_excused_counts_on_no_clock() -> None:
    judged = judge(person(user=UserId(5), excused_until=ago(10)), LISTENED, LIMIT, NOW)
    assert whys(judged) == [Why.GAINS_SHORT, Why.GAME_SHORT, Why.DISCORD_SHORT]
    assert standing(person(user=UserId(5), excused_until=ago(31))) is Standing.QUIET


def test_disputed_names_and_roles_that_nobody_told_are_doubts() -> None:
    assert whys(judge(person(account(disputed=True)), LISTENED, LIMIT, NOW)) == [Why.NAME_DISPUTED]
    assert whys(judge(person(roles_unknown=True), LISTENED, LIMIT, NOW)) == [Why.ROLES_UNKNOWN]


def test_a_person_is_checked_up_to_the_oldest_look() -> None:
    assert person(account(), account(2, checked_at=ago(9))).checked_at == ago(9)
    assert person(account(), account(2, checked_at=None)).checked_at is None


days = st.floats(0, 100).map(ago)
maybe = st.none() | days
accounts = st.builds(
    AccountFacts,
    member=st.integers(1, 3).map(MemberId),
    name=st.just("Member"),
    role=st.none(),
    joined_at=maybe,
    checked_at=st.none() | st.floats(0, 5).map(ago),
    gained_at=st.none(),
    still_since=maybe,
    said_at=maybe,
    disputed=st.booleans(),
)
people = st.builds(
    Person,
    accounts=st.lists(accounts, min_size=1, max_size=3).map(tuple),
    user=st.none() | st.just(UserId(5)),
    wrote_at=maybe,
    absent_until=st.none() | st.floats(-5, 5).map(ago),
    excused_until=maybe,
    safe=st.none() | st.just("rank"),
)
observed = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=4).map(
    lambda pairs: tuple(without([Observed(ago(max(pair)), ago(min(pair))) for pair in pairs], []))
)
heards = st.builds(Heard, st.none() | observed, observed)
limits = st.integers(3, 60).map(lambda number: timedelta(days=number))


@given(people, heards, observed, limits)
def test_time_that_was_not_observed_adds_no_candidate(
    one: Person, heard: Heard, hole: tuple[Observed, ...], limit: timedelta
) -> None:
    less = Heard(
        None if heard.game is None else tuple(without(heard.game, hole)), tuple(without(heard.discord, hole))
    )
    if judge(one, heard, limit, NOW).standing is not Standing.QUIET:
        assert judge(one, less, limit, NOW).standing is not Standing.QUIET


@given(people, heards, limits, st.floats(0, 50), days)
def test_neither_an_absence_nor_an_older_look_adds_a_candidate(
    one: Person, heard: Heard, limit: timedelta, older: float, moment: datetime
) -> None:
    if judge(one, heard, limit, NOW).standing is Standing.QUIET:
        away = replace(one, absent_until=NOW + timedelta(days=1))
        assert judge(away, heard, limit, NOW).standing is Standing.ABSENT
        return
    stale = tuple(
        replace(each, checked_at=each.checked_at and each.checked_at - timedelta(days=older))
        for each in one.accounts
    )
    excused = max(filter(None, (one.excused_until, moment)))
    for changed in (
        replace(one, accounts=stale),
        replace(one, excused_until=excused),
        replace(one, absent_until=NOW + timedelta(days=1)),
    ):
        assert judge(changed, heard, limit, NOW).standing is not Standing.QUIET


@given(people, heards, limits)
def test_nobody_is_quiet_for_longer_than_somebody_looked(one: Person, heard: Heard, limit: timedelta) -> None:
    if judge(one, heard, limit, NOW).standing is Standing.QUIET:
        assert all(each.checked_at and each.still_since for each in one.accounts)
        assert all(
            each.checked_at - each.still_since >= limit
            for each in one.accounts
            if each.checked_at and each.still_since
        )
        for clock in [heard.game, heard.discord if one.user else None]:
            if clock is not None:
                assert sum(((span.end - span.start) for span in clock), timedelta(0)) >= limit
