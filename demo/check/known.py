"""What the bot can know by a moment: WOM's events by the polls, Discord's as they happen."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.script import (
    Event,
    Linked,
    MemberJoined,
    MemberLeft,
    MemberReturned,
    Message,
    MessageDeleted,
    Observed,
    Polled,
    RenameApproved,
    Renamed,
    RoleChanged,
    Script,
    Snapshot,
    Unlinked,
)

GRACE = timedelta(hours=48)
"""How long a leave is pending before it counts."""


@dataclass
class Person:
    """One account's story as the script tells it; not everything in it is known at once."""

    player: int
    name: str
    account_type: str
    joined: datetime
    role: str
    comings: list[tuple[datetime, bool]] = field(default_factory=list[tuple[datetime, bool]])
    roles: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    renames: list["Renaming"] = field(default_factory=list["Renaming"])
    snapshots: list[Snapshot] = field(default_factory=list[Snapshot])

    def name_by(self, horizon: datetime) -> str:
        """The newest name that WOM had approved by then."""
        approved = [item for item in self.renames if item.approved is not None and item.approved <= horizon]
        return approved[-1].new if approved else self.name

    def role_by(self, horizon: datetime) -> str:
        """WOM's key of the rank."""
        return [self.role, *(role for at, role in self.roles if at <= horizon)][-1]

    def comings_by(self, now: datetime) -> list[tuple[datetime, bool]]:
        """Its leaves (false) and returns (true) until then."""
        return [coming for coming in self.comings if coming[0] <= now]

    def in_clan(self, now: datetime, horizon: datetime) -> bool:
        """Whether the account is a member: a leave counts when it is older than the grace time."""
        if self.joined > horizon:
            return False
        at, inside = ([(self.joined, True)] + [item for item in self.comings if item[0] <= horizon])[-1]
        return inside or now - at < GRACE

    def was_in_clan(self, moment: datetime, now: datetime, horizon: datetime, first_poll: datetime) -> bool:
        """Whether it was a member at a moment, of which what is known now is told.

        Who was gone before the clan was first looked at is not known to have been there.
        """
        known = [item for item in self.comings if item[0] <= horizon]
        if known and not known[-1][1] and now - known[-1][0] < GRACE:
            known.pop()
        told = [inside for at, inside in [(self.joined, True), *known] if at <= moment]
        gone = next((at for at, inside in known if at > moment and not inside), None)
        unseen = gone is not None and gone <= first_poll
        return self.joined <= horizon and bool(told) and told[-1] and not unseen


@dataclass
class Renaming:
    """``at`` in the game; ``approved`` at WOM, None while it is pending."""

    at: datetime
    new: str
    approved: datetime | None = None


@dataclass
class Story:
    """The script, sorted by whom and what it is about."""

    people: dict[int, Person] = field(default_factory=dict[int, Person])
    messages: list[Message] = field(default_factory=list[Message])
    deleted: dict[int, datetime] = field(default_factory=dict[int, datetime])
    links: list[Linked | Unlinked] = field(default_factory=list[Linked | Unlinked])
    observed: list[Observed] = field(default_factory=list[Observed])
    polls: list[datetime] = field(default_factory=list[datetime])
    single_polls: dict[int, list[datetime]] = field(default_factory=dict[int, list[datetime]])

    def tell(self, event: Event) -> None:
        """Take in one event; others than these say nothing about the numbers."""
        match event:
            case Message():
                self.messages.append(event)
            case MessageDeleted():
                self.deleted |= dict.fromkeys(event.ids, event.at)
            case Linked() | Unlinked():
                self.links.append(event)
            case Observed():
                self.observed.append(event)
            case Polled(player=None):
                self.polls.append(event.at)
            case Polled(player=int(player)):
                self.single_polls.setdefault(player, []).append(event.at)
            case _:
                self._tell_of_person(event)

    def _tell_of_person(self, event: Event) -> None:
        match event:
            case MemberJoined():
                self.people[event.player] = Person(
                    event.player, event.name, event.account_type, event.at, event.role
                )
            case MemberLeft():
                self.people[event.player].comings.append((event.at, False))
            case MemberReturned():
                self.people[event.player].comings.append((event.at, True))
                self.people[event.player].roles.append((event.at, event.role))
            case RoleChanged():
                self.people[event.player].roles.append((event.at, event.after))
            case Renamed():
                self.people[event.player].renames.append(Renaming(event.at, event.new))
            case RenameApproved():
                for item in self.people[event.player].renames:
                    if item.new == event.new and item.approved is None:
                        item.approved = event.at
            case Snapshot():
                self.people[event.player].snapshots.append(event)
            case _:
                pass


class Knowledge:
    """The story, and by when what of it is known."""

    def __init__(self, script: Script) -> None:
        self.header = script.header
        self.story = Story()
        for event in sorted(script.events, key=lambda event: event.at):
            self.story.tell(event)

    def horizon(self, now: datetime, player: int | None = None) -> datetime:
        """Until when what happened at WOM is known at ``now``; of one player, perhaps more."""
        polls = list(self.story.polls)
        if player is not None:
            polls = sorted(polls + self.story.single_polls.get(player, []))
        done = bisect_right(polls, now)
        last = polls[done - 1] if done else self.header.laid_until
        return min(now, max(last, self.header.laid_until))

    def members(self, now: datetime) -> list[Person]:
        """Who is in the clan, as far as it is known then."""
        horizon = self.horizon(now)
        return [person for person in self.story.people.values() if person.in_clan(now, horizon)]

    def members_at(self, moment: datetime, now: datetime) -> list[Person]:
        """Who was in the clan at a moment, as far as it is known now; what is not believed is no leave."""
        return [person for person in self.story.people.values() if self.was_member(person, moment, now)]

    def was_member(self, person: Person, moment: datetime, now: datetime) -> bool:
        """The same of one."""
        first_poll = min(self.story.polls, default=self.header.laid_until)
        return person.was_in_clan(moment, now, self.horizon(now, person.player), first_poll)

    def at_wom(self, now: datetime) -> list[Person]:
        """Who is in the group at WOM in that moment: a leave counts at once."""
        people = (person for person in self.story.people.values() if person.joined <= now)
        return [person for person in people if all(inside for _, inside in person.comings_by(now)[-1:])]

    def named(self, name: str, now: datetime) -> Person | None:
        """Whose current name that is; else whose former name it was, if only one held it."""
        horizon = self.horizon(now)
        people = [person for person in self.story.people.values() if person.joined <= horizon]
        current = [person for person in people if fold(person.name_by(horizon)) == fold(name)]
        inside = [person for person in current if person.in_clan(now, horizon)]
        for found in (inside, current):
            if len(found) == 1:
                return found[0]
        former = [person for person in people if fold(name) in _names(person, horizon)]
        return former[0] if len(former) == 1 else None


def fold(name: str) -> str:
    """The form in which two spellings of one account's name are equal."""
    return "".join(" " if char in "-_" or char.isspace() else char for char in name).strip().lower()


def _names(person: Person, horizon: datetime) -> set[str]:
    known = [item.new for item in person.renames if item.approved is not None and item.approved <= horizon]
    return {fold(name) for name in (person.name, *known)}
