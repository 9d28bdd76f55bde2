"""What a rule asks of a member: fields, windows, thresholds, and the single requirements made of them.

Numbers are in the units that people know: EHP and EHB in hours, experience in points, ages in whole days.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from bot.domain.errors import UnknownMetric
from bot.domain.metrics import ALL_METRICS, Metric, MetricKind, find_metric

LONGEST_WINDOW: Final = 730
"""Days that a window may look back."""


class Own(StrEnum):
    """What a rule may ask besides WOM's metrics."""

    MESSAGES = "messages"
    ACTIVE_DAYS = "active_days"
    DAYS_IN_CLAN = "days_in_clan"
    DAYS_IN_RANK = "days_in_rank"
    DAYS_SINCE_SEEN = "days_since_seen"
    EVIDENCE = "evidence"
    POINTS = "points"
    RANK = "rank"
    ACCOUNT_TYPE = "account_type"
    DISCORD_ROLE = "discord_role"
    LINKED = "linked"


_OWN: Final = frozenset(Own)
WORDS: Final = frozenset({Own.RANK, Own.ACCOUNT_TYPE, Own.DISCORD_ROLE, Own.LINKED})
"""What is one of several words, and no number."""

_MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
MOST: Final = 10**15
"""No number of a rule is larger: nothing in the game is."""
_AMOUNT = re.compile(
    r"((?:[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9][0-9_]{0,20})(?:\.[0-9]{1,6})?)\s*([kmb]?)", re.IGNORECASE
)
"""A comma parts thousands: what ``1,5m`` is to mean is not guessed."""


def read_amount(text: object) -> Decimal:
    """A number as people write it: ``250``, ``1,000``, ``2.5m``, ``10k``.

    Raises:
        ValueError: it is none, negative, above :data:`MOST`, or finer than six decimals.
    """
    found = _AMOUNT.fullmatch(_digits(text))
    if found is None:
        raise ValueError("must be a number such as 250, 10k or 2.5m")
    amount = Decimal(found[1].replace("_", "").replace(",", "")) * _MULTIPLES[found[2].casefold()]
    demand(amount <= MOST, f"must be {MOST:,} at most")
    return amount.normalize() if amount % 1 else amount.to_integral_value()


def _digits(text: object) -> str:
    """A number as it is written, without an exponent."""
    if isinstance(text, bool) or not isinstance(text, int | float | Decimal | str):
        return ""
    if isinstance(text, int):
        # So many digits that Python refuses to write them are too many as well.
        return str(text) if abs(text) <= MOST else str(MOST + 1)
    return text.strip() if isinstance(text, str) else f"{Decimal(str(text)):f}"


def _read_days(text: object) -> str:
    """``30``, ``30d`` and "30 days" are the same window."""
    found = re.fullmatch(r"(?:last\s+)?([0-9]{1,4})\s*(?:d|days?)?", str(text).strip().casefold())
    if found is None or isinstance(text, bool) or not 1 <= int(found[1]) <= LONGEST_WINDOW:
        raise ValueError(f"must be a number of days from 1 to {LONGEST_WINDOW}, such as 30d")
    return f"{int(found[1])}d"


LIFETIME, SINCE_JOINING, SINCE_RANK = "lifetime", "joining", "rank"


def _read_window(text: object) -> str:
    if str(text) in (LIFETIME, SINCE_JOINING, SINCE_RANK):
        return str(text)
    try:
        return _read_days(text)
    except ValueError:
        raise ValueError(
            f"must be lifetime, joining, rank, or days from 1 to {LONGEST_WINDOW} such as 30d"
        ) from None


def window_days(window: str) -> int | None:
    """How many days a window has; None where that is another for each member."""
    return int(window[:-1]) if window.endswith("d") else None


def read_text(value: object) -> str:
    """A text, or the digits of an id. ``yes`` and ``1.5`` without quotes are other things to YAML.

    Raises:
        ValueError: it is neither.
    """
    demand(isinstance(value, int | str) and not isinstance(value, bool), "must be text: put it in quotes")
    return str(value)


def listed(value: object) -> object:
    """One text or number as a list of it."""
    return cast("object", [value]) if isinstance(value, str | int) else value


Amount = Annotated[Decimal, BeforeValidator(read_amount)]
_WORD: Final[dict[str, Any]] = {"type": ["string", "integer"]}
# What is read is more than what is kept: editors are told of the former.
Window = Annotated[str, BeforeValidator(_read_window), WithJsonSchema(_WORD)]
Days = Annotated[str, BeforeValidator(_read_days), WithJsonSchema(_WORD)]
Text = Annotated[str, BeforeValidator(read_text), Field(min_length=1), WithJsonSchema(_WORD)]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(listed),
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _WORD}]}),
]


