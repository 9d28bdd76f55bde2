"""Names at the simulated WOM: renames, syncs that see two players in one, and recycled names."""

from datetime import UTC, datetime
from itertools import count

from demo.wom.state import Group, Happening, Member, Profile, Rename, standardised

EPOCH = datetime(2013, 2, 22, tzinfo=UTC)
"""When the game opened: the default of when WOM began to track somebody."""


class Renames:
    """Players, groups and name changes. The numbers of the traps are those of WOM's known behaviour."""

    def __init__(self) -> None:
        self.groups: dict[int, Group] = {}
        self.players: dict[int, Profile] = {}
        self.renames: dict[int, Rename] = {}
        self._newest = 0
        self._rename_ids = count(1)
        self._archives = count(10_001)

    def add_player(
        self,
        name: str,
        player_id: int | None = None,
        *,
        at: datetime = EPOCH,
        account_type: str = "regular",
        build: str = "main",
        country: str | None = None,
    ) -> int:
        """WOM begins to track an account, without looking at it yet. Returns its id, which no other ever had.

        Raises:
            ValueError: the name or the id is taken.
        """
        number = player_id or self._newest + 1
        taken = any(one.username == standardised(name) for one in self.players.values())
        if taken or number in self.players:
            raise ValueError(f"{name} ({number}) is tracked already")
        self._newest = max(self._newest, number)
        self.players[number] = Profile(number, name, at, account_type, build, country)
        return number

    def submit_rename(self, player: int, new_name: str, at: datetime) -> int:
        """Somebody tells WOM of a rename; it is pending, even twice (trap 9). Returns its id."""
        number = next(self._rename_ids)
        self.renames[number] = Rename(number, player, self.players[player].name, new_name, at, at)
        return number

    def deny_rename(self, rename: int, at: datetime) -> None:
        """WOM does not believe it."""
        change = self.renames[rename]
        change.status, change.resolved_at, change.updated_at = "denied", at, at

    def approve_rename(self, rename: int, at: datetime) -> None:
        """The old profile gets the new name and keeps its id (traps 1 and 2).

        Who held the new name since (a profile made by a sync, or one long known) loses the
        looks, the memberships and the activity of after the old profile's last look; it
        becomes an archive, or is deleted where fewer than two looks are left.
        """
        change = self.renames[rename]
        profile = self.players[change.player]
        other = next((one for one in self.players.values() if one.username == standardised(change.new)), None)
        if other is not None and other is not profile:
            self._absorb(profile, other, at)
        profile.name = change.new
        change.status, change.resolved_at, change.updated_at = "approved", at, at

    def sync_rename_as_leave_and_join(self, group: int, player: int, new_name: str, at: datetime) -> int:
        """A plugin's sync sees the new name before the rename is approved (trap 2).

        The old profile leaves and a new one joins in the same instant. Returns the new
        profile's id; its name is in lower case (trap 12).
        """
        role = self.groups[group].members[player].role
        new = self.sync_moves_membership(group, player, new_name, at)
        here = self.groups[group]
        here.happenings.append(Happening(group, new, "joined", role, None, at))
        here.happenings.append(Happening(group, player, "left", role, None, at))
        return new

    def sync_moves_membership(self, group: int, player: int, new_name: str, at: datetime) -> int:
        """A sync moves the membership to a new profile and the activity shows nothing (trap 10)."""
        new = self.add_player(standardised(new_name), at=at)
        members = self.groups[group].members
        old = members.pop(player)
        members[new] = Member(new, old.role, at, at, old.in_game_join)
        self.groups[group].updated_at = at
        return new

    def archive(self, player: int, at: datetime) -> str:
        """The name went to another account: the old profile stays in its groups (trap 4).

        The name is free then: :meth:`add_player` makes the new account, which is no member.
        Returns the archive's name.
        """
        profile = self.players[player]
        name = f"archive{next(self._archives)}"
        profile.archive = {
            "playerId": player,
            "previousUsername": profile.username,
            "archiveUsername": name,
            "restoredUsername": None,
            "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "restoredAt": None,
        }
        profile.name, profile.status, profile.encoded = name, "archived", None
        return name

    def _absorb(self, profile: Profile, other: Profile, at: datetime) -> None:
        since = profile.updated_at or profile.registered_at
        kept = [look for look in other.looks if look.at <= since]
        moved = other.looks[len(kept) :]
        other.looks = kept
        other.refold()
        for look in moved:
            profile.see(look)
        for group in self.groups.values():
            _take_over(group, profile.id, other.id, since, at)
        if len(kept) >= 2:
            self.archive(other.id, at)
            return
        del self.players[other.id]
        for group in self.groups.values():
            group.members.pop(other.id, None)


def _take_over(group: Group, player: int, other: int, since: datetime, at: datetime) -> None:
    """The membership returns to the old id, and what the sync wrote into the activity vanishes."""
    member = group.members.get(other)
    if member is None or member.created_at <= since:
        return
    del group.members[other]
    if player not in group.members:
        group.members[player] = Member(player, member.role, member.created_at, at, member.in_game_join)
    joined = (row.at for row in group.happenings if row.player == other and row.type == "joined")
    synced = {moment for moment in joined if moment > since}
    group.happenings = [
        row
        for row in group.happenings
        if not (row.at in synced and (row.player, row.type) in {(other, "joined"), (player, "left")})
    ]
    group.updated_at = at
