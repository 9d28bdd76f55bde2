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
    CONFLICT = "conflict"


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

    key: NameKey
    display: str
    member: MemberId | None
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class SourceOverride:
    """The same of a source."""

    source: SourceId
    member: MemberId | None
    start: datetime | None
    end: datetime | None


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
    decided: Sequence[NameOverride] = (),
    roots: Mapping[MemberId, MemberId] | None = None,
) -> list[Held]:
    """Who held one name when: what was observed, less what is disputed, with later decisions over earlier.

    Time in which two members were observed to hold it is nobody's too, so that no moment
    ever has two holders; ``roots`` (:func:`merged`) says who of them are the same.
    """
    held = _uncontested(sorted(observed, key=_order), roots or {})
    for dispute in disputed:
        held = _without(held, dispute)
    for one in decided:
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


def attributions_in_force(
    observed: Iterable[Attributed], decided: Sequence[SourceOverride]
) -> list[Attributed]:
    """Whose one source was when, with later decisions over earlier ones and all over what was observed."""
    whose = list(observed)
    for one in decided:
        whose = _without(whose, one)
        if one.member is not None:
            whose.append(Attributed(one.source, one.member, one.start, one.end, OFFICER))
    return sorted(whose, key=_order)


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


def split_before(
    names: Iterable[Held], sources: Iterable[Attributed], moment: datetime, into: MemberId
) -> tuple[list[NameOverride], list[SourceOverride]]:
    """What a split gives to ``into``: all that the member held or was before ``moment``.

    What they do from then on stays theirs, so that what is observed later needs no decision.
    """
    earlier = [held for held in names if is_span(held.start, moment)]
    were = [one for one in sources if is_span(one.start, moment)]
    return (
        [NameOverride(one.key, one.display, into, one.start, _earlier(one.end, moment)) for one in earlier],
        [SourceOverride(one.source, into, one.start, _earlier(one.end, moment)) for one in were],
    )


def _earlier(end: datetime | None, moment: datetime) -> datetime:
    return moment if end is None else min(end, moment)
