"""The language of rank rules: what an officer may write, as values that cannot be wrong in form.

A rule set is read from plain data (:mod:`bot.domain.rules.files` makes that of YAML), and
:meth:`RuleSet.model_json_schema` describes it to editors.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Self, cast

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from bot.domain.rules.terms import Check, Model, Text, Texts, demand

MOST_CONDITIONS: Final = 400
"""Requirements in a whole rule set: one with more was not written by a person."""
Name = Annotated[str, Field(max_length=32, pattern=r"^[a-z0-9][a-z0-9_]*$")]
"""Small letters, digits and ``_``: by it commands, stored rows and other ranks call a thing."""


class All(Model):
    """Every one of these."""

    all: tuple["Condition", ...] = Field(min_length=1)


class AnyOf(Model):
    """One of these at least."""

    any: tuple["Condition", ...] = Field(min_length=1)


class AtLeast(Model):
    """So many of these at least."""

    at_least: int = Field(ge=1)
    of: tuple["Condition", ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        demand(self.at_least <= len(self.of), "asks for more than there are")
        return self


class Not(Model):
    """The opposite."""

    not_: "Condition" = Field(alias="not")


def _shape(value: Any) -> str:
    """Which of the shapes a mapping has, by the word that only that one knows."""
    if not isinstance(value, dict):
        return next((tag for shape, tag in _TAGS.items() if isinstance(value, shape)), "check")
    given = cast("dict[str, Any]", value)
    if "field" in given:
        return "check"
    return next(
        (name for name in ("all", "any", "not") if name in given), "some" if "of" in given else "check"
    )


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("some")]
    | Annotated[Not, Tag("not")]
    | Annotated[Check, Tag("check")],
    Discriminator(_shape),
]


_TAGS: Final[Mapping[type, str]] = {All: "all", AnyOf: "any", AtLeast: "some", Not: "not"}


def _read_demotion(value: object) -> object:
    found = re.fullmatch(r"(?:after\s+)?([0-9]{1,3})\s*(?:d|days?)?", str(value).strip().casefold())
    if str(value).strip().casefold() == "never":
        return None
    if found is None or not 1 <= int(found[1]) <= 365:
        raise ValueError('must be never, or "after 14 days" with 1 to 365 days')
    return int(found[1])


Demotion = Annotated[
    int | None,
    BeforeValidator(_read_demotion),
    WithJsonSchema({"type": ["string", "integer", "null"]}),
]


class Rank(Model):
    """A rank and who has earned it.

    ``order`` is its height. It is held by who has ``wom_role``; without one it is a role in
    Discord alone (``discord_role``: an id or a name), a badge, above and below nothing.
    ``requires`` are ranks one of which must be held before. ``demote`` is None for never, else the
    days of not meeting ``when`` after which officers are told. A badge stays ``badge_days`` after
    it was last met, without them for ever.
    ``exempt`` are WOM's roles, Discord roles (``role:`` and the id) and members (``member:`` and
    the name) whom the rank is never offered to, nor taken from.
    """

    name: Name
    order: int = Field(ge=0, le=10_000)
    wom_role: Text | None = None
    discord_role: Text | None = None
    requires: Texts = ()
    when: Condition
    min_days_in_rank: int = Field(default=0, ge=0, le=3650)
    demote: Demotion = None
    badge_days: int | None = Field(default=None, ge=1, le=365)
    exempt: Texts = ()

    @model_validator(mode="after")
    def _has_role(self) -> Self:
        demand(bool(self.wom_role or self.discord_role), "needs a wom_role or a discord_role")
        demand(self.badge_days is None or self.wom_role is None, "only a badge (no wom_role) has badge_days")
        return self

    def data(self) -> dict[str, Any]:
        """It as plain data, as short as it can be written."""
        return _plain(self.model_dump(mode="python", by_alias=True, exclude_defaults=True))


class Watch(Model):
    """Whom officers should look after: ``says`` is how it is worded to them."""

    name: Name
    says: str = Field(min_length=1, max_length=100)
    when: Condition


class RuleSet(Model):
    """All of a clan's rules. Ranks are sorted by order, the lowest first; an empty set earns nothing."""

    ranks: tuple[Rank, ...] = Field(default=(), max_length=60)
    watch: tuple[Watch, ...] = Field(default=(), max_length=30)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [one.name for one in self.ranks]
        _no_twins(names, "rank")
        _no_twins([str(one.order) for one in self.ranks], "order")
        _no_twins([one.wom_role for one in self.ranks if one.wom_role], "wom_role")
        _no_twins([one.name for one in self.watch], "watch")
        for rank in self.ranks:
            for needed in rank.requires:
                demand(needed in names, f"{rank.name} requires {needed}, which is no rank here")
                demand(needed != rank.name, f"{rank.name} requires itself")
        conditions = [one.when for one in (*self.ranks, *self.watch)]
        demand(sum(1 for one in conditions for _ in checks_in(one)) <= MOST_CONDITIONS, "too many conditions")
        object.__setattr__(self, "ranks", tuple(sorted(self.ranks, key=lambda one: one.order)))
        return self

    def data(self) -> dict[str, Any]:
        """It as plain data, as short as it can be written, from which the same is read again."""
        return _plain(self.model_dump(mode="python", by_alias=True, exclude_defaults=True))


def _no_twins(names: Sequence[str], what: str) -> None:
    twin = next((name for name in names if names.count(name) > 1), None)
    demand(twin is None, f"{what} {twin} is there twice")


def _plain(value: Any) -> Any:
    """Numbers as numbers, and a list of one as that one."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, tuple | list):
        listed = [_plain(one) for one in cast("Sequence[Any]", value)]
        return listed[0] if len(listed) == 1 and isinstance(listed[0], str) else listed
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        # What a float would round stays as it was written.
        return float(value) if Decimal(str(float(value))) == value else f"{value:f}"
    return value


def checks_in(condition: Condition) -> Iterator[Check]:
    """The single requirements of a condition, in their order."""
    match condition:
        case Check():
            yield condition
        case Not():
            yield from checks_in(condition.not_)
        case All():
            for one in condition.all:
                yield from checks_in(one)
        case AnyOf():
            for one in condition.any:
                yield from checks_in(one)
        case _:
            for one in condition.of:
                yield from checks_in(one)
