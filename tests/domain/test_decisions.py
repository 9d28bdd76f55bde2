"""Decisions over observations: one holder a moment, and undone as if never made."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.decisions import (
    Attributed,
    DecisionId,
    Disputed,
    NameOverride,
    Split,
    attributions_in_force,
    merged,
    names_in_force,
)
from bot.domain.identity import Held
from bot.domain.ids import MemberId, NameKey, SourceId

T0 = datetime(2026, 1, 5, tzinfo=UTC)
KEY = NameKey("zezima")
MEMBERS = st.integers(1, 3).map(MemberId)
DAYS = st.integers(0, 12)
OPEN_DAYS = st.none() | DAYS


def day(number: int | None) -> datetime | None:
    return None if number is None else T0 + timedelta(days=number)


def _is_span(pair: tuple[int | None, int | None]) -> bool:
    start, end = pair
    return start is None or end is None or start < end


SPANS = st.tuples(OPEN_DAYS, OPEN_DAYS).filter(_is_span).map(lambda pair: (day(pair[0]), day(pair[1])))
HOLDS = st.tuples(MEMBERS, SPANS).map(lambda drawn: Held(drawn[0], KEY, "Zezima", *drawn[1], "roster"))
DISPUTES = SPANS.map(lambda span: Disputed(KEY, *span))
OVERRIDES = st.tuples(st.none() | MEMBERS, SPANS).map(
    lambda drawn: NameOverride(DecisionId(0), KEY, "Zezima", drawn[0], *drawn[1])
)
SPLITS = st.tuples(MEMBERS, DAYS).map(
    lambda drawn: Split(DecisionId(0), drawn[0], MemberId(drawn[0] + 10), T0 + timedelta(days=drawn[1]))
)
MOMENTS = [T0 + timedelta(hours=12, days=number) for number in range(-2, 15)]


def numbered(made: list[NameOverride | Split]) -> list[NameOverride | Split]:
    return [
        NameOverride(DecisionId(index), one.key, one.display, one.member, one.start, one.end)
        if isinstance(one, NameOverride)
        else Split(DecisionId(index), one.member, one.into, one.at)
        for index, one in enumerate(made, 1)
    ]


DECIDED = st.lists(OVERRIDES | SPLITS, max_size=4).map(numbered)
MERGES = st.lists(st.tuples(MEMBERS, MEMBERS), max_size=4)


def covers(span: Held | Disputed | NameOverride, moment: datetime) -> bool:
    return (span.start is None or span.start <= moment) and (span.end is None or moment < span.end)


def holders_at(names: list[Held], moment: datetime) -> list[MemberId]:
    return [one.member for one in names if covers(one, moment)]


def plain_holder(
    moment: datetime,
    observed: list[Held],
    disputed: list[Disputed],
    decided: list[NameOverride | Split],
    roots: dict[MemberId, MemberId],
) -> MemberId | None:
    """One moment by itself, decision by decision. Who of several that are one holds it is not said."""
    seen = holders_at(observed, moment)
    persons = {roots.get(one, one) for one in seen}
    holder = persons.pop() if len(persons) == 1 else None
    if any(covers(one, moment) for one in disputed):
        holder = None
    for one in decided:
        if isinstance(one, Split):
            if holder == one.member and moment < one.at:
                holder = one.into
        elif covers(one, moment):
            holder = one.member
    return holder


@given(st.lists(HOLDS, max_size=5), st.lists(DISPUTES, max_size=2), DECIDED)
def test_every_moment_has_the_holder_that_a_look_at_it_alone_gives(
    observed: list[Held], disputed: list[Disputed], decided: list[NameOverride | Split]
) -> None:
    names = names_in_force(observed, disputed, decided)
    for moment in MOMENTS:
        wanted = plain_holder(moment, observed, disputed, decided, {})
        assert holders_at(names, moment) == ([] if wanted is None else [wanted])


@given(st.lists(HOLDS, max_size=5), st.lists(DISPUTES, max_size=2), MERGES)
def test_members_who_are_one_do_not_contest_each_other(
    observed: list[Held], disputed: list[Disputed], merges: list[tuple[MemberId, MemberId]]
) -> None:
    roots = merged(merges)
    names = names_in_force(observed, disputed, (), roots)
    for moment in MOMENTS:
        shown = [roots.get(one, one) for one in holders_at(names, moment)]
        wanted = plain_holder(moment, observed, disputed, [], roots)
        assert shown == ([] if wanted is None else [wanted])


@given(st.lists(HOLDS, max_size=5), DECIDED)
def test_the_order_in_which_decisions_are_read_does_not_matter(
    observed: list[Held], decided: list[NameOverride | Split]
) -> None:
    assert names_in_force(observed, (), decided) == names_in_force(observed, (), list(reversed(decided)))


@given(MERGES)
def test_merges_lead_to_one_who_shows_under_nobody(merges: list[tuple[MemberId, MemberId]]) -> None:
    roots = merged(merges)
    for member, root in roots.items():
        assert member != root
        assert root not in roots
    for gone, kept in merges:
        assert roots.get(gone, gone) == roots.get(kept, kept), "a merge makes them one"


@given(MERGES, st.tuples(MEMBERS, MEMBERS))
def test_a_merge_and_its_undoing_leave_everybody_as_before(
    merges: list[tuple[MemberId, MemberId]], one: tuple[MemberId, MemberId]
) -> None:
    before = merged(merges)
    assert merged([*merges, one][:-1]) == before


@given(st.lists(st.tuples(MEMBERS, SPANS), max_size=4), st.lists(SPLITS, max_size=3))
def test_a_split_gives_away_what_was_before_it_and_nothing_else(
    held: list[tuple[MemberId, tuple[datetime | None, datetime | None]]], splits: list[Split]
) -> None:
    source = SourceId(1)
    observed = [Attributed(source, member, *span, "roster") for member, span in held]
    made = attributions_in_force(observed, splits)
    for moment in MOMENTS:
        were = [one.member for one in observed if _holds(one, moment)]
        for split in splits:
            were = [split.into if one == split.member and moment < split.at else one for one in were]
        assert sorted(one.member for one in made if _holds(one, moment)) == sorted(were)


def _holds(one: Attributed, moment: datetime) -> bool:
    return (one.start is None or one.start <= moment) and (one.end is None or moment < one.end)
