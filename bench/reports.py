"""How long the workbook, csv, a week's summary and a clan's charts take, reading and drawing together."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.domain.clans import Clan
from bot.domain.periods import read_period
from bot.domain.reports import ReportKind
from bot.domain.schedules import Cadence, Part, slot_at
from bot.present.chart import clan_chart
from bot.present.clan_charts import heatmap_chart, quadrants_chart, trend_chart
from bot.present.report_files import csv_files
from bot.present.workbook import Look, workbook
from bot.services.change_sets import ChangeSets
from bot.services.clan_charts import ClanCharts
from bot.services.clan_roster import ClanRoster
from bot.services.eligibility.service import Eligibility
from bot.services.inactivity import Inactivity
from bot.services.leaderboards import Leaderboards
from bot.services.promotions.service import Promotions
from bot.services.questions import Questions
from bot.services.rendering import Renderer
from bot.services.reports import Reports
from bot.services.statistics import Statistics
from bot.services.summaries import Summaries
from db.session import Database

RUNS = 5


async def figures(database: Database, clan: Clan) -> AsyncGenerator[Figure]:
    """Each as an officer waits for it; what the render process remembers is left out."""
    renderer, numbers = Renderer(cache_bytes=0), count()
    statistics = Statistics(database)
    boards = Leaderboards(database, statistics)
    asked = Questions(database, statistics, boards, _now)
    charts = ClanCharts(database, statistics, boards, _now)
    period = read_period("30d", now=NOW, zone=clan.zone)
    reports = _reports(database, statistics)

    async def book(kind: ReportKind) -> None:
        made = await reports.clan(clan, period, None, None, kind)
        await renderer.render(workbook, made, [kind], Look.DARK, guild=clan.guild, key=str(next(numbers)))

    async def csv() -> None:
        csv_files(made, [ReportKind.ROSTER])

    async def post() -> None:
        slot = slot_at(Cadence.WEEKLY, (NOW - timedelta(days=1)).astimezone(clan.zone).date(), NOW)
        summary = await Summaries(database, statistics, boards, asked).of(
            clan, Cadence.WEEKLY, slot, frozenset(Part)
        )
        key = str(next(numbers))
        await renderer.render(clan_chart, summary.chart, summary.clan_name, guild=clan.guild, key=key)

    async def drawn(what: str) -> None:
        key = str(next(numbers))
        if what == "hours":
            hours = await charts.hours(clan, period)
            await renderer.render(heatmap_chart, hours, "Hours", "30 d", guild=clan.guild, key=key)
        elif what == "quadrants":
            spots = await charts.quadrants(clan, period)
            await renderer.render(quadrants_chart, spots, "XP", "30 d", guild=clan.guild, key=key)
        else:
            weeks = await charts.trend(clan)
            await renderer.render(trend_chart, weeks, "Weeks", guild=clan.guild, key=key)

    try:
        made = await reports.clan(clan, period, None, None)
        yield await measure(
            "the whole workbook, 30 days", partial(book, ReportKind.ALL), runs=RUNS, target=3_000
        )
        yield await measure("its roster alone", partial(book, ReportKind.ROSTER), runs=RUNS, target=700)
        yield await measure("the roster as csv, once read", csv, runs=RUNS, target=200)
        yield await measure("a week's post with its chart", post, runs=RUNS, target=1_500)
        for what in ("hours", "quadrants", "trend"):
            yield await measure(f"the clan's chart, {what}", partial(drawn, what), runs=RUNS, target=250)
    finally:
        await renderer.close()


def _now() -> datetime:
    return NOW


def _reports(database: Database, statistics: Statistics) -> Reports:
    eligibility = Eligibility(database, statistics, _now)
    return Reports(
        database,
        statistics,
        ClanRoster(database),
        Inactivity(database, _now),
        Promotions(database, eligibility, ChangeSets(database, _now), _now),
        _now,
    )
