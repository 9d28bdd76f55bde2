"""What holds of names and members whatever WOM says."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.identity import ApprovedRename, Lines, Seen
from bot.domain.ids import NameKey
from bot.domain.names import name_key
from tests.domain.rosters import JOINED, T0, TICK, Book, at, hours, renamed, seen

NAMES = st.sampled_from(["Aaa", "bbb", "Bbb", "C c", "c_c", "Ddd", "Eee", "archive10001"])
PLAYERS = st.integers(1, 6)
STATUSES = st.sampled_from(["active", "active", "active", "archived"])
WHEN = st.integers(-2000, 6000).map(lambda minutes: T0 + timedelta(minutes=minutes))


@st.composite
def rosters(draw: st.DrawFn) -> list[Seen]:
    """Any roster, sane or not: names may even be given twice."""
    players = draw(st.lists(PLAYERS, unique=True, max_size=6))
    joined = st.one_of(st.none(), st.sampled_from([JOINED, T0]), WHEN)
    return [seen(player, draw(NAMES), status=draw(STATUSES), joined=draw(joined)) for player in players]


def changes() -> st.SearchStrategy[list[ApprovedRename]]:
    return st.lists(st.builds(renamed, PLAYERS, NAMES, NAMES, WHEN), max_size=6)


@st.composite
def spoken(draw: st.DrawFn, since: datetime, until: datetime) -> dict[NameKey, Lines]:
    gap = (until - since) // TICK
    found: dict[NameKey, Lines] = {}
    for name in draw(st.lists(NAMES, max_size=4)):
        first, last = sorted(draw(st.tuples(st.integers(0, gap), st.integers(0, gap))))
        found[name_key(name)] = Lines(since + first * TICK, since + last * TICK)
    return found


@settings(max_examples=300)
@given(st.data())
def test_whatever_wom_says_a_name_has_one_holder_and_an_id_is_never_used_again(data: st.DataObject) -> None:
    book, now = Book(), T0
    approved: list[ApprovedRename] = []
    for _ in range(data.draw(st.integers(1, 8))):
        roster = data.draw(rosters())
        approved = [*approved, *data.draw(changes())]
        lines = data.draw(spoken(now - data.draw(st.sampled_from([hours(0.4), hours(90)])), now))
        plan = book.poll(now, *roster, approved=approved, lines=lines)
        for member in book.members.values():
            held = [one for one in book.names.get(member.id, []) if one.end is None]
            assert len(held) <= 1
            if held:
                assert member.name == held[0].display
        assert not {one.member for one in plan.leaves} & {book.owner(one.player) for one in roster}
        now += data.draw(st.sampled_from([hours(0.5), hours(20), hours(49)]))


@settings(max_examples=200)
@given(st.lists(st.permutations(range(5)), min_size=1, max_size=8))
def test_whoever_is_on_the_roster_holds_the_name_they_were_seen_under(orders: list[list[int]]) -> None:
    """Members pass five names round in any way; at each poll every line is its speaker's."""
    book = Book()
    sightings: list[tuple[datetime, int, str]] = []
    for index, order in enumerate(orders):
        roster = [seen(player, f"Name {name}") for player, name in enumerate(order, 1)]
        book.poll(at(index), *roster)
        sightings += [(at(index), one.player, one.name) for one in roster]
    for when, player, name in sightings:
        assert book.holder(name, when) == book.owner(player)
