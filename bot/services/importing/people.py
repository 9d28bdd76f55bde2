"""The old system's members and their names: read, matched with the roster, stored as members of the clan."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.adoption import Bearer, Lost, find_adopters
from bot.domain.facts import SourceKind, SourceRef
from bot.domain.identity import Held, MemberState, is_span, key_of
from bot.domain.ids import ClanId, MemberId
from bot.domain.imports import Tally
from bot.domain.names import loose_key
from bot.domain.old_names import OldAlias, OldMember, OldNames
from bot.domain.old_values import read_moment, read_name, read_number
from bot.services.importing.run import Run
from db.old_system import AliasRow, MemberRow, OldDatabase
from db.queries import attributions, clans, imports, members, names, roster, sources

PREFIX = "old:"
"""Begins the key of every source that was imported: no key of an observed one begins so."""
STRANGE_NAME = "under a name that their member is not known to have had"
PIECE = 500
"""Members written by one statement, whose parameters a database limits."""


def profile_source(member: OldMember) -> SourceRef:
    """The source of what the old system measured of a member."""
    return SourceRef(SourceKind.WOM, f"{PREFIX}{member.key}", member.name)


def nameless_profile(name: str) -> SourceRef:
    """The source of what it measured of an account that is none of its members; it waits, and is nobody's."""
    return SourceRef(SourceKind.WOM, f"{PREFIX}?:{name}", name)


class Last(NamedTuple):
    """When a member was measured last there, and their XP; None where it is not known."""

    at: datetime
    xp: int | None


@dataclass
class Read:
    """Everybody in the old database, and what became of the rows."""

    names: OldNames
    members: Tally = field(default_factory=Tally)
    aliases: Tally = field(default_factory=Tally)


def read_people(old: OldDatabase) -> Read:
    """Read all members with their names. What cannot be read is counted with its reason."""
    found: dict[int, OldMember] = {}
    read = Read(OldNames(found))
    for row in old.members():
        _read_member(row, found, read.members)
    aliases: dict[int, list[OldAlias]] = {}
    for row in old.aliases():
        _read_alias(row, found, aliases, read.aliases)
    for id_, theirs in aliases.items():
        found[id_] = replace(found[id_], aliases=tuple(theirs))
    return read


def _read_member(row: MemberRow, found: dict[int, OldMember], tally: Tally) -> None:
    tally.read += 1
    id_, name = read_number(row.id), read_name(row.username)
    if id_ is None or id_ in found:
        tally.refuse("no id of its own")
    elif not name:
        tally.refuse("no name")
    else:
        joined, seen = read_moment(row.joined_at), read_moment(row.last_updated)
        unreadable = row.joined_at is not None and joined is None
        tally.note("an unreadable date of joining, taken as unknown", unreadable)
        role = row.role if isinstance(row.role, str) else None
        found[id_] = OldMember(id_, name, role, joined, seen)


def _read_alias(
    row: AliasRow, members: Mapping[int, OldMember], found: dict[int, list[OldAlias]], tally: Tally
) -> None:
    tally.read += 1
    member = read_number(row.member_id)
    canonical = row.canonical_name if isinstance(row.canonical_name, str) else None
    name = read_name(row.normalized_name) or read_name(canonical)
    if member is None or member not in members:
        tally.refuse("of no member")
    elif not name:
        tally.refuse("no name")
    else:
        first, last = read_moment(row.first_seen_at), read_moment(row.last_seen_at)
        tally.note("an unreadable date, taken as unknown", first is None or last is None)
        found.setdefault(member, []).append(OldAlias(name, canonical, first, last, bool(row.is_current)))


async def import_people(run: Run, read: Read, last: Mapping[int, Last]) -> None:
    """Store everybody as members, in one batch. ``last`` tells of each one's last snapshot there.

    Who was stored by an import before stays as they are.
    """
    tally = run.state.members = read.members
    run.state.aliases = read.aliases
    people = list(read.names.members.values())
    async with run.batch(tally.read + read.aliases.read) as target:
        match = Match()
        numbers: dict[int, MemberId] = {}
        if target is not None:
            session, clan = target
            await clans.lock_clan(session, clan)
            match = await _match(session, clan, people, last)
            new = [one for one in people if one.key not in match.known]
            for start in range(0, len(new), PIECE):
                numbers |= await _store(session, clan, new[start : start + PIECE], match.roster, last, run)
        elif run.database is not None and run.clan is not None:
            async with run.database.read() as session:
                match = await _match(session, run.clan, people, last)
        run.state.ambiguous = sorted(
            f"{name} #{numbers[old]}" if old in numbers else name for old, name in match.ambiguous.items()
        )
        tally.known = sum(one.key in match.known for one in people)
        tally.taken = len(people) - tally.known
        tally.attributed = len(match.roster)
        read.aliases.taken = read.aliases.read - sum(read.aliases.refused.values())


