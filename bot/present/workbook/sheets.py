"""The tables of a clan's report: which columns each has, and where they come from."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.metrics import Metric
from bot.domain.periods import PeriodKind
from bot.domain.reports import (
    WINDOWS,
    ActivityLine,
    Change,
    ChangeKind,
    ClanReport,
    Figures,
    GainsLine,
    InactiveLine,
    PromotionLine,
    ReportKind,
    RosterLine,
    Slot,
)
from bot.domain.rules.judging import Outcome
from bot.present.doubts import doubt_text
from bot.present.text import rank_name
from bot.present.workbook.look import Kind
from bot.present.workbook.sheet import Column, Shade, Table

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOURS: Final = 100_000
_CHANGES: Final = {
    ChangeKind.JOINED: "joined",
    ChangeKind.RETURNED: "came back",
    ChangeKind.LEFT: "left",
    ChangeKind.RANK_CHANGED: "rank changed",
    ChangeKind.RENAMED: "renamed",
}
_OUTCOMES: Final = {Outcome.PASS: "earned", Outcome.FAIL: "not yet", Outcome.UNKNOWN: "not known"}


def tables(report: ClanReport, kinds: Collection[ReportKind]) -> list[Table[Any]]:
    """The tables of these kinds in their order; all of them for :attr:`ReportKind.ALL`."""
    made: Mapping[ReportKind, Callable[[ClanReport], Sequence[Table[Any]]]] = {
        ReportKind.ROSTER: lambda of: [roster(of)],
        ReportKind.GAINS: gains,
        ReportKind.ACTIVITY: lambda of: [activity(of)],
        ReportKind.CHANGES: lambda of: [changes(of)],
        ReportKind.PROMOTIONS: lambda of: [promotions(of)],
        ReportKind.INACTIVE: lambda of: [inactive(of)],
    }
    wanted = made if ReportKind.ALL in kinds else kinds
    return [table for kind, make in made.items() if kind in wanted for table in make(report)]


def roster(report: ClanReport) -> Table[RosterLine]:
    """Everybody in the clan, by place and then by name."""
    rows = sorted(report.roster, key=lambda one: (one.place is None, one.place, one.name.casefold()))
    return Table("Roster", list(_roster_columns(report)), rows, 2, "Nobody is in the clan.")


def _roster_columns(report: ClanReport) -> Iterator[Column[RosterLine]]:
    zone, now = report.zone, report.made_at
    by = "XP in all" if report.period.kind is PeriodKind.TOTAL else "XP gained in the report's period"
    note = f"By {by}. Equals share a place; empty where it is unknown."
    yield Column("#", Kind.NUMBER, lambda one: one.place, note=note)
    yield Column("Name", Kind.TEXT, lambda one: one.name)
    yield Column("Rank", Kind.TEXT, lambda one: rank_name(one.role) if one.role else None, "Member")
    yield Column("Account", Kind.TEXT, lambda one: _account(one.account_type), "Member")
    yield Column("Joined", Kind.DAY, lambda one: _day(one.joined_at, zone), "Member")
    yield Column("Days in clan", Kind.NUMBER, lambda one: _days_since(one.joined_at, now), "Member")
    yield from _figures("Messages", lambda one: one.messages, Kind.NUMBER)
    yield from _figures("XP", lambda one: one.xp, Kind.NUMBER)
    yield from _figures("Boss kills", lambda one: one.kills, Kind.NUMBER)
    yield from _figures("EHP", lambda one: one.ehp, Kind.HOURS)
    yield from _figures("EHB", lambda one: one.ehb, Kind.HOURS)
    late = "The days of which gains begin more than 36 hours late, so that they cover less: ≈."
    yield Column("Begin late", Kind.TEXT, lambda one: ", ".join(map(_days, one.late)), "Gains", note=late)
    yield Column("Total level", Kind.NUMBER, lambda one: one.total_level, "Last seen")
    yield Column("In game", Kind.MOMENT, lambda one: _moment(one.seen_in_game, zone), "Last seen")
    yield Column("In Discord", Kind.MOMENT, lambda one: _moment(one.wrote_at, zone), "Last seen")
    yield Column("Checked by WOM", Kind.MOMENT, lambda one: _moment(one.checked_at, zone), "Last seen")
    yield Column("Link", Kind.TEXT, lambda one: one.link or "none", "Discord")
    users = "Discord's numbers of who linked the account."
    yield Column("Users", Kind.TEXT, lambda one: " ".join(map(str, one.users)), "Discord", note=users)
    if report.promotions is not None:
        yield Column(
            "Next rank",
            Kind.TEXT,
            lambda one: rank_name(one.next_rank) if one.next_rank else "",
            "Eligibility",
        )
        yield Column(
            "Standing", Kind.TEXT, lambda one: _OUTCOMES[one.outcome] if one.outcome else "", "Eligibility"
        )


def _figures(name: str, of: Callable[[RosterLine], Figures], kind: Kind) -> Iterator[Column[RosterLine]]:
    is_gain = name != "Messages"
    for place, code in enumerate(WINDOWS if is_gain else WINDOWS[:-1]):
        shade = Shade.BARS if code == "30d" else None
        late = _is_late(place) if is_gain else None
        yield Column(f"{name} {_days(code)}", kind, _window(of, place, kind), name, shade, late=late)
    yield Column(f"{name} total", kind, lambda one: _shown(of(one).total, kind), name)


def _window(
    of: Callable[[RosterLine], Figures], place: int, kind: Kind
) -> Callable[[RosterLine], int | float | None]:
    return lambda one: _shown(of(one).windows[place], kind)


def _is_late(place: int) -> Callable[[RosterLine], bool]:
    return lambda one: one.measured_from[place] is not None


def _days(code: str) -> str:
    return f"{code.removesuffix('d')} d"


def gains(report: ClanReport) -> list[Table[GainsLine]]:
    """Everybody's gains over the period: by skill, and by boss. Of all time they are totals."""
    return [
        _gains("Gains by skill", report, report.skills),
        _gains("Gains by boss", report, report.bosses),
    ]


