"""What no API knows of a member, shown by themselves and believed by officers: the evidence ledger."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from bot.domain.accounts import Account
from bot.domain.desk_errors import KindUnreadable, ProofNeedsLink, ProofUnknown
from bot.domain.errors import LinkNotFound
from bot.domain.identity import key_of
from bot.domain.ids import MemberId, UserId
from bot.domain.names import nearest

ProofId = NewType("ProofId", int)
"""One proof of a clan; a later one has a greater number."""

MOST_WAITING: Final = 5
"""Proofs of one user that may wait for officers at once."""
MOST_KINDS: Final = 25
MOST_VALUES: Final = 25
"""The most that a list in Discord holds."""
LONGEST_NAME: Final = 40
LONGEST_VALUE: Final = 40
LONGEST_EXPIRY: Final = 3_650


@dataclass(frozen=True, slots=True)
class ProofKind:
    """What can be proved. ``key`` is what rules call it, and never changes.

    ``values`` are those allowed, the lowest first; without any a proof has none. One that is
    approved counts for ``expires_days`` from the day it was submitted, None for ever. A ``retired``
    kind takes no new proofs; old ones go on counting.
    """

    key: str
    name: str
    values: tuple[str, ...] = ()
    expires_days: int | None = None
    retired: bool = False

    def level(self, value: str | None) -> int:
        """How high a value stands, the lowest being 1; 0 for what is none of them any more."""
        return self.values.index(value) + 1 if value in self.values else 0

    def expiry(self, submitted_at: datetime) -> datetime | None:
        """When a proof of that time ends to count."""
        return None if self.expires_days is None else submitted_at + timedelta(days=self.expires_days)


DEFAULT_KINDS: Final = (
    ProofKind(
        "combat_achievements",
        "Combat achievements",
        ("Easy", "Medium", "Hard", "Elite", "Master", "Grandmaster"),
    ),
    ProofKind("quest_cape", "Quest cape"),
    ProofKind("event", "Event attended", expires_days=365),
    ProofKind("split", "Split", expires_days=365),
)
"""What every clan has until its officers change it."""


class ProofState(StrEnum):
    """What became of a proof."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof about a member, under their name of today. ``kind`` is a key of :class:`ProofKind`.

    ``owner`` is the user whose verified link owns the account now, None where nobody does.
    ``by_officer`` is whether an officer entered it. The notice of it in the officers' channel is at
    ``channel`` and ``message``, once it is posted.
    """

    id: ProofId
    member: MemberId
    name: str
    kind: str
    value: str | None
    note: str
    submitted_by: UserId
    submitted_at: datetime
    by_officer: bool = False
    owner: UserId | None = None
    approved: bool | None = None
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    withdrawn_by: UserId | None = None
    withdrawn_at: datetime | None = None
    channel: int | None = None
    message: int | None = None

    def state(self, now: datetime) -> ProofState:
        """What became of it by now. It counts while it is approved, up to the moment at which it expires."""
        if self.withdrawn_at is not None:
            return ProofState.WITHDRAWN
        if self.approved is None:
            return ProofState.WAITING
        if not self.approved:
            return ProofState.REFUSED
        over = self.expires_at is not None and self.expires_at <= now
        return ProofState.EXPIRED if over else ProofState.APPROVED


@dataclass(frozen=True, slots=True)
class Proven:
    """What counts of one kind for one member: how many proofs, and how many of each value."""

    number: int = 0
    values: Mapping[str, int] = field(default_factory=dict[str, int])

    def best(self, kind: ProofKind) -> str | None:
        """The highest value among them; None where none has a value that the kind still knows."""
        known = [value for value in self.values if kind.level(value)]
        return max(known, key=kind.level, default=None)

    def at_least(self, kind: ProofKind, value: str) -> int:
        """How many of them have this value or a higher one; 0 where the kind does not know it."""
        least = kind.level(value)
        return sum(number for one, number in self.values.items() if least and kind.level(one) >= least)


@dataclass(frozen=True, slots=True)
class MyProofs:
    """What ``/proof`` shows: proofs of the verified ``accounts``, the newest first; ``claimed`` are others.

    ``submitted`` is the proof that was submitted just now, if one was.
    """

    proofs: Sequence[Proof]
    kinds: Mapping[str, ProofKind]
    accounts: tuple[str, ...]
    claimed: tuple[str, ...] = ()
    submitted: ProofId | None = None


def kinds_of(changed: Iterable[ProofKind]) -> dict[str, ProofKind]:
    """A clan's kinds by key: the common ones, then its own by name; what it changed comes before both."""
    own = {kind.key: kind for kind in changed}
    common = {kind.key: own.pop(kind.key, kind) for kind in DEFAULT_KINDS}
    return common | {kind.key: kind for kind in sorted(own.values(), key=lambda one: one.name.casefold())}


