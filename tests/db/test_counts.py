"""Counts of messages equal a count of the messages one by one, for any span and any holders of names."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.activity import quarter_of, time_of
from bot.domain.facts import MessageKind, SourceKind
from bot.domain.ids import ChannelId, MemberId, UserId
from db.queries import attributions, counts, links, messages
from db.session import Database
from tests.services.laid import Laid, game, lay, person

T0 = datetime(2026, 1, 5, tzinfo=UTC)
MS = timedelta(milliseconds=1)
NAMES = ("Aaa", "Bbb", "Ccc")
MEMBERS = (1, 2)


def _beside_a_quarter(drawn: tuple[int, int]) -> datetime:
    quarter, beside = drawn
    return T0 + quarter * timedelta(minutes=15) + beside * MS


def _anywhere(millis: int) -> datetime:
    return T0 + millis * MS


def _in_order(pair: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    return min(pair), max(pair)


MOMENTS = st.one_of(
    # Where the reading changes from messages to quarters to days, and a millisecond beside it.
    st.tuples(
        st.one_of(st.integers(0, 400), st.sampled_from([0, 96, 192, 288, 384])),
        st.sampled_from([-1, 0, 0, 1]),
    ).map(_beside_a_quarter),
    st.integers(0, 100 * 3_600_000).map(_anywhere),
)
SPANS = st.tuples(MOMENTS, MOMENTS).map(_in_order)


@st.composite
def holds(draw: st.DrawFn) -> list[tuple[int, str, datetime | None, datetime | None]]:
    """Who held each name when: any cuts, any gaps, never two at once."""
    found: list[tuple[int, str, datetime | None, datetime | None]] = []
    for name in NAMES:
        cuts = sorted(draw(st.sets(MOMENTS, max_size=3)))
        bounds: list[datetime | None] = [None, *cuts, None]
        for start, end in pairwise(bounds):
            holder = draw(st.sampled_from([None, *MEMBERS]))
            if holder is not None:
                found.append((holder, name, start, end))
    return found


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
async def test_counts_equal_a_count_one_by_one(database: Database, data: st.DataObject) -> None:
    held = data.draw(holds())
    spoken = {name: data.draw(st.lists(MOMENTS, max_size=14)) for name in NAMES}
    typed = data.draw(st.lists(MOMENTS, max_size=14))
    linked = data.draw(st.sampled_from([None, *MEMBERS]))
    laid = await lay(database)
    for member in MEMBERS:
        await laid.member(member, f"Member {member}", 70 + member)
    facts: list[tuple[datetime, int | None, SourceKind]] = []
    for name, moments in spoken.items():
        said = await laid.hear(game(name), moments)
        facts += [(time_of(one.message), _holder(held, name, one.message), SourceKind.RELAY) for one in said]
    await laid.hold(*held)
    if linked is not None:
        await _link(laid, user=5, member=linked)
    said = await laid.hear(person(5), typed)
    facts += [(time_of(one.message), linked, SourceKind.DISCORD) for one in said]
    spans = [
        (datetime(1970, 1, 1, tzinfo=UTC), T0 + timedelta(days=9)),
        *(data.draw(SPANS) for _ in range(9)),
    ]
    async with database.read() as session:
        for start, end in spans:
            inside = [fact for fact in facts if start <= fact[0] < end]
            by_member = Counter(member for _, member, _ in inside if member)
            assert dict(await counts.message_counts(session, laid.id, start, end)) == by_member
            nobodys = await counts.unattributed_messages(session, laid.id, start, end)
            assert nobodys == sum(member is None for _, member, _ in inside)
            for member in MEMBERS:
                slots = Counter((kind, quarter_of(at)) for at, one, kind in inside if one == member)
                read = await counts.member_slots(session, laid.id, MemberId(member), start, end)
                assert {(kind, quarter): number for kind, quarter, number in read} == slots
                assert len(read) == len(slots)


def _holder(
    held: list[tuple[int, str, datetime | None, datetime | None]], name: str, message: int
) -> int | None:
    moment = time_of(message)
    return next(
        (
            member
            for member, one, start, end in held
            if one == name and (start is None or start <= moment) and (end is None or moment < end)
        ),
        None,
    )


async def _link(laid: Laid, *, user: int, member: int) -> None:
    async with laid.database.write() as session:
        await links.add_link(
            session, laid.id, UserId(user), MemberId(member), is_main=True, now=laid.clock.now
        )
        await attributions.attribute_users(session, laid.id, [UserId(user)])


async def test_what_is_deleted_or_announced_is_not_counted(database: Database) -> None:
    laid = await lay(database)
    await laid.member(1, "Aaa", 70)
    await laid.hold((1, "Aaa", None, None))
    said = await laid.hear(game("Aaa"), [T0, T0 + timedelta(minutes=5), T0 + timedelta(days=1)])
    announced = [said[0]._replace(message=type(said[0].message)(said[0].message + 5000))]
    announced = [one._replace(kind=MessageKind.BROADCAST) for one in announced]
    async with database.write() as session:
        await messages.add_messages(session, laid.id, announced)
        await messages.delete_messages(session, laid.id, ChannelId(1), [said[1].message])
    async with database.read() as session:
        for end, number in ((T0 + MS, 1), (T0 + timedelta(minutes=14), 1), (T0 + timedelta(days=2), 2)):
            assert await counts.message_counts(session, laid.id, T0, end) == [(1, number)]
            assert await counts.unattributed_messages(session, laid.id, T0, end) == 0


async def test_another_clans_messages_are_not_counted(database: Database) -> None:
    """Ids of members and sources are counted anew in each clan."""
    mine, other = await lay(database), await lay(database)
    for laid, messages_ in ((mine, 1), (other, 3)):
        await laid.member(1, "Aaa", 70)
        await laid.hold((1, "Aaa", None, None))
        await laid.hear(game("Aaa"), [T0 + number * MS for number in range(messages_)])
        await laid.hear(person(7), [T0 + timedelta(minutes=1)] * messages_)
    async with database.read() as session:
        for end in (T0 + timedelta(minutes=2), T0 + timedelta(minutes=20), T0 + timedelta(days=3)):
            assert await counts.message_counts(session, mine.id, T0, end) == [(1, 1)]
            assert await counts.unattributed_messages(session, mine.id, T0, end) == 1
            slots = await counts.member_slots(session, mine.id, MemberId(1), T0, end)
            assert slots == [(SourceKind.RELAY, quarter_of(T0), 1)]
