"""What a member has of the next ranks, what is missing, and how long it takes at their pace."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from bot.domain.clans import Clan
from bot.domain.ids import MemberId, MetricId
from bot.domain.metrics import OVERALL, xp_of
from bot.domain.periods import Period, PeriodKind
from bot.domain.rules.bounds import Bounds, Number
from bot.domain.rules.judging import Finding, Outcome
from bot.domain.rules.ladder import Verdict
from bot.domain.rules.language import Not
from bot.domain.rules.needs import Atom, atoms_of
from bot.domain.rules.pace import Pace, TimeLeft, time_left
from bot.domain.rules.terms import LIFETIME, Check
from bot.services.eligibility.loading import Presence
from bot.services.eligibility.service import Assessed, Eligibility
from bot.services.measured import group_ends, span_of
from bot.services.statistics import Statistics
from db.queries import gains
from db.session import Database

_PACES = (timedelta(days=14), timedelta(days=28))


@dataclass(frozen=True, slots=True)
class NextRank:
    """A member's way up: the next rank and the one after. ``left`` is by a check's identity in ``path``.

    ``role`` is WOM's; ``knows_rank`` is whether the rules know it. ``checked_at`` is WOM's last look.
    """

    member: MemberId
    name: str
    role: str | None
    knows_rank: bool
    path: tuple[Verdict, ...]
    left: Mapping[int, TimeLeft]
    since: Mapping[str, datetime]
    checked_at: datetime | None


class NextRanks:
    """Answers it."""

    def __init__(self, database: Database, eligibility: Eligibility, statistics: Statistics) -> None:
        self._database = database
        self._eligibility = eligibility
        self._statistics = statistics

    async def of(self, clan: Clan, member: MemberId, presence: Presence | None) -> NextRank | None:
        """A present member's way; None for who is not in the clan.

        Raises:
            NoRules: the clan has none.
        """
        assessed = await self._eligibility.assess(clan, presence)
        if member not in assessed.standings:
            return None
        path = assessed.ladder.ahead(member)
        open_checks = [one for verdict in path for one in _open(verdict.finding)]
        left = await self._left(clan, member, open_checks, assessed)
        subject = assessed.ladder.judge.subjects[member]
        look = assessed.loaded.looks.get(member)
        since = {
            rank: one.since
            for (id_, rank), one in assessed.since.items()
            if id_ == member and one.outcome is Outcome.PASS
        }
        return NextRank(
            member,
            subject.name,
            subject.role,
            assessed.standings[member].current is not None,
            path,
            left,
            since,
            look.checked_at if look else None,
        )

    async def _left(
        self, clan: Clan, member: MemberId, findings: Sequence[Finding], assessed: Assessed
    ) -> dict[int, TimeLeft]:
        now = assessed.at
        known = await self._statistics.metric_ids()
        fields = {field for one in findings for field in _paced(one)}
        ids = [known[field] for field in fields if field in known]
        if not ids:
            return {}
        paces: dict[MetricId, list[Pace]] = {id_: [] for id_ in ids}
        async with self._database.read() as session:
            for over in _PACES:
                period = Period("pace", PeriodKind.CALENDAR, now - over, now)
                ends = group_ends(await gains.readings_of(session, clan.id, ids, period, member))
                for (_, metric), of in ends.items():
                    span = span_of(of, period)
                    if span.first.value is not None and span.last.value is not None:
                        gained = span.last.value - span.first.value
                        paces[metric].append(Pace(gained, span.last.at - span.first.at))
        found: dict[int, TimeLeft] = {}
        for one in findings:
            field = next(iter(_paced(one)), None)
            if field is None or field not in known:
                continue
            reading = assessed.loaded.readings.get(Atom(field), {}).get(member)
            left = time_left(_missing(one, reading), paces[known[field]])
            if left is not None:
                found[id(one.condition)] = left
        return found


def _open(finding: Finding) -> Iterable[Finding]:
    """The single requirements that are to be met yet, inside of what is not met."""
    if finding.outcome is Outcome.PASS or isinstance(finding.condition, Not):
        return
    for part in finding.parts:
        yield from _open(part)
    if not finding.parts and finding.outcome is Outcome.FAIL:
        yield finding


def _paced(finding: Finding) -> tuple[str, ...]:
    """The metric whose growth meets a requirement: one of the account itself, over its lifetime."""
    check = finding.condition
    if not isinstance(check, Check) or check.own is not None or check.over != LIFETIME:
        return ()
    if check.accounts != "own" or len(check.field) > 1 or check.comparison not in ("at_least", "more_than"):
        return ()
    return tuple(atom.field for atom in atoms_of(check))


def _missing(finding: Finding, reading: Bounds | None) -> Number:
    """How much, of what is read: of a skill's level, the experience."""
    value, wanted, check = finding.value, finding.wanted, finding.condition
    if value is None or wanted is None or reading is None or not isinstance(check, Check):
        return 0
    if check.measure == "level" and check.field[0] != OVERALL.key:
        level = floor(wanted.low) + 1 if check.comparison == "more_than" else ceil(wanted.low)
        return xp_of(level) - reading.low
    return wanted.low - value.low
