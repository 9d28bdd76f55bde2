"""Where a member stands: which ranks are on offer, which is earned, whether the present one is met."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.domain.errors import InvalidName
from bot.domain.ids import MemberId
from bot.domain.names import name_key
from bot.domain.rules.judging import Finding, Judge, Outcome, is_above
from bot.domain.rules.language import All, Condition, Rank, RuleSet
from bot.domain.rules.numbers import Subject
from bot.domain.rules.terms import Check, Own

_ROLE, _MEMBER = "role:", "member:"


class Place(StrEnum):
    """What a rank is to a member. Stored, so a value is never renamed."""

    OFFER = "offer"
    KEPT = "kept"
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rank's condition came to, the days in the present rank included where they matter."""

    rank: Rank
    finding: Finding

    @property
    def outcome(self) -> Outcome:
        """Met, not met, or unknown."""
        return self.finding.outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """A member among the ranks.

    ``current`` is None where the rules do not know the rank they hold. ``offers`` are the ranks they may
    be promoted to, the lowest first. ``kept`` is what the present rank's own condition comes to, None where
    that is never asked. ``badges`` are roles in Discord alone.
    """

    member: MemberId
    current: Rank | None
    offers: tuple[Verdict, ...] = ()
    kept: Verdict | None = None
    badges: tuple[Verdict, ...] = ()

    @property
    def earned(self) -> Verdict | None:
        """The highest rank that is met. What is unknown of a higher one holds nobody back."""
        return next((one for one in reversed(self.offers) if one.outcome is Outcome.PASS), None)

    @property
    def unknown(self) -> Verdict | None:
        """The lowest rank on offer of which it is not known, where none is earned."""
        if self.earned is not None:
            return None
        return next((one for one in self.offers if one.outcome is Outcome.UNKNOWN), None)

    def verdicts(self) -> Iterator[tuple[Place, Verdict]]:
        """Every rank that concerns the member, and what it is to them."""
        yield from ((Place.OFFER, one) for one in self.offers)
        yield from ((Place.BADGE, one) for one in self.badges)
        if self.kept is not None:
            yield Place.KEPT, self.kept

    @property
    def falls(self) -> bool:
        """Whether the present rank is certainly no longer met."""
        return self.kept is not None and self.kept.outcome is Outcome.FAIL


def condition_of(rank: Rank) -> Condition:
    """What has to be met to be promoted to a rank: its condition, and the days in the rank before."""
    if not rank.min_days_in_rank:
        return rank.when
    days = Check.model_validate({"field": Own.DAYS_IN_RANK, "at_least": rank.min_days_in_rank})
    rest = rank.when.all if isinstance(rank.when, All) else (rank.when,)
    return All(all=(days, *rest))


