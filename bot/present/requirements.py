"""What rules ask for and what became of it, in words: one line to each requirement."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from bot.domain.metrics import metric
from bot.domain.rules.bounds import Bounds, Gap, Number
from bot.domain.rules.judging import Finding, Outcome
from bot.domain.rules.language import All, AnyOf, AtLeast, Condition, Not
from bot.domain.rules.numbers import stored
from bot.domain.rules.pace import TimeLeft
from bot.domain.rules.terms import (
    LIFETIME,
    SINCE_JOINING,
    WORDS,
    Check,
    Cohort,
    Own,
    Relative,
    Term,
    window_days,
)
from bot.present.numbers import UNKNOWN, counted, label, short
from bot.present.text import escape, rank_name
from bot.present.theme import SEPARATOR

MARKS: Final = {Outcome.PASS: "✅", Outcome.FAIL: "❌", Outcome.UNKNOWN: "❔"}
GAPS: Final = {
    Gap.UNRANKED: "not on the hiscores",
    Gap.NO_READING: "never measured",
    Gap.ONE_READING: "measured only once",
    Gap.PARTIAL: "not measured for all of that time",
    Gap.STALE: "WOM has not looked lately",
    Gap.NOT_OBSERVED: "I did not listen all of that time",
    Gap.NOT_LINKED: "no verified Discord link",
    Gap.NOT_IN_SERVER: "not seen on this server",
    Gap.NO_EVIDENCE: "nobody told me",
    Gap.NO_DATE: "the date is not known",
    Gap.NO_RANK: "their rank is not known",
    Gap.NO_TYPE: "the account type is not known",
    Gap.NOBODY_MEASURED: "nobody to compare with is measured",
}
_NAMES: Final = {
    Own.MESSAGES: "Messages",
    Own.ACTIVE_DAYS: "Active days",
    Own.DAYS_IN_CLAN: "In the clan",
    Own.DAYS_IN_RANK: "In this rank",
    Own.DAYS_SINCE_SEEN: "Last seen",
    Own.POINTS: "Points",
}
_PLACES: Final = {"game": "in game", "discord": "in Discord", "anywhere": ""}
_AGES: Final = frozenset({Own.DAYS_IN_CLAN, Own.DAYS_IN_RANK, Own.DAYS_SINCE_SEEN})
_LIMITS: Final = {"at_least": "", "more_than": "over ", "at_most": "at most ", "less_than": "under "}
_ACCOUNTS: Final = {
    "own": "",
    "main": "main account",
    "any": "any account",
    "best": "best account",
    "sum": "all accounts",
}
_SHOWN = 2


def lines_of(finding: Finding, left: Mapping[int, TimeLeft]) -> list[str]:
    """A rank's requirements, a line each; what stands inside of others is indented."""
    if isinstance(finding.condition, All):
        return [line for part in finding.parts for line in _lines(part, left, "")]
    return list(_lines(finding, left, ""))


def tally(finding: Finding) -> tuple[int, int]:
    """How many of a rank's requirements are met, of how many."""
    parts = finding.parts if isinstance(finding.condition, All) else (finding,)
    return sum(1 for one in parts if one.outcome is Outcome.PASS), len(parts)


def _lines(finding: Finding, left: Mapping[int, TimeLeft], indent: str) -> Iterator[str]:
    condition = finding.condition
    if isinstance(condition, Check):
        yield f"{indent}{MARKS[finding.outcome]} {requirement(finding, left.get(id(condition)))}"
        return
    yield f"{indent}{MARKS[finding.outcome]} {_heading(condition)}"
    for part in finding.parts:
        yield from _lines(part, left, f"{indent}\u2003")


def _heading(condition: Condition) -> str:
    match condition:
        case AnyOf():
            return "one of these"
        case AtLeast():
            return f"at least {condition.at_least} of these"
        case Not():
            return "not this"
        case _:
            return "all of these"


