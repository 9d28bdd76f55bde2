"""Officers' side of links: what waits, what nicknames suggest, who is missing. Every act is logged."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.accounts import Account
from bot.domain.clans import Clan
from bot.domain.errors import AccountTaken, LinkNotFound, NotPermitted, Outdated, SeveralForOne
from bot.domain.ids import ChannelId, MemberId, NameKey, UserId
from bot.domain.link_review import Claim, Officer, Talker, Unseen, fingerprint, talkers
from bot.domain.nicknames import exact_keys
from bot.domain.suggestions import Candidate, Person, Suggestion, leads, suggest
from bot.services.clock import Clock
from bot.services.linking import remove_link, verify
from bot.services.lookup import Lookup
from db.queries import clans, counts, cursors, link_decisions, links
from db.queries.link_decisions import NamedMember
from db.session import Database

TALKED_WITHIN: Final = timedelta(days=30)

People = Mapping[UserId, str]
"""The nicknames of the server's users, bots left out."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks without being on the roster; ``observed_since`` is None where nobody ever listened."""

    talkers: Sequence[Talker]
    since: datetime
    observed_since: datetime | None


class LinkReview:
    """Shows officers what waits for them, and does what they decide.

    Each of ``on_change`` is told of a clan in which a link was verified or taken away.
    """

    def __init__(self, database: Database, lookup: Lookup, clock: Clock) -> None:
        self._database = database
        self._lookup = lookup
        self._clock = clock
        self.on_change: list[Callable[[Clan], object]] = []

    # What there is

    async def claims(self, clan: Clan, people: People) -> list[Claim]:
        """The claims that wait, the oldest first."""
        async with self._database.read() as session:
            rows = await link_decisions.claims(session, clan.id)
            names = _present_names(await link_decisions.roster_names(session, clan.id))
        return [
            Claim(
                user=row.user,
                member=row.member,
                name=row.name,
                rank=row.wom_role,
                since=row.linked_at,
                nickname=people.get(row.user),
                agrees=not exact_keys(people.get(row.user, "")).isdisjoint(names.get(row.member, ())),
                rivals=row.rivals,
                leads=leads(row.wom_role, clan.role_order),
            )
            for row in rows
        ]

    async def suggestions(self, clan: Clan, people: People) -> list[Suggestion]:
        """What the nicknames of the server suggest, the exact ones first."""
        async with self._database.read() as session:
            return await suggestions_within(session, clan, people)

    async def unseen(self, clan: Clan, people: People) -> list[Unseen]:
        """Who is on the roster and has no linked user in the server, by name."""
        async with self._database.read() as session:
            suggested = {one.member: one.user for one in await suggestions_within(session, clan, people)}
            everybody = await link_decisions.roster_names(session, clan.id)
            linked: dict[MemberId, set[UserId]] = {}
            for link in await link_decisions.all_links(session, clan.id):
                linked.setdefault(link.member, set()).add(link.user)
        found = {
            one.member: Unseen(
                one.member,
                one.name,
                one.wom_role,
                one.joined_at,
                left=one.member in linked,
                maybe=suggested.get(one.member),
            )
            for one in everybody
            if linked.get(one.member, set[UserId]()).isdisjoint(people)
        }
        return sorted(found.values(), key=lambda one: (one.name.casefold(), one.member))

    async def talk(self, clan: Clan, people: People) -> Talk:
        """Who talked in the last 30 days and is nobody on the roster, the most talkative first."""
        now = self._clock()
        since = now - TALKED_WITHIN
        async with self._database.read() as session:
            rows = await counts.unattributed_by_source(session, clan.id, since, now)
            observed = await cursors.observed_since(session, clan.id)
        found = talkers([(row.user, row.label, row.messages) for row in rows], people)
        return Talk(found, since, observed)

    # What officers do

    async def verify(self, clan: Clan, officer: Officer, user: UserId, member: MemberId) -> None:
        """Say that a claim is true.

        Raises:
            NotPermitted: with ``colleague``, for a claim of the officer's own.
            Outdated: there is no such claim any more.
            AccountTaken: another user's link to it is verified.
        """
        async with self._changing(clan) as session:
            account = _account(await links.links_of(session, clan.id, user), member)
            if account is None:
                raise Outdated
            await self._link(session, clan, officer, user, account.member, account.name)

    async def refuse(self, clan: Clan, officer: Officer, user: UserId, member: MemberId) -> None:
        """Say that a claim is not true: it is removed, and that user may not claim the account again.

        Raises:
            Outdated: there is no such claim any more, or it was verified meanwhile.
        """
        async with self._changing(clan) as session:
            account = _account(await links.links_of(session, clan.id, user), member)
            if account is None or account.verified:
                raise Outdated
            now = self._clock()
            await remove_link(session, clan.id, user, member)
            await link_decisions.refuse(session, clan.id, user, member, officer.user, now)
            await self._note(session, clan, officer, "link_refused", user, member)

    async def link(self, clan: Clan, officer: Officer, user: UserId, name: str) -> list[Account]:
        """Link a member to a user beyond doubt. Returns the user's accounts.

        Raises:
            PlayerNotTracked, InvalidName, NameAmbiguous: as :meth:`Lookup.by_name`.
            NotPermitted: with ``colleague``, for an account of the officer's own.
            AccountTaken: another user's link to it is verified.
        """
        found = (await self._lookup.by_name(clan, name)).member
        async with self._changing(clan) as session:
            await self._link(session, clan, officer, user, found.id, found.name)
            return await links.links_of(session, clan.id, user)

    async def unlink(self, clan: Clan, officer: Officer, user: UserId, member: MemberId) -> list[Account]:
        """Take a link away, verified or not. Returns the accounts that are left to the user.

        Raises:
            LinkNotFound: there is none.
        """
        async with self._changing(clan) as session:
            if _account(await links.links_of(session, clan.id, user), member) is None:
                raise LinkNotFound("that account")
            await remove_link(session, clan.id, user, member)
            await self._note(session, clan, officer, "link_removed", user, member)
            return await links.links_of(session, clan.id, user)

    async def accept(
        self, clan: Clan, officer: Officer, people: People, pairs: Collection[tuple[UserId, MemberId]]
    ) -> list[Suggestion]:
        """Link what was chosen of the suggestions, beyond doubt. Returns what was linked.

        Raises:
            Outdated: one of them is not suggested any more; nothing is linked.
            SeveralForOne: two people were chosen for one account; nothing is linked.
            NotPermitted: with ``colleague``, where one is the officer's own; nothing is linked.
        """
        async with self._changing(clan) as session:
            offered = await suggestions_within(session, clan, people)
            chosen = [one for one in offered if (one.user, one.member) in pairs]
            if len(chosen) < len(pairs):
                raise Outdated
            _require_one_each(chosen)
            await self._accept(session, clan, officer, chosen)
            return chosen

    async def accept_exact(self, clan: Clan, officer: Officer, people: People, seen: int) -> list[Suggestion]:
        """Link every exact suggestion but the officer's own. Returns what was linked.

        ``seen`` is the :func:`fingerprint` of the exact ones that the officer was shown.

        Raises:
            Outdated: others are suggested by now; nothing is linked.
        """
        async with self._changing(clan) as session:
            exact = [one for one in await suggestions_within(session, clan, people) if one.exact]
            if fingerprint(exact) != seen:
                raise Outdated
            chosen = [one for one in exact if officer.may_verify(one.user)]
            await self._accept(session, clan, officer, chosen)
            return chosen

    @asynccontextmanager
    async def _changing(self, clan: Clan) -> AsyncGenerator[AsyncSession]:
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            yield session
        for tell in self.on_change:
            tell(clan)

    async def note_panel(self, clan: Clan, officer: Officer, channel: ChannelId) -> None:
        """Note that an officer posts the panel with which everybody can link their account."""
        async with self._database.write() as session:
            detail = {"clan_id": clan.id, "channel": channel}
            now = self._clock()
            await clans.add_audit_entry(session, clan.guild, officer.user, "link_panel_posted", detail, now)

    async def _accept(
        self, session: AsyncSession, clan: Clan, officer: Officer, chosen: Sequence[Suggestion]
    ) -> None:
        """Suggested members are nobody's for certain, so that none can be taken."""
        if not all(officer.may_verify(one.user) for one in chosen):
            raise NotPermitted("colleague")
        pairs = [(one.user, one.member) for one in chosen]
        if pairs:
            await verify(session, clan, pairs, by=officer.user, how="suggestion", now=self._clock())

    async def _link(
        self,
        session: AsyncSession,
        clan: Clan,
        officer: Officer,
        user: UserId,
        member: MemberId,
        name: str,
    ) -> None:
        if not officer.may_verify(user):
            raise NotPermitted("colleague")
        owner = await links.verified_owner(session, clan.id, member)
        if owner is None:
            await verify(session, clan, [(user, member)], by=officer.user, how="officer", now=self._clock())
        elif owner != user:
            raise AccountTaken(name, owner)

    async def _note(
        self, session: AsyncSession, clan: Clan, officer: Officer, action: str, user: UserId, member: MemberId
    ) -> None:
        detail = {"clan_id": clan.id, "user": user, "member_id": member}
        await clans.add_audit_entry(session, clan.guild, officer.user, action, detail, self._clock())


