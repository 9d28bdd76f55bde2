"""How long a clan's questions take: all of them for a week's post, and those that read the most."""

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import partial

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.domain.clans import Clan
from bot.domain.metrics import DERIVED_METRICS
from bot.domain.periods import read_period
from bot.services.leaderboards import Leaderboards
from bot.services.questions import Questions
from bot.services.statistics import Statistics
from db.session import Database

RUNS = 5


async def figures(database: Database, clan: Clan) -> AsyncGenerator[Figure]:
    """Each as somebody waits for it."""
    statistics = Statistics(database)
    boards = Leaderboards(database, statistics)
    questions = Questions(database, statistics, boards, _now)
    for code in ("last-week", "30d", "all"):
        period = read_period(code, now=NOW, zone=clan.zone)
        yield await measure(
            f"every question, {code}", partial(questions.answers, clan, period), runs=RUNS, target=3_000
        )
    yield await measure("the clan's records", partial(questions.records, clan), runs=RUNS, target=2_400)
    month = read_period("30d", now=NOW, zone=clan.zone)
    for one in DERIVED_METRICS:
        yield await measure(
            f"leaderboard: {one.name}, 30 days", partial(boards.top, clan, one, month), runs=RUNS, target=500
        )
    yield await measure("99s of each skill", partial(questions.nines, clan, month), runs=RUNS, target=500)
    yield await measure(
        "the favourite hour", partial(questions.favourite_hour, clan, month), runs=RUNS, target=500
    )


def _now() -> datetime:
    return NOW
