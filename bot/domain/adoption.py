"""Which account on the roster is a member that only the old system knew.

Names alone say so, since it kept no WOM id. The rule is strict, since who takes a name must
not take its history: whoever else could be meant, present or not, leaves the member to
nobody, and officers may still merge the two.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.ids import NameKey

F = TypeVar("F", bound=Hashable)
L = TypeVar("L", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Lost:
    """A member known by name only: ``key`` where the separators are known, and the ``loose`` key."""

    key: NameKey | None
    loose: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """An account on the roster: its name, and the loose keys of the names that WOM says it had before."""

    key: NameKey | None
    loose: str
    former: frozenset[str] = frozenset()


def find_adopters(lost: Mapping[L, Lost], bearers: Mapping[F, Bearer]) -> dict[F, L]:
    """Who of the roster is which lost member.

    A member is the one account that bears its exact name; where its separators are not known, or
    nobody bears them, the one whose name is alike but for separators. An account that bore such a
    name before may be meant too. Two that fit leave it to nobody, and so does an account that two
    members fit; only that one of the two has its present name and the other a former one decides.
    """
    present: dict[F, list[L]] = {}
    former: dict[F, list[L]] = {}
    for id_, member in lost.items():
        bears = _bearers(member, bearers)
        bore = {bearer for bearer, one in bearers.items() if member.loose in one.former}
        if member.loose and len(bears | bore) == 1:
            (bearer,) = bears | bore
            (present if bearer in bears else former).setdefault(bearer, []).append(id_)
    chosen = {bearer: present.get(bearer) or former[bearer] for bearer in present.keys() | former.keys()}
    return {bearer: fits[0] for bearer, fits in chosen.items() if len(fits) == 1}


def _bearers(member: Lost, bearers: Mapping[F, Bearer]) -> set[F]:
    exact = {id_ for id_, one in bearers.items() if member.key is not None and one.key == member.key}
    return exact or {id_ for id_, one in bearers.items() if one.loose == member.loose}
