"""What the pages about the whole clan show: overview, activity, bosses and skills."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from bot.domain.clan_charts import Spot, outliers
from bot.domain.leaderboards import Board
from bot.domain.metrics import BOSS_KILLS, MESSAGES, OVERALL, Metric, MetricKind, level_of
from bot.domain.site import MONTH, ClanSite, Person, gained_by_all, health, rising_star, totals_by_day
from bot.present.numbers import counted, label
from bot.present.site import charts, people, words
from bot.present.site.scatter import Scatter, scatter
from bot.present.site.tables import Cell, Head, Table, gained, number
from bot.present.text import rank_name

_TENURES: Final = (("under a month", 30), ("1–3 months", 91), ("3–12 months", 365), ("1–2 years", 730))
_TOLD: Final = 12
_FIRST: Final = 5
_NINES: Final = 8
_NAMED: Final = 2


class Card(NamedTuple):
    """One of the numbers that lead; ``why`` is its definition on the about page."""

    title: str
    value: str
    small: str
    why: str
    href: str | None = None


def overview(site: ClanSite) -> dict[str, Any]:
    """The parts of the first page."""
    return activity(site) | {
        "title": "Overview",
        "cards": list(_cards(site)),
        "scatter": scatter_of(site),
        "boards": [
            ("XP", people.board(site, OVERALL, MONTH, _FIRST)),
            ("Boss kills", people.board(site, BOSS_KILLS, MONTH, _FIRST)),
            ("Messages", people.board(site, MESSAGES, MONTH, _FIRST)),
            *((one.metric.name, people.board_of(one, _FIRST)) for one in _asked(site)[:3]),
        ],
        "nines": _nines(site)[:_NINES],
        "records": [one for one in records(site)["rows"] if one[1] == "day"],
        "news": [
            (words.day(one.at, site.zone), words.name(one.name), people.href(one.member), words.happened(one))
            for one in site.changes[:_TOLD]
        ],
    }


def _cards(site: ClanSite) -> Iterable[Card]:
    for title, of in (("Top XP", OVERALL), ("Top messenger", MESSAGES)):
        first = _leading(people.board(site, of, MONTH, len(site.people)).lines)
        small = f"{first[0].marked} in 30 days" if first else "nobody yet"
        yield Card(title, _together(first), small, "gains", first[0].href if len(first) == 1 else None)
    star = rising_star(site.people)
    if star is None:
        yield Card("Rising star", words.DASH, "nobody yet", "rising-star")
    else:
        small = f"{star.times:.1f}× their usual week"
        yield Card(
            "Rising star", words.name(star.person.name), small, "rising-star", people.href(star.person)
        )
    yield _top_boss(site)
    now = health(site.people, site.made_at)
    yield Card(
        "Active members", f"{now.week}", f"of {counted(len(site.people), 'member')}, in 7 days", "active"
    )
    known = [one.xp.total for one in site.people if one.xp.total is not None]
    value = words.total(sum(known) if known else None, OVERALL.measure)
    month = words.gain(gained_by_all(site, OVERALL), OVERALL.measure)
    yield Card("Clan XP", value, f"{month} in 30 days, {len(known)} measured", "clan-xp")


def _leading(lines: Sequence[people.Line]) -> list[people.Line]:
    """Who has the first place of those measured all the time; of all, where nobody was."""
    known = [one for one in lines if not one.partial] or lines
    return [one for one in known if one.place == known[0].place]


def _together(first: Sequence[people.Line]) -> str:
    """Who shares the first place; of many one, and how many others."""
    if len(first) > _NAMED:
        return f"{first[0].name} and {len(first) - 1} more"
    return " and ".join(one.name for one in first) or words.DASH


def _top_boss(site: ClanSite) -> Card:
    best = site.answers.boss_of_the_period
    if not best:
        return Card("Top boss", words.DASH, "no kills read yet", "gains")
    names = " and ".join(one.metric.name for one in best)
    small = f"{counted(best[0].kills, 'kill')} in 30 days, by {counted(best[0].members, 'member')}"
    href = f"metrics/{best[0].metric.key}.html" if best[0].metric in site.bosses else None
    return Card("Top boss", names, small, "bosses", href)


def scatter_of(site: ClanSite) -> Scatter | None:
    """Messages against XP of the last 30 days, of whom both are known; only who leads is named."""
    spots = [
        Spot(words.name(one.name), said, xp, partial=one.is_partial(MONTH))
        for one in site.people
        if (said := one.messages.windows[MONTH]) is not None and (xp := one.xp.windows[MONTH]) is not None
    ]
    return scatter(outliers(spots))


def activity(site: ClanSite) -> dict[str, Any]:
    """When the clan plays and talks, and how long its members have been there."""
    totals = totals_by_day(site)
    return {
        "title": "Activity",
        "trend": [
            (
                words.day(one.day, site.zone),
                words.gain(one.xp, "experience"),
                words.total(one.messages, "messages"),
                one.measured,
            )
            for one in reversed(totals)
        ],
        "xp_trend": people.days_chart(site, [one.xp for one in totals], "XP", "experience"),
        "message_trend": people.days_chart(site, [one.messages for one in totals], "messages", "messages"),
        "heat": charts.heat(site.hours) if _heard(site) else None,
        "weekdays": charts.WEEKDAYS,
        "by_hour": _by_hour(site),
        "favourite": _favourite(site),
        "health": _health(site),
        "tenures": _tenures(site),
        "ranks": _ranks(site),
    }


def _asked(site: ClanSite) -> tuple[Board, ...]:
    """The leaderboards of what the clan asks about itself."""
    it = site.answers
    return it.score, it.raids, it.diversity, it.chat_streak, it.xp_streak


def _nines(site: ClanSite) -> list[charts.Bar]:
    """How many members have level 99 in each skill, the most first, of how many it is known."""
    listed = sorted(site.answers.nines, key=lambda one: -one.members)
    return charts.bars(
        [
            (one.metric.name, one.members, f"{one.members} of {one.known}", f"metrics/{one.metric.key}.html")
            for one in listed
        ]
    )


def _favourite(site: ClanSite) -> str | None:
    """The hours in which most is written, in words; None where nothing was."""
    found = site.answers.favourite_hour
    if found is None:
        return None
    return "Most is written from " + ", ".join(f"{hour:02}:00" for hour in found.hours) + " on."


def records(site: ClanSite) -> dict[str, Any]:
    """The best day, week and month of each measure, with who and when."""
    pages = {one.name: people.href(one) for one in site.people}
    rows = [
        (
            label(one.metric),
            one.span.value,
            words.whole(one.value, one.metric.measure),
            [(words.name(name), pages.get(name)) for name in one.holders],
            one.others,
            _days(site, one.first, one.last),
        )
        for one in site.answers.records.records
    ]
    found = site.answers.records
    since = words.day(found.measured_since or found.since, site.zone)
    heard = None if found.heard_since is None else words.day(found.heard_since, site.zone)
    return {"title": "Records", "rows": rows, "since": since, "heard": None if heard == since else heard}


def _days(site: ClanSite, first: date, last: date) -> str:
    if first == last:
        return words.day(first, site.zone)
    return f"{words.day(first, site.zone)} – {words.day(last, site.zone)}"


def _heard(site: ClanSite) -> bool:
    return any(value is not None for row in site.hours for value in row)


def _by_hour(site: ClanSite) -> charts.Columns | None:
    if not _heard(site):
        return None
    hours: list[int | None] = []
    for hour in range(24):
        known = [value for row in site.hours if (value := row[hour]) is not None]
        hours.append(sum(known) if known else None)
    titles = [
        f"{hour:02}:00: {'unknown' if v is None else counted(v, 'message')}" for hour, v in enumerate(hours)
    ]
    highest = max(value for value in hours if value is not None)
    ticks = [(hour, f"{hour:02}") for hour in range(0, 24, 4)]
    said = " ".join(["Messages by hour.", *filter(None, [_favourite(site)])])
    return charts.columns(hours, titles, ticks, words.total(highest, "messages"), said)


def _health(site: ClanSite) -> list[charts.Bar]:
    now = health(site.people, site.made_at)
    rows = [
        ("in the last 7 days", now.week),
        ("in the last 30 days", now.month),
        ("longer ago", now.quiet),
        ("unknown", now.unknown),
    ]
    return charts.bars([(name, value, f"{value}", None) for name, value in rows])


def _tenures(site: ClanSite) -> list[charts.Bar]:
    days = [(site.made_at - one.joined_at).days for one in site.people if one.joined_at is not None]
    rows: list[tuple[str, int | None, str, str | None]] = []
    low = 0
    for name, high in (*_TENURES, ("over 2 years", 10**6)):
        number_ = sum(1 for one in days if low <= one < high)
        rows.append((name, number_, f"{number_}", None))
        low = high
    unknown = len(site.people) - len(days)
    return charts.bars([*rows, *([("unknown", unknown, f"{unknown}", None)] if unknown else [])])


def _ranks(site: ClanSite) -> list[charts.Bar]:
    held = [one.role for one in site.people]
    order = {role: place for place, role in enumerate(site.role_order)}
    roles = sorted(set(held), key=lambda role: (order.get(role or "", len(order)), role or ""))
    return charts.bars([(rank_name(role), held.count(role), f"{held.count(role)}", None) for role in roles])


def leaderboards(site: ClanSite) -> dict[str, Any]:
    """The first ten of every measure, over every window and in all."""
    groups: list[tuple[str, str, list[people.Board]]] = []
    for of in people.MEASURES:
        windows = (0, 1, 2) if of is MESSAGES else (0, 1, 2, 3)
        boards = [people.board(site, of, window, 10) for window in (*windows, None)]
        groups.append((people.label(of), of.key, boards))
    asked = [people.board_of(one, 10) for one in _asked(site)]
    return {"title": "Leaderboards", "groups": groups, "asked": asked}


def metrics(site: ClanSite, kind: MetricKind) -> dict[str, Any]:
    """All skills, or all bosses: what the clan gained, who gained most and who has most."""
    skills = kind is MetricKind.SKILL
    listed = site.skills if skills else site.bosses
    heads = [Head("Skill" if skills else "Boss", numeric=False), Head("Clan, 30 days", why="clan-xp")]
    heads += [Head("Gained most", numeric=False), Head("With"), Head("Has most", numeric=False), Head("With")]
    rows = [_metric_row(site, of) for of in listed]
    rows.sort(key=lambda row: -(row[1].sort if isinstance(row[1].sort, int) else -1))
    search = "Find a skill" if skills else "Find a boss"
    table = Table("skills" if skills else "bosses", heads, rows, search, of_people=False)
    nines = _nines(site) if skills else []
    return {"title": "Skills" if skills else "Bosses", "table": table, "nines": nines}


def _metric_row(site: ClanSite, of: Metric) -> list[Cell]:
    cells = [
        Cell(of.name, of.name.casefold(), f"metrics/{of.key}.html"),
        gained(gained_by_all(site, of), of.measure),
    ]
    most, has = _gained_most(site.people, of), _best(site.people, of, "totals")
    if most is None:
        cells += [Cell(words.DASH, None), Cell(words.DASH, None)]
    else:
        value = gained(most.gains[of.key], of.measure, partial=most.is_partial(MONTH))
        cells += [people.name_cell(most.member, most.name, ""), value]
    if has is None:
        return [*cells, Cell(words.DASH, None), Cell(words.DASH, None)]
    return [*cells, people.name_cell(has.member, has.name, ""), number(has.totals[of.key], of.measure)]


def _gained_most(everybody: Sequence[Person], of: Metric) -> Person | None:
    """Of those measured all the time; of all, where none of those gained any."""
    whole = [one for one in everybody if not one.is_partial(MONTH)]
    return _best(whole, of, "gains") or _best(everybody, of, "gains")


def _best(everybody: Iterable[Person], of: Metric, values: str) -> Person | None:
    """Who has most, the first by name of equals; None where nobody has any."""
    having = [one for one in everybody if getattr(one, values).get(of.key)]
    return min(having, key=lambda one: (-getattr(one, values)[of.key], one.name.casefold()), default=None)


def metric_page(site: ClanSite, of: Metric, root: str) -> dict[str, Any]:
    """Everybody of whom it is known what they have of a skill or boss."""
    skills = of.kind is MetricKind.SKILL
    heads = [Head("Name", numeric=False), *([Head("Level")] if skills else [])]
    heads += [Head("XP" if skills else "Kills", why="totals"), Head("Last 30 days", why="gains")]
    having = [(total, one) for one in site.people if (total := one.totals.get(of.key)) is not None]
    having.sort(key=lambda pair: (-pair[0], pair[1].name.casefold()))
    rows = [
        [
            people.name_cell(one.member, one.name, root),
            *([number(level_of(total), "level")] if skills else []),
            number(total, of.measure),
            gained(one.gains.get(of.key), of.measure, partial=one.is_partial(MONTH)),
        ]
        for total, one in having
    ]
    table = Table("metric", heads, rows, "Find a member")
    return {
        "title": of.name,
        "table": table,
        "measured": len(having),
        "members": len(site.people),
        "skills": skills,
    }
