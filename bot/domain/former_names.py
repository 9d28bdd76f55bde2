"""Names that members had before they were seen, as WOM's approved name changes tell of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from bot.domain.identity import ApprovedRename, Dispute, Held, is_span
from bot.domain.ids import MemberId, NameKey
from bot.domain.names import name_key
from bot.domain.roster_state import TICK, Roster, taken_over


def lay_history(roster: Roster, approved: Sequence[ApprovedRename]) -> None:
    """Add the former names that WOM tells of, the newest first, wherever nobody else held them."""
    for change in sorted(approved, key=lambda one: one.submitted_at, reverse=True):
        member = roster.owners.get(change.player)
        old, new = name_key(change.old_name), name_key(change.new_name)
        if member is None or old == new:
            continue
        names = roster.names.get(member, [])
        if any((before.key, after.key) == (old, new) for before, after in pairwise(names)):
            continue
        taken = _taken_by(roster, member, new, change.submitted_at)
        if taken is not None:
            hold, since, until = taken
            others = roster.told_of_others(member, old)
            former = Held(member, old, change.old_name, since, until, "name change")
            _insert_former(roster, former, hold, [at for at in others if at <= until])
    _lay_last_of_archives(roster, approved)


def _lay_last_of_archives(roster: Roster, approved: Sequence[ApprovedRename]) -> None:
    """Add the names that an archive took before another account was given them.

    WOM does not name an archive, so that its last names are known by its changes alone: each until
    the next, the last only up to when WOM was told of it. Later anybody may have had it.
    """
    for member, seen in roster.voices.items():
        last = next(iter(reversed(roster.names.get(member, []))), None)
        if seen.key is not None or last is None or last.end is None:
            continue
        since = last.end
        chain = _chain_from(last, [one for one in approved if roster.owners.get(one.player) == member])
        for change, after in zip(chain, [*chain[1:], *chain[-1:]], strict=True):
            key, start = name_key(change.new_name), max(since, change.submitted_at)
            # What was heard under a new name before WOM was told of it is theirs if nobody else had it.
            others = roster.holds(key, but=member) or roster.told_of_others(member, key)
            if change is chain[0] and not others:
                start = last.end
            since = until = max(after.submitted_at, start + TICK)
            own = Held(member, key, change.new_name, start, until, "name change")
            if _give_way(roster, own, until):
                roster.set_names(member, [*roster.names[member], own])


def _chain_from(last: Held, own: Sequence[ApprovedRename]) -> list[ApprovedRename]:
    """The changes that lead on from a name, each from where the one before led to, in order of time."""
    chain: list[ApprovedRename] = []
    key = last.key
    for change in sorted(own, key=lambda one: one.submitted_at):
        if name_key(change.old_name) == key and (last.end is None or change.submitted_at >= last.end):
            chain.append(change)
            key = name_key(change.new_name)
    return chain


def _give_way(roster: Roster, held: Held, until: datetime) -> bool:
    """Let first names whose owners were seen later begin at ``until``; whether nobody else had it then.

    One who gave it up before that had it then.
    """
    others = [one for one in roster.holds(held.key, but=held.member) if one.overlaps(held)]
    if any(
        one.start is not None or until > roster.members[one.member].created_at or not is_span(until, one.end)
        for one in others
    ):
        return False
    for one in others:
        roster.replace_hold(one, replace(one, start=until))
    return True


def _taken_by(
    roster: Roster, member: MemberId, new: NameKey, submitted_at: datetime
) -> tuple[Held, datetime | None, datetime] | None:
    """The hold that a rename to ``new`` began, and from when to when they had the name before it.

    A rename may be submitted long after it happened, so the first sighting bounds it: of a
    first name when the member was first seen; of one that a poll found, after a chain of
    which it saw no step between, that poll. The name before it began where the one before
    that ended. A hold that had ended when the rename was submitted is an earlier one of the
    same name, and a first one that is known to begin no earlier than that has its bound
    already. None where no hold can be it.
    """
    names = roster.names.get(member, [])
    for index, held in enumerate(names):
        if held.key != new or (held.end is not None and held.end <= submitted_at):
            continue
        since = names[index - 1].end if index else None
        if since is None:
            until = min(submitted_at, roster.members[member].created_at)
            if held.start is not None and until <= held.start:
                continue
        elif submitted_at >= since:
            found_now = member in roster.parted or any(one.member == member for one in roster.plan.renames)
            until = min(submitted_at, roster.now) if found_now else held.start or roster.now
            until = max(until, since + TICK)
        else:
            continue
        if is_span(until, held.end):
            return held, since, until
    return None


def _insert_former(roster: Roster, former: Held, taken: Held, others: Sequence[datetime]) -> None:
    """Let ``former`` end where ``taken`` begins; where another held it for sure, it is nobody's.

    Who had it until then or longer, and was seen later, gives way; who gave it up before had it for sure.
    A start that nobody knows gives way too: a name's later owner begins when WOM was told that its
    earlier one gave it up, or when they joined, if that was after its last sighting; and not before
    WOM was told of ``others`` that they took it or gave it up, though no poll saw them.
    While it is not known when another gave it up, it is nobody's.
    """
    until, since = former.end or roster.now, former.start
    if since is None:
        since = max(others, default=None)
    disputes: list[Dispute] = []
    for other in roster.holds(former.key, but=former.member):
        if not other.overlaps(former):
            continue
        if former.start is None and other.end is not None and other.end <= until:
            joined_at = roster.members[former.member].joined_at
            passed = taken_over(other.end, [*roster.told_since(other), joined_at], until)
            since = passed if since is None else max(since, passed)
        elif until <= roster.members[other.member].created_at and is_span(until, other.end):
            roster.replace_hold(other, replace(other, start=until))
        else:
            disputes.append(Dispute(former.key, former.start, former.end, other.member, former.member))
    roster.plan.disputes.extend(disputes)
    roster.replace_hold(taken, replace(taken, start=max(until, taken.start or until)))
    unclear = former.start is None and roster.may_be_anothers(former.member, former.key)
    if not disputes and not unclear and is_span(since, until):
        former = replace(former, start=since)
        roster.set_names(former.member, [former, *roster.names[former.member]])
