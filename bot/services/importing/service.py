"""The old system's database into one clan, from beginning to end or from where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId
from bot.domain.imports import ImportState, Stage
from bot.domain.old_values import read_number
from bot.services.clock import Clock
from bot.services.importing.messages import import_messages, read_authors
from bot.services.importing.people import import_people, read_people
from bot.services.importing.run import Run, as_stored
from bot.services.importing.snapshots import import_snapshots, read_heads
from db.old_system import BOSSES, TABLES, OldDatabase
from db.queries import clans, cursors, imports
from db.queries.imports import Target
from db.session import Database
from db.types import from_millis


class WhichClan(Exception):
    """It is not clear into which clan; ``known`` are all that there are."""

    def __init__(self, known: Sequence[Target]) -> None:
        self.known = tuple(known)
        super().__init__("which clan")


class WhichServer(Exception):
    """A clan would have to be made, or one of several chosen, and nothing tells of which server."""


@dataclass(frozen=True)
class Choice:
    """Which clan is meant: its group at WOM and its Discord server; None where it need not be said."""

    group: GroupId | None = None
    guild: GuildId | None = None


@dataclass(frozen=True)
class Imported:
    """What an import did. ``was_complete`` is whether there was nothing left to do."""

    state: ImportState
    clan_name: str
    group: GroupId
    guild: GuildId
    is_followed: bool
    was_complete: bool


class Importing:
    """Imports one old database. Every batch is one transaction; whoever is killed goes on after the last.

    Without a ``database`` only :meth:`rehearse` works.
    """

    def __init__(self, old: OldDatabase, database: Database | None, clock: Clock) -> None:
        self._old = old
        self._database = database
        self._clock = clock
        self._sizes = {table: old.size(table) for table in TABLES}

    @property
    def rows(self) -> int:
        """How many rows there are to go through; boss rows are read with their snapshots."""
        return sum(self._sizes[table][0] for table in TABLES if table != BOSSES)

    @property
    def fingerprint(self) -> str:
        """What tells this file's content from another's: a file that has grown is imported again."""
        return sha256(msgspec.json.encode(self._sizes)).hexdigest()[:32]

    async def run(self, choice: Choice, advanced: Callable[[int], None]) -> Imported:
        """Import everything that is not imported yet. ``advanced`` is told of rows as they are done.

        Raises:
            WhichClan, WhichServer: more has to be said.
            ImportOvertaken: another process imports the same file.
        """
        if self._database is None:
            raise LookupError("no database to import into")
        now = self._clock()
        async with self._database.write() as session:
            target = await self._target(await imports.targets(session), choice)
            if target.clan == 0:
                made = await imports.add_target(session, target.guild, target.group, target.name, now)
                target = target._replace(clan=made)
            progress = await imports.progress(session, target.clan, self.fingerprint)
            if progress is None:
                await imports.begin(session, target.clan, self.fingerprint, as_stored(ImportState()), now)
        state = ImportState() if progress is None else msgspec.convert(progress.state, ImportState)
        step = 0 if progress is None else progress.step
        run = Run(self._old, self._database, target.clan, self.fingerprint, state, step, now, advanced)
        was_complete = state.stage is Stage.DONE
        if not was_complete:
            advanced(self._done(state))
            await self._stages(run)
        return Imported(run.state, target.name, target.group, target.guild, target.active, was_complete)

    async def rehearse(self, choice: Choice, advanced: Callable[[int], None]) -> Imported:
        """Read everything, store nothing, and say what an import would do.

        Raises:
            WhichClan, WhichServer: as :meth:`run`.
        """
        known: list[Target] = []
        if self._database is not None:
            async with self._database.read() as session:
                known = await imports.targets(session)
        target = await self._target(known, choice)
        clan = target.clan or None
        run = Run(
            self._old, self._database, clan, self.fingerprint, ImportState(), 0, self._clock(), advanced, True
        )
        await self._stages(run)
        return Imported(run.state, target.name, target.group, target.guild, target.active, was_complete=False)

    async def _target(self, known: Sequence[Target], choice: Choice) -> Target:
        """The clan that is meant; number 0 for one that has to be made."""
        fits = [
            one for one in known if choice.group in {None, one.group} and choice.guild in {None, one.guild}
        ]
        followed = [one for one in fits if one.active] or fits
        if len(followed) == 1:
            return followed[0]
        if choice.group is None:
            raise WhichClan(known)
        if followed:
            raise WhichServer
        servers = [(read_number(id_), name) for id_, name in self._old.servers()]
        guild = choice.guild or next((GuildId(id_) for id_, _ in servers if id_), None)
        if guild is None:
            raise WhichServer
        names = [name for id_, name in servers if id_ == guild and isinstance(name, str)]
        name = names[0] if names and names[0] else f"Group {choice.group}"
        return Target(ClanId(0), guild, choice.group, name, active=False)

    def _done(self, state: ImportState) -> int:
        """How many rows a process before this one did."""
        return sum(one.read for one in (state.members, state.aliases, state.messages)) + sum(
            (state.snapshots.taken, state.snapshots.known)
        )

    async def _stages(self, run: Run) -> None:
        people = read_people(self._old)
        heads = read_heads(self._old, people.names, run.now)
        if run.state.stage is Stage.PEOPLE:
            run.state.stage = Stage.SNAPSHOTS
            await import_people(run, people, heads.last())
        if run.state.stage is Stage.SNAPSHOTS:
            await import_snapshots(run, heads)
            await self._next(run, Stage.MESSAGES)
        if run.state.stage is Stage.MESSAGES:
            authors = read_authors(self._old, people.names, await self._relays(run))
            run.state.relays = sorted(map(str, authors.relays))
            await import_messages(run, authors)
            await self._next(run, Stage.END)
        if run.state.stage is Stage.END:
            await self._finish(run)

    async def _next(self, run: Run, stage: Stage) -> None:
        async with run.batch(0):
            run.state.stage, run.state.position = stage, 0

    async def _relays(self, run: Run) -> set[int]:
        if self._database is None or run.clan is None:
            return set()
        async with self._database.read() as session:
            return {relay.author for relay in await clans.relays_of(session, [run.clan])}

    async def _finish(self, run: Run) -> None:
        """Note what was observed: each channel from its first message to its last."""
        async with run.batch(0) as target:
            run.state.stage = Stage.DONE
            for channel, (first, last) in run.state.channels.items():
                if target is not None:
                    session, clan = target
                    await cursors.cover(
                        session, clan, ChannelId(int(channel)), from_millis(first), from_millis(last)
                    )
        if self._database is not None and not run.rehearsal:
            async with self._database.write() as session:
                await imports.tidy(session)
