"""Made-up rule sets, and small clans of which some numbers are known, some in part, and some not at all."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from bot.domain.ids import MemberId
from bot.domain.metrics import xp_of
from bot.domain.rules.bounds import Bounds, Gap, at_least, known
from bot.domain.rules.judging import Judge
from bot.domain.rules.language import Condition, RuleSet
from bot.domain.rules.needs import Atom, needed_by
from bot.domain.rules.numbers import Subject

ORDER = ("owner", "onyx", "member", "prospector")
"""WOM's roles, the highest first."""
SKILLS = ("attack", "strength")
_WINDOWS = ("lifetime", "7d", "30d", "joining", "rank")
_ACCOUNTS = ("own", "main", "any", "best", "sum")
_COMPARISONS = ("at_least", "more_than", "at_most", "less_than")

Data = dict[str, Any]
amounts = st.sampled_from([0, 1, 2, 3, 5, 8, 12, 0.5, 2.5, "3", "0.25", "1k"])
counts = st.integers(0, 12)


def condition_of(data: Data) -> Condition:
    """One condition as a rule set reads it."""
    return rules_of(data).ranks[0].when


def rules_of(when: Data, **rank: Any) -> RuleSet:
    """A set of one rank with this condition."""
    return RuleSet.model_validate(
        {"ranks": [{"name": "a", "order": 1, "wom_role": "member", "when": when, **rank}]}
    )


def subject(member: int, role: str | None = "member", person: Sequence[int] = (), **columns: Any) -> Subject:
    """A member, alone unless other accounts are theirs too."""
    owned = tuple(MemberId(one) for one in person or (member,))
    return Subject(MemberId(member), f"Member {member}", role, "regular", owned, **columns)


def readings_of(field: str, numbers: Mapping[int, Bounds | int], over: str = "lifetime") -> Any:
    """The numbers of one field; whole ones are known."""
    column = {MemberId(one): known(it) if isinstance(it, int) else it for one, it in numbers.items()}
    return {Atom(field, over): column}


# Rule sets


