"""What is true of a made-up clan, so that what the bot believes of it can be checked.

Accounts live in the game: each has one name at a time, and names are free for others once
Wise Old Man was told that they were given up. WOM knows the game by its profiles, which may
be behind; the bot knows WOM by its polls. Whatever happens, nothing that one account did may
show under another, but where WOM itself still names an account by what another is called now.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.domain.decisions import DecisionId
from bot.domain.errors import CannotMerge, DecisionGone
from bot.domain.ids import MemberId, NameKey
from bot.domain.names import name_key
from bot.domain.periods import EPOCH
from db.models import Alias, Attribution, IdentityConflict, Member, Profile, SnapshotRow, Source
from db.queries import counts
from tests.services.tale import Tale

NAMES = ("Aaa", "B bb", "Ccc", "Ddd", "Eee", "Fff", "Ggg", "Hhh", "Iii", "Jjj", "Kkk", "Lll")


@dataclass
class Account:
    """An account in the game. ``profiles`` are WOM's, the first the one that WOM would rename."""

    number: int
    name: str
    in_clan: bool = True
    profiles: list[int] = field(default_factory=list[int])
    change: int | None = None
    xp: int = 1_000
    ever: set[str] = field(default_factory=set[str])


@dataclass(frozen=True)
class Line:
    """A line of the relay. ``sure`` is whether WOM knew its speaker by this very name, and nothing else."""

    account: int
    key: NameKey
    at: datetime
    sure: bool