class Model(BaseModel):
    """What all of them share: they do not change, and know no field that is not theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, str_max_length=400)


class Cohort(Model):
    """The members whom others are compared with: all who are in the clan and meet everything that is named.

    Ranks are WOM's. ``above`` are the ranks above that one in the clan's order.
    """

    ranks: Texts = ()
    without: Texts = ()
    above: str | None = None


class Term(Model):
    """A number of a member: a field or several, over a window, of one or all of a person's accounts.

    ``field`` is one of :class:`Own`, a metric, or several metrics, of which ``combine`` makes one number.
    Over a window a metric is its covering gain; over a ``lifetime``, its value. ``accounts`` are
    the account itself (``own``), the person's main one, the best of theirs, or all together;
    only verified links make accounts one person's. ``any`` is ``best``: where any account is
    enough, the best is. Points have none of their own, since each of their fields has, and words
    are no numbers.
    """

    field: Texts = Field(min_length=1)
    combine: Literal["sum", "min", "max"] = "sum"
    measure: Literal["usual", "level"] = "usual"
    over: Window = LIFETIME
    accounts: Literal["own", "main", "any", "best", "sum"] = "own"
    messages_a_day: int = Field(default=1, ge=1, le=10_000)
    where: Literal["game", "discord", "anywhere"] = "anywhere"
    kind: str | None = None
    tier: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_metrics(cls, given: Any, info: ValidationInfo) -> Any:
        """Metrics may be written as people call them; they are kept under WOM's names."""
        if not isinstance(given, dict):
            return given
        data = cast("dict[str, Any]", given)
        named = listed(data.get("field"))
        if not isinstance(named, list | tuple):
            return data
        known = cast("Iterable[Metric]", info.context or ALL_METRICS)
        fields = [_field_key(one, known) for one in cast("Sequence[object]", named)]
        return {**data, "field": fields}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        own = self.own
        demand(own is not None or not _owns(self.field), "several fields must all be metrics")
        demand(self.kind is None or own is Own.EVIDENCE, "only evidence has a kind")
        demand(self.tier is None or own is Own.EVIDENCE, "only evidence has a tier")
        demand(self.kind is not None or own is not Own.EVIDENCE, "evidence needs its kind")
        given = self.model_fields_set
        demand("combine" not in given or len(self.field) > 1, "nothing to combine")
        demand(self.measure == "usual" or _are_skills(self.field), "only skills have levels")
        demand(self.measure == "usual" or self.over == LIFETIME, "a level has no window: leave over out")
        demand(
            "where" not in self.model_fields_set or own is Own.DAYS_SINCE_SEEN, "only days_since_seen has it"
        )
        demand(
            "messages_a_day" not in self.model_fields_set or own is Own.ACTIVE_DAYS, "only active_days has it"
        )
        windowed = own in (None, Own.MESSAGES, Own.ACTIVE_DAYS)
        demand(windowed or "over" not in given, "it has no window: leave over out")
        is_own = self.accounts == "own"
        demand(is_own or own is not Own.POINTS, "accounts belong to the fields under of, not to points")
        demand(is_own or own not in WORDS, "it is no number: leave accounts out")
        fixed = window_days(self.over) is not None
        demand(own is not Own.ACTIVE_DAYS or fixed, "active_days needs days, such as over: 14d")
        demand(len({_measure(key) for key in self.field}) == 1, "unlike things have no sum")
        return self

    @cached_property
    def own(self) -> Own | None:
        """The field, if it is one of ours."""
        return Own(self.field[0]) if len(self.field) == 1 and _owns(self.field) else None

    @cached_property
    def units(self) -> int:
        """How many stored units make one that people know."""
        return 100_000 if self.own is None and _measure(self.field[0]) == "value" else 1


def demand(fits: object, why: str) -> None:
    """Refuse what does not fit, in these words."""
    if not fits:
        raise ValueError(why)


def _owns(fields: Iterable[str]) -> bool:
    return any(one in _OWN for one in fields)


def _known(key: str) -> Metric | None:
    return next((one for one in ALL_METRICS if one.key == key), None)


def _are_skills(fields: Iterable[str]) -> bool:
    known = [_known(one) for one in fields]
    return all(one is not None and one.kind is MetricKind.SKILL for one in known)


def _measure(field: str) -> str:
    known = _known(field)
    return "kills" if known is None else {"score": "kills"}.get(known.measure, known.measure)


