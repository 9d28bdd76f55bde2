"""Whose accounts the nicknames of a server suggest; an officer decides."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bot.domain.identity import key_of
from bot.domain.ids import MemberId, NameKey, UserId
from bot.domain.names import loose_key
from bot.domain.nicknames import names_in


@dataclass(frozen=True, slots=True)
class Person:
    """A Discord user of the server, no bot, under the nickname that others see."""

    user: UserId
    nickname: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member on the roster. ``taken`` is whether somebody's link is verified; ``leads`` the clan."""

    member: MemberId
    name: str
    present: frozenset[NameKey]
    former: frozenset[NameKey] = frozenset()
    taken: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A nickname that looks like a member's name.

    ``exact`` ones may be accepted together: the nickname holds the member's present name, that of
    nobody else, and nobody else's nickname does.
    """

    user: UserId
    nickname: str
    member: MemberId
    name: str
    exact: bool


def suggest(
    people: Iterable[Person],
    members: Sequence[Candidate],
    *,
    settled: Collection[tuple[UserId, MemberId]] = (),
    ranks: Iterable[str] = (),
) -> list[Suggestion]:
    """Whose accounts nicknames suggest: exact ones first, then by the member's name.

    ``members`` are all on the roster, since a loose likeness counts only where one of them has
    it; who is taken is not suggested. Nor are ``settled`` pairs: they are linked, or officers
    refused them. A name that is also a rank of the clan, one beside another member's, and one
    that two people carry prove little, and a nickname never is enough for an account that
    leads the clan: those are not exact.
    """
    names = _Names.of(members)
    found = {person: names.named_in(person.nickname) for person in people}
    carriers = Counter(one.member for named in found.values() for one in named)
    rank_names = set(map(loose_key, ranks))
    suggestions = [
        Suggestion(
            person.user,
            person.nickname,
            one.member,
            one.name,
            exact=sure
            and len(named) == 1
            and carriers[one.member] == 1
            and not one.leads
            and loose_key(one.name) not in rank_names,
        )
        for person, named in found.items()
        for one, sure in named.items()
        if not one.taken and (person.user, one.member) not in settled
    ]
    return sorted(suggestions, key=lambda one: (not one.exact, one.name.casefold(), one.member, one.user))


@dataclass(frozen=True, slots=True)
class _Names:
    """Who is called what, so that a nickname is looked up and not compared with everybody."""

    present: Mapping[NameKey, Sequence[Candidate]]
    former: Mapping[NameKey, Sequence[Candidate]]
    loose: Mapping[str, Sequence[Candidate]]

    @classmethod
    def of(cls, members: Iterable[Candidate]) -> Self:
        present: dict[NameKey, list[Candidate]] = {}
        former: dict[NameKey, list[Candidate]] = {}
        loose: dict[str, list[Candidate]] = {}
        for one in members:
            for key in one.present:
                present.setdefault(key, []).append(one)
            for key in one.former:
                former.setdefault(key, []).append(one)
            for key in set(map(loose_key, one.present | one.former)):
                loose.setdefault(key, []).append(one)
        return cls(present, former, loose)

    def named_in(self, nickname: str) -> dict[Candidate, bool]:
        """The members that a nickname names, and whether by the very name that they have now."""
        named: dict[Candidate, bool] = {}
        for name in names_in(nickname):
            key = key_of(name)
            now = self.present.get(key, ()) if key else ()
            once = (self.former.get(key) if key else None) or self.loose.get(loose_key(name), ())
            if now:
                named |= dict.fromkeys(now, True)
            elif len(once) == 1:
                named.setdefault(once[0], False)
        return named


def leads(rank: str | None, role_order: Sequence[str]) -> bool:
    """Whether a rank leads the clan: WOM's owner and deputy owner, and whatever the clan sets above them.

    A clan that has neither is led by the first of its ranks.
    """
    heads = [index for index, role in enumerate(role_order) if role in _HEADS]
    return rank in _HEADS or (rank is not None and rank in role_order[: max(heads, default=0) + 1])


_HEADS = frozenset({"owner", "deputy_owner"})
