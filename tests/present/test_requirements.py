"""What rules ask for, in words: one line to each requirement, short enough for a phone."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap, at_least
from bot.domain.rules.judging import Judge
from bot.domain.rules.ladder import Ladder
from bot.domain.rules.language import RuleSet
from bot.domain.rules.numbers import Subject
from bot.domain.rules.pace import TimeLeft
from bot.present.next_rank import next_rank_page
from bot.present.requirements import GAPS, lines_of, requirement, tally
from bot.present.text import embed_problems
from tests.domain.rules.made import ORDER, clan_by_lot, condition_of, readings_of, rule_sets, subject

HOURS = 100_000


def told(
    when: dict[str, Any], *readings: Any, who: Subject | None = None, left: TimeLeft | None = None
) -> str:
    """One requirement of the first member, in words."""
    numbers = {atom: column for one in readings for atom, column in one.items()}
    everybody = [who or subject(1), *(subject(one) for one in (2, 3, 4))]
    return requirement(Judge(everybody, numbers, ORDER).find(condition_of(when), MemberId(1)), left)


def kills(number: Bounds | int, over: str = "lifetime") -> Any:
    return readings_of("zulrah", {1: number, 2: 10, 3: 4}, over)


@pytest.mark.parametrize(
    ("when", "number", "words"),
    [
        ({"at_least": 50}, 60, "Zulrah 60 of 50"),
        ({"at_least": 50}, 20, "Zulrah 20 of 50 · 30 to go"),
        ({"more_than": 50}, 50, "Zulrah 50 (over 50)"),
        ({"at_most": 50}, 60, "Zulrah 60 (at most 50)"),
        ({"less_than": 50}, 60, "Zulrah 60 (under 50)"),
        ({"at_least": 50}, at_least(0, Gap.UNRANKED), "Zulrah — of 50 · not on the hiscores"),
        ({"at_least": 50}, at_least(20, Gap.STALE), "Zulrah 20+ of 50 · WOM has not looked lately"),
        ({"at_least": 50, "accounts": "sum"}, 60, "Zulrah (all accounts) 60 of 50"),
        ({"top": {"count": 1}}, 4, "Zulrah 4 (top 1: 10, 3 of 4 measured) · 6 to go"),
        ({"top": {"percent": 33.5, "among": {"above": "member", "without": "onyx"}}}, 4,
         ("Zulrah 4 (top 33.5 % of ranks above Member, not Onyx, 0 of 0 measured)"
         " · nobody to compare with is measured")),
        ({"at_least": {"mean": {}}}, 4, "Zulrah 4 (at least the mean: 6, 3 of 4 measured) · 2 to go"),
        ({"more_than": {"median": {"ranks": "member"}}}, 4,
         "Zulrah 4 (over the median of Member: 4, 3 of 4 measured)"),
        ({"less_than": {"share": {"of": {"field": "zulrah", "over": "7d"}, "times": 0.5}}}, 4,
         "Zulrah 4 (under 0.5 × Zulrah (last 7 d): 0) · never measured"),
    ],
)  # fmt: skip
def test_a_number(when: dict[str, Any], number: Bounds | int, words: str) -> None:
    assert told({"field": "zulrah", **when}, kills(number)) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"over": "30d"}, "Zulrah (last 30 d)"),
        ({"over": "joining"}, "Zulrah (since joining)"),
        ({"over": "rank", "accounts": "main"}, "Zulrah (since the last rank, main account)"),
        ({"accounts": "any"}, "Zulrah (any account)"),
        ({"accounts": "best"}, "Zulrah (best account)"),
        ({"field": ["zulrah", "vorkath"]}, "Zulrah + Vorkath"),
        ({"field": ["zulrah", "vorkath", "obor"], "combine": "max"}, "highest of Zulrah, Vorkath, Obor"),
        ({"field": ["zulrah", "vorkath", "cox", "tob"], "combine": "min"},
         "lowest of Zulrah, Vorkath, 2 more"),
        ({"field": "attack", "measure": "level"}, "Attack level"),
        ({"field": "messages"}, "Messages"),
        ({"field": "active_days", "over": "14d"}, "Active days (last 14 d)"),
        ({"field": "active_days", "over": "14d", "messages_a_day": 3},
         "Active days (last 14 d, 3 messages each)"),
        ({"field": "evidence", "kind": "event_held"}, "Event held"),
    ],
)  # fmt: skip
def test_what_is_looked_at(when: dict[str, Any], words: str) -> None:
    assert told({"field": "zulrah", **when, "at_least": 5}).removesuffix(" — of 5 · never measured") == words


def test_units_ages_and_points() -> None:
    ehb = {"field": "ehb", "at_least": 2.5}
    assert told(ehb, readings_of("ehb", {1: HOURS})) == "EHB 1.0 of 2.5 · 1.5 to go"
    clan = {"field": "days_in_clan", "at_least": 90}
    assert told(clan, readings_of("days_in_clan", {1: 80})) == "In the clan 80 d (90) · 10 d to go"
    assert told(clan) == "In the clan — (90) · never measured"
    unsure = readings_of("days_in_rank", {1: at_least(5, Gap.NO_DATE)})
    assert told({"field": "days_in_rank", "at_least": 30}, unsure) == (
        "In this rank 5+ d (30) · the date is not known"
    )
    seen = {"field": "days_since_seen", "where": "game", "at_most": 30}
    away = readings_of("days_since_seen", {1: Bounds(3, 43, Gap.STALE)})
    away = {atom._replace(detail="game"): column for atom, column in away.items()}
    assert told(seen, away) == "Last seen in game 3–43 d (at most 30) · WOM has not looked lately"
    points = {"field": "points", "at_least": 100, "of": [{"field": "ehb", "weight": 0.5}]}
    assert told(points, readings_of("ehb", {1: 25 * HOURS})) == "Points 12.5 of 100 · 87.5 to go"
    tier = {"field": "evidence", "kind": "combat_achievements", "tier": "hard"}
    assert told(tier).startswith("Combat achievements hard")


def test_words() -> None:
    assert told({"field": "linked"}) == "Verified Discord link"
    role = {"field": "discord_role", "is": ["5", "Rai*der"]}
    assert told(role) == "Discord role <@&5> or Rai\\*der · no verified Discord link"
    assert told({"field": "rank", "is": ["member", "onyx"]}) == "Rank Member or Onyx"
    assert told({"field": "rank", "is": "member", "above": "onyx"}) == "Rank Member or above Onyx"
    many = {"field": "rank", "is": [f"rank_{number}" for number in range(40)]}
    assert told(many) == "Rank Rank 0 or Rank 1 or 38 more"
    assert told({"field": "account_type", "is": "ironman"}, who=subject(1)) == "Account Ironman"


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (1, 1, "about 1 day"),
        (3, 14, "about 3–14 days"),
        (8, 15, "about 2–3 weeks"),
        (15, 21, "about 3 weeks"),
        (7, 92, "about 1–14 weeks"),
        (93, 93, "about 4 months"),
        (30, 1095, "about 1–37 months"),
    ],
)
def test_how_long_it_takes(least: int, most: int, words: str) -> None:
    line = told({"field": "zulrah", "at_least": 50}, kills(20), left=TimeLeft(least, most))
    assert line == f"Zulrah 20 of 50 · 30 to go · {words}"


def test_what_stands_inside_of_others_is_indented() -> None:
    check = {"field": "zulrah", "at_least": 5}
    when = condition_of(
        {
            "all": [
                check,
                {"any": [check, {"all": [check]}]},
                {"at_least": 2, "of": [check, check]},
                {"not": check},
            ]
        }
    )
    finding = Judge([subject(1)], kills(4), ORDER).find(when, MemberId(1))
    line = "❌ Zulrah 4 of 5 · 1 to go"
    assert [one.replace("\u2003", ">") for one in lines_of(finding, {})] == [
        line,
        "❌ one of these",
        f">{line}",
        ">❌ all of these",
        f">>{line}",
        "❌ at least 2 of these",
        f">{line}",
        f">{line}",
        "✅ not this",
        f">{line}",
    ]
    assert tally(finding) == (1, 4)
    alone = finding.parts[0]
    assert (lines_of(alone, {}), tally(alone)) == ([line], (0, 1))
    assert requirement(finding.parts[1]) == "one of these"


def test_every_reason_has_its_words() -> None:
    assert set(GAPS) == set(Gap)
    assert len(set(GAPS.values())) == len(Gap)


@settings(max_examples=30)
@given(rule_sets(), st.integers(0, 2**32))
def test_no_line_is_longer_than_a_phone_can_take(rules: RuleSet, seed: int) -> None:
    clan = clan_by_lot(rules, random.Random(seed))  # noqa: S311 -- a test
    for one in (*rules.ranks, *rules.watch):
        for member in clan.subjects:
            for line in lines_of(clan.judge.find(one.when, member.member), {}):
                assert 2 < len(line.strip("\u2003")) <= 180
                assert "\n" not in line


def test_sixty_ranks_and_hundreds_of_requirements_fit_into_a_message() -> None:
    checks = [{"field": ["cox", "tob", "toa"], "over": "30d", "at_least": 10**9 + one} for one in range(300)]
    names = [f"r{place}" for place in range(60)]
    ranks = [
        {"name": one, "order": place, "wom_role": one, "when": {"all": checks if place == 0 else checks[:1]}}
        for place, one in enumerate(names)
    ]
    rules = RuleSet.model_validate({"ranks": ranks})
    order = [*reversed(names), "low"]
    judge = Judge([subject(1, "low")], {}, order)
    path = Ladder(rules, judge).ahead(MemberId(1))
    assert [one.rank.name for one in path] == ["r0", "r1"]
    checked_at = datetime(2026, 11, 1, tzinfo=UTC)
    for length in range(1, 90):
        # A letter more each time, so that one of them leaves no room at all.
        page = next_rank_page("W" * 12, "l" * length, path, None, {}, {}, checked_at, knows_rank=False)
        assert not embed_problems(page)
        shown = (page.description or "").splitlines()
        assert shown[0] == f"**{'l'.upper()}{'l' * (length - 1)} → R0** · 0 of 300"
        assert shown[-1].startswith("-# checked"), "what is left out is not the data's age"
