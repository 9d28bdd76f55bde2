"""Rosters, renames and lines for the tests of who is who, and a book that takes polls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.adoption import is_lost
from bot.domain.identity import ApprovedRename, Held, Lines, MemberState, RosterPlan, Seen, is_span
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import name_key
from bot.domain.roster import plan_roster

T0 = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
JOINED = datetime(2025, 3, 1, tzinfo=UTC)
TICK = timedelta(milliseconds=1)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def at(number: float) -> datetime:
    """So many hours after the first poll."""
    return T0 + hours(number)


def seen(
    player: int, name: str, *, role: str = "member", status: str = "active", joined: datetime | None = JOINED
) -> Seen:
    return Seen(PlayerId(player), name, role, "regular", "main", status, joined)


def renamed(player: int, old: str, new: str, when: datetime) -> ApprovedRename:
    return ApprovedRename(PlayerId(player), old, new, when)


def heard(**lines: tuple[datetime, datetime]) -> dict[NameKey, Lines]:
    return {name_key(name): Lines(*moments) for name, moments in lines.items()}


@dataclass
class Book:
    """What is stored of a clan; every poll is planned, written and checked."""

    members: dict[MemberId, MemberState] = field(default_factory=dict[MemberId, MemberState])
    names: dict[MemberId, list[Held]] = field(default_factory=dict[MemberId, list[Held]])
    next_id: int = 1
    polled_at: datetime | None = None

    def poll(
        self,
        now: datetime,
        *roster: Seen,
        approved: Sequence[ApprovedRename] = (),
        lines: Mapping[NameKey, Lines] | None = None,
        lost: Mapping[MemberId, int | None] | None = None,
    ) -> RosterPlan:
        plan = plan_roster(
            self.members.values(),
            [held for names in self.names.values() for held in names],
            roster,
            approved,
            lines,
            {one.id: None for one in self.members.values() if is_lost(one)} if lost is None else lost,
            polled_at=self.polled_at,
            now=now,
            next_id=self.next_id,
        )
        new = sorted(plan.members.keys() - self.members.keys())
        assert new == list(range(self.next_id, self.next_id + len(new))), "an id was skipped or used again"
        self.members |= plan.members
        self.names |= plan.names
        for gone in plan.absorbed:
            assert not self.names.pop(gone, []), "a name stayed with who was undone"
            del self.members[gone]
        self.next_id += len(new)
        self.polled_at = now
        self.check(roster)
        return plan

    def check(self, roster: Sequence[Seen]) -> None:
        """What holds after every poll, whatever WOM said."""
        holds = [held for names in self.names.values() for held in names]
        for index, one in enumerate(holds):
            assert one.member in self.members
            assert is_span(one.start, one.end), f"held for no time: {one}"
            for other in holds[:index]:
                if one.key == other.key or one.member == other.member:
                    assert not one.overlaps(other), f"{one} and {other}"
        owners = [player for member in self.members.values() for player in member.players]
        assert len(owners) == len(set(owners)), "a profile of two members"
        assert {one.player for one in roster} <= set(owners)

    def holder(self, name: str, when: datetime) -> int | None:
        """Whose a line of that name is."""
        key = name_key(name)
        return next(
            (
                int(held.member)
                for names in self.names.values()
                for held in names
                if held.key == key
                and (held.start is None or held.start <= when)
                and (held.end is None or when < held.end)
            ),
            None,
        )

    def history(self, member: int) -> list[str]:
        return [held.display for held in self.names[MemberId(member)]]

    def owner(self, player: int) -> int:
        return next(int(one.id) for one in self.members.values() if player in one.players)

    def __getitem__(self, member: int) -> MemberState:
        return self.members[MemberId(member)]


def names_of(book: Book) -> dict[int, list[str]]:
    return {int(member): [held.display for held in names] for member, names in book.names.items()}
