"""What pages about members show: the roster, leaderboards and a member's own page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bot.domain.ids import MemberId
from bot.domain.leaderboards import Board as Ranking
from bot.domain.leaderboards import Entry, Standing, rank
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, MESSAGES, OVERALL, Metric, MetricKind, level_of
from bot.domain.reports import Figures
from bot.domain.site import ClanSite, Person
from bot.present.numbers import PARTIAL, counted, label
from bot.present.site import charts, words
from bot.present.site.tables import Cell, Head, Table, gained, number, windows
from bot.present.text import rank_name
from bot.present.theme import MEDALS

MEASURES: Final = (OVERALL, EHP, EHB, BOSS_KILLS, MESSAGES)
SHORT_WINDOWS: Final = ("7 d", "30 d", "90 d", "365 d")


def figures_of(person: Person, of: Metric) -> Figures:
    """A member's figures of one of :data:`MEASURES`."""
    return {
        OVERALL.key: person.xp,
        EHP.key: person.ehp,
        EHB.key: person.ehb,
        BOSS_KILLS.key: person.kills,
        MESSAGES.key: person.messages,
    }[of.key]


def href(person: Person | MemberId) -> str:
    """A member's page, from the top."""
    return f"members/{person.member if isinstance(person, Person) else person}.html"


class Line(NamedTuple):
    """A line of a leaderboard; ``partial`` is whether it covers less than the period."""

    place: int
    medal: str
    name: str
    href: str
    text: str
    partial: bool

    @property
    def marked(self) -> str:
        """The number as it is written where nothing else marks it."""
        return f"{PARTIAL}{self.text}" if self.partial else self.text


class Board(NamedTuple):
    """The first lines of a leaderboard, of how many measured members of how many."""

    title: str
    lines: Sequence[Line]
    measured: int
    members: int


def board(site: ClanSite, of: Metric, window: int | None, first: int) -> Board:
    """Gains over a window, or what members have in all where it is None."""
    title = "all time" if window is None else words.WINDOW_NAMES[window]
    entries = (_entry(one, of, window) for one in site.people)
    standings, _ = rank(entries)
    write = words.total if window is None else words.gain
    lines = [_line(one, of, write) for one in standings[:first] if one.entry.value]
    return Board(title, lines, len(standings), len(site.people))


def board_of(of: Ranking, first: int) -> Board:
    """The first lines of a leaderboard that was ranked already."""
    write = words.total if of.metric.kind is MetricKind.DERIVED else words.gain
    lines = [_line(one, of.metric, write) for one in of.standings[:first] if one.entry.value]
    return Board(of.metric.name, lines, len(of.standings), of.members)


def _entry(person: Person, of: Metric, window: int | None) -> Entry:
    figures = figures_of(person, of)
    if window is None:
        return Entry(person.member, person.name, figures.total)
    late = None if of is MESSAGES else person.measured_from[window]
    return Entry(person.member, person.name, figures.windows[window], late)


def _line(one: Standing, of: Metric, write: Any) -> Line:
    partial = one.entry.measured_from is not None
    medal = "" if partial else MEDALS.get(one.place, "")
    text = write(one.entry.value, of.measure)
    return Line(one.place, medal, words.name(one.entry.name), href(one.entry.member), text, partial)


def roster(site: ClanSite, root: str) -> Table:
    """Everybody with all columns, by rank and name."""
    order = {role: place for place, role in enumerate(site.role_order)}
    heads = [Head("Name", numeric=False), Head("Rank", numeric=False), Head("In the clan")]
    heads += [Head("Level"), Head("XP", why="totals")]
    for of in MEASURES:
        shown = SHORT_WINDOWS[: 3 if of is MESSAGES else 4]
        heads += [Head(f"{label(of)} {name}", why="gains") for name in shown]
        if of is not OVERALL:
            heads.append(Head(f"{label(of)} all", why="totals"))
    people = sorted(site.people, key=lambda one: (order.get(one.role or "", len(order)), one.name.casefold()))
    return Table("roster", heads, [_roster_row(site, one, order, root) for one in people], "Find a member")


def _roster_row(site: ClanSite, one: Person, order: dict[str, int], root: str) -> list[Cell]:
    joined = None if one.joined_at is None else -one.joined_at.timestamp()
    late = [at is not None for at in one.measured_from]
    cells = [
        name_cell(one.member, one.name, root)._replace(also=[words.name(old.name) for old in one.former]),
        Cell(rank_name(one.role), order.get(one.role or "", len(order))),
        Cell(words.tenure(one.joined_at, site.made_at), joined, None, words.day(one.joined_at, site.zone)),
        number(one.total_level, "level"),
        number(one.xp.total, OVERALL.measure),
    ]
    for of in MEASURES:
        figures = figures_of(one, of)
        cells += windows(figures, of.measure, (False,) * 4 if of is MESSAGES else late)
        if of is not OVERALL:
            cells.append(number(figures.total, of.measure))
    return cells


