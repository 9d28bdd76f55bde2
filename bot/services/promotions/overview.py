"""Sorts a clan into the lists that officers read: ready, unknown, below their rank, held, under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import MemberId
from bot.domain.promotions import Promotion, Ready
from bot.domain.rules.holds import Hold
from bot.domain.rules.judging import Outcome
from bot.domain.rules.ladder import Verdict
from bot.services.eligibility.service import Assessed


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole clan, for officers. Who is held, or whose promotion is under way, is in no other list.

    ``oldest_check`` is WOM's longest ago last look at anybody who is ready or unknown.
    """

    ready: tuple[Ready, ...]
    unknown: tuple[Ready, ...]
    below: tuple[Ready, ...]
    held: tuple[tuple[MemberId, str, Hold], ...]
    under_way: tuple[Promotion, ...]
    assessed: Assessed
    checked_at: datetime | None

    def told_of(self, member: MemberId) -> Ready | None:
        """What is told of one member: where they are in a list, else of their next rank, held or not."""
        listed = (*self.ready, *self.unknown, *self.below)
        found = next((one for one in listed if one.member == member), None)
        standing = self.assessed.standings.get(member)
        if found is not None or standing is None:
            return found
        verdict = standing.earned or standing.unknown or next(iter(standing.offers), standing.kept)
        return None if verdict is None else _ready(self.assessed, member, verdict)


def overview_of(assessed: Assessed, under_way: Sequence[Promotion]) -> Overview:
    """Sorts the clan into the lists that officers read."""
    busy = {one.member for one in under_way} | assessed.holds.keys()
    free = {member: one for member, one in assessed.standings.items() if member not in busy}
    ready = [_ready(assessed, member, one.earned) for member, one in free.items() if one.earned]
    badges = [
        _ready(assessed, member, badge)
        for member, one in free.items()
        for badge in one.badges
        if badge.outcome is Outcome.PASS and not _has_badge(assessed, member, badge)
    ]
    unknown = [_ready(assessed, member, one.unknown) for member, one in free.items() if one.unknown]
    below = [found for member, one in free.items() if one.falls and (found := _below(assessed, member))]
    shown = [*ready, *badges, *unknown]
    known = assessed.loaded.looks
    looks = [known[one.member].checked_at for one in shown if one.member in known]
    return Overview(
        ready=tuple(sorted([*ready, *badges], key=_order)),
        unknown=tuple(sorted(unknown, key=_order)),
        below=tuple(sorted(below, key=_order)),
        held=tuple(
            (member, assessed.name(member), hold)
            for member, hold in assessed.holds.items()
            if member in assessed.standings
        ),
        under_way=tuple(under_way),
        assessed=assessed,
        checked_at=min((at for at in looks if at is not None), default=None),
    )


def _order(one: Ready) -> tuple[int, str]:
    return one.verdict.rank.order, one.name.casefold()


def _ready(assessed: Assessed, member: MemberId, verdict: Verdict, failed: Verdict | None = None) -> Ready:
    subject = assessed.ladder.judge.subjects[member]
    about = failed or verdict
    noted = assessed.since.get((member, about.rank.name))
    since = noted.since if noted is not None and noted.outcome is about.outcome else None
    return Ready(member, subject.name, subject.role, verdict, since, subject.linked, failed)


def _has_badge(assessed: Assessed, member: MemberId, badge: Verdict) -> bool:
    """Whether they have the badge's role; who is not seen in Discord cannot be given it."""
    roles = assessed.ladder.judge.subjects[member].discord_roles
    return roles is None or (badge.rank.discord_role or "").casefold() in roles


def _below(assessed: Assessed, member: MemberId) -> Ready | None:
    """Who has failed their rank for as many days as it says; the highest lower rank that they may have."""
    kept = assessed.standings[member].kept
    if kept is None or kept.rank.demote is None:
        return None
    noted = assessed.since.get((member, kept.rank.name))
    failed_long = (
        noted is not None
        and noted.outcome is Outcome.FAIL
        and assessed.at - noted.since >= timedelta(days=kept.rank.demote)
    )
    lower = assessed.ladder.below(member)
    return _ready(assessed, member, lower, kept) if failed_long and lower is not None else None
