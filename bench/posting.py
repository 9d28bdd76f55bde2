"""How much of a processor boards, the events feed and the looking for posts take between polls."""

import time
from datetime import datetime, timedelta

from bench.sizes import NOW
from bot.domain.boards import INTERVALS, BoardKind
from bot.domain.clans import Clan
from bot.domain.feed import FeedKind
from bot.domain.ids import ChannelId, UserId
from bot.domain.schedules import Cadence
from bot.jobs.posting import EVERY
from bot.present.live_boards import board_post, digest
from bot.services.boards import Boards
from bot.services.clan_charts import ClanCharts
from bot.services.competitions import Competitions
from bot.services.feed import Feed
from bot.services.leaderboards import Leaderboards
from bot.services.posts import Posts
from bot.services.questions import Questions
from bot.services.statistics import Statistics
from bot.services.worklist import Worklist
from db.session import Database
from tests.wom.support import client_of

WATCHED = timedelta(hours=3)
_CHANNEL, _OFFICER = ChannelId(1), UserId(1)


class _Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def share_of_a_core(database: Database, clan: Clan) -> float:
    """Everything switched on, every board looked at as often as can be chosen: processor time by time.

    What Discord takes to answer is not in it, nor what a poll brings.
    """
    clock, statistics = _Clock(), Statistics(database)
    leaderboards = Leaderboards(database, statistics)
    charts = ClanCharts(database, statistics, leaderboards, clock)
    boards = Boards(database, leaderboards, charts, Worklist(database, clock), clock)
    questions = Questions(database, statistics, leaderboards, clock)
    # Between polls nobody asks Wise Old Man.
    competitions = Competitions(client_of("http://127.0.0.1:9"), leaderboards, clock)
    feed, posts = Feed(database, competitions, questions, clock), Posts(database, clock)
    for kind in BoardKind:
        await boards.switch_on(clan, kind, _CHANNEL, _OFFICER, minutes=min(INTERVALS))
    for what in FeedKind:
        await feed.switch_on(clan, what, _CHANNEL, _OFFICER)
    for cadence in Cadence:
        await posts.choose(clan, cadence, _OFFICER, channel=_CHANNEL)
        await posts.switch(clan, cadence, _OFFICER, on=True)
    began, looked_at = time.process_time(), 0
    while clock.now < NOW + WATCHED:
        clock.now += EVERY
        await posts.late([clan.guild])
        await posts.due([clan.guild])
        await feed.news([clan.guild])
        for found, one in await boards.due([clan.guild]):
            shown = board_post(found, await boards.show(found, one))
            await boards.shown(one, digest=digest(shown))
            looked_at += 1
    assert looked_at >= len(BoardKind) * (WATCHED // timedelta(minutes=min(INTERVALS)))
    return (time.process_time() - began) / WATCHED.total_seconds()
