"""Which account on the roster is a member that only the old system knew.

Names alone say so, since it kept no WOM id. The rule is strict, since who takes a name must
not take its history: whoever else could be meant, present or not, leaves the member to
nobody, and officers may still merge the two.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.identity import ApprovedRename, Held, MemberState, Seen
from bot.domain.ids import MemberId, NameKey, PlayerId
from bot.domain.names import loose_key
from bot.domain.old_names import IMPORTED

F = TypeVar("F", bound=Hashable)
L = TypeVar("L", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Lost:
    """A member known by name only: ``key`` where the separators are known, and the ``loose`` key.

    ``xp`` is what they had when they were last measured, None where that is not known.
    """

    key: NameKey | None
    loose: str
    xp: int | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """An account on the roster: its name, the loose keys of the names that WOM says it had before, its XP."""

    key: NameKey | None
    loose: str
    former: frozenset[str] = frozenset()
    xp: int | None = None

    def can_be(self, member: Lost) -> bool:
        """Whether it has no less XP than the member had, as far as both are known: XP is never lost."""
        return member.xp is None or self.xp is None or self.xp >= member.xp


def find_adopters(lost: Mapping[L, Lost], bearers: Mapping[F, Bearer]) -> dict[F, L]:
    """Who of the roster is which lost member.

    A member is the one account that bears its exact name; where its separators are not known, or
    nobody bears them, the one whose name is alike but for separators. An account that bore such a
    name before may be meant too. Two that fit leave it to nobody, and so does an account that two
    members fit; only that one of the two has its present name and the other a former one decides.
    Who has less XP than the member had took the name from them: then it is nobody too.
    """
    present: dict[F, list[L]] = {}
    former: dict[F, list[L]] = {}
    for id_, member in lost.items():
        bears = _bearers(member, bearers)
        bore = {bearer for bearer, one in bearers.items() if member.loose in one.former}
        if member.loose and len(bears | bore) == 1:
            (bearer,) = bears | bore
            if bearers[bearer].can_be(member):
                (present if bearer in bears else former).setdefault(bearer, []).append(id_)
    chosen = {bearer: present.get(bearer) or former[bearer] for bearer in present.keys() | former.keys()}
    return {bearer: fits[0] for bearer, fits in chosen.items() if len(fits) == 1}


def _bearers(member: Lost, bearers: Mapping[F, Bearer]) -> set[F]:
    exact = {id_ for id_, one in bearers.items() if member.key is not None and one.key == member.key}
    return exact or {id_ for id_, one in bearers.items() if one.loose == member.loose}


@dataclass(frozen=True, slots=True)
class Adopted:
    """A lost member as they are with the profile that turned up, and their names before the one it bears."""

    state: MemberState
    names: list[Held]


def adopt(
    members: Mapping[MemberId, MemberState],
    names: Mapping[MemberId, Collection[Held]],
    seen: Collection[Seen],
    approved: Iterable[ApprovedRename],
    lost: Mapping[MemberId, int | None],
) -> dict[PlayerId, Adopted]:
    """Which profiles of a roster are ``lost`` members (with their last XP), and what those become.

    Those that are somebody's already are asked after too: where their name fits as well, they
    keep others from it. What is said of them is for nobody to follow. None is found where no profile is new.
    """
    known = {player for one in members.values() for player in one.players}
    if not lost or all(one.player in known for one in seen):
        return {}
    former: dict[PlayerId, set[str]] = {}
    for change in approved:
        former.setdefault(change.player, set()).add(loose_key(change.old_name))
    bearers = {
        one.player: Bearer(one.key, loose_key(one.name), frozenset(former.get(one.player, ())), one.xp)
        for one in seen
        if one.key is not None
    }
    called = {id_: _called(members[id_], names.get(id_, ()), xp) for id_, xp in lost.items()}
    return {
        player: _adopted(members[id_], names.get(id_, ()), player, bearers[player])
        for player, id_ in find_adopters(called, bearers).items()
    }


def is_lost(member: MemberState) -> bool:
    """Whether no profile of WOM's is known: the old system's have negative numbers."""
    return bool(member.players) and all(player < 0 for player in member.players)


def _called(member: MemberState, names: Iterable[Held], xp: int | None) -> Lost:
    loose = loose_key(member.name)
    spelt = [one.key for one in names if one.origin == IMPORTED and loose_key(one.display) == loose]
    return Lost(spelt[-1] if spelt else None, loose, xp)


def _adopted(member: MemberState, names: Iterable[Held], player: PlayerId, bearer: Bearer) -> Adopted:
    """The name that the profile bears is taken out: from now on the roster tells since when it is theirs."""
    before = [one for one in names if loose_key(one.display) != bearer.loose]
    return Adopted(replace(member, players=(*member.players, player)), before)
