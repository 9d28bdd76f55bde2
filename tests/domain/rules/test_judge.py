"""The judge against a slow and obvious one, on made-up rules and clans."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import MemberId
from bot.domain.rules.bounds import Bounds, Gap
from bot.domain.rules.judging import Outcome
from bot.domain.rules.language import Condition, Not, checks_in
from bot.domain.rules.needs import Atom
from tests.domain.rules import slow
from tests.domain.rules.made import (
    Clan,
    cohort_checks,
    conditions,
    judged,
    own_conditions,
    plain_checks,
    trees,
    words,
)

WORDS = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNKNOWN}


@given(judged(trees(plain_checks | words | cohort_checks)))
def test_it_comes_to_what_trying_out_all_values_comes_to(case: tuple[Condition, Clan]) -> None:
    condition, clan = case
    judge = clan.judge
    for one in clan.subjects:
        found = judge.find(condition, one.member)
        assert found.outcome is WORDS[slow.kleene(condition, one.member, clan)]
        assert (found.why is not None) == (found.outcome is Outcome.UNKNOWN), "an unknown has its reason"


@given(judged(own_conditions))
def test_a_pass_holds_in_every_world_and_a_fail_in_none(case: tuple[Condition, Clan]) -> None:
    condition, clan = case
    for one in clan.subjects:
        found = clan.judge.find(condition, one.member).outcome
        keys = [
            key
            for check in checks_in(condition)
            if check.field[0] not in ("linked", "discord_role", "account_type", "rank")
            for key in slow.keys_of(check, one)
        ]
        # Words that are not known may be any: the judge has to be right for some of them too.
        told = replace(
            one,
            discord_roles=one.discord_roles or frozenset(),
            account_type="regular" if one.account_type == "unknown" else one.account_type,
            role=one.role or "member",
        )
        true = {slow.true_in(condition, told, world) for world in slow.worlds(clan, keys, most=60)}
        if one.role in (None, "stranger") and found is Outcome.UNKNOWN:
            continue
        assert true <= {Outcome.PASS: {True}, Outcome.FAIL: {False}}.get(found, {True, False})


def _vaguer(number: Bounds, dice: random.Random) -> Bounds | None:
    """The number, or a range around it, or nothing."""
    low = number.low - min(number.low, dice.randrange(4))
    high = None if number.high is None or dice.random() < 0.5 else number.high + dice.randrange(4)
    vague = number if low == high else Bounds(low, high, number.why or Gap.STALE)
    return dice.choice([number, vague, None])


@st.composite
def told_less(draw: st.DrawFn) -> tuple[Condition, Clan, Clan]:
    """A condition, a clan, and the same clan of which less is known."""
    condition, clan = draw(judged(own_conditions))
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 -- a test
    readings: dict[Atom, dict[MemberId, Bounds]] = {}
    for atom, column in clan.readings.items():
        vague = {member: _vaguer(number, dice) for member, number in column.items()}
        readings[atom] = {member: number for member, number in vague.items() if number is not None}
    subjects = [
        replace(
            one,
            role=dice.choice([one.role, None]),
            account_type=dice.choice([one.account_type, ""]),
            discord_roles=dice.choice([one.discord_roles, None]),
        )
        for one in clan.subjects
    ]
    return condition, clan, Clan(subjects, readings)


@given(told_less())
def test_who_knows_less_says_the_same_or_that_it_is_unknown(case: tuple[Condition, Clan, Clan]) -> None:
    condition, clan, vague = case
    for one in clan.subjects:
        said = vague.judge.find(condition, one.member).outcome
        assert said in (clan.judge.find(condition, one.member).outcome, Outcome.UNKNOWN)


@given(judged(conditions))
def test_the_opposite_of_the_opposite_is_the_thing(case: tuple[Condition, Clan]) -> None:
    condition, clan = case
    opposite = {Outcome.PASS: Outcome.FAIL, Outcome.FAIL: Outcome.PASS, Outcome.UNKNOWN: Outcome.UNKNOWN}
    judge = clan.judge
    once = Not.model_validate({"not": condition})
    twice = Not.model_validate({"not": once})
    for one in clan.subjects:
        plain = judge.find(condition, one.member).outcome
        assert judge.find(once, one.member).outcome is opposite[plain]
        assert judge.find(twice, one.member).outcome is plain
