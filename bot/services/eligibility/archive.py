"""Loads a clan's history for rules to be judged on many of its days, in a constant number of statements."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_of, quarter_start
from bot.domain.as_of import Now
from bot.domain.clans import Clan
from bot.domain.ids import MemberId, MetricId, SourceId
from bot.domain.periods import EPOCH
from bot.domain.rules.bounds import Bounds
from bot.domain.rules.needs import Atom
from bot.domain.rules.numbers import Subject
from bot.domain.rules.terms import LIFETIME, Own, window_days
from bot.domain.simulation.columns import Column, Observed, columns_of, local_days
from bot.domain.simulation.roster import PastRoster
from bot.domain.simulation.series import Chat, Counts, Heard, Holding
from bot.services.eligibility.loading import Loading, Presence, subjects_of
from db.queries import archive, cursors, eligibility, members
from db.queries.archive import Owner, Series, Spoken, numbers_in, values_in
from db.session import Database
from db.types import from_millis

_OWN = frozenset(Own)
_CHATTY = frozenset({Own.MESSAGES, Own.ACTIVE_DAYS, Own.DAYS_SINCE_SEEN})
_WITH_A_PAST = _CHATTY | {Own.DAYS_IN_CLAN, Own.DAYS_IN_RANK}


@dataclass(frozen=True, slots=True)
class Archive:
    """What rules are judged by on any day. ``subjects`` are everybody who is or was in the clan, as of today.

    ``measured_since`` is the first reading that was loaded, ``heard_since`` when chat was first observed.
    """

    roster: PastRoster
    subjects: Mapping[MemberId, Subject]
    columns: Mapping[Atom, Column]
    measured_since: datetime | None
    heard_since: datetime | None


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the statements returned."""

    stored: Sequence[Now]
    owners: Sequence[Owner]
    times: Mapping[SourceId, str]
    values: Sequence[Series]
    gains: Mapping[SourceId, str]
    spoken: Sequence[Spoken]
    edges: Sequence[Spoken]


async def load_archive(
    database: Database,
    clan: Clan,
    metric_ids: Mapping[str, MetricId],
    atoms: Collection[Atom],
    presence: Presence | None,
    moments: Sequence[datetime],
) -> Archive:
    """Everything that these numbers need at these moments, each at a whole quarter of an hour.

    Links, account types, names, Discord's roles and what else has no past are those of today.
    """
    metrics = {metric_ids[atom.field]: atom.field for atom in atoms if atom.field in metric_ids}
    today = [atom for atom in atoms if atom.field in _OWN and atom.field not in _WITH_A_PAST]
    async with database.read() as session:
        rows = await _read(session, clan, atoms, list(metrics), moments)
        happened = await members.happened(session, clan.id)
        everybody = await members.all_members(session, clan.id)
        links = await eligibility.verified_accounts(session, clan.id)
        covered = await cursors.covered(session, clan.id, EPOCH, moments[-1])
        fixed: Mapping[Atom, Mapping[MemberId, Bounds]] = {}
        if today:
            loaded = await Loading(session, clan, metric_ids, moments[-1]).load(today, presence)
            fixed = {atom: loaded.readings.get(atom, {}) for atom in today}

    def build() -> Archive:
        heard = Heard((one.start, one.end) for one in covered)
        observed = Observed(
            holdings(rows.owners, rows.times, rows.values, metrics),
            _chats(rows),
            heard,
            clan.zone,
            _gained(rows),
            {one.member for one in links},
            fixed,
        )
        longest = max(
            (window_days(one.over) or 1 for one in atoms if one.field == Own.ACTIVE_DAYS), default=1
        )
        first, last = (one.astimezone(clan.zone).date() for one in (moments[0], moments[-1]))
        columns = columns_of(atoms, observed, local_days(first - timedelta(days=longest), last, clan.zone))
        subjects = {one.member: replace(one, role=None) for one in subjects_of(everybody, links, presence)}
        first_readings = [one.times[0] for those in observed.owned.values() for one in those]
        return Archive(
            PastRoster(rows.stored, happened),
            subjects,
            columns,
            min(first_readings, default=None),
            heard.first,
        )

    # Hundreds of thousands of rows: others have their turn meanwhile.
    return await asyncio.to_thread(build)


