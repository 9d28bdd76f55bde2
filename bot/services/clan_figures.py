"""Everybody's figures over the rolling periods of a report: the same for its sheets and for the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.ids import MemberId, MetricId
from bot.domain.leaderboards import Entry
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, OVERALL, TOTAL_LEVEL, Metric
from bot.domain.periods import Period, read_period
from bot.domain.reports import WINDOWS, Figures
from bot.services.measured import Key, entry_of, group_ends
from bot.services.said import Said, said_in
from db.queries import gains, links
from db.queries.gains import Ends

_OTHERS: Final = (BOSS_KILLS, EHP, EHB)


@dataclass(frozen=True, slots=True)
class Windows:
    """Everybody's figures of a few metrics, by window and in all."""

    windows: Sequence[Mapping[Key, Sequence[Ends]]]
    periods: Sequence[Period]
    total: Mapping[Key, Sequence[Ends]]
    total_period: Period
    ids: Mapping[str, MetricId]

    def figures(self, member: MemberId, of: Metric) -> Figures:
        """A member's figures of one metric."""
        if of.key not in self.ids:
            return Figures((None,) * len(self.windows), None)
        return Figures(tuple(one.value for one in self._entries(member, of)), self.in_all(member, of))

    def measured_from(self, member: MemberId) -> tuple[datetime | None, ...]:
        """By window, since when a member's gains were measured where that is late; else None.

        A reading is of all metrics at once, so whichever gain is known tells it: total XP, for who is
        unranked in it any other.
        """
        found: tuple[datetime | None, ...] = (None,) * len(self.windows)
        for of in (OVERALL, *_OTHERS):
            if of.key not in self.ids:
                continue
            entries = self._entries(member, of)
            found = tuple(at or one.measured_from for at, one in zip(found, entries, strict=True))
            if all(one.value is not None for one in entries):
                break
        return found

    def in_all(self, member: MemberId, of: Metric) -> int | None:
        """What a member has of one metric."""
        key = (member, self.ids[of.key]) if of.key in self.ids else None
        return None if key is None else entry_of(member, "", of, self.total.get(key), self.total_period).value

    def _entries(self, member: MemberId, of: Metric) -> list[Entry]:
        key = (member, self.ids[of.key])
        return [
            entry_of(member, "", of, ends.get(key), period)
            for ends, period in zip(self.windows, self.periods, strict=True)
        ]


async def read_windows(
    session: AsyncSession, clan: Clan, ids: Mapping[str, MetricId], now: datetime
) -> Windows:
    """XP, boss kills, EHP and EHB over each of :data:`WINDOWS`; they and the total level in all."""
    wanted = [ids[one.key] for one in (OVERALL, *_OTHERS) if one.key in ids]
    level = [ids[TOTAL_LEVEL.key]] if TOTAL_LEVEL.key in ids else []
    periods = [read_period(code, now=now, zone=clan.zone) for code in WINDOWS]
    everything = read_period("all", now=now, zone=clan.zone)
    found = [group_ends(await gains.readings(session, clan.id, wanted, period)) for period in periods]
    total = group_ends(await gains.readings(session, clan.id, [*wanted, *level], everything))
    return Windows(found, periods, total, everything, ids)


@dataclass(frozen=True, slots=True)
class SaidInWindows:
    """Messages by member over the windows but the last, and in all."""

    windows: Sequence[Said]
    total: Said

    def figures(self, member: MemberId) -> Figures:
        """A member's."""
        return Figures(tuple(one.of(member) for one in self.windows), self.total.of(member))


async def read_said(session: AsyncSession, clan: Clan, now: datetime) -> SaidInWindows:
    """Everybody's messages over the windows but the last, and in all."""
    linked = await links.linked_members(session, clan.id)
    *windows, total = [
        await said_in(session, clan.id, read_period(code, now=now, zone=clan.zone), linked)
        for code in (*WINDOWS[:-1], "all")
    ]
    return SaidInWindows(windows, total)