class Ladder:
    """Sets members against a rule set."""

    def __init__(self, rules: RuleSet, judge: Judge) -> None:
        self.rules = rules
        self.judge = judge
        # Made once: thresholds that others set are found once for each condition.
        self._conditions = {one.name: condition_of(one) for one in rules.ranks}
        self._held: Mapping[str, Rank] = {one.wom_role: one for one in rules.ranks if one.wom_role}

    def judged_by(self, judge: Judge) -> Self:
        """The same rules with another judge, as of another day."""
        other = copy(self)
        other.judge = judge
        return other

    def offered(self, member: MemberId) -> list[Rank]:
        """The ranks that a member may be promoted to, the lowest first."""
        subject = self.judge.subjects[member]
        current = self._held.get(subject.role or "")
        return [one for one in self.rules.ranks if self._is_offered(one, subject, current)]

    def badges(self, member: MemberId) -> list[Rank]:
        """The badges that a member may have."""
        subject = self.judge.subjects[member]
        current = self._held.get(subject.role or "")
        return [one for one in self.rules.ranks if one.wom_role is None and _may(one, subject, current)]

    def verdict(self, rank: Rank, member: MemberId) -> Verdict:
        """What it takes to be promoted to a rank, whether it is on offer or not."""
        return Verdict(rank, self.judge.find(self.promotes(rank), member))

    def promotes(self, rank: Rank) -> Condition:
        """What has to be met to be promoted to a rank of these rules; the same value each time."""
        return self._conditions[rank.name]

    def standing(self, member: MemberId) -> Standing:
        """Where a member stands. Who holds a rank above all of these, or an unknown one, is offered none."""
        subject = self.judge.subjects[member]
        current = self._held.get(subject.role or "")
        kept = None
        if current is not None and current.demote is not None and not may_be_exempt(current, subject):
            kept = Verdict(current, self.judge.find(current.when, member))
        return Standing(
            member,
            current,
            tuple(self.verdict(one, member) for one in self.offered(member)),
            kept,
            tuple(Verdict(one, self.judge.find(one.when, member)) for one in self.badges(member)),
        )

    def ahead(self, member: MemberId) -> tuple[Verdict, ...]:
        """The next rank, and the one after it, of which the days in the rank before are not asked yet."""
        subject = self.judge.subjects[member]
        current = self._held.get(subject.role or "")
        path: list[Rank] = []
        before = current
        for rank in self.rules.ranks:
            if len(path) < 2 and self._is_offered(rank, subject, before):
                path.append(rank)
                before = rank
        conditions = [self._conditions[one.name] for one in path[:1]] + [one.when for one in path[1:]]
        findings = [self.judge.find(one, member) for one in conditions]
        return tuple(map(Verdict, path, findings))

    def below(self, member: MemberId) -> Verdict | None:
        """The highest lower rank that is not certainly failed, else the lowest; None for none."""
        subject = self.judge.subjects[member]
        current = self._held.get(subject.role or "")
        lower = [
            one
            for one in self.rules.ranks
            if one.wom_role is not None and current is not None and one.order < current.order
        ]
        found = [Verdict(one, self.judge.find(one.when, member)) for one in lower]
        kept = next((one for one in reversed(found) if one.outcome is not Outcome.FAIL), None)
        return kept or next(iter(found), None)

    def _is_offered(self, rank: Rank, subject: Subject, current: Rank | None) -> bool:
        if rank.wom_role is None or subject.role is None or not _may(rank, subject, current):
            return False
        if current is not None:
            return rank.order > current.order
        return is_above(rank.wom_role, subject.role, self.judge.places)


def _may(rank: Rank, subject: Subject, current: Rank | None) -> bool:
    required = not rank.requires or (current is not None and current.name in rank.requires)
    # Whose Discord roles are not known is offered ranks all the same: officers look at them.
    is_told = subject.role is not None or all(_is_named(one) for one in rank.exempt)
    return required and is_told and not is_exempt(rank, subject)


def is_exempt(rank: Rank, subject: Subject) -> bool:
    """Whether the rank is neither offered to a member nor taken from them."""
    return any(_names(one, subject) for one in rank.exempt)


def may_be_exempt(rank: Rank, subject: Subject) -> bool:
    """Whether they are, or roles that are not known might make them so: nothing is taken on a guess."""
    is_open = subject.discord_roles is None and any(one.startswith(_ROLE) for one in rank.exempt)
    return is_open or is_exempt(rank, subject)


def _is_named(exempt: str) -> bool:
    """Whether it is a member or a Discord role, and no role of WOM."""
    return exempt.startswith((_ROLE, _MEMBER))


def _names(exempt: str, subject: Subject) -> bool:
    if exempt.startswith(_ROLE):
        return exempt.removeprefix(_ROLE).casefold() in (subject.discord_roles or ())
    if exempt.startswith(_MEMBER):
        try:
            return name_key(exempt.removeprefix(_MEMBER)) == name_key(subject.name)
        except InvalidName:
            return False
    return exempt == subject.role