def name_cell(member: MemberId, name: str, root: str) -> Cell:
    """A member's name, which leads to their page."""
    shown = words.name(name)
    return Cell(shown, shown.casefold(), root + href(member))


@dataclass(frozen=True, slots=True)
class Placed:
    """A member's figures of one measure, with the place of each among who is measured."""

    name: str
    cells: Sequence[tuple[Cell, int | None]]


class Places:
    """Everybody's places, worked out once for all pages of members."""

    def __init__(self, site: ClanSite) -> None:
        self._places: dict[tuple[str, int | None], dict[MemberId, int]] = {}
        self.measured: dict[tuple[str, int | None], int] = {}
        for of in MEASURES:
            for window in (0, 1, 2, 3, None):
                if of is MESSAGES and window == 3:
                    continue
                standings, _ = rank(_entry(one, of, window) for one in site.people)
                self._places[of.key, window] = {one.entry.member: one.place for one in standings}
                self.measured[of.key, window] = len(standings)

    def placed(self, one: Person) -> list[Placed]:
        """A member's measures, window by window and in all."""
        return [Placed(label(of), self._cells(one, of)) for of in MEASURES]

    def _cells(self, one: Person, of: Metric) -> list[tuple[Cell, int | None]]:
        figures = figures_of(one, of)
        late = [of is not MESSAGES and at is not None for at in one.measured_from]
        cells = windows(figures, of.measure, late)
        if of is MESSAGES:
            cells.append(Cell("", None))
        found = [
            (cell, self._places.get((of.key, window), {}).get(one.member))
            for window, cell in enumerate(cells)
        ]
        return [*found, (number(figures.total, of.measure), self._places[of.key, None].get(one.member))]


def member_page(site: ClanSite, one: Person, places: Places, root: str) -> dict[str, Any]:
    """A member's own page."""
    return {
        "title": words.name(one.name),
        "person": one,
        "facts": list(_facts(site, one)),
        "placed": places.placed(one),
        "window_names": words.WINDOW_NAMES,
        "xp_chart": days_chart(site, one.xp_days, "XP", "experience"),
        "message_chart": days_chart(site, one.message_days, "messages", "messages"),
        "skills": _metrics_table("skills", site.skills, one, root),
        "bosses": _metrics_table("bosses", site.bosses, one, root),
        "former": [
            (words.name(old.name), words.day(old.since, site.zone), words.day(old.until, site.zone))
            for old in one.former
        ],
    }


def _facts(site: ClanSite, one: Person) -> Iterable[tuple[str, str]]:
    yield "Rank", rank_name(one.role)
    yield "Account", words.account(one.account_type)
    yield "In the clan", words.tenure(one.joined_at, site.made_at)
    yield "Joined", words.day(one.joined_at, site.zone)
    yield "Total level", words.whole(one.total_level, "level")
    yield "Last looked at by Wise Old Man", words.minute(one.checked_at, site.zone)


def days_chart(
    site: ClanSite, values: Sequence[int | None], noun: str, measure: str
) -> charts.Columns | None:
    """Values by the pages' days; None where nothing above 0 is known."""
    known = [value for value in values if value is not None]
    if not any(known):
        return None

    def told(value: int | None) -> str:
        if value is None:
            return "unknown"
        return counted(value, "message") if measure == "messages" else f"{words.gain(value, measure)} {noun}"

    titles = [
        f"{words.day(day, site.zone)}: {told(value)}" for day, value in zip(site.days, values, strict=True)
    ]
    said = f"{noun} by day, {words.total(sum(known), measure)} in {len(site.days)} days"
    return charts.columns(values, titles, day_ticks(site), words.total(max(known), measure), said)


def day_ticks(site: ClanSite) -> list[tuple[int, str]]:
    """A word under every seventh day, counted from the last."""
    last = len(site.days) - 1
    return [
        (number, f"{site.days[number].day} {site.days[number]:%b}")
        for number in range(last % 7 + (0 if last % 7 > 1 else 7), last + 1, 7)
    ]


def _metrics_table(name: str, metrics: Sequence[Metric], one: Person, root: str) -> Table | None:
    skills = name == "skills"
    heads = [Head("Skill" if skills else "Boss", numeric=False)]
    heads += [Head("Level"), Head("XP")] if skills else [Head("Kills")]
    heads.append(Head("Last 30 days", why="gains"))
    rows: list[list[Cell]] = []
    for of in metrics:
        total = one.totals.get(of.key)
        if total is None and not skills:
            continue
        cells = [Cell(of.name, of.name, f"{root}metrics/{of.key}.html")]
        if skills:
            cells.append(number(None if total is None else level_of(total), "level"))
        rows.append(
            [
                *cells,
                number(total, of.measure),
                gained(one.gains.get(of.key), of.measure, partial=one.is_partial(1)),
            ]
        )
    return Table(name, heads, rows) if rows else None