def _optional(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({}, optional=strategies)


def _joined(*parts: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    return st.tuples(*parts).map(lambda all_: {key: it for one in all_ for key, it in one.items()})


_accounts = _optional(accounts=st.sampled_from(_ACCOUNTS))
_over = _optional(over=st.sampled_from(_WINDOWS))
_combined = st.sampled_from(["sum", "min", "max"])
metric_terms = _joined(
    st.one_of(
        _joined(
            st.fixed_dictionaries({"field": st.sampled_from(["overall", "zulrah", "EHB", "ehp"])}), _over
        ),
        _joined(
            st.fixed_dictionaries({"field": st.just(["zulrah", "cox"]), "combine": _combined}),
            _over,
        ),
        st.fixed_dictionaries({"field": st.sampled_from(["attack", "overall"]), "measure": st.just("level")}),
        st.fixed_dictionaries(
            {"field": st.just([*SKILLS]), "measure": st.just("level"), "combine": _combined}
        ),
    ),
    _accounts,
)
own_terms = _joined(
    st.one_of(
        _joined(st.fixed_dictionaries({"field": st.just("messages")}), _over),
        _joined(
            st.fixed_dictionaries({"field": st.just("active_days"), "over": st.sampled_from(["7d", "30"])}),
            _optional(messages_a_day=st.integers(1, 3)),
        ),
        st.fixed_dictionaries({"field": st.sampled_from(["days_in_clan", "days in rank"])}),
        _joined(
            st.fixed_dictionaries({"field": st.just("days_since_seen")}),
            _optional(where=st.sampled_from(["game", "discord"])),
        ),
        st.fixed_dictionaries({"field": st.just("evidence"), "kind": st.just("event")}),
    ),
    _accounts,
)
terms = metric_terms | own_terms
_tiers = st.lists(st.tuples(counts, counts), min_size=1, max_size=3, unique_by=lambda one: one[0]).map(
    lambda steps: [
        {"at_least": at, "gives": gives}
        for at, gives in zip(sorted(one[0] for one in steps), sorted(one[1] for one in steps), strict=True)
    ]
)
_scores = _joined(
    terms,
    st.one_of(
        _joined(
            st.fixed_dictionaries({"per": st.sampled_from([1, 2, 5, 0.5])}),
            _optional(gives=st.integers(1, 3)),
        ),
        st.fixed_dictionaries({"weight": st.sampled_from([1, 2, 0.5])}),
        st.fixed_dictionaries({"tiers": _tiers}),
    ),
    _optional(cap=st.integers(0, 9)),
)
_points = _joined(
    st.fixed_dictionaries({"field": st.just("points"), "of": st.lists(_scores, min_size=1, max_size=2)}),
    _optional(cap=st.integers(0, 12)),
)
_roles = st.sampled_from([*ORDER, "stranger"])
_cohorts = _optional(ranks=st.lists(_roles, min_size=1, max_size=3), without=_roles, above=_roles)
_shares = st.fixed_dictionaries(
    {
        "share": _joined(
            st.fixed_dictionaries({"of": terms}), _optional(times=st.sampled_from([0.5, 2, "0.1"]))
        )
    }
)
_middles = st.one_of([st.fixed_dictionaries({name: _cohorts}) for name in ("mean", "median")])
_places = _joined(
    st.one_of(
        st.fixed_dictionaries({"count": st.integers(1, 4)}),
        st.fixed_dictionaries({"percent": st.sampled_from([10, 33.5, 50, 100])}),
    ),
    _optional(among=_cohorts, floor=counts),
)
words = st.one_of(
    st.just({"field": "linked"}),
    st.fixed_dictionaries({"field": st.just("rank"), "is": st.lists(_roles, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"field": st.just("rank"), "above": _roles}),
    st.fixed_dictionaries({"field": st.just("account_type"), "is": st.sampled_from(["ironman", "regular"])}),
    st.fixed_dictionaries(
        {"field": st.just("discord_role"), "is": st.sampled_from(["raider", 5, ["Raider"]])}
    ),
)


def _compared(terms: st.SearchStrategy[Data], thresholds: st.SearchStrategy[Any]) -> st.SearchStrategy[Data]:
    return st.tuples(terms, st.sampled_from(_COMPARISONS), thresholds).map(
        lambda one: {**one[0], one[1]: one[2]}
    )


plain_checks = st.one_of(
    _compared(terms, amounts),
    _compared(_points, amounts),
    st.just({"field": "evidence", "kind": "ca", "tier": "hard"}),
)
"""Numbers against numbers."""
shares = _compared(terms, _shares)
cohort_checks = st.one_of(
    _compared(terms | _points, _middles),
    st.tuples(terms | _points, _places).map(lambda one: {**one[0], "top": one[1]}),
)
"""Numbers against thresholds that other members set."""


def trees(leaves: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    """Conditions made of these."""

    def grown(inner: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
        several = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            several.map(lambda all_: {"all": all_}),
            several.map(lambda all_: {"any": all_}),
            several.flatmap(
                lambda all_: st.integers(1, len(all_)).map(lambda n: {"at_least": n, "of": all_})
            ),
            inner.map(lambda one: {"not": one}),
        )

    return st.recursive(leaves, grown, max_leaves=5)


own_conditions = trees(plain_checks | words | shares)
"""Whatever looks at nobody but the member."""
conditions = trees(plain_checks | words | shares | cohort_checks)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """Any rule set that an officer may write."""
    names = draw(st.lists(st.sampled_from(["a", "b", "c_2"]), unique=True, max_size=3))
    ranks: list[Data] = []
    for place, name in enumerate(names):
        rank = draw(
            _joined(
                st.fixed_dictionaries({"when": conditions}),
                _optional(
                    min_days_in_rank=st.integers(0, 40),
                    demote=st.sampled_from(["never", "after 14 days", 3]),
                    exempt=st.lists(st.sampled_from(["owner", "role:5", "member:Member 1"]), max_size=2),
                    requires=st.sampled_from([one for one in names if one != name] or [[]]),
                ),
                st.sampled_from([{"wom_role": ORDER[place]}, {"discord_role": 7, "badge_days": 3}]),
            )
        )
        ranks.append({"name": name, "order": 7 - place, **rank})
    watch = draw(st.lists(conditions, max_size=1))
    return RuleSet.model_validate(
        {"ranks": ranks, "watch": [{"name": "w", "says": "look: here", "when": one} for one in watch]}
    )


# Clans


@dataclass(frozen=True)
class Clan:
    """Members and what is known of their numbers."""

    subjects: Sequence[Subject]
    readings: Mapping[Atom, Mapping[MemberId, Bounds]]

    @property
    def judge(self) -> Judge:
        """Who judges it."""
        return Judge(self.subjects, self.readings, ORDER)


def scale_of(field: str) -> Callable[[int], int]:
    """What a small number is in the stored units of a field, so that thresholds of rules lie among them."""
    if field in ("ehp", "ehb"):
        return lambda number: number * 50_000
    return xp_of if field in SKILLS else lambda number: number


def _number(field: str, dice: random.Random) -> Bounds | None:
    scale, low = scale_of(field), dice.randrange(13)
    why = dice.choice([Gap.UNRANKED, Gap.STALE, Gap.NOT_OBSERVED])
    match dice.randrange(4):
        case 0:
            return None
        case 1:
            return at_least(scale(low), why)
        case 2:
            high = scale(low + dice.randrange(1, 7))
            return known(high) if high == scale(low) else Bounds(scale(low), high, why)
        case _:
            return known(scale(low))


def _subjects(dice: random.Random) -> list[Subject]:
    """Up to four members; the first two may be one person's."""
    number = dice.randrange(1, 5)
    are_one = number > 1 and dice.random() < 0.5
    made: list[Subject] = []
    for member in range(1, number + 1):
        linked = are_one or dice.random() < 0.5
        roles = dice.choice([None, frozenset[str](), frozenset({"raider", "5"})])
        made.append(
            replace(
                subject(member, dice.choice([*ORDER, *ORDER, "stranger", None])),
                account_type=dice.choice(["regular", "ironman", "unknown"]),
                person=(MemberId(2), MemberId(1)) if are_one and member < 3 else (MemberId(member),),
                linked=linked,
                discord_roles=roles if linked else None,
            )
        )
    return made


def clan_by_lot(rules: RuleSet, dice: random.Random) -> Clan:
    """A clan with whatever these rules ask for."""
    everybody = _subjects(dice)
    readings: dict[Atom, dict[MemberId, Bounds]] = {}
    for atom in sorted(needed_by(rules)):
        drawn = [(one.member, _number(atom.field, dice)) for one in everybody]
        readings[atom] = {member: number for member, number in drawn if number is not None}
    return Clan(everybody, readings)


CLANS_EACH = 6


@st.composite
def judged(draw: st.DrawFn, written: st.SearchStrategy[Data] = conditions) -> tuple[Condition, list[Clan]]:
    """A condition, and a few clans to judge by it.

    Clans are made by lot from one seed: drawn one by one their numbers take longer than all the judging.
    """
    rules = rules_of(draw(written))
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311 -- a test
    return rules.ranks[0].when, [clan_by_lot(rules, dice) for _ in range(CLANS_EACH)]
