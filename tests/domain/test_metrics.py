"""Metrics have names that people know, units that databases keep, and no unknown one is an error."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import metrics
from bot.domain.errors import UnknownMetric
from bot.domain.metric_table import ALIASES
from bot.domain.metrics import (
    ALL_METRICS,
    BOSS_KILLS,
    BOSSES,
    EHB,
    EHP,
    MESSAGES,
    OFFERED_METRICS,
    OVERALL,
    RAID_KEYS,
    SKILLS,
    TOTAL_LEVEL,
    WOM_METRICS,
    XP_99,
    Metric,
    MetricKind,
    find_metric,
    from_stored,
    level_of,
    metric,
    suggest_metrics,
    to_stored,
)

NEW_BOSS = Metric("crab_king", "Crab King", MetricKind.BOSS, "kills")


def test_wise_old_mans_113_metrics_are_known():
    assert len({known.key for known in WOM_METRICS}) == 113
    assert (len(SKILLS), len(BOSSES), len(metrics.ACTIVITIES)) == (24, 71, 15)


def test_every_key_is_offered_once():
    assert len(ALL_METRICS) == len({known.key for known in ALL_METRICS}) == 113 + 3


def test_people_read_xp_where_wise_old_man_says_overall():
    assert metric("overall") == OVERALL == Metric("overall", "XP", MetricKind.SKILL, "experience")
    assert OVERALL not in SKILLS


def test_own_metrics_are_found_by_key():
    assert metric("boss_kills") == BOSS_KILLS
    assert metric("total_level") == TOTAL_LEVEL
    assert metric("messages") == MESSAGES


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        (MetricKind.SKILL, "experience"),
        (MetricKind.BOSS, "kills"),
        (MetricKind.ACTIVITY, "score"),
        (MetricKind.COMPUTED, "value"),
        (None, "score"),
    ],
)
def test_a_metric_that_nobody_knew_goes_under_its_own_name(kind: MetricKind | None, measure: str):
    unknown = metric("crab_king", kind)
    assert unknown == Metric("crab_king", "Crab King", kind or MetricKind.ACTIVITY, measure)
    assert metric("the_eye_of_the_storm", kind).name == "The Eye of the Storm"
    assert metric("of_old", kind).name == "Of Old"


def test_names_are_written_as_in_the_game():
    raids = [metric(key).name for key in RAID_KEYS]
    assert raids == [
        "Chambers of Xeric",
        "Chambers of Xeric: Challenge Mode",
        "Theatre of Blood",
        "Theatre of Blood: Hard Mode",
        "Tombs of Amascut",
        "Tombs of Amascut: Expert Mode",
    ]
    assert not [one.name for one in ALL_METRICS if re.search(r" (Of|The|And) ", one.name)]
    # Wise Old Man's own names of them are understood as well.
    assert find_metric("Chambers Of Xeric (CM)", ALL_METRICS).key == "chambers_of_xeric_challenge_mode"
    assert find_metric("Theatre Of Blood (HM)", ALL_METRICS).key == "theatre_of_blood_hard_mode"


def test_what_is_known_wins_over_the_kind_that_is_claimed():
    assert metric("zulrah", MetricKind.SKILL).kind is MetricKind.BOSS


# Units


def test_unranked_is_unknown():
    assert to_stored(OVERALL, -1) is None
    assert to_stored(EHP, -1.0) is None
    assert from_stored(EHP, None) is None


@pytest.mark.parametrize(
    ("hours", "stored"),
    [
        (714.6636299999999, 71_466_363),
        (0.0, 0),
        (0.00001, 1),
        (0.5 / 100_000, 0),
        (1.5 / 100_000, 2),
        (2.5 / 100_000, 2),
    ],
)
def test_efficient_hours_are_hundred_thousandths_with_halves_to_even(hours: float, stored: int):
    assert to_stored(EHP, hours) == stored
    assert to_stored("value", hours) == stored


@pytest.mark.parametrize("raw", [-2, -0.5, float("nan"), float("inf"), 1e30, 2**63])
@pytest.mark.parametrize("of", [OVERALL, EHB, "kills"])
def test_a_number_that_no_metric_can_have_is_refused(of: Metric | str, raw: float):
    with pytest.raises(ValueError, match="not a number"):
        to_stored(of, raw)


def test_half_a_kill_is_refused():
    with pytest.raises(ValueError, match="whole"):
        to_stored(BOSS_KILLS, 1.5)


@given(st.integers(0, 10**12))
def test_stored_values_read_back_as_they_were(stored: int):
    assert to_stored(EHP, from_stored(EHP, stored) or 0) == stored
    assert from_stored(OVERALL, stored) == to_stored(OVERALL, stored) == stored


# What somebody typed


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("xp", "overall"),
        ("Overall", "overall"),
        ("EHB", "ehb"),
        ("kills", "boss_kills"),
        ("kc", "boss_kills"),
        ("chat", "messages"),
        ("cox", "chambers_of_xeric"),
        ("tob", "theatre_of_blood"),
        ("ToA", "tombs_of_amascut"),
        ("  k'ril TSUTSAROTH", "kril_tsutsaroth"),
        ("tzkal-zuk", "tzkal_zuk"),
        ("chambers_of_xeric", "chambers_of_xeric"),
        ("total level", "total_level"),
    ],
)
def test_keys_names_and_short_forms_are_understood(typed: str, key: str):
    assert find_metric(typed, ALL_METRICS).key == key


@given(st.sampled_from(OFFERED_METRICS))
def test_every_metric_is_found_by_its_key_and_by_its_name(known: Metric):
    assert find_metric(known.key.upper(), OFFERED_METRICS) == known
    assert find_metric(f" {known.name} ", OFFERED_METRICS) == known


def test_every_short_form_means_a_metric_and_hides_no_name():
    assert set(ALIASES.values()) <= {known.key for known in OFFERED_METRICS}
    for short, key in ALIASES.items():
        assert find_metric(short, OFFERED_METRICS).key == key


def test_a_boss_of_next_week_is_found_among_the_known():
    assert find_metric("crab king", [*ALL_METRICS, NEW_BOSS]) == NEW_BOSS


@pytest.mark.parametrize(
    ("typed", "meant"), [("zulrha", "Zulrah"), ("vorkth", "Vorkath"), ("slayr", "Slayer")]
)
def test_a_slip_is_answered_with_what_may_have_been_meant(typed: str, meant: str):
    with pytest.raises(UnknownMetric) as unknown:
        find_metric(typed, ALL_METRICS)
    assert unknown.value.text == typed
    assert unknown.value.nearest[0] == meant
    assert len(unknown.value.nearest) <= 3


@pytest.mark.parametrize("typed", ["", "  ", "🦀"])
def test_nothing_typed_is_no_metric(typed: str):
    with pytest.raises(UnknownMetric):
        find_metric(typed, ALL_METRICS)


def test_a_metric_without_a_name_is_not_what_nothing_means():
    with pytest.raises(UnknownMetric):
        find_metric("", [metric("__")])


def test_a_short_form_of_what_is_not_known_here_is_unknown():
    with pytest.raises(UnknownMetric):
        find_metric("cox", [OVERALL])


def test_with_nothing_typed_the_usual_ones_are_offered_first():
    offered = suggest_metrics("", reversed([*ALL_METRICS, NEW_BOSS]))
    assert [one.name for one in offered[:5]] == ["XP", "EHP", "EHB", "Boss kills", "Messages"]
    assert len(offered) == 25


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cox", ["Chambers of Xeric"]),
        ("toa", ["Tombs of Amascut"]),
        ("zul", ["Zulrah"]),
        ("crab", ["Crab King"]),
        ("xeric", ["Chambers of Xeric", "Chambers of Xeric: Challenge Mode"]),
        ("kil", ["Boss kills"]),
        ("lrah", ["Zulrah"]),
        ("zurlah", ["Zulrah"]),
    ],
)
def test_while_typing_the_likeliest_comes_first(typed: str, first: list[str]):
    offered = [one.name for one in suggest_metrics(typed, [*ALL_METRICS, NEW_BOSS])]
    assert offered[: len(first)] == first


def test_what_resembles_nothing_is_offered_nothing():
    assert suggest_metrics("qqqqqq", ALL_METRICS) == []


@given(st.text(max_size=20), st.integers(1, 25))
def test_never_more_is_offered_than_there_is_room_for(typed: str, limit: int):
    offered = suggest_metrics(typed, ALL_METRICS, limit)
    assert len(offered) <= limit
    assert len(set(offered)) == len(offered)


# Levels


@pytest.mark.parametrize(
    ("xp", "level"),
    [(0, 1), (82, 1), (83, 2), (6_517_252, 91), (6_517_253, 92), (XP_99 - 1, 98), (2 * 10**8, 99)],
)
def test_levels_are_those_of_the_game(xp: int, level: int):
    assert level_of(xp) == level


def test_ninety_nine_takes_thirteen_million():
    assert XP_99 == 13_034_431
    assert level_of(XP_99) == 99


@given(st.integers(0, 2 * 10**8), st.integers(0, 10**6))
def test_more_experience_is_never_a_lower_level(xp: int, more: int):
    assert 1 <= level_of(xp) <= level_of(xp + more) <= 99