def _gains(name: str, report: ClanReport, metrics: Sequence[Metric]) -> Table[GainsLine]:
    zone = report.zone
    some = [one for one in metrics if any(line.gains.get(one.key) for line in report.gains)]
    shown = some or list(metrics[:1])
    late = "Set where the first reading lies more than 36 hours after the period's start."
    columns: list[Column[GainsLine]] = [
        Column("Name", Kind.TEXT, lambda one: one.name),
        Column("Measured from", Kind.MOMENT, lambda one: _moment(one.measured_from, zone) or "", note=late),
        *(
            Column(
                metric.name,
                Kind.NUMBER,
                _gain(metric),
                shade=Shade.SCALE,
                late=lambda one: one.measured_from is not None,
            )
            for metric in shown
        ),
    ]
    rows = sorted(report.gains, key=lambda one: _most_first(one.gains.get(shown[0].key), one.name))
    return Table(name, columns, rows, 1, "Nobody is in the clan.")


def _most_first(value: int | None, name: str) -> tuple[bool, int, str]:
    """Sorts the most first, 0 after it and unknown last, equals by name."""
    return value is None, -(value or 0), name.casefold()


def _gain(metric: Metric) -> Callable[[GainsLine], int | None]:
    return lambda one: one.gains.get(metric.key)


def activity(report: ClanReport) -> Table[ActivityLine]:
    """Messages by member and day, or week."""
    columns: list[Column[ActivityLine]] = [
        Column("Name", Kind.TEXT, lambda one: one.name),
        Column("Messages", Kind.NUMBER, said_by, shade=Shade.BARS),
        *(
            Column(slot_name(slot, report.slots), Kind.NUMBER, _in_slot(number), shade=Shade.SCALE)
            for number, slot in enumerate(report.slots)
        ),
    ]
    rows = sorted(report.activity, key=lambda one: _most_first(said_by(one), one.name))
    nothing = "Nobody is in the clan."
    return Table("Activity", columns, rows, 2, nothing)


def slot_name(slot: Slot, slots: Sequence[Slot]) -> str:
    """The day, or the first day of a week; with the year where the report spans more than one."""
    years = slots[0].first.year != slots[-1].last.year
    day = f"{slot.first.day} {_MONTHS[slot.first.month - 1]}"
    return f"{day} {slot.first.year}" if years else day


def _in_slot(number: int) -> Callable[[ActivityLine], int | None]:
    return lambda one: one.messages[number]


def said_by(line: ActivityLine) -> int | None:
    """A member's messages over all slots that were observed; None where none was."""
    known = [one for one in line.messages if one is not None]
    return sum(known) if known else None


