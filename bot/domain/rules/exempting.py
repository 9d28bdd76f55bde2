"""Members whom a rank's rule names as exempt: the rank is neither offered to them nor taken from them."""

from typing import Any

from bot.domain.errors import InvalidName
from bot.domain.names import name_key
from bot.domain.rules.changes import with_rank
from bot.domain.rules.language import Rank, RuleSet

_MEMBER = "member:"


def names_member(rank: Rank, name: str) -> bool:
    """Whether the rank's own list names a member, in any spelling."""
    return any(_is_of(one, name) for one in rank.exempt)


def with_exempt(rules: RuleSet, rank: Rank, name: str, *, is_exempt: bool) -> dict[str, Any]:
    """The rules as plain data with a member in the rank's list, or without."""
    others = tuple(one for one in rank.exempt if not _is_of(one, name))
    exempt = (*others, f"{_MEMBER}{name}") if is_exempt else others
    return with_rank(rules, rank.model_copy(update={"exempt": exempt}))


def _is_of(exempt: str, name: str) -> bool:
    if not exempt.startswith(_MEMBER):
        return False
    try:
        return name_key(exempt.removeprefix(_MEMBER)) == name_key(name)
    except InvalidName:
        return False
