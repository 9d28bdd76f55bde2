"""What rank rules would have done, day by day: who is promoted, holds the rank, and meets it no longer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.as_of import Stay
from bot.domain.ids import MemberId
from bot.domain.rules.judging import Judge, Outcome
from bot.domain.rules.ladder import Ladder
from bot.domain.rules.language import All, Condition, Rank, RuleSet, checks_in
from bot.domain.rules.needs import Atom
from bot.domain.rules.numbers import Subject
from bot.domain.rules.since import Since
from bot.domain.rules.terms import Check, Own
from bot.domain.simulation.columns import Column
from bot.domain.simulation.roster import PastRoster, Place
from bot.domain.simulation.screening import Screen, screen_of

FLAPS_WITHIN: Final = timedelta(days=14)
"""A rank that is earned and met no longer within this time flaps."""
_ONE_DAY = timedelta(days=1)
_SLICE = 20


@dataclass(slots=True)
class Earned:
    """A rank or badge that a member earned on a day; ``before`` is WOM's role that they held.

    ``lost_at`` is when its condition was met no longer, within two weeks.
    """

    member: MemberId
    rank: Rank
    before: str | None
    at: datetime
    lost_at: datetime | None = None


@dataclass(slots=True)
class _Held:
    """What a member holds by the simulation; ``ranked`` is since when, where it promoted them."""

    stay: Stay
    role: str | None
    entered: datetime
    ranked: datetime | None = None


class Simulation:
    """Runs rules over some days, one after the other.

    Who is promoted holds the rank from the next day on. Who comes, or comes back, begins with the
    rank that they really had; what officers really changed later is left out.
    ``subjects`` are those who are or were in the clan, as they are known today.
    """

    def __init__(
        self,
        rules: RuleSet,
        roster: PastRoster,
        subjects: Mapping[MemberId, Subject],
        columns: Mapping[Atom, Column],
        role_order: Sequence[str],
    ) -> None:
        self.earned: list[Earned] = []
        self._roster = roster
        self._subjects = dict(subjects)
        self._columns = columns
        self._role_order = role_order
        self._ladder = Ladder(rules, Judge((), columns, role_order))
        self._held: dict[MemberId, _Held] = {}
        self._recent: dict[MemberId, list[Earned]] = {}
        self._badges: dict[tuple[MemberId, str], datetime] = {}
        self._screens: dict[str, Screen] = {
            one.name: screen_of(self._ladder.promotes(one), columns) for one in rules.ranks
        }
        self._lasting = {one.name: lasting(one.when) for one in rules.ranks}

    def run(self, moments: Sequence[datetime]) -> Iterator[int]:
        """Judge everybody at each of the moments, which are a day apart.

        Yields after every few members how many days are over, so that others have their turn.
        """
        for number, now in enumerate(moments):
            ladder = self._turn(now)
            yield number
            for count, member in enumerate(ladder.judge.subjects):
                self._promote(ladder, member, now)
                self._award(ladder, member, now)
                self._watch(ladder, member, now)
                if count % _SLICE == _SLICE - 1:
                    yield number
        yield len(moments)

    def _turn(self, now: datetime) -> Ladder:
        """Everybody as they are on another day."""
        present = self._roster.present(now)
        for member, place in present.items():
            held = self._held.get(member)
            if held is None or held.stay.start != place.stay.start:
                self._enter(member, place, now)
        since = {member: self._since(member, place) for member, place in present.items()}
        for column in self._columns.values():
            column.turn(now, since)
        subjects = [self._subject(member, present) for member in present]
        return self._ladder.judged_by(Judge(subjects, self._columns, self._role_order))

    def _subject(self, member: MemberId, present: Mapping[MemberId, Place]) -> Subject:
        """A member with the rank that they hold, and those accounts of theirs that are there."""
        known, role = self._subjects[member], self._held[member].role
        if len(known.person) > 1:
            person = tuple(one for one in known.person if one in present)
            return replace(known, role=role, person=person)
        if known.role != role:
            known = self._subjects[member] = replace(known, role=role)
        return known

    def _enter(self, member: MemberId, place: Place, now: datetime) -> None:
        self._held[member] = _Held(place.stay, place.role(now), now)
        self._recent.pop(member, None)
        self._badges = {key: at for key, at in self._badges.items() if key[0] != member}

    def _since(self, member: MemberId, place: Place) -> Since:
        held = self._held[member]
        since = place.since(held.entered)
        return since if held.ranked is None else replace(since, ranked=held.ranked)

    def _promote(self, ladder: Ladder, member: MemberId, now: datetime) -> None:
        """To the highest rank on offer that is met."""
        subject = ladder.judge.subjects[member]
        for rank in reversed(ladder.offered(member)):
            if not self._screens[rank.name](subject):
                continue
            if ladder.verdict(rank, member).outcome is Outcome.PASS:
                held = self._held[member]
                self._note(member, rank, held.role, now)
                held.role, held.ranked = rank.wom_role, now + _ONE_DAY
                return

    def _award(self, ladder: Ladder, member: MemberId, now: datetime) -> None:
        """Badges are kept for so many days after they were last met, or for ever."""
        subject = ladder.judge.subjects[member]
        for rank in ladder.badges(member):
            key = (member, rank.name)
            met_at = self._badges.get(key)
            if met_at is None and not self._screens[rank.name](subject):
                continue
            outcome = ladder.judge.find(rank.when, member).outcome
            if outcome is Outcome.PASS:
                if met_at is None:
                    self._note(member, rank, subject.role, now)
                self._badges[key] = now
            elif outcome is Outcome.FAIL and _is_over(rank, met_at, now):
                del self._badges[key]

    def _note(self, member: MemberId, rank: Rank, before: str | None, now: datetime) -> None:
        earned = Earned(member, rank, before, now)
        self.earned.append(earned)
        self._recent.setdefault(member, []).append(earned)

    def _watch(self, ladder: Ladder, member: MemberId, now: datetime) -> None:
        """Whether what was earned lately is met still."""
        recent = self._recent.pop(member, ())
        kept: list[Earned] = []
        for one in recent:
            condition = self._lasting[one.rank.name]
            if now == one.at:
                kept.append(one)
            elif condition is not None and now - one.at <= FLAPS_WITHIN:
                if ladder.judge.find(condition, member).outcome is Outcome.FAIL:
                    one.lost_at = now
                else:
                    kept.append(one)
        if kept:
            self._recent[member] = kept


def _is_over(badge: Rank, met_at: datetime | None, now: datetime) -> bool:
    """Whether a badge that is held is kept no longer; without days it is kept for ever."""
    if met_at is None or badge.badge_days is None:
        return False
    return now - met_at > badge.badge_days * _ONE_DAY


def lasting(condition: Condition) -> Condition | None:
    """What of a condition can still be asked once it has promoted somebody; None where nothing can.

    What it asks of the rank held before, or of the time since, no longer means the same.
    """
    match condition:
        case Check():
            return None if _is_of_rank(condition) else condition
        case All():
            parts = [part for one in condition.all if (part := lasting(one)) is not None]
            return All(all=tuple(parts)) if parts else None
        case _:
            return None if any(map(_is_of_rank, checks_in(condition))) else condition


def _is_of_rank(check: Check) -> bool:
    return check.own in (Own.RANK, Own.DAYS_IN_RANK) or any(one.over == "rank" for one in (check, *check.of))