def changes(report: ClanReport) -> Table[Change]:
    """What happened to members in the period, the latest first."""
    zone = report.zone
    columns: list[Column[Change]] = [
        Column("When", Kind.MOMENT, lambda one: _moment(one.at, zone)),
        Column("Name", Kind.TEXT, lambda one: one.name),
        Column("What", Kind.TEXT, lambda one: _CHANGES[one.kind]),
        Column("Before", Kind.TEXT, lambda one: _before_after(one, one.before)),
        Column("After", Kind.TEXT, lambda one: _before_after(one, one.after)),
    ]
    nothing = "Nobody joined, left, was renamed or got another rank in this period."
    rows = report.changes[::-1]
    return Table("Changes", columns, rows, 2, nothing)


def promotions(report: ClanReport) -> Table[PromotionLine]:
    """Whose rank officers have to decide on, as ``/promotions`` lists them."""
    zone = report.zone
    columns: list[Column[PromotionLine]] = [
        Column("List", Kind.TEXT, lambda one: one.readiness.value),
        Column("Name", Kind.TEXT, lambda one: one.name),
        Column("Rank now", Kind.TEXT, lambda one: rank_name(one.role) if one.role else None),
        Column("Rank by the rules", Kind.TEXT, lambda one: rank_name(one.rank) if one.rank else ""),
        Column("Met", Kind.NUMBER, lambda one: "" if one.met is None else one.met),
        Column("Of", Kind.NUMBER, lambda one: "" if one.conditions is None else one.conditions),
        Column("Since", Kind.MOMENT, lambda one: _moment(one.since, zone) or ""),
        Column("Verified link", Kind.TEXT, lambda one: "yes" if one.linked else "no"),
        Column("Note", Kind.TEXT, lambda one: one.note),
    ]
    nothing = "No rules yet: /rules edit" if report.promotions is None else "Nobody's rank has to change."
    rows = report.promotions or ()
    return Table("Promotions", columns, rows, 2, nothing)


def inactive(report: ClanReport) -> Table[InactiveLine]:
    """Who is quiet, who is away, and of whom it is not known, by person."""
    zone = report.zone
    columns: list[Column[InactiveLine]] = [
        Column("Name", Kind.TEXT, lambda one: one.name),
        Column("Rank", Kind.TEXT, lambda one: rank_name(one.role) if one.role else None),
        Column("Known", Kind.TEXT, lambda one: one.standing.value),
        Column("Last gain", Kind.MOMENT, lambda one: _moment(one.gained_at, zone)),
        Column("Last line in game", Kind.MOMENT, lambda one: _moment(one.said_at, zone)),
        Column("Last message in Discord", Kind.MOMENT, lambda one: _moment(one.wrote_at, zone)),
        Column("Checked by WOM", Kind.MOMENT, lambda one: _moment(one.checked_at, zone)),
        Column("Why not known", Kind.TEXT, lambda one: "; ".join(_doubts(one, zone))),
        Column("Other accounts", Kind.TEXT, lambda one: ", ".join(one.others)),
    ]
    order = {"quiet": 0, "absent": 1, "unknown": 2}
    rows = sorted(report.inactive, key=lambda one: (order[one.standing.value], one.name.casefold()))
    nothing = "Nobody is quiet, away or unknown."
    return Table("Inactive", columns, rows, 1, nothing)


def _doubts(one: InactiveLine, zone: ZoneInfo) -> Iterator[str]:
    def day(at: datetime) -> str:
        return at.astimezone(zone).date().isoformat()

    return (doubt_text(doubt, one.days, doubt.name, day) for doubt in one.doubts)


def _before_after(change: Change, value: str | None) -> str:
    if value is None:
        return ""
    return value if change.kind is ChangeKind.RENAMED else rank_name(value)


def _account(kind: str) -> str | None:
    return kind.replace("_", " ").capitalize() if kind not in {"", "unknown"} else None


def _shown(value: int | None, kind: Kind) -> int | float | None:
    return value / _HOURS if value is not None and kind is Kind.HOURS else value


def _moment(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """In the clan's time zone: a workbook knows none."""
    return None if at is None else at.astimezone(zone).replace(tzinfo=None)


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()


def _days_since(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else max((now - at).days, 0)
