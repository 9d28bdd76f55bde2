"""Who is quiet, by person, read in as many statements for any number of members."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.absences import Absence
from bot.domain.activity import time_of
from bot.domain.clans import Clan, GuildSettings
from bot.domain.coverage import Heard, Observed, heard_in_channels, heard_in_game
from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.inactivity import AccountFacts, Person, judge
from bot.domain.ladder import (
    Case,
    LadderSettings,
    Outcome,
    Placed,
    Quiet,
    Removal,
    removed_by,
    stage,
)
from bot.domain.worklist import EXPECTED_FOR
from bot.services.clock import Clock
from db.queries import absences, clan_roster, clans, conflicts, cursors, inactivity, ladder, members
from db.queries.inactivity import Gains, Owned
from db.queries.members import MemberRow
from db.session import Database

Roles = Mapping[UserId, frozenset[int]] | None
"""The Discord roles of the server's users; None where Discord does not tell of all of them."""
_EXCUSING = frozenset({Outcome.BACK, Outcome.AWAY, Outcome.KEEP})


class Inactivity:
    """Reads it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def quiet(self, clan: Clan, days: int | None, roles: Roles) -> Quiet:
        """Everybody on the roster with what is known of them; ``days`` is a limit for all, None by rank."""
        async with self._database.read() as session:
            return await read_quiet(session, clan, days, roles, self._clock())


async def read_quiet(
    session: AsyncSession, clan: Clan, days: int | None, roles: Roles, now: datetime
) -> Quiet:
    """The same inside a transaction, for whoever writes what follows from it."""
    settings = await ladder.settings(session, clan.id)
    # Twice the longest limit: silence that holes interrupt is still found whole.
    since = now - 2 * timedelta(days=days or settings.longest)
    heard = await heard_between(session, clan, since, now)
    known = await _known(session, clan.id, since, now)
    known.roles, known.settings = roles, settings
    people = tuple(
        Placed(judged, stage(judged, case, settings, now), case)
        for person in _people(known, now)
        for judged in [judge(person, heard, settings.limit(_ranks(person), days), now)]
        for case in [_case(person, known)]
    )
    return Quiet(clan.id, clan.name, now, settings, days, people, heard.game is not None)


async def read_people(
    session: AsyncSession, clan: Clan, roles: Roles, since: datetime, now: datetime
) -> list[Person]:
    """Everybody on the roster by person, with whether they are away or on the safe list."""
    known = await _known(session, clan.id, since, now)
    known.roles, known.settings = roles, await ladder.settings(session, clan.id)
    return list(_people(known, now))


def _ranks(person: Person) -> list[str | None]:
    return [one.role for one in person.accounts]


async def heard_between(session: AsyncSession, clan: Clan, since: datetime, now: datetime) -> Heard:
    """When the game's chat and Discord were heard between two times. A relay's channel is not Discord."""
    spans: dict[int, list[Observed]] = {}
    for one in await cursors.covered(session, clan.id, since, now):
        spans.setdefault(one.channel, []).append(Observed(max(one.start, since), min(one.end, now)))
    relayed = await inactivity.relayed_lines(session, clan.id, since)
    told: dict[int, tuple[Sequence[Observed], Sequence[datetime]]] = {
        channel: (spans.get(channel, ()), lines) for channel, lines in relayed.items()
    }
    in_game = tuple(heard_in_game(told, since, now)) if relayed else None
    in_discord = {one: those for one, those in spans.items() if one not in relayed}
    unread = await _unread(session, clan, relayed, since)
    return Heard(in_game, tuple(heard_in_channels(in_discord, unread, now)))


async def _unread(
    session: AsyncSession, clan: Clan, relays: Collection[int], since: datetime
) -> dict[int, datetime]:
    """The channels of Discord that count and have a hole up to now, each with where it begins."""
    known = await cursors.cursors(session, clan.id)
    behind = {one: time_of(cursor.after) for one, cursor in known.items() if cursor.filling}
    if not behind:
        return {}
    settings = await clans.guild_settings(session, clan.guild) or GuildSettings(clan.guild)
    return {one: max(since, at) for one, at in behind.items() if one not in relays and settings.tracks(one)}


@dataclass
class _Known:
    """What the statements found."""

    present: Sequence[MemberRow]
    gains: Mapping[MemberId, Gains]
    said: Mapping[MemberId, datetime]
    wrote: Mapping[UserId, datetime]
    owned: Sequence[Owned]
    absences: Sequence[Absence]
    cases: Sequence[Case]
    removals: Sequence[Removal]
    disputed: frozenset[MemberId]
    merged: Mapping[MemberId, MemberId]
    roles: Roles = None
    settings: LadderSettings = field(default_factory=LadderSettings)

    def root(self, member: MemberId | None) -> MemberId | None:
        """Whom a member that was named once shows under now."""
        return None if member is None else self.merged.get(member, member)


async def _known(session: AsyncSession, clan: ClanId, since: datetime, now: datetime) -> _Known:
    words = await clan_roster.last_words(session, clan)
    said = {member: at for (member, kind), at in words.items() if kind is SourceKind.RELAY}
    for member, at in (await inactivity.announced(session, clan, since)).items():
        said[member] = max(at, said.get(member, at))
    merged = await inactivity.merged(session, clan)
    disputes = await conflicts.open_conflicts(session, clan)
    disputed = {merged.get(one, one) for conflict in disputes for one in (conflict.holder, conflict.claimant)}
    removals = await ladder.removals(session, clan, now - EXPECTED_FOR)
    return _Known(
        present=await members.current_members(session, clan),
        gains=await inactivity.gains(session, clan),
        said=said,
        wrote=await inactivity.user_words(session, clan),
        owned=await inactivity.verified_owners(session, clan),
        absences=await absences.absences(session, clan, since),
        cases=await ladder.cases(session, clan, since, {one.case for one in removals}),
        removals=removals,
        disputed=frozenset(disputed),
        merged=merged,
    )


def _people(known: _Known, now: datetime) -> Iterator[Person]:
    """Each user with the present accounts that are verified as theirs, then everybody else alone."""
    present = {one.id: one for one in known.present}
    theirs: dict[UserId, dict[MemberId, bool]] = {}
    taken: set[MemberId] = set()
    for owned in known.owned:
        # Two verified links can meet in one member after a merge: the earlier one counts.
        if owned.member in present and (
            owned.member not in taken or owned.member in theirs.get(owned.user, {})
        ):
            taken.add(owned.member)
            mine = theirs.setdefault(owned.user, {})
            mine[owned.member] = mine.get(owned.member, False) or owned.is_main
    for user, accounts in theirs.items():
        ordered = sorted(accounts, key=lambda one: (not accounts[one], present[one].name, one))
        yield _person(known, [present[one] for one in ordered], user, now)
    for member, row in present.items():
        if member not in taken:
            yield _person(known, [row], None, now)


def _person(known: _Known, rows: Sequence[MemberRow], user: UserId | None, now: datetime) -> Person:
    ids = {row.id for row in rows}
    mine = [
        one
        for one in known.absences
        if known.root(one.member) in ids or (user is not None and one.user == user)
    ]
    lasting = max((one for one in mine if one.lasts(now)), key=lambda one: one.until, default=None)
    safe, roles_unknown = _safe(known, rows, user)
    return Person(
        accounts=tuple(_account(known, row) for row in rows),
        user=user,
        wrote_at=None if user is None else known.wrote.get(user),
        absent_until=None if lasting is None else lasting.until,
        because="" if lasting is None else lasting.because,
        excused_until=_excused(ids, mine, known.cases, now),
        safe=safe,
        roles_unknown=roles_unknown,
    )


def _excused(
    ids: set[MemberId], mine: Iterable[Absence], cases: Iterable[Case], now: datetime
) -> datetime | None:
    """Up to when silence does not count: the end of an absence, or of a case that they answered."""
    ends = [one.end for one in mine if one.end <= now]
    ends += [
        one.closed_at
        for one in cases
        if one.member in ids and one.closed_at is not None and one.outcome in _EXCUSING
    ]
    return max(ends, default=None)


def _safe(known: _Known, rows: Sequence[MemberRow], user: UserId | None) -> tuple[str | None, bool]:
    """By what a person is on the safe list, and whether Discord did not tell what may put them there."""
    chosen = known.settings
    if any(row.id in {known.root(one) for one in chosen.safe_members} for row in rows):
        return "member", False
    if any(row.wom_role in chosen.safe_ranks for row in rows):
        return "rank", False
    if user is None or not chosen.safe_roles:
        return None, False
    if known.roles is None:
        return None, True
    return ("role" if known.roles.get(user, frozenset()) & chosen.safe_roles else None), False


def _account(known: _Known, row: MemberRow) -> AccountFacts:
    gains = known.gains.get(row.id, Gains(None, None, None))
    return AccountFacts(
        member=row.id,
        name=row.name,
        role=row.wom_role,
        joined_at=row.joined_at,
        checked_at=gains.checked_at,
        gained_at=gains.gained_at,
        still_since=gains.still_since,
        said_at=known.said.get(row.id),
        disputed=row.id in known.disputed,
    )


def _case(person: Person, known: _Known) -> Case | None:
    """The open case of a person, the earliest of several; else the last by which they are to be removed."""
    opened = [one for one in known.cases if one.closed_at is None and one.member in person.members]
    if opened:
        return opened[0]
    removed = removed_by(person, known.removals)
    return next((one for one in reversed(known.cases) if one.id in removed), None)
