"""What follows an approved promotion by itself: the Discord role, the tick, WOM's role, the confirmation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import ChangeItem, ChangeSet, ItemState
from bot.domain.clans import Clan
from bot.domain.drift import rank_of_emoji
from bot.domain.errors import SecretsUnavailable
from bot.domain.ids import MemberId, UserId
from bot.domain.promotions import (
    BACK,
    EXPECTED_FOR,
    Ending,
    Promotion,
    Seen,
    WayBack,
    Witness,
    expected_back,
    expected_ranks,
    is_to_be_set,
    is_to_be_set_back,
    promotion_of,
    taken_back_of,
    verdict_of,
)
from bot.domain.worklist import Ticked
from bot.services.clock import Clock
from bot.services.promotions.service import PROMOTION
from bot.services.sealing import Sealer
from bot.services.worklist import drop_from_worklist
from bot.wom.client import WomClient
from bot.wom.errors import WomError, WomRefused
from db.queries import clans, members, promotions, seen_ranks, worklist
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Following:
    """Notes what was done, sets WOM's role once it is so in the game, and sees what is confirmed."""

    def __init__(self, database: Database, wom: WomClient, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._wom = wom
        self._sealer = sealer
        self._clock = clock

    async def expected(self, session: AsyncSession, clan: Clan) -> Mapping[MemberId, str]:
        """Which of WOM's roles members are taken for while they are promoted, or taken back."""
        now = self._clock()
        back = await _ways_back(session, clan, now)
        under_way = await promotions.under_way(session, clan.id)
        return expected_back(back, now) | expected_ranks(under_way, now)

    async def on_item(self, session: AsyncSession, one: ChangeSet, item: ChangeItem) -> None:
        """A user's Discord roles were changed, or not: note it with their promotions."""
        if one.kind != PROMOTION or one.undo_of is not None:
            return
        ids = await promotions.of_change_set(session, one.clan, one.id, item.user)
        if item.state is ItemState.DONE and item.why is None:
            await promotions.change(session, one.clan, ids, discord_at=self._clock(), discord_note=None)
        else:
            note = (item.why or item.state).value
            await promotions.change(session, one.clan, ids, discord_note=note)

    async def on_ticked(self, session: AsyncSession, clan: Clan, ticked: Ticked) -> None:
        """Steps were done in the game: note it with their promotions."""
        ids = [id_ for id_ in (promotion_of(step.origin) for step in ticked.steps) if id_ is not None]
        if ids:
            await promotions.change(session, clan.id, ids, ticked_at=ticked.at, ticked_by=ticked.by)

    async def follow(self, clan: Clan, by: UserId) -> list[Promotion]:
        """After a poll, or a tick: end what is confirmed or over, then set WOM's role where it is to be set.

        What still waits in the game of those that end is taken off the worklist, by ``by``: the bot.

        Returns:
            What ended just now.
        """
        ended = await self._end(clan, by)
        await self._set_roles(clan)
        return ended

    async def _end(self, clan: Clan, by: UserId) -> list[Promotion]:
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            under_way = await promotions.under_way(session, clan.id)
            back = await _ways_back(session, clan, now)
            if not (under_way or back):
                return []
            present = {one.id: one.wom_role for one in await members.current_members(session, clan.id)}
            await _confirm_back(session, clan, back, present)
            changed = await seen_ranks.rank_changes(session, clan.id)
            roles = {*clan.role_order, *(role for role in present.values() if role is not None)}
            shown = {
                member: Seen(role, one.at)
                for member, one in (await seen_ranks.shown_ranks(session, clan.id)).items()
                if (role := rank_of_emoji(one.emoji, roles)) is not None
            }
            ended: list[Promotion] = []
            for one in under_way:
                verdict = _verdict(one, present, changed, shown, now)
                if verdict is not None:
                    ending, witness = verdict
                    columns = {
                        "ended_at": now,
                        "ending": ending.value,
                        "confirmed_by": witness and witness.value,
                    }
                    await promotions.change(session, clan.id, [one.id], **columns)
                    ended.append(one)
            await drop_from_worklist(session, clan, {one.origin for one in ended}, by, now)
        return ended

    async def _set_roles(self, clan: Clan) -> None:
        """WOM's role of whoever has a rank in the game, or had it taken back there, if the code is known.

        A refusal is noted and not tried again; an outage is tried again after the next poll.
        """
        async with self._database.read() as session:
            under_way = await promotions.under_way(session, clan.id)
            back = await _ways_back(session, clan, self._clock())
            roles = {one.id: one.wom_role for one in await members.current_members(session, clan.id)}
            stored = await clans.clan_by_id(session, clan.id)
        polled_at = stored and stored.polled_at
        waiting = [
            (one, one.to_role or "")
            for one in under_way
            if is_to_be_set(one, roles.get(one.member), polled_at)
        ]
        waiting += [
            (one.of, one.of.from_role or "")
            for one in back
            if one.of.member in roles and is_to_be_set_back(one, roles[one.of.member])
        ]
        if not waiting or clan.sealed_code is None:
            return
        try:
            code = self._sealer.open(clan.sealed_code)
        except SecretsUnavailable:
            log.warning("wom_roles_not_set", clan_id=clan.id, reason="the code cannot be read")
            return
        for one, role in waiting:
            if not await self._set_role(clan, one, role, code):
                return

    async def _set_role(self, clan: Clan, one: Promotion, role: str, code: str) -> bool:
        """Returns whether to go on with the next one."""
        if one.wom_asked_at is None:
            # Before the call: WOM may do it although its answer is lost, and dates it earlier than that.
            await self._note(clan, one, wom_asked_at=self._clock())
        try:
            await self._wom.change_role(clan.group, one.name, role, code)
        except WomRefused as refusal:
            log.warning("wom_role_refused", clan_id=clan.id, reason=refusal.reason)
            columns = {
                "wom_failure": refusal.message or refusal.reason,
                "wom_asked_at": one.wom_asked_at,
            }
        except WomError as failure:
            log.warning("wom_role_not_set", clan_id=clan.id, reason=failure.reason)
            return False
        else:
            columns = {"wom_set_at": self._clock()}
        await self._note(clan, one, **columns)
        return True

    async def _note(self, clan: Clan, one: Promotion, **columns: Any) -> None:
        async with self._database.write() as session:
            await promotions.change(session, clan.id, [one.id], **columns)


async def _ways_back(session: AsyncSession, clan: Clan, now: datetime) -> list[WayBack]:
    """What was taken back lately, and what of that was undone in the game."""
    steps = await worklist.lately_of(session, clan.id, BACK, now - EXPECTED_FOR)
    ticked = {id_: one.done_at for one in steps if (id_ := taken_back_of(one.origin)) is not None}
    return await promotions.ways_back(session, clan.id, ticked)


async def _confirm_back(
    session: AsyncSession, clan: Clan, back: Sequence[WayBack], present: Mapping[MemberId, str | None]
) -> None:
    """Expect the rank before it no longer of whom WOM was seen to show with it, at a poll since."""
    found = await clans.clan_by_id(session, clan.id)
    polled_at = None if found is None else found.polled_at
    shown = [
        one.of.id
        for one in back
        if one.of.confirmed_by is None
        and present.get(one.of.member) == one.of.from_role
        and one.of.ended_at is not None
        and polled_at is not None
        and polled_at > one.of.ended_at
    ]
    if shown:
        await promotions.change(session, clan.id, shown, confirmed_by=Witness.WOM.value)


def _verdict(
    one: Promotion,
    present: Mapping[MemberId, str | None],
    changed: Mapping[MemberId, datetime],
    shown: Mapping[MemberId, Seen],
    now: datetime,
) -> tuple[Ending, Witness | None] | None:
    return verdict_of(
        one,
        present.get(one.member),
        changed.get(one.member),
        shown.get(one.member),
        now,
        is_member=one.member in present,
    )
