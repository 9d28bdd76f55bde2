"""The old system's snapshots: one account after the other, in order of time, only what changed.

Values are stored where they changed, so each account is read whole and in its order,
whatever the order of the rows; a batch is some whole accounts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.facts import SourceRef
from bot.domain.ids import ClanId, MetricId, SourceId
from bot.domain.imports import Tally
from bot.domain.metrics import Metric
from bot.domain.old_names import OldNames
from bot.domain.old_values import GAME_BEGAN, Unreadable, read_name, read_number, read_time
from bot.services.importing.decoding import Said, complete, decode, lacks_bosses
from bot.services.importing.people import STRANGE_NAME, Last, nameless_profile, profile_source
from bot.services.importing.run import Run
from db.old_system import BOSSES, OldDatabase, SnapshotHead
from db.queries import laying, snapshots, sources
from db.types import from_millis, to_millis

BATCH: Final = 2_000
"""Snapshots in one transaction, more where a single account has more."""
LAID: Final = 20_000
"""Values in one statement."""
_AT_ONCE: Final = 200
"""Snapshots whose answers are in memory at once."""


class Head(NamedTuple):
    """A snapshot that can be imported: its number in the file, its id there, its time and total XP."""

    taken_at: int
    row: int
    id: int | None
    xp: int | None


@dataclass
class Account:
    """Everything that was measured of one account, in order of time. ``member`` is None for nobody's."""

    source: SourceRef
    member: int | None
    heads: list[Head] = field(default_factory=list[Head])

    @property
    def last(self) -> Last:
        """The last measurement; its XP is the last that is known."""
        known = (head.xp for head in reversed(self.heads) if head.xp is not None and head.xp > 0)
        return Last(from_millis(self.heads[-1].taken_at), next(known, None))


@dataclass
class Heads:
    """All accounts in an order that is the same at every reading, and what became of the other rows."""

    accounts: list[Account]
    tally: Tally

    def last(self) -> dict[int, Last]:
        """What the last measurement says of each member."""
        return {one.member: one.last for one in self.accounts if one.member is not None}


def read_heads(old: OldDatabase, names: OldNames, now: datetime) -> Heads:
    """Whose each snapshot is, by the member that it names, else by its name at its time."""
    tally = Tally()
    accounts: dict[str, Account] = {}
    for row in old.snapshot_heads():
        tally.read += 1
        try:
            at = read_time(row.timestamp, since=GAME_BEGAN, now=now)
            account = _account(row, names, at, accounts, tally)
        except Unreadable as reason:
            tally.refuse(str(reason))
        else:
            account.heads.append(Head(to_millis(at), row.row, read_number(row.id), read_number(row.total_xp)))
    for account in accounts.values():
        account.heads.sort()
        _drop_doubles(account, tally)
    return Heads([accounts[key] for key in sorted(accounts)], tally)


def _account(
    row: SnapshotHead, names: OldNames, at: datetime, accounts: dict[str, Account], tally: Tally
) -> Account:
    name, id_ = read_name(row.username), read_number(row.user_id)
    if id_ is not None and id_ in names.members:
        tally.note(STRANGE_NAME, bool(name) and not names.is_called(id_, name))
    else:
        tally.note("of a member who is not in the file, told by name", id_ is not None)
        id_ = names.at(name, at)
    if id_ is None and not name:
        raise Unreadable("neither a member nor a name")
    source = nameless_profile(name) if id_ is None else profile_source(names.members[id_])
    return accounts.setdefault(source.key, Account(source, id_))


def _drop_doubles(account: Account, tally: Tally) -> None:
    """Of several snapshots of one moment the first in the file is taken."""
    kept: list[Head] = []
    for head in account.heads:
        if kept and kept[-1].taken_at == head.taken_at:
            tally.refuse("a second one of the same account and moment")
        else:
            kept.append(head)
    account.heads = kept


async def import_snapshots(run: Run, heads: Heads) -> None:
    """Store everything that was measured, from where the import stands."""
    if run.state.position == 0:
        run.state.snapshots = heads.tally
        run.state.bosses.read = run.old.size(BOSSES)[0]
        run.state.bosses.refuse("of no snapshot", run.old.boss_rows_of_nothing())
    for batch in _batches(heads.accounts[run.state.position :]):
        rows = sum(len(account.heads) for account in batch)
        async with run.batch(rows) as target:
            await _import(run, batch, target)
            run.state.position += len(batch)


