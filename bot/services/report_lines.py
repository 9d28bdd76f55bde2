"""What a report says of promotions and of who is quiet, from what officers' lists say."""

from typing import Final

from bot.domain.ids import MemberId
from bot.domain.inactivity import Standing
from bot.domain.ladder import Placed, Quiet
from bot.domain.promotions import Promotion, Ready
from bot.domain.reports import InactiveLine, PromotionLine, Readiness
from bot.domain.rules.judging import Outcome
from bot.present.requirements import GAPS, tally
from bot.services.promotions.overview import Overview

_NAMED_STANDINGS: Final = frozenset({Standing.QUIET, Standing.UNKNOWN, Standing.ABSENT})


def next_ranks_of(overview: Overview) -> dict[MemberId, tuple[str | None, Outcome | None]]:
    """The rank that each member earned, or the next one, with what is known of it."""
    found: dict[MemberId, tuple[str | None, Outcome | None]] = {}
    for member, standing in overview.assessed.standings.items():
        verdict = standing.earned or standing.unknown or next(iter(standing.offers), None)
        if verdict is not None:
            found[member] = (verdict.rank.name, verdict.outcome)
    return found


def promotion_lines(overview: Overview) -> list[PromotionLine]:
    """Whose rank officers have to decide on, list by list."""
    lists = (
        (Readiness.READY, overview.ready),
        (Readiness.UNKNOWN, overview.unknown),
        (Readiness.BELOW, overview.below),
    )
    found = [_ready(which, one) for which, ones in lists for one in ones]
    judge = overview.assessed.ladder.judge
    held = [
        PromotionLine(
            member=member,
            readiness=Readiness.HELD,
            name=name,
            role=judge.subjects[member].role,
            rank="",
            met=None,
            conditions=None,
            since=None,
            linked=judge.subjects[member].linked,
            note=hold.note,
        )
        for member, name, hold in overview.held
    ]
    return [*found, *held, *(_under_way(one, overview) for one in overview.under_way)]


def _ready(which: Readiness, one: Ready) -> PromotionLine:
    met, conditions = tally(one.shown.finding)
    why = one.shown.finding.why
    return PromotionLine(
        member=one.member,
        readiness=which,
        name=one.name,
        role=one.role,
        rank=one.verdict.rank.name,
        met=met,
        conditions=conditions,
        since=one.since,
        linked=one.linked,
        note="" if why is None else GAPS[why],
    )


def _under_way(one: Promotion, overview: Overview) -> PromotionLine:
    subject = overview.assessed.ladder.judge.subjects.get(one.member)
    return PromotionLine(
        member=one.member,
        readiness=Readiness.UNDER_WAY,
        name=one.name,
        role=one.from_role,
        rank=one.rank,
        met=None,
        conditions=None,
        since=one.approved_at,
        linked=subject is not None and subject.linked,
        note=one.stage.value,
    )


def inactive_lines(quiet: Quiet) -> tuple[InactiveLine, ...]:
    """Who is quiet or away, and of whom it is not known."""
    return tuple(inactive_of(one) for one in quiet.people if one.judged.standing in _NAMED_STANDINGS)


def inactive_of(one: Placed) -> InactiveLine:
    """One person, by their main account."""
    person = one.judged.person
    return InactiveLine(
        member=person.lead.member,
        name=person.lead.name,
        role=person.lead.role,
        standing=one.judged.standing,
        gained_at=person.gained_at,
        said_at=person.said_at,
        wrote_at=person.wrote_at,
        checked_at=person.checked_at,
        doubts=one.judged.doubts,
        days=one.judged.limit.days,
        others=tuple(account.name for account in person.accounts[1:]),
    )
