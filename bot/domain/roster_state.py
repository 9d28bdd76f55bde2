"""What a roster plan is made from, and the plan while it is made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.identity import ApprovedRename, Held, MemberState, RosterPlan, Seen
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key

TICK = timedelta(milliseconds=1)
"""The smallest time that is stored: what was seen at a moment ends a tick after it."""


def taken_over(given_up: datetime, known_from: Iterable[datetime | None], now: datetime) -> datetime:
    """When a name that passed from one member to another begins to be the second one's.

    ``given_up`` is the end of the first one's last sighting under it. What is heard under the
    name after that may be either's, so it is nobody's until the second is known to have it:
    from the earliest of ``known_from`` that is not before ``given_up`` (when they joined under
    it, when the change to it that WOM approved was submitted; None is no evidence), and at the
    latest from ``now``, when the roster shows it.
    """
    evidence = [at for at in known_from if at is not None and given_up <= at]
    return min([*evidence, max(given_up, now)])


@dataclass(slots=True)
class Roster:
    """Everything that is known of a clan, changed as the plan grows.

    ``voices`` is what WOM says of each member who is on the roster. ``passing`` are the
    names whose holder this plan ended: what was heard under them since may be anybody's. ``parted``
    gave their name up and took it again since the poll before.
    ``told`` is of which profiles WOM was told that they took a name or gave it up, and when.
    """

    members: dict[MemberId, MemberState]
    names: dict[MemberId, list[Held]]
    polled_at: datetime | None
    now: datetime
    approved: Sequence[ApprovedRename] = ()
    plan: RosterPlan = field(default_factory=RosterPlan)
    owners: dict[PlayerId, MemberId] = field(default_factory=dict[PlayerId, MemberId])
    voices: dict[MemberId, Seen] = field(default_factory=dict[MemberId, Seen])
    ever_held: dict[NameKey, set[MemberId]] = field(default_factory=dict[NameKey, set[MemberId]])
    passing: set[NameKey] = field(default_factory=set[NameKey])
    parted: set[MemberId] = field(default_factory=set[MemberId])
    told: dict[NameKey, list[tuple[PlayerId, datetime]]] = field(
        default_factory=dict[NameKey, list[tuple[PlayerId, datetime]]]
    )

    def __post_init__(self) -> None:
        for member in self.members.values():
            self.owners.update(dict.fromkeys(member.players, member.id))
        for member, names in self.names.items():
            for held in names:
                self.ever_held.setdefault(held.key, set()).add(member)
        for change in self.approved:
            for key in {name_key(change.old_name), name_key(change.new_name)}:
                self.told.setdefault(key, []).append((change.player, change.submitted_at))

    @property
    def sighted(self) -> datetime:
        """The end of what the poll before saw."""
        return min((self.polled_at or self.now) + TICK, self.now)

    def current_name(self, member: MemberId) -> Held | None:
        """The name that a member holds now."""
        return next((held for held in self.names.get(member, ()) if held.end is None), None)

    def holds(self, key: NameKey, *, but: MemberId | None = None) -> list[Held]:
        """When a name was held, by whom except one."""
        members = sorted(self.ever_held.get(key, set()) - {but})
        return [held for member in members for held in self.names[member] if held.key == key]

    def open_holds(self, key: NameKey | None, but: MemberId | None = None) -> list[Held]:
        """Who holds a name now, except one; nobody holds what is no name."""
        return [] if key is None else [held for held in self.holds(key, but=but) if held.end is None]

    def told_of_others(self, member: MemberId, key: NameKey | None) -> list[datetime]:
        """When WOM was told that others took a name or gave it up, though no poll may have seen it."""
        told = () if key is None else self.told.get(key, ())
        return [at for player, at in told if player not in self.members[member].players]

    def told_since(self, held: Held) -> list[datetime]:
        """When WOM was told, at the end of a hold or later, of its holder and its name."""
        told = self.told.get(held.key, ())
        return [
            at
            for player, at in told
            if self.owners.get(player) == held.member and held.end is not None and held.end <= at
        ]

    def may_be_anothers(self, member: MemberId, key: NameKey) -> bool:
        """Whether WOM was told that another took a name, and nothing tells when they gave it up."""
        last: dict[PlayerId, ApprovedRename] = {}
        for one in sorted(self.approved, key=lambda one: one.submitted_at):
            if one.player not in self.members[member].players and key in map(
                name_key, (one.old_name, one.new_name)
            ):
                last[one.player] = one
        return any(
            name_key(one.new_name) == key and not self._was_seen_under(one, key) for one in last.values()
        )

    def _was_seen_under(self, one: ApprovedRename, key: NameKey) -> bool:
        """Whether polls saw the name that a change brought: its end is known then, or it is theirs now."""
        owner = self.owners.get(one.player)
        return any(
            held.member == owner and (held.end is None or held.end > one.submitted_at + TICK)
            for held in self.holds(key)
        )

    def save(self, member: MemberState) -> None:
        """Write a member back if anything changed."""
        if self.members.get(member.id) != member:
            self.members[member.id] = self.plan.members[member.id] = member
            self.owners.update(dict.fromkeys(member.players, member.id))

    def set_names(self, member: MemberId, names: list[Held]) -> None:
        """Replace a member's names, in order of time."""
        self.names[member] = self.plan.names[member] = sorted(
            names, key=lambda held: (held.start is not None, held.start)
        )
        for held in names:
            self.ever_held.setdefault(held.key, set()).add(member)

    def replace_hold(self, before: Held, after: Held) -> None:
        """Put one hold in another's place."""
        names = [after if held == before else held for held in self.names[before.member]]
        self.set_names(before.member, names)

    def forget(self, member: MemberId) -> None:
        """Take back a member who never was one."""
        self.set_names(member, [])
        del self.members[member]
        self.plan.members.pop(member, None)
