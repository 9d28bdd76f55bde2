"""What officers decide of who is who, laid over what was observed.

Observations are kept as they are, and decisions beside them. What counts is made from
both, so that undoing a decision leaves exactly what would stand without it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol, TypeVar

from bot.domain.identity import Held, is_span
from bot.domain.ids import MemberId, NameKey, SourceId, UserId

DecisionId = NewType("DecisionId", int)

OFFICER = "officer"
"""The origin of a name, or of whose a source is, that an officer decided."""


class DecisionKind(StrEnum):
    """What was decided. Stored, so a value is never renamed."""

    NAME = "name"
    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of an officer; ``detail`` is what a person needs to read it again."""

    id: DecisionId
    kind: DecisionKind
    detail: Mapping[str, str | int | None]
    made_by: UserId
    made_at: datetime
    undone_by: UserId | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NameOverride:
    """Over ``[start, end)`` a name is ``member``'s, or nobody's where that is None; None times are open."""

    decision: DecisionId
    key: NameKey
    display: str
    member: MemberId | None
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Split:
    """What ``member`` held and was before ``at`` was another's, ``into``, whenever it is learnt."""

    decision: DecisionId
    member: MemberId
    into: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two members claim a name for ``[start, end)``; None times are open. It is nobody's until decided.

    ``noticed_at`` is when officers were told of it, ``later_at`` when one of them put it off.
    """

    key: NameKey
    start: datetime | None
    end: datetime | None
    holder: MemberId
    claimant: MemberId
    seen_at: datetime
    noticed_at: datetime | None = None
    later_at: datetime | None = None


class Verdict(StrEnum):
    """What an officer says of a conflict."""

    HOLDER = "holder"
    CLAIMANT = "claimant"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Disputed:
    """A name over ``[start, end)`` that two members claim and no officer has decided on."""

    key: NameKey
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Attributed:
    """A source was a member over ``[start, end)``; None times are open."""

    source: SourceId
    member: MemberId
    start: datetime | None
    end: datetime | None
    origin: str


class _Span(Protocol):
    @property
    def start(self) -> datetime | None: ...
    @property
    def end(self) -> datetime | None: ...


S = TypeVar("S", Held, Attributed)


def names_in_force(
    observed: Iterable[Held],
    disputed: Iterable[Disputed] = (),
    decided: Iterable[NameOverride | Split] = (),
    roots: Mapping[MemberId, MemberId] | None = None,
) -> list[Held]:
    """Who held one name when: what was observed, less what is disputed, with later decisions over earlier.

    Time in which two members were observed to hold it is nobody's too, so that no moment
    ever has two holders; ``roots`` (:func:`merged`) says who of them are the same.
    """
    held = _uncontested(sorted(observed, key=_order), roots or {})
    for dispute in disputed:
        held = _without(held, dispute)
    for one in sorted(decided, key=lambda made: made.decision):
        if isinstance(one, Split):
            held = _split(held, one)
            continue
        held = _without(held, one)
        if one.member is not None:
            held.append(Held(one.member, one.key, one.display, one.start, one.end, OFFICER))
    return sorted(held, key=_order)


def _uncontested(observed: Sequence[Held], roots: Mapping[MemberId, MemberId]) -> list[Held]:
    """Each hold less what another member held at the time, or the same one from an earlier hold on."""
    found: list[Held] = []
    for index, one in enumerate(observed):
        rest = [one]
        for before, other in enumerate(observed):
            is_same = roots.get(other.member, other.member) == roots.get(one.member, one.member)
            if before != index and (before < index or not is_same):
                rest = _without(rest, other)
        found += rest
    return found


def attributions_in_force(observed: Iterable[Attributed], splits: Iterable[Split]) -> list[Attributed]:
    """Whose sources were when: what was observed, after the splits in their order."""
    whose = list(observed)
    for split in splits:
        whose = _split(whose, split)
    return whose


def merged(merges: Sequence[tuple[MemberId, MemberId]]) -> dict[MemberId, MemberId]:
    """Whom each merged member shows under, from merges (this one, into that one) in order.

    Chains are followed to their end. A merge of two who show under one already, or of
    one into itself, changes nothing.
    """
    into: dict[MemberId, MemberId] = {}
    for gone, kept in merges:
        gone_root, kept_root = into.get(gone, gone), into.get(kept, kept)
        if gone_root == kept_root:
            continue
        into = {member: kept_root if root == gone_root else root for member, root in into.items()}
        into[gone_root] = kept_root
    return into


def _without(spans: Iterable[S], cut: _Span) -> list[S]:
    """The spans less ``[cut.start, cut.end)``; one that goes on at both sides becomes two."""
    rest: list[S] = []
    for span in spans:
        if not (is_span(span.start, cut.end) and is_span(cut.start, span.end)):
            rest.append(span)
            continue
        if cut.start is not None and (span.start is None or span.start < cut.start):
            rest.append(replace(span, end=cut.start))
        if cut.end is not None and (span.end is None or cut.end < span.end):
            rest.append(replace(span, start=cut.end))
    return rest


def _order(span: _Span) -> tuple[bool, datetime | None]:
    return span.start is not None, span.start


def _split(spans: Iterable[S], split: Split) -> list[S]:
    parts: list[S] = []
    for span in spans:
        if span.member != split.member or not is_span(span.start, split.at):
            parts.append(span)
        elif is_span(split.at, span.end):
            parts.append(replace(span, member=split.into, end=split.at))
            parts.append(replace(span, start=split.at))
        else:
            parts.append(replace(span, member=split.into))
    return parts
