"""Asking WOM to look again: one player when somebody wants it, the whole clan once a day."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.clans import Clan
from bot.domain.errors import Outdated, PlayerNotTracked, UpdateRefused, WomUnavailable
from bot.domain.ids import MemberId
from bot.domain.periods import midnight
from bot.services.clock import Clock
from bot.services.failures import as_user_error
from bot.services.sealing import Sealer
from bot.services.statistics import Statistics
from bot.wom.client import WomClient
from bot.wom.errors import PlayerUpdateRefused, WomError
from db.queries import clans, members, names, roster
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

BEFORE_DAY_ENDS = timedelta(hours=2)
"""Late enough that the day's gains are in, early enough for WOM to work through the clan."""
OUTDATED = timedelta(hours=23, minutes=30)
"""WOM passes over whoever it looked at more recently."""


@dataclass(frozen=True, slots=True)
class RefreshProgress:
    """How far WOM is with ``number`` members. ``refused`` are names with WOM's reasons.

    ``stopped`` is why it ended before all were asked for.
    """

    number: int
    done: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    stopped: WomUnavailable | None = None

    @property
    def asked(self) -> int:
        """How many WOM was asked for, with an answer of either kind."""
        return self.done + len(self.refused)


class Refreshing:
    """Has WOM update what it knows."""

    def __init__(
        self, database: Database, wom: WomClient, statistics: Statistics, sealer: Sealer, clock: Clock
    ) -> None:
        self._database = database
        self._wom = wom
        self._statistics = statistics
        self._sealer = sealer
        self._clock = clock

    async def update_member(self, clan: Clan, member: MemberId, *, background: bool = False) -> None:
        """Have WOM look at one member now, and store what it saw; ``background`` lets others go first.

        Raises:
            Outdated: there is no such member any more.
            UpdateRefused: WOM would not, and why. The name of an archived member is
                another account's by now, so WOM is not asked.
            WomUnavailable: WOM did not answer usefully.
        """
        async with self._database.read() as session:
            row = await members.member_by_id(session, clan.id, member)
            known = await names.names_of(session, clan.id, member)
        if row is None:
            raise Outdated
        if all(held.end is not None for held in known):
            raise UpdateRefused(row.name, "archived")
        try:
            answer = await self._wom.update_player(row.name, background=background)
        except PlayerUpdateRefused as refusal:
            raise UpdateRefused(row.name, refusal.why) from refusal
        except WomError as error:
            raise as_user_error(error, now=self._clock(), player=row.name) from error
        if answer.last_changed_at is not None:
            # Before the look itself is stored: nobody may seem to have been looked at and not gained.
            async with self._database.write() as session:
                await members.note_gained(session, clan.id, answer.id, answer.last_changed_at)
        if answer.latest_snapshot is not None:
            await self._statistics.store(clan.id, [answer.latest_snapshot])

    async def update_members(
        self, clan: Clan, wanted: Sequence[MemberId]
    ) -> AsyncGenerator[RefreshProgress, None]:
        """Have WOM look at several members, one after the other and behind everybody else's requests.

        Tells how far it is after each. Whom WOM refuses is counted and passed over; where WOM
        does not answer it ends there.
        """
        progress = RefreshProgress(len(wanted))
        for member in wanted:
            try:
                await self.update_member(clan, member, background=True)
                progress = replace(progress, done=progress.done + 1)
            except UpdateRefused as refusal:
                refused = (*progress.refused, (refusal.name, refusal.reason))
                progress = replace(progress, refused=refused)
            except PlayerNotTracked as error:
                progress = replace(progress, refused=(*progress.refused, (error.name, "not_on_hiscores")))
            except Outdated:
                progress = replace(progress, number=progress.number - 1)
            except WomUnavailable as error:
                yield replace(progress, stopped=error)
                return
            yield progress

    async def update_clan_if_due(self, clan: Clan) -> int | None:
        """Once a day, two hours before the clan's day ends, have WOM look at all its members.

        Returns:
            How many WOM is updating; None where it was not asked: not the hour, done today,
            the group's code is not known, or everybody's data is younger than 23.5 hours.

        Raises:
            WomError: WOM refused; it is tried again at the next poll of the hour.
            SecretsUnavailable: the code was sealed with another SECRET_KEY.
        """
        now = self._clock()
        if clan.sealed_code is None or not is_due(clan, now):
            return None
        async with self._database.read() as session:
            checked = await roster.outdated_members(session, clan.id, now - OUTDATED)
        if not checked:
            return None
        result = await self._wom.update_all(clan.group, self._sealer.open(clan.sealed_code))
        async with self._database.write() as session:
            await clans.update_clan(session, clan.id, update_all_at=now)
        log.info("clan_refreshed", clan_id=clan.id, members=result.count)
        return result.count


def is_due(clan: Clan, now: datetime) -> bool:
    """Whether it is the last two hours of the clan's day and WOM was not asked in it yet."""
    today = now.astimezone(clan.zone).date()
    ends = midnight(today + timedelta(days=1), clan.zone)
    asked = clan.update_all_at.astimezone(clan.zone).date() if clan.update_all_at else None
    return now >= ends - BEFORE_DAY_ENDS and asked != today