class Match(NamedTuple):
    """Whose keys were imported before, who of the others is on the roster, who may be several there."""

    known: Collection[str] = ()
    roster: Mapping[int, MemberId] = MappingProxyType({})
    ambiguous: Mapping[int, str] = MappingProxyType({})


async def _match(
    session: AsyncSession, clan: ClanId, people: Iterable[OldMember], last: Mapping[int, Last]
) -> Match:
    kept = await imports.sources_by_key(session, clan, SourceKind.WOM, PREFIX)
    known = {key.removeprefix(PREFIX) for key in kept}
    new = {one.id: _lost(one, last.get(one.id)) for one in people if one.key not in known}
    bearers = await _bearers(session, clan)
    chosen = {old: member for member, old in find_adopters(new, bearers).items()}
    alike = {one.loose for one in bearers.values()}
    ambiguous = {id_: lost.loose for id_, lost in new.items() if id_ not in chosen and lost.loose in alike}
    return Match(known, chosen, ambiguous)


def _lost(member: OldMember, last: Last | None) -> Lost:
    return Lost(member.display[1] if member.display else None, member.name, last.xp if last else None)


async def _bearers(session: AsyncSession, clan: ClanId) -> dict[MemberId, Bearer]:
    """Who is on the roster, with the names that WOM says they had."""
    owners = {
        player: profile.member for player, profile in (await roster.known_profiles(session, clan)).items()
    }
    former: dict[MemberId, set[str]] = {}
    for change in await roster.approved_renames(session, clan):
        if change.player in owners:
            former.setdefault(owners[change.player], set()).add(loose_key(change.old_name))
    current = await members.current_names(session, clan)
    xp = await imports.last_xp(session, clan, current)
    return {
        id_: Bearer(key_of(name), loose_key(name), frozenset(former.get(id_, ())), xp[id_])
        for id_, name in current.items()
    }


async def _store(
    session: AsyncSession,
    clan: ClanId,
    people: list[OldMember],
    matched: Mapping[int, MemberId],
    last: Mapping[int, Last],
    run: Run,
) -> dict[int, MemberId]:
    """Store who is new. Returns the numbers of those who became members of their own."""
    own = [one for one in people if one.id not in matched]
    numbers = await clans.take_member_ids(session, clan, len(own))
    ids = dict(zip((one.id for one in own), numbers, strict=True))
    states = [_state(one, ids[one.id], _until(one, last.get(one.id), run.now), run.now) for one in own]
    await members.save_states(session, clan, states)
    held = [old.held(state.id, state.left_at or run.now) for state, old in zip(states, own, strict=True)]
    await _store_names(session, clan, [name for theirs in held for name in theirs])
    refs = {one.id: profile_source(one) for one in people}
    added = await sources.add_sources(session, clan, list(refs.values()))
    owner = {**ids, **matched}
    profiles = {added[refs[one.id]]: (one.name, owner[one.id]) for one in people}
    await imports.add_profiles(session, clan, profiles)
    await attributions.attribute_profiles(session, clan, list(profiles))
    return ids


def _until(member: OldMember, last: Last | None, now: datetime) -> datetime:
    """When the old system last saw a member: who is still there is found by the next poll."""
    known = [at for at in (member.seen_at, last.at if last else None, member.joined_at) if at is not None]
    return min(max(known, default=now), now)


def _state(member: OldMember, id_: MemberId, until: datetime, now: datetime) -> MemberState:
    return MemberState(
        id=id_,
        name=member.display[0] if member.display else member.name,
        players=(),
        role=member.role,
        account_type="unknown",
        build="unknown",
        joined_at=member.joined_at,
        left_at=until,
        leave_seen_at=None,
        last_seen_at=None,
        created_at=now,
    )


async def _store_names(session: AsyncSession, clan: ClanId, held: Iterable[Held]) -> None:
    """Keep the names of imported members wherever nobody else is known to have held them."""
    taken: dict[Any, list[Held]] = {}
    for one in await names.observed_names(session, clan):
        taken.setdefault(one.key, []).append(one)
    kept: list[Held] = []
    # Names with a beginning are told better than those that may reach back for ever.
    for one in sorted(held, key=lambda each: each.start is None):
        others = taken.setdefault(one.key, [])
        since = max((other.end for other in others if other.end and one.overlaps(other)), default=one.start)
        clipped = replace(one, start=since)
        if is_span(clipped.start, clipped.end) and not any(clipped.overlaps(other) for other in others):
            others.append(clipped)
            kept.append(clipped)
    touched = await names.replace_names(session, clan, {one.member for one in kept}, kept)
    await names.rebuild_aliases(session, clan, touched)
    await attributions.attribute_relayed_names(session, clan, touched)
