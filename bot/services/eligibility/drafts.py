"""Rules that officers write: kept as a draft of their own until they save or discard it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.desk_errors import DraftChanged, NoDraft, NothingChanged, NoVersion
from bot.domain.giving import Giver
from bot.domain.ids import MemberId, UserId
from bot.domain.rules.changes import Difference, RuleChanges, changes_between, difference, roles_put
from bot.domain.rules.files import read_data, read_rules
from bot.domain.rules.language import RuleSet
from bot.services.clock import Clock
from bot.services.eligibility.loading import Presence
from bot.services.eligibility.service import Eligibility, save_rules
from db.queries import clans, rules
from db.queries.rules import StoredDraft
from db.session import Database

_MILLISECOND = timedelta(milliseconds=1)
"""By so much at least a draft is younger than it was: two changes must not look like one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An officer's draft; ``basis`` is the version it began from, 0 for none."""

    rules: RuleSet
    basis: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer works on: the rules that count (version 0: none yet), and their draft, if any."""

    saved: RuleSet
    version: int
    saved_at: datetime | None
    saved_by: UserId | None
    draft: Draft | None

    @property
    def rules(self) -> RuleSet:
        """The draft, else what counts."""
        return self.draft.rules if self.draft else self.saved


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving a draft would change. ``names`` are those of the members in ``today``."""

    desk: Desk
    draft: Draft
    changes: RuleChanges
    today: Difference
    members: int
    names: Mapping[MemberId, str]


class Drafts:
    """Keeps them. Each officer has one at most in a clan."""

    def __init__(self, database: Database, eligibility: Eligibility, clock: Clock) -> None:
        self._database = database
        self._eligibility = eligibility
        self._clock = clock

    async def desk(self, clan: Clan, user: UserId) -> Desk:
        """What counts, and the officer's draft."""
        known = await self._eligibility.metrics()
        async with self._database.read() as session:
            saved = await rules.newest(session, clan.id)
            stored = await rules.draft(session, clan.id, user)
        draft = None
        if stored is not None:
            draft = Draft(read_data(stored.data, known), stored.basis, stored.changed_at)
        if saved is None:
            return Desk(RuleSet(), 0, None, None, draft)
        return Desk(read_data(saved.data, known), saved.number, saved.saved_at, saved.saved_by, draft)

    async def write(self, clan: Clan, user: UserId, text: str, giver: Giver) -> bool:
        """Make a file's rules the officer's draft, in the place of any other.

        Returns:
            Whether another draft was there.

        Raises:
            RulesUnreadable: with everything that is wrong; the draft stays as it was.
            RolesBeyond: a rank is to give a role that the officer could not; so does it then.
        """
        drafted = await asyncio.to_thread(read_rules, text, await self._eligibility.metrics())
        async with self._database.write() as session:
            before = await rules.draft(session, clan.id, user)
            await self._require(session, clan, drafted, giver)
            await self._keep(session, clan, user, drafted, None)
        return before is not None

    async def begin(self, clan: Clan, user: UserId, drafted: RuleSet) -> Draft:
        """Begin anew with these rules: a preset, or an old version."""
        async with self._database.write() as session:
            return await self._keep(session, clan, user, drafted, None)

    async def change(
        self, clan: Clan, user: UserId, data: Mapping[str, Any], seen: datetime | None, giver: Giver
    ) -> Draft:
        """Put changed rules into the draft that the officer was shown.

        ``seen`` is when that was changed last, None where there was none.

        Raises:
            RulesUnreadable: they do not fit together.
            DraftChanged: it is another by now.
            RolesBeyond: a rank is to give a role that the officer could not.
        """
        drafted = read_data(data, await self._eligibility.metrics())
        async with self._database.write() as session:
            before = await rules.draft(session, clan.id, user)
            if (before and before.changed_at) != seen:
                raise DraftChanged
            await self._require(session, clan, drafted, giver, before)
            return await self._keep(session, clan, user, drafted, before)

    async def _require(
        self,
        session: AsyncSession,
        clan: Clan,
        drafted: RuleSet,
        giver: Giver,
        before: StoredDraft | None = None,
    ) -> None:
        """Refuse roles that the officer could not give; not those of what counts, nor of the draft before."""
        known = await self._eligibility.metrics()
        stored = [one for one in (await rules.newest(session, clan.id), before) if one is not None]
        giver.require_named(roles_put(drafted, *(read_data(one.data, known) for one in stored)))

    async def _keep(
        self, session: AsyncSession, clan: Clan, user: UserId, drafted: RuleSet, before: StoredDraft | None
    ) -> Draft:
        last = await rules.newest(session, clan.id)
        basis = before.basis if before is not None else last.number if last is not None else 0
        now = self._clock()
        if before is not None:
            now = max(now, before.changed_at + _MILLISECOND)
        kept_at = await rules.keep_draft(session, clan.id, user, drafted.data(), basis, now)
        return Draft(drafted, basis, kept_at)

    async def preview(self, clan: Clan, user: UserId, presence: Presence | None) -> Preview:
        """What saving the draft would change.

        Raises:
            NoDraft: there is none.
        """
        desk = await self.desk(clan, user)
        if desk.draft is None:
            raise NoDraft
        before, after = await self._eligibility.compare(clan, presence, desk.saved, desk.draft.rules)
        names = {one.member: one.name for one in after.ladder.judge.subjects.values()}
        return Preview(
            desk,
            desk.draft,
            changes_between(desk.saved, desk.draft.rules),
            difference(before, after.standings),
            len(after.standings),
            names,
        )

    async def save(self, clan: Clan, user: UserId, note: str, seen: datetime, giver: Giver) -> int:
        """Let the draft count, and be a draft no longer.

        Returns:
            The new version's number.

        Raises:
            NoDraft: it was saved or discarded already.
            DraftChanged: it is another than the officer was shown.
            NothingChanged: it says what counts already.
            RulesChanged: somebody saved others since it was begun.
            RolesBeyond: a rank is to give a role that the officer could not.
        """
        known = await self._eligibility.metrics()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            stored = await rules.draft(session, clan.id, user)
            if stored is None:
                raise NoDraft
            if stored.changed_at != seen:
                raise DraftChanged
            drafted = read_data(stored.data, known)
            last = await rules.newest(session, clan.id)
            if last is not None and last.number == stored.basis and last.data == drafted.data():
                raise NothingChanged
            await self._require(session, clan, drafted, giver)
            number = await save_rules(session, clan, drafted, user, note, stored.basis, self._clock())
            await rules.drop_draft(session, clan.id, user)
        return number

    async def discard(self, clan: Clan, user: UserId) -> None:
        """Throw the draft away.

        Raises:
            NoDraft: there is none.
        """
        async with self._database.write() as session:
            if not await rules.drop_draft(session, clan.id, user):
                raise NoDraft

    async def version(self, clan: Clan, number: int) -> RuleSet:
        """Rules as they were saved.

        Raises:
            NoVersion: none were under this number.
        """
        known = await self._eligibility.metrics()
        async with self._database.read() as session:
            found = await rules.version(session, clan.id, number)
        if found is None:
            raise NoVersion(number)
        return read_data(found.data, known)