def requirement(finding: Finding, left: TimeLeft | None = None) -> str:
    """One requirement: what, the value and the threshold, what is missing, or why it is unknown."""
    check = finding.condition
    if not isinstance(check, Check):
        return _heading(check)
    parts = [_told(check, finding)]
    if finding.outcome is Outcome.UNKNOWN and finding.why is not None:
        parts.append(GAPS[finding.why])
    elif finding.outcome is Outcome.FAIL:
        parts += _to_go(check, finding)
    if left is not None:
        parts.append(_duration(left))
    return SEPARATOR.join(part for part in parts if part)


def _told(check: Check, finding: Finding) -> str:
    name = _with_window(check)
    if finding.value is None or check.tier is not None:
        return name
    measure = _measure(check)
    value = _bounds(finding.value, measure)
    if check.top is not None or isinstance(check.threshold, Relative):
        return f"{name} {value} ({_line(check, finding, measure)})"
    wanted = UNKNOWN if finding.wanted is None else _number(finding.wanted.low, measure)
    limit = _LIMITS[check.comparison or "at_least"]
    if check.own in _AGES:
        days = value if value == UNKNOWN else f"{value} d"
        return f"{name} {days} ({limit}{wanted})"
    return f"{name} {value} ({limit}{wanted})" if limit else f"{name} {value} of {wanted}"


def _line(check: Check, finding: Finding, measure: str) -> str:
    """A threshold that others set, and how many of them were measured."""
    wanted = "" if finding.wanted is None else f": {_number(finding.wanted.low, measure)}"
    measured = "" if finding.line is None else f", {finding.line.measured} of {finding.line.of} measured"
    return f"{_relation(check)}{wanted}{measured}"


def asked(condition: Condition) -> list[str]:
    """What a condition asks of anybody, a line each; what stands inside of others is indented."""
    if isinstance(condition, All):
        return [line for part in condition.all for line in _asked(part, "")]
    return list(_asked(condition, ""))


def _asked(condition: Condition, indent: str) -> Iterator[str]:
    match condition:
        case Check():
            yield f"{indent}▫️ {asked_of(condition)}"
            return
        case All():
            parts = condition.all
        case AnyOf():
            parts = condition.any
        case AtLeast():
            parts = condition.of
        case Not():
            parts = (condition.not_,)
    yield f"{indent}▫️ {_heading(condition)}"
    for part in parts:
        yield from _asked(part, f"{indent}\u2003")


def asked_of(condition: Condition) -> str:
    """What one requirement asks, in one line."""
    if not isinstance(condition, Check):
        return _heading(condition)
    name = _with_window(condition)
    if condition.own in WORDS or condition.tier is not None:
        return name
    if condition.top is not None or isinstance(condition.threshold, Relative):
        floor = condition.top.floor if condition.top is not None else 0
        beside = f", and {_short(condition, floor)} at least" if floor else ""
        return f"{name} {_relation(condition)}{beside}"
    limit = _LIMITS[condition.comparison or ""] or "at least "
    unit = " d" if condition.own in _AGES else ""
    counted_of = f" of {counted(len(condition.of), 'field')}" if condition.of else ""
    return f"{name}{counted_of} {limit}{_short(condition, condition.threshold or 0)}{unit}"


def _short(check: Check, amount: Decimal | int) -> str:
    return _number(stored(check, Decimal(amount)), _measure(check))


def _relation(check: Check) -> str:
    top, threshold = check.top, check.threshold
    if top is not None:
        size = f"{top.percent} %" if top.percent is not None else str(top.count)
        return f"top {size}{_cohort(top.among)}"
    if not isinstance(threshold, Relative):
        return ""
    limit = _LIMITS[check.comparison or ""] or "at least "
    if threshold.share is not None:
        return f"{limit}{threshold.share.times} × {_with_window(threshold.share.of)}"
    middle = "the mean" if threshold.mean is not None else "the median"
    return f"{limit}{middle}{_cohort(threshold.cohort or Cohort())}"


def _cohort(cohort: Cohort) -> str:
    named = _few([rank_name(role) for role in cohort.ranks])
    if cohort.above is not None:
        named.append(f"ranks above {rank_name(cohort.above)}")
    without = _few([f"not {rank_name(role)}" for role in cohort.without])
    shown = [*named, *without]
    return f" of {escape(', '.join(shown))}" if shown else ""