def _require_one_each(chosen: Sequence[Suggestion]) -> None:
    names: set[MemberId] = set()
    for one in chosen:
        if one.member in names:
            raise SeveralForOne(one.name)
        names.add(one.member)


def _account(accounts: Sequence[Account], member: MemberId) -> Account | None:
    return next((one for one in accounts if one.member == member), None)


def _present_names(rows: Sequence[NamedMember]) -> dict[MemberId, set[NameKey]]:
    names: dict[MemberId, set[NameKey]] = {}
    for row in rows:
        if row.key is not None and row.is_present:
            names.setdefault(row.member, set()).add(row.key)
    return names


async def suggestions_within(session: AsyncSession, clan: Clan, people: People) -> list[Suggestion]:
    """What nicknames suggest, the exact ones first, in so many statements whatever the size of the clan."""
    rows = await link_decisions.roster_names(session, clan.id)
    linked = await link_decisions.all_links(session, clan.id)
    settled = {(link.user, link.member) for link in linked} | await link_decisions.refused(session, clan.id)
    taken = {link.member for link in linked if link.verified}
    return suggest(
        [Person(user, nickname) for user, nickname in people.items()],
        _candidates(clan, rows, taken),
        settled=settled,
        ranks=clan.role_order,
    )


def _candidates(clan: Clan, rows: Sequence[NamedMember], taken: Collection[MemberId]) -> list[Candidate]:
    present = _present_names(rows)
    ever: dict[MemberId, set[NameKey]] = {}
    for row in rows:
        if row.key is not None:
            ever.setdefault(row.member, set()).add(row.key)
    return [
        Candidate(
            row.member,
            row.name,
            present=frozenset(present.get(row.member, ())),
            former=frozenset(ever.get(row.member, set()) - present.get(row.member, set())),
            taken=row.member in taken,
            leads=leads(row.wom_role, clan.role_order),
        )
        for row in {row.member: row for row in rows}.values()
    ]