def read_kind(text: str, kinds: Mapping[str, ProofKind]) -> ProofKind:
    """The kind of that name or key that takes proofs.

    Raises:
        ProofUnknown: there is none, with the nearest names.
    """
    usable = [kind for kind in kinds.values() if not kind.retired]
    wanted = text.strip().casefold()
    for kind in usable:
        if wanted in (kind.key, kind.name.casefold()):
            return kind
    names = [kind.name for kind in usable]
    raise ProofUnknown("kind", text.strip(), nearest(text, names) or tuple(names))


def read_value(text: str | None, kind: ProofKind) -> str | None:
    """The value of that name. A kind without values takes none, whatever was given.

    Raises:
        ProofUnknown: the kind has values, and this is none of them.
    """
    if not kind.values:
        return None
    wanted = (text or "").strip().casefold()
    found = next((value for value in kind.values if value.casefold() == wanted), None)
    if found is None:
        raise ProofUnknown("value", (text or "").strip(), kind.values)
    return found


def provable_account(accounts: Sequence[Account], name: str | None) -> Account:
    """The account of a user that a proof is about: the named one, else the main one, else the first by name.

    Only a verified link reaches evidence.

    Raises:
        LinkNotFound: the named one is not linked to them.
        ProofNeedsLink: the link is claimed only, or there is none.
    """
    named = [one for one in accounts if name is None or key_of(one.name) == key_of(name)]
    if name is not None and not named:
        raise LinkNotFound(name)
    verified = [one for one in named if one.verified]
    if not verified:
        raise ProofNeedsLink(tuple(one.name for one in named if one.stands))
    return next((one for one in verified if one.is_main), verified[0])


_NO_KEY: Final = re.compile(r"[^a-z0-9]+")


def new_kind(name: str, values: str, days: str, kinds: Mapping[str, ProofKind], key: str = "") -> ProofKind:
    """A kind as officers typed it; with ``key`` it is one of ``kinds`` that is changed.

    ``values`` stand one on a line or between commas, the lowest first.

    Raises:
        KindUnreadable: something of it cannot be read, is too long, or is taken.
    """
    called = " ".join(name.split())
    made = key or _NO_KEY.sub("_", called.casefold()).strip("_")
    if not made or len(called) > LONGEST_NAME:
        raise KindUnreadable("name", LONGEST_NAME)
    others = [kind for kind in kinds.values() if kind.key != key]
    if any(kind.name.casefold() == called.casefold() or kind.key == made for kind in others):
        raise KindUnreadable("taken")
    if not key and len(kinds) >= MOST_KINDS:
        raise KindUnreadable("many", MOST_KINDS)
    was_retired = key in kinds and kinds[key].retired
    return ProofKind(made, called, _read_values(values), _read_days(days), was_retired)


def _read_values(text: str) -> tuple[str, ...]:
    parts = [" ".join(part.split()) for part in re.split(r"[,;\n]", text)]
    values = {part.casefold(): part for part in parts if part}
    if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values.values()):
        raise KindUnreadable("values", MOST_VALUES)
    return tuple(values.values())


def _read_days(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdecimal() or not 1 <= int(text) <= LONGEST_EXPIRY:
        raise KindUnreadable("days", LONGEST_EXPIRY)
    return int(text)