def field_name(term: Term) -> str:
    """What a term looks at."""
    own = term.own
    if own is Own.EVIDENCE:
        tier = f" {term.tier}" if term.tier else ""
        return escape(f"{(term.kind or '').replace('_', ' ').capitalize()}{tier}")
    if own is Own.DAYS_SINCE_SEEN:
        return f"{_NAMES[own]} {_PLACES[term.where]}".strip()
    if own is not None:
        return _NAMES.get(own) or _worded(term)
    names = [label(metric(key)) for key in term.field]
    joined = {"sum": " + ", "min": ", ", "max": ", "}[term.combine].join(_few(names))
    prefix = {"sum": "", "min": "lowest of ", "max": "highest of "}[term.combine] if len(names) > 1 else ""
    return escape(f"{prefix}{joined}{' level' if term.measure == 'level' else ''}")


def _few(names: list[str]) -> list[str]:
    """The first ones, and how many more there are: a line is read on a phone."""
    return names if len(names) <= _SHOWN + 1 else [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]


def _worded(term: Term) -> str:
    words = term.words if isinstance(term, Check) else ()
    if term.own is Own.DISCORD_ROLE:
        named = [f"<@&{one}>" if one.isdecimal() else escape(one) for one in words]
        return f"Discord role {' or '.join(_few(named))}"
    named = _few([escape(rank_name(one)) for one in words])
    if isinstance(term, Check) and term.above is not None:
        named.append(f"above {escape(rank_name(term.above))}")
    what = {Own.RANK: "Rank", Own.ACCOUNT_TYPE: "Account"}.get(term.own or Own.LINKED)
    return "Verified Discord link" if what is None else f"{what} {' or '.join(named)}"


def _with_window(term: Term) -> str:
    days = window_days(term.over)
    window = "" if term.over == LIFETIME else f"last {days} d" if days else "since the last rank"
    window = "since joining" if term.over == SINCE_JOINING else window
    if term.own is Own.ACTIVE_DAYS and term.messages_a_day > 1:
        window = f"{window}, {counted(term.messages_a_day, 'message')} each"
    about = ", ".join(one for one in (window, _ACCOUNTS[term.accounts]) if one)
    return f"{field_name(term)} ({about})" if about else field_name(term)


def _to_go(check: Check, finding: Finding) -> list[str]:
    if finding.value is None or finding.wanted is None or check.comparison in ("at_most", "less_than"):
        return []
    missing = finding.wanted.low - finding.value.low
    if missing <= 0:
        return []
    text = _number(missing, _measure(check))
    return [f"{text} d to go" if check.own in _AGES else f"{text} to go"]


def _duration(left: TimeLeft) -> str:
    """``about 3–4 weeks``: in days up to two weeks, in weeks up to three months, then in months."""
    for size, unit, most in ((1, "day", 14), (7, "week", 92), (30, "month", 10**6)):
        if left.most <= most:
            least, farthest = -(-left.least // size), -(-left.most // size)
            span = str(farthest) if least == farthest else f"{least}–{farthest}"
            return f"about {span} {unit}{'' if farthest == 1 else 's'}"
    return ""


def _measure(check: Check) -> str:
    if check.own is not None:
        return "messages"
    return "level" if check.measure == "level" else metric(check.field[0]).measure


def _bounds(value: Bounds, measure: str) -> str:
    """A number that is known; from so many to so many; so much at least; or a dash."""
    if value.is_exact:
        return _number(value.low, measure)
    if value.high is not None and (measure, value.low, value.high) != ("level", 1, 99):
        return f"{_number(value.low, measure)}–{_number(value.high, measure)}"
    return f"{_number(value.low, measure)}+" if value.low > (measure == "level") else UNKNOWN


def _number(value: Number, measure: str) -> str:
    if isinstance(value, Fraction) and value.denominator != 1 and measure != "value":
        return f"{float(value):,.1f}"
    return short(int(value), measure)
