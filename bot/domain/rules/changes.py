"""What a draft of rank rules changes: in the rules, and in what members have earned today."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.ids import MemberId
from bot.domain.rules.judging import Outcome
from bot.domain.rules.ladder import Standing
from bot.domain.rules.language import All, AnyOf, Condition, Rank, RuleSet, checks_in
from bot.domain.rules.terms import Own


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """The names of ranks and watches that are added, removed and changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    watches: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything is different."""
        return bool(self.added or self.removed or self.changed or self.watches)


def changes_between(before: RuleSet, after: RuleSet) -> RuleChanges:
    """What became of the ranks, by their names; a rank of another name is another rank."""
    old = {one.name: one for one in before.ranks}
    new = {one.name: one for one in after.ranks}
    watched = {one.name: one for one in before.watch}, {one.name: one for one in after.watch}
    return RuleChanges(
        tuple(name for name in new if name not in old),
        tuple(name for name in old if name not in new),
        tuple(name for name, one in new.items() if name in old and one != old[name]),
        tuple(
            name
            for name in dict.fromkeys([*watched[0], *watched[1]])
            if watched[0].get(name) != watched[1].get(name)
        ),
    )


def roles_put(after: RuleSet, *before: RuleSet) -> list[str]:
    """The Discord roles, as they are named, that a rank gives by these rules and by none of those before."""
    known = {(rank.name, rank.discord_role) for rules in before for rank in rules.ranks}
    return [
        rank.discord_role
        for rank in after.ranks
        if rank.discord_role is not None and (rank.name, rank.discord_role) not in known
    ]


Pair = tuple[MemberId, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Members and ranks: earned by the draft alone, by the saved rules alone, and newly unknown.

    Who earns a higher rank instead loses none. ``falling`` hold a rank that they certainly do not meet
    by the draft, and did not fall by the saved rules.
    """

    gained: tuple[Pair, ...]
    lost: tuple[Pair, ...]
    unknown: tuple[Pair, ...]
    falling: tuple[Pair, ...]

    def __bool__(self) -> bool:
        """Whether it makes any to anybody."""
        return bool(self.gained or self.lost or self.unknown or self.falling)


def difference(before: Mapping[MemberId, Standing], after: Mapping[MemberId, Standing]) -> Difference:
    """What a draft makes another today; ``before`` is empty where no rules were saved."""
    return Difference(
        _new(before, after, _earned),
        tuple(pair for pair in _new(after, before, _earned) if not _rises(before, after, pair)),
        _new(before, after, _unknown),
        _new(before, after, _falling),
    )


def _new(
    before: Mapping[MemberId, Standing],
    after: Mapping[MemberId, Standing],
    pick: Callable[[Standing], list[str]],
) -> tuple[Pair, ...]:
    known = {(member, rank) for member, one in before.items() for rank in pick(one)}
    found = ((member, rank) for member, one in after.items() for rank in pick(one))
    return tuple(pair for pair in found if pair not in known)


def _rises(before: Mapping[MemberId, Standing], after: Mapping[MemberId, Standing], pair: Pair) -> bool:
    """Whether a rank is no longer earned because a higher one is."""
    member, rank = pair
    was, now = before[member].earned, after[member].earned if member in after else None
    return was is not None and now is not None and was.rank.name == rank and now.rank.order > was.rank.order


def _earned(standing: Standing) -> list[str]:
    badges = [one.rank.name for one in standing.badges if one.outcome is Outcome.PASS]
    return [*([standing.earned.rank.name] if standing.earned else []), *badges]


def _unknown(standing: Standing) -> list[str]:
    return [standing.unknown.rank.name] if standing.unknown else []


def _falling(standing: Standing) -> list[str]:
    return [standing.kept.rank.name] if standing.kept and standing.falls else []


@dataclass(frozen=True, slots=True)
class Oddities:
    """What rules name that is not there now. It is no error: it may come."""

    wom_roles: tuple[str, ...]
    discord_roles: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.wom_roles or self.discord_roles)


def oddities_of(rules: RuleSet, role_order: Collection[str], discord_roles: Collection[str]) -> Oddities:
    """WOM roles that the clan does not have, and Discord roles (ids and folded names) that the server lacks.

    Where nobody knows which the clan or the server has, none is odd.
    """
    named = [one.wom_role for one in rules.ranks if one.wom_role]
    there = [one.discord_role for one in rules.ranks if one.discord_role]
    for condition in (one.when for one in (*rules.ranks, *rules.watch)):
        for check in checks_in(condition):
            named += check.words if check.own is Own.RANK else ()
            there += check.words if check.own is Own.DISCORD_ROLE else ()
    return Oddities(
        tuple(dict.fromkeys(one for one in named if role_order and one not in role_order)),
        tuple(dict.fromkeys(one for one in there if discord_roles and one.casefold() not in discord_roles)),
    )


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The requirements that can be taken away one by one: of a flat all or any its parts, else itself."""
    match condition:
        case All():
            return condition.all
        case AnyOf():
            return condition.any
        case _:
            return (condition,)


def with_part(condition: Condition, part: Condition) -> Condition:
    """With one requirement more: one more way where any is enough, else one more that is needed."""
    match condition:
        case All():
            return All(all=(*condition.all, part))
        case AnyOf():
            return AnyOf(any=(*condition.any, part))
        case _:
            return All(all=(condition, part))


def without_part(condition: Condition, place: int) -> Condition | None:
    """Without one of :func:`parts_of`; None where nothing is left."""
    rest = [one for index, one in enumerate(parts_of(condition)) if index != place]
    if len(rest) <= 1:
        return rest[0] if rest else None
    return AnyOf(any=tuple(rest)) if isinstance(condition, AnyOf) else All(all=tuple(rest))


def with_rank(rules: RuleSet, rank: Rank, instead_of: str | None = None) -> dict[str, Any]:
    """The rules as plain data with this rank, in the place of the one of its name or of another's."""
    gone = {rank.name, instead_of}
    ranks = [one.data() for one in rules.ranks if one.name not in gone]
    return {**rules.data(), "ranks": [*ranks, rank.data()]}


def without_rank(rules: RuleSet, name: str) -> dict[str, Any]:
    """The rules as plain data without a rank, which no other requires then either."""
    kept = [
        one.model_copy(update={"requires": tuple(need for need in one.requires if need != name)})
        for one in rules.ranks
        if one.name != name
    ]
    return {**rules.data(), "ranks": [one.data() for one in kept]}
