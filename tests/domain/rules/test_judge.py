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
    judged,
    own_conditions,
    plain_checks,
    trees,
    words,
)

MEANT = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNKNOWN}
OPPOSITE = {Outcome.PASS: Outcome.FAIL, Outcome.FAIL: Outcome.PASS, Outcome.UNKNOWN: Outcome.UNKNOWN}
leaves = plain_checks | words | cohort_checks


@given(judged(leaves) | judged(trees(leaves)))
def test_it_comes_to_what_trying_out_all_values_comes_to(case: tuple[Condition, list[Clan]]) -> None:
    condition, clans = case
    for clan in clans:
        judge = clan.judge
        for one in clan.subjects:
            found = judge.find(condition, one.member)
            assert found.outcome is MEANT[slow.kleene(condition, one.member, clan)]
            assert (found.why is not None) == (found.outcome is Outcome.UNKNOWN), "an unknown has its reason"


@given(judged(own_conditions))
def test_a_pass_holds_in_every_world_and_a_fail_in_none(case: tuple[Condition, list[Clan]]) -> None:
    condition, clans = case
    numbers = [one for one in checks_in(condition) if one.field[0] not in slow.WORDS]
    for clan in clans:
        judge = clan.judge
        for one in clan.subjects:
            found = judge.find(condition, one.member).outcome
            if found is Outcome.UNKNOWN:
                continue
            keys = [key for check in numbers for key in slow.keys_of(check, one)]
            # Words that are not known may be any, so these will do.
            told = replace(
                one,
                discord_roles=one.discord_roles or frozenset(),
                account_type=one.account_type.replace("unknown", "regular"),
                role=one.role or "member",
            )
            true = {slow.true_in(condition, told, world) for world in slow.worlds(clan, keys, most=60)}
            assert true == {found is Outcome.PASS}


def _vaguer(number: Bounds, dice: random.Random) -> Bounds | None:
    """The number, or a range around it, or nothing."""
    low = number.low - min(number.low, dice.randrange(4))
    high = None if number.high is None or dice.random() < 0.5 else number.high + dice.randrange(4)
    vague = number if low == high else Bounds(low, high, number.why or Gap.STALE)
    return dice.choice([number, vague, None])


def told_less(clan: Clan, dice: random.Random) -> Clan:
    """The same clan, of which less is known."""
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
    return Clan(subjects, readings)


@given(judged(own_conditions), st.integers(0, 2**32))
def test_who_knows_less_says_the_same_or_that_it_is_unknown(
    case: tuple[Condition, list[Clan]], seed: int
) -> None:
    condition, clans = case
    dice = random.Random(seed)  # noqa: S311 -- a test
    for clan in clans:
        judge, vague = clan.judge, told_less(clan, dice).judge
        for one in clan.subjects:
            said = vague.find(condition, one.member).outcome
            assert said in (judge.find(condition, one.member).outcome, Outcome.UNKNOWN)


@given(judged())
def test_the_opposite_of_the_opposite_is_the_thing(case: tuple[Condition, list[Clan]]) -> None:
    condition, clans = case
    once = Not.model_validate({"not": condition})
    twice = Not.model_validate({"not": once})
    for clan in clans:
        judge = clan.judge
        for one in clan.subjects:
            plain = judge.find(condition, one.member).outcome
            assert judge.find(once, one.member).outcome is OPPOSITE[plain]
            assert judge.find(twice, one.member).outcome is plain