def _batches(accounts: Sequence[Account]) -> Iterator[list[Account]]:
    batch: list[Account] = []
    for account in accounts:
        batch.append(account)
        if sum(len(one.heads) for one in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _import(run: Run, batch: Sequence[Account], target: tuple[AsyncSession, ClanId] | None) -> None:
    ids: dict[str, MetricId] = {}
    known: Mapping[SourceRef, SourceId] = {}
    if target is not None:
        session, clan = target
        known = await sources.add_sources(session, clan, [account.source for account in batch])
        ids = await snapshots.metric_ids(session)
    taken: list[tuple[int, int]] = []
    changed: list[tuple[int, int, int, int | None]] = []
    for account in batch:
        values = Values()
        source = known.get(account.source, SourceId(0))
        for at, said in _read(run, account):
            taken.append((source, at))
            if target is not None:
                if not said.values.keys() <= ids.keys():
                    ids = await _learn(target[0], said.metrics())
                changed += ((source, ids[key], at, value) for key, value in values.change(said))
    if target is not None:
        session, clan = target
        new = await laying.lay_snapshots(session, clan, sorted(taken))
        changed.sort(key=lambda row: row[:3])
        for start in range(0, len(changed), LAID):
            await laying.lay_values(session, clan, changed[start : start + LAID])
    else:
        new = len(taken)
    run.state.snapshots.taken += new
    run.state.snapshots.known += len(taken) - new


async def _learn(session: AsyncSession, metrics: Iterable[Metric]) -> dict[str, MetricId]:
    await snapshots.add_metrics(session, metrics)
    return await snapshots.metric_ids(session)


def _read(run: Run, account: Account) -> Iterator[tuple[int, Said]]:
    """What each of an account's snapshots says, in order of time; those that cannot be used are refused.

    From what comes before WOM's first readable answer no gain of a skill can be told: it would be
    all that the account has. So it is refused, unless there is no such answer at all.
    """
    tally, waiting, answered = run.state.snapshots, list[tuple[int, Said]](), False
    for start in range(0, len(account.heads), _AT_ONCE):
        heads = account.heads[start : start + _AT_ONCE]
        said = _said(run, heads)
        for head in heads:
            one = said[head.row]
            if one.is_empty:
                tally.refuse("not one number that can be read")
                continue
            if one.has_answer and not answered:
                answered = True
                tally.refuse("no readable answer of WOM, and none before it", len(waiting))
                waiting.clear()
            if answered:
                yield head.taken_at, _counted(run, account, one)
            else:
                waiting.append((head.taken_at, one))
    for at, one in waiting:
        yield at, _counted(run, account, one)


def _counted(run: Run, account: Account, said: Said) -> Said:
    tally = run.state.snapshots
    if account.member is None:
        tally.leave_unresolved(account.source.label)
    else:
        tally.attributed += 1
    tally.note("no readable answer of WOM: out of the old system's own rows", not said.has_answer)
    tally.note("a total of -1, taken as unknown", said.unknown_totals)
    tally.note("values that no metric can have, taken as unknown", said.bad)
    run.state.bosses.taken += said.bosses_used
    return said


def _said(run: Run, heads: Sequence[Head]) -> dict[int, Said]:
    found: dict[int, Said] = {}
    bodies = dict(run.old.snapshot_bodies([head.row for head in heads]))
    for row, body in bodies.items():
        found[row] = decode(body.raw_data)
    wanted = [head.id for head in heads if head.id is not None and lacks_bosses(found[head.row])]
    bosses = run.old.boss_rows(wanted) if wanted else {}
    for head in heads:
        complete(found[head.row], bodies[head.row], bosses.get(head.id or 0, ()))
    return found


class Values:
    """The values of one account as they change from snapshot to snapshot."""

    def __init__(self) -> None:
        self._last: dict[str, int | None] = {}

    def change(self, said: Said) -> list[tuple[str, int | None]]:
        """What differs from the snapshot before.

        What WOM's answer does not say is unknown from it on. The old system's own rows never
        said more than totals and bosses: there the rest stays as it was known.
        """
        last, values = self._last, said.values
        changed = [(key, value) for key, value in values.items() if last.get(key) != value]
        if said.has_answer and not last.keys() <= values.keys():
            changed += [(key, None) for key, value in last.items() if key not in values and value is not None]
        last.update(changed)
        return changed