def _field_key(text: object, known: Iterable[Metric]) -> object:
    demand(isinstance(text, str), "must be the name of a field")
    text = str(text)
    folded = "_".join(text.strip().casefold().replace("-", "_").split())
    if folded in _OWN:
        return folded
    try:
        return find_metric(text, known).key
    except UnknownMetric as unknown:
        alike = get_close_matches(folded, [*Own], n=1)
        near = [*alike, *unknown.nearest]
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"nothing is called {text!r}{hint}") from None


class Score(Term):
    """What one field adds to points: ``gives`` for each ``per`` that is full, or ``weight`` for each one.

    Of ``tiers`` the highest that is reached counts. ``cap`` is the most that this field adds.
    """

    per: Annotated[Amount, Field(gt=0)] | None = None
    gives: Amount = Decimal(1)
    weight: Amount | None = None
    tiers: tuple["Tier", ...] = ()
    cap: Amount | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.per is not None, self.weight is not None, bool(self.tiers)]
        demand(sum(ways) == 1, "needs one of per, weight and tiers")
        demand(self.per is not None or "gives" not in self.model_fields_set, "gives belongs to per")
        steps = [(one.at_least, one.gives) for one in self.tiers]
        demand(steps == sorted(steps), "tiers go up, and never give less for more")
        demand([one for _, one in steps] == sorted(one for _, one in steps), "tiers never give less for more")
        demand(self.own not in WORDS and self.own is not Own.POINTS, "points count numbers")
        return self


class Tier(Model):
    """From so many on, so many points."""

    at_least: Amount
    gives: Amount


class Share(Model):
    """So many times another number of the same member."""

    of: Term
    times: Amount = Decimal(1)

    @model_validator(mode="after")
    def _is_number(self) -> Self:
        demand(self.of.own not in WORDS and self.of.own is not Own.POINTS, "a share is of a number")
        return self


class Relative(Model):
    """A threshold that others set: the mean or the median of a cohort, of those whose number is known."""

    mean: Cohort | None = None
    median: Cohort | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [one for one in (self.mean, self.median, self.share) if one is not None]
        demand(len(given) == 1, "needs one of mean, median and share, such as mean: {}")
        return self

    @property
    def cohort(self) -> Cohort | None:
        """Who sets it, if others do."""
        return self.mean or self.median


class Top(Model):
    """Among the first so many, or so many percent, of a cohort, and never under the ``floor``.

    The place is counted among those whose number is known. So many percent of few are rounded
    up to a whole member. Who ties with the last place is in.
    """

    count: int | None = Field(default=None, ge=1)
    percent: Annotated[Amount, Field(gt=0, le=100)] | None = None
    among: Cohort = Cohort()
    floor: Amount = Decimal(0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        demand((self.count is None) != (self.percent is None), "needs one of count and percent")
        return self


def _tag(value: Any) -> str:
    return "relative" if isinstance(value, dict | Relative) else "amount"


Threshold = Annotated[
    Annotated[Amount, Tag("amount")] | Annotated[Relative, Tag("relative")], Discriminator(_tag)
]
COMPARISONS: Final = ("at_least", "more_than", "at_most", "less_than")


class Check(Term):
    """One requirement: a field against a threshold, or against words (``is``: any of them)."""

    at_least: Threshold | None = None
    more_than: Threshold | None = None
    at_most: Threshold | None = None
    less_than: Threshold | None = None
    top: Top | None = None
    words: Texts = Field(default=(), alias="is")
    above: str | None = None
    of: tuple[Score, ...] = ()
    cap: Amount | None = None

    @model_validator(mode="after")
    def _compares(self) -> Self:
        given = [name for name in (*COMPARISONS, "top") if getattr(self, name) is not None]
        if self.own in WORDS:
            demand(not given, "it is no number: use is")
            demand(self.own is Own.LINKED or bool(self.words) or self.above is not None, "needs is")
            demand(self.own is not Own.LINKED or not self.words, "needs nothing else; its opposite is in not")
        elif self.tier is None:
            demand(not self.words, "it is a number: use at_least, more_than, at_most, less_than or top")
            demand(len(given) == 1, "needs one of at_least, more_than, at_most, less_than and top")
        else:
            demand(not given and not self.words, "a tier needs nothing else")
        demand(self.above is None or self.own is Own.RANK, "only rank has above")
        demand(bool(self.of) == (self.own is Own.POINTS), "points need of, and nothing else has it")
        demand(self.cap is None or self.own is Own.POINTS, "only points have a cap")
        return self

    @cached_property
    def comparison(self) -> str | None:
        """Which of :data:`COMPARISONS` it makes; None for words, places and tiers."""
        return next((name for name in COMPARISONS if getattr(self, name) is not None), None)

    @property
    def threshold(self) -> Decimal | Relative | None:
        """What it compares with."""
        return None if self.comparison is None else getattr(self, self.comparison)