async def _read(
    session: AsyncSession,
    clan: Clan,
    atoms: Collection[Atom],
    metrics: Sequence[MetricId],
    moments: Sequence[datetime],
) -> _Rows:
    first, last = moments[0], moments[-1]
    fields = {atom.field for atom in atoms}
    since = _since([one for one in atoms if one.field not in _OWN], first)
    spoken: Sequence[Spoken] = ()
    edges: Sequence[Spoken] = ()
    if fields & _CHATTY:
        # A local day may begin a day before its number of days does, and daylight saving moves it.
        start = _since([one for one in atoms if one.field in _CHATTY], first) - timedelta(days=2)
        start = EPOCH if Own.DAYS_SINCE_SEEN in fields else max(EPOCH, start)
        start = quarter_start(quarter_of(start))
        spoken = await archive.spoken(session, clan.id, quarter_of(start), quarter_of(last))
        edges = await archive.spoken_at_edges(session, clan.id, start)
    watched = bool(metrics) or Own.DAYS_SINCE_SEEN in fields
    seen = Own.DAYS_SINCE_SEEN in fields
    return _Rows(
        await members.members_now(session, clan.id),
        await archive.owners(session, clan.id) if watched else (),
        await archive.snapshot_times(session, clan.id, since, last) if watched else {},
        await archive.values(session, clan.id, metrics, since, last) if metrics else (),
        await archive.gains_seen(session, clan.id, last) if seen else {},
        spoken,
        edges,
    )


def _since(atoms: Iterable[Atom], first: datetime) -> datetime:
    """The earliest moment that a window of these looks back to; a window of a member's own has no bound."""
    since = first
    for atom in atoms:
        days = window_days(atom.over)
        if days is not None:
            since = min(since, first - timedelta(days=days))
        elif atom.over != LIFETIME or atom.field in _CHATTY:
            return EPOCH
    return since


def holdings(
    owners: Iterable[Owner],
    read_at: Mapping[SourceId, str],
    series: Iterable[Series],
    metrics: Mapping[MetricId, str],
) -> dict[MemberId, list[Holding]]:
    """Each member's profiles with their readings, as the queries of :mod:`db.queries.archive` give them."""
    times = {source: sorted(numbers_in(those)) for source, those in read_at.items()}
    changes: dict[SourceId, dict[str, list[tuple[int, int | None]]]] = defaultdict(dict)
    for source, metric, moments, values in series:
        # No two values are of one time, so that an unknown one is never compared.
        paired = sorted(zip(numbers_in(moments), values_in(values), strict=True))
        changes[source][metrics[metric]] = paired
    found: dict[MemberId, list[Holding]] = defaultdict(list)
    for owner in owners:
        all_times = times.get(owner.source, [])
        kept = [index for index, at in enumerate(all_times) if owner.start <= at < owner.end]
        if not kept:
            continue
        part = slice(kept[0], kept[-1] + 1)
        known = {
            metric: _as_of(all_times, those)[part] for metric, those in changes.get(owner.source, {}).items()
        }
        unknown = {metric: [None] * len(kept) for metric in metrics.values()}
        found[owner.member].append(Holding([from_millis(at) for at in all_times[part]], unknown | known))
    return found


def _as_of(times: Sequence[int], changes: Sequence[tuple[int, int | None]]) -> list[int | None]:
    """The value at each of the times, which are in order as the changes are."""
    found: list[int | None] = []
    value: int | None = None
    place = 0
    for at in times:
        while place < len(changes) and changes[place][0] <= at:
            value = changes[place][1]
            place += 1
        found.append(value)
    return found


def _gained(rows: _Rows) -> dict[MemberId, list[datetime]]:
    by_source = {source: numbers_in(those) for source, those in rows.gains.items()}
    found: dict[MemberId, list[datetime]] = defaultdict(list)
    for owner in rows.owners:
        held = (at for at in by_source.get(owner.source, ()) if owner.start <= at < owner.end)
        found[owner.member] += [from_millis(at) for at in held]
    return {member: sorted(those) for member, those in found.items()}


def _chats(rows: _Rows) -> dict[MemberId, Chat]:
    whole: dict[MemberId, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    edges: dict[MemberId, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    kinds: dict[MemberId, dict[str, Counts]] = defaultdict(dict)
    for member, kind, quarters, numbers in rows.spoken:
        counted: dict[int, int] = defaultdict(int)
        for quarter, number in zip(numbers_in(quarters), numbers_in(numbers), strict=True):
            counted[quarter] += number
        kinds[member][kind] = Counts(counted)
        for quarter, number in counted.items():
            whole[member][quarter] += number
    for member, _, quarters, numbers in rows.edges:
        for quarter, number in zip(numbers_in(quarters), numbers_in(numbers), strict=True):
            edges[member][quarter] += number
    return {
        member: Chat(
            Counts(whole[member]),
            Counts(edges[member]),
            kinds[member],
        )
        for member in {*whole, *edges}
    }
