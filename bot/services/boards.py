"""Which live boards a clan has, what they show, and when they are looked at again."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.domain.boards import DEFAULT_MINUTES, FOR_OFFICERS, BoardKind, LiveBoard, OnBoard
from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.metrics import find_metric
from bot.domain.periods import read_period
from bot.domain.worklist import grouped
from bot.services.clan_charts import ClanCharts
from bot.services.clock import Clock
from bot.services.leaderboards import Leaderboards
from bot.services.worklist import Worklist
from db.queries import boards, clans
from db.session import Database


class Boards:
    """Keeps them."""

    def __init__(
        self,
        database: Database,
        leaderboards: Leaderboards,
        charts: ClanCharts,
        worklist: Worklist,
        clock: Clock,
    ) -> None:
        self._database = database
        self._leaderboards = leaderboards
        self._charts = charts
        self._worklist = worklist
        self._clock = clock

    async def of(self, clan: Clan) -> dict[BoardKind, LiveBoard]:
        """Those that are on. Those for officers stand where their channel is now."""
        async with self._database.read() as session:
            on = await boards.boards(session, clan.id)
            officers = await clans.officer_channel(session, clan.guild)
        return {kind: _placed(one, officers) or one for kind, one in on.items()}

    async def read(self, clan: Clan, metric: str, period: str) -> tuple[str, str]:
        """The codes of a metric and a period that somebody typed.

        Raises:
            UnknownMetric: with the names that are most alike.
            UnreadablePeriod: no rule reads it.
        """
        found = find_metric(metric, await self._leaderboards.metrics())
        return found.key, read_period(period, now=self._clock(), zone=clan.zone).code

    async def switch_on(
        self,
        clan: Clan,
        kind: BoardKind,
        channel: ChannelId,
        by: UserId,
        *,
        minutes: int | None = None,
        asked: tuple[str, str] | None = None,
    ) -> None:
        """Keep a board in a channel. In another channel it is posted anew.

        ``asked`` are the codes of a metric and a period; None keeps what was chosen.
        """
        async with self._database.write() as session:
            before = (await boards.boards(session, clan.id)).get(kind)
            one = before or LiveBoard(clan.id, kind, channel, DEFAULT_MINUTES)
            if one.channel != channel:
                one = LiveBoard(clan.id, kind, channel, one.minutes, metric=one.metric, period=one.period)
            metric, period = asked or (one.metric, one.period)
            one = replace(one, minutes=minutes or one.minutes, looked_at=None, metric=metric, period=period)
            await boards.save_board(session, one)
            detail = {"clan_id": clan.id, "post": kind.value, "channel": str(channel), "on": True}
            await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, self._clock())

    async def switch_off(self, clan: Clan, kind: BoardKind, by: UserId | None) -> None:
        """Keep it no more; ``by`` is None where the bot itself cannot. The message stays as it is."""
        async with self._database.write() as session:
            await boards.end_board(session, clan.id, kind)
            if by is not None:
                detail = {"clan_id": clan.id, "post": kind.value, "on": False}
                await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, self._clock())

    async def due(self, guilds: Collection[GuildId]) -> list[tuple[Clan, LiveBoard]]:
        """Those that are to be looked at now."""
        now = self._clock()
        async with self._database.read() as session:
            found = [one for one in await boards.all_boards(session, guilds) if one.is_due(now)]
            if not found:
                return []
            by_id = {clan.id: clan for clan in await clans.active_clans(session, guilds)}
        return [(by_id[one.clan], one) for one in found if one.clan in by_id]

    async def place(self, clan: Clan, one: LiveBoard) -> LiveBoard | None:
        """The board as it is to be kept now, in the channel where it belongs.

        One for officers follows their channel and is posted there anew. None while they have
        no channel, and where it was switched off meanwhile.
        """
        async with self._database.write() as session:
            before = (await boards.boards(session, clan.id)).get(one.kind)
            if before is None:
                return None
            after = _placed(before, await clans.officer_channel(session, clan.guild))
            if after is not None and after.channel != before.channel:
                await boards.save_board(session, after)
        return after

    async def show(self, clan: Clan, one: LiveBoard) -> OnBoard:
        """What it shows now."""
        if one.kind is BoardKind.WORKLIST:
            return OnBoard(steps=grouped(await self._worklist.open_steps(clan), clan.role_order))
        if one.asked is None:
            return OnBoard(ranks=tuple(await self._charts.ranks(clan)))
        metric, code = one.asked
        period = read_period(code, now=self._clock(), zone=clan.zone)
        found = find_metric(metric, await self._leaderboards.metrics())
        return OnBoard(board=await self._leaderboards.top(clan, found, period))

    async def shown(
        self,
        one: LiveBoard,
        *,
        message: MessageId | None = None,
        digest: str | None = None,
        checked_at: datetime | None = None,
    ) -> None:
        """It was looked at, and perhaps posted or changed: then it says this, by that check."""
        now = self._clock()
        async with self._database.write() as session:
            await boards.note_shown(
                session, one, looked_at=now, message=message, shown=digest, checked_at=checked_at
            )


def _placed(one: LiveBoard, officers: ChannelId | None) -> LiveBoard | None:
    """A board in the channel where it belongs now; None for officers' while they have none."""
    if one.kind not in FOR_OFFICERS or one.channel == officers:
        return one
    return None if officers is None else LiveBoard(one.clan, one.kind, officers, one.minutes)
