"""Looks every minute what is to be posted, and what is new."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

import structlog

from bot.domain.boards import LiveBoard
from bot.domain.clans import Clan
from bot.domain.ids import GuildId
from bot.domain.posts import Post
from bot.jobs.looping import Looping
from bot.logs import new_trace
from bot.services.boards import Boards
from bot.services.feed import Feed, News
from bot.services.posts import Due, Posts

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)


class PostingJob(Looping):
    """The loop. What fails of one kind of work keeps no other from being done.

    ``due`` is called for each post that is to be sent, ``late`` for each that was not in time, as far as is
    known, until that is settled, ``news`` for each channel in which a feed has something to tell, ``board``
    for each live board to be looked at.
    """

    def __init__(
        self,
        posts: Posts,
        feed: Feed,
        boards: Boards,
        guilds: Callable[[], Iterable[GuildId]],
        due: Callable[[Due], object],
        late: Callable[[Clan, Post], object],
        news: Callable[[News], object],
        board: Callable[[Clan, LiveBoard], object],
    ) -> None:
        self._boards = boards
        self._board = board
        self._posts = posts
        self._feed = feed
        self._news = news
        self._guilds = guilds
        self._due = due
        self._late = late
        super().__init__(self._run, EVERY)

    async def _run(self) -> None:
        guilds = list(self._guilds())
        with new_trace(job="posting"):
            for work in (self._tell_late, self._post, self._tell_news, self._look_at_boards):
                try:
                    await work(guilds)
                except Exception:  # a loop of discord.py ends for good at the first error it does not know
                    log.exception("posts_not_looked_up", work=work.__name__)

    async def _tell_late(self, guilds: Collection[GuildId]) -> None:
        for clan, post in await self._posts.late(guilds):
            self._late(clan, post)

    async def _post(self, guilds: Collection[GuildId]) -> None:
        for one in await self._posts.due(guilds):
            self._due(one)

    async def _tell_news(self, guilds: Collection[GuildId]) -> None:
        for told in await self._feed.news(guilds):
            self._news(told)

    async def _look_at_boards(self, guilds: Collection[GuildId]) -> None:
        for clan, shown in await self._boards.due(guilds):
            self._board(clan, shown)