@dataclass
class History:
    """The truth, and the bot's view of it through a tale."""

    tale: Tale
    accounts: list[Account] = field(default_factory=list[Account])
    lines: list[Line] = field(default_factory=list[Line])
    certain: set[int] = field(default_factory=set[int])
    polled: dict[int, NameKey | None] = field(default_factory=dict[int, NameKey | None])
    named_since: dict[int, datetime] = field(default_factory=dict[int, datetime])
    behind: set[int] = field(default_factory=set[int])
    unlisted: set[int] = field(default_factory=set[int])
    """Accounts of whose last approved rename no poll was told: WOM lists those of present members only."""
    decided: list[DecisionId] = field(default_factory=list[DecisionId])
    unsettled: int = 0

    def appears(self, name: str) -> Account:
        """A new account plays, is tracked, and joins the clan in the game."""
        account = Account(len(self.accounts), name)
        self.accounts.append(account)
        account.profiles.append(self.tale.wom.add_player(name, at=self.tale.now))
        self.looked_at(account)
        return account

    def free_names(self) -> list[str]:
        """Names that anybody can take: WOM knows that whoever had them gave them up, or soon will."""
        taken = {account.name for account in self.accounts}
        for account in self.accounts:
            if account.change is not None:
                taken.add(self.tale.wom.renames[account.change].new)
            told = () if account.change is None else (account.profiles[0],)
            taken |= {self.tale.wom.players[one].name for one in self._known(account) if one not in told}
        keys = {name_key(name) for name in taken}
        return [name for name in NAMES if name_key(name) not in keys]

    def fresh_names(self) -> list[str]:
        """Free names that WOM has nobody under."""
        return [name for name in self.free_names() if self.tale.wom.find(name) is None]

    def renames(self, account: Account, name: str, *, tells: bool) -> None:
        """In the game; WOM is told at once or later."""
        account.ever.add(account.name)
        account.name = name
        if tells:
            self.tells(account)

    def tells(self, account: Account) -> None:
        """WOM is told of the present name; the change is pending."""
        account.change = self.tale.renamed(account.profiles[0], account.name)

    def can_tell(self, account: Account) -> bool:
        """Whether WOM has something to be told."""
        profile = self.tale.wom.players.get(account.profiles[0])
        return (
            account.change is None
            and profile is not None
            and profile.status != "archived"
            and name_key(profile.name) != name_key(account.name)
        )

    def can_approve(self, account: Account) -> bool:
        """WOM believes a change only where nobody else is known under the new name."""
        if account.change is None:
            return False
        holder = self.tale.wom.find(self.tale.wom.renames[account.change].new)
        return holder is None or holder.id in account.profiles

    def is_approved(self, account: Account) -> None:
        """WOM gives the first profile the new name, and merges the one that a sync made of it."""
        assert account.change is not None
        self.tale.approved(account.change)
        account.change = None
        self.unlisted.add(account.number)

    def can_deny(self, account: Account) -> bool:
        """Nobody else has had the name that was given up: else WOM's word would be wrong for good."""
        if account.change is None:
            return False
        old = self.tale.wom.renames[account.change].old
        others = (one for one in self.accounts if one is not account)
        return not any(old in {*one.ever, one.name} for one in others)

    def is_denied(self, account: Account) -> None:
        """WOM does not believe it."""
        assert account.change is not None
        self.tale.wom.deny_rename(account.change, self.tale.now)
        account.change = None

    def looked_at(self, account: Account) -> None:
        """WOM looks at the account under its present name, if it is tracked as theirs."""
        account.xp += 10
        profile = self.tale.wom.find(account.name)
        if profile is not None and profile.id in account.profiles:
            self.tale.plays(profile.id, account.xp)

    def is_archived(self, account: Account, name: str) -> None:
        """The game gave an idle account's name to an outsider; the account is called ``name`` now."""
        self.tale.wom.archive(account.profiles[0], self.tale.now)
        account.name, account.change = name, None

    def settled(self) -> list[Account]:
        """Whom WOM knows by their present name, with nothing pending."""
        found: list[Account] = []
        for account in self.accounts:
            profile = self.tale.wom.players.get(account.profiles[0])
            if account.change is None and profile and name_key(profile.name) == name_key(account.name):
                found.append(account)
        return found

    def synced(self, *, listed: bool) -> None:
        """The roster becomes whoever is in the clan, by the names of now."""
        wom, group, now = self.tale.wom, self.tale.group, self.tale.now
        roster = [self._profile_named(account) for account in self.accounts if account.in_clan]
        for player in [one for one in wom.groups[group].members if one not in roster]:
            if listed:
                wom.leave(group, player, now)
            else:
                del wom.groups[group].members[player]
        for player in roster:
            if player not in wom.groups[group].members:
                wom.join(group, player, "member", now, listed=listed)

    def _profile_named(self, account: Account) -> int:
        profile = self.tale.wom.find(account.name)
        if profile is not None:
            return profile.id
        made = self.tale.wom.add_player(account.name.lower(), at=self.tale.now)
        account.profiles.append(made)
        return made

    def drops(self, share: float) -> None:
        """A broken sync: this share of the roster is missing."""
        members = sorted(self.tale.wom.groups[self.tale.group].members)
        self.tale.synced(left=members[: round(share * len(members))])

    def is_met(self, account: Account) -> bool:
        """Whether the account is on the roster and was polled: of others' names nothing can be known."""
        roster = self.tale.wom.groups[self.tale.group].members
        return any(player in self.polled and player in roster for player in account.profiles)

    async def says(self, account: Account) -> None:
        """A line of the relay under the present name."""
        key = name_key(account.name)
        at = await self.tale.says(account.name)
        players = self.tale.wom.groups[self.tale.group].members
        here = [one for one in account.profiles if one in players and self.polled.get(one) == key]
        sure = bool(here) and account.change is None and not self.can_tell(account)
        self.lines.append(Line(account.number, key, at, sure))

    async def polls(self, **parts: float) -> None:
        """Time passes and the bot polls; who is seen under the same name twice had it between."""
        seen_before = dict(self.polled)
        await self.tale.polled(**parts)
        members = self.tale.wom.groups[self.tale.group].members
        self.unlisted -= {one.number for one in self.accounts if one.profiles[0] in members}
        owner = self.owners()
        # A profile that WOM merged away is known to be gone once the one that took it over is seen.
        self.polled = {
            one: key
            for one, key in self.polled.items()
            if one in self.tale.wom.players or self.accounts[owner[one]].profiles[0] not in members
        }
        for player in members:
            profile = self.tale.wom.players[player]
            self.polled[player] = None if profile.status == "archived" else name_key(profile.name)
            if self.polled[player] != seen_before.get(player):
                self.named_since[player] = self.tale.now
                self.behind.discard(player)
            if self.polled[player] != name_key(self.accounts[owner[player]].name):
                self.behind.add(player)
        again = {
            (owner[one], self.polled[one]) for one in members if self.polled[one] == seen_before.get(one)
        }
        for number in range(self.unsettled, len(self.lines)):
            line = self.lines[number]
            if line.sure and (line.account, line.key) in again:
                self.certain.add(number)
        self.unsettled = len(self.lines)

    async def merges(self, one: int, other: int, *, keep: bool) -> None:
        """Officers say that two members are one, and perhaps take it back."""
        clan, decisions = await self.tale.stage.clan(), self.tale.decisions
        before = await self.everything()
        try:
            made = await decisions.merge(clan, MemberId(one), MemberId(other), self.tale.officer)
        except CannotMerge:
            return
        if keep:
            self.decided.append(made)
            return
        await self.check()
        await decisions.undo(clan, made, self.tale.officer)
        assert await self.everything() == before, "undone, everything is as it was"

    async def undoes(self) -> None:
        """The last decision is taken back."""
        made = self.decided.pop()
        try:
            await self.tale.decisions.undo(await self.tale.stage.clan(), made, self.tale.officer)
        except DecisionGone:  # it was of a member who was somebody's rename all along
            return

    def owners(self) -> dict[int, int]:
        """Whose each profile is."""
        return {player: account.number for account in self.accounts for player in account.profiles}

    async def check(self) -> None:
        """Whose every fact is by the bot's belief, against the truth."""
        shown, persons, disputed, snapshots = await self._believed()
        for number, line in enumerate(self.lines):
            holders = [member for start, end, member in shown.get(line.key, ()) if start <= line.at < end]
            assert len(holders) <= 1, f"{line} shows under {holders}"
            speakers = {one for member in holders for one in persons[member]}
            if holders and line.account not in speakers:
                told = f"{line} shows under member {holders} of {speakers}"
                assert self._is_behind(speakers, line), told
            if number in self.certain and line.key not in disputed:
                assert line.account in speakers, f"{line} is nobody's"
        await self._check_sums(shown, snapshots)

    async def _believed(self) -> tuple[dict[str, list[Any]], dict[int, set[int]], set[str], int]:
        clan, owners = self.tale.stage.id, self.owners()
        async with self.tale.stage.database.read() as session:
            rows = await session.execute(
                select(Source.key, Attribution.from_at, Attribution.to_at, Attribution.member_id)
                .join(Source, (Source.clan_id == Attribution.clan_id) & (Source.id == Attribution.source_id))
                .where(Attribution.clan_id == clan, Source.kind == "relay")
            )
            shown: dict[str, list[Any]] = {}
            for key, start, end, member in rows:
                shown.setdefault(key, []).append((start, end, member))
            profiles = await session.execute(
                select(Profile.player_id, Profile.member_id, func.coalesce(Member.same_as, Member.id))
                .join(Member, (Member.clan_id == Profile.clan_id) & (Member.id == Profile.member_id))
                .where(Profile.clan_id == clan)
            )
            persons: dict[int, set[int]] = {}
            own: dict[int, set[int]] = {}
            for player, member, root in profiles:
                own.setdefault(member, set()).add(owners[player])
                persons.setdefault(root, set()).add(owners[player])
            for member, accounts in own.items():
                assert len(accounts) == 1, f"member {member} is accounts {accounts}"
            disputed = set(
                await session.scalars(
                    select(IdentityConflict.name_key).where(IdentityConflict.clan_id == clan)
                )
            )
            snapshots = await session.scalar(
                select(func.count()).select_from(SnapshotRow).where(SnapshotRow.clan_id == clan)
            )
        return shown, persons, disputed, snapshots or 0

    def _is_behind(self, accounts: Iterable[int], line: Line) -> bool:
        """Whether WOM, as far as polls saw, named one of these so when another was called it."""
        return any(
            self.polled.get(player) == line.key
            and (self.named_since[player] <= line.at or player in self.behind)
            for one in accounts
            for player in self.accounts[one].profiles
        )

    async def _check_sums(self, shown: dict[str, list[Any]], snapshots: int) -> None:
        """Nothing is counted twice, nothing is lost."""
        clan, until = self.tale.stage.id, self.tale.now
        expected = Counter(
            member
            for line in self.lines
            for start, end, member in shown.get(line.key, ())
            if start <= line.at < end
        )
        async with self.tale.stage.database.read() as session:
            counted = dict(await counts.message_counts(session, clan, EPOCH, until))
            nobodys = await counts.unattributed_messages(session, clan, EPOCH, until)
            attributed = await session.scalar(
                select(func.count())
                .select_from(SnapshotRow)
                .join(
                    Attribution,
                    (Attribution.clan_id == SnapshotRow.clan_id)
                    & (Attribution.source_id == SnapshotRow.source_id)
                    & (Attribution.from_at <= SnapshotRow.taken_at)
                    & (SnapshotRow.taken_at < Attribution.to_at),
                )
                .where(SnapshotRow.clan_id == clan)
            )
        assert counted == expected
        assert sum(counted.values()) + nobodys == len(self.lines)
        assert attributed == snapshots, "every snapshot is one member's"

    async def everything(self) -> list[list[Any]]:
        """Whose what is, row by row."""
        clan = self.tale.stage.id
        async with self.tale.stage.database.read() as session:
            return [
                sorted(tuple(row) for row in await session.execute(statement))
                for statement in (
                    select(Alias.name_key, Alias.from_at, Alias.to_at, Alias.member_id, Alias.origin).where(
                        Alias.clan_id == clan
                    ),
                    select(
                        Attribution.source_id,
                        Attribution.from_at,
                        Attribution.to_at,
                        Attribution.member_id,
                        Attribution.base_id,
                    ).where(Attribution.clan_id == clan),
                    select(Member.id, func.coalesce(Member.same_as, 0)).where(Member.clan_id == clan),
                )
            ]

    async def members(self) -> list[int]:
        """Every member's number."""
        async with self.tale.stage.database.read() as session:
            return sorted(
                await session.scalars(select(Member.id).where(Member.clan_id == self.tale.stage.id))
            )

    def _known(self, account: Account) -> list[int]:
        return [one for one in account.profiles if one in self.tale.wom.players]
