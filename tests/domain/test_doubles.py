"""One line of the game counts once, however many relays carry it; what a player repeats counts again."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.activity import snowflake_at, time_of
from bot.domain.doubles import KEY_BYTES, RelayId, Told, find_doubles, print_of
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.domain.relay import Broadcast, ChatLine, EmbedText, read_line

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
TEN = timedelta(seconds=10)
KEY, OTHER_KEY = b"k" * KEY_BYTES, b"o" * KEY_BYTES
A, B, C = (RelayId(ChannelId(1), UserId(author)) for author in (71, 72, 73))
A_ELSEWHERE = RelayId(ChannelId(2), UserId(71))


def told(seconds: float, relay: RelayId, print_: int = 0, number: int = 0) -> Told:
    return Told(MessageId(snowflake_at(NOON + timedelta(seconds=seconds)) + number), relay, print_)


def print_(content: str, *embeds: EmbedText, key: bytes = KEY) -> int:
    line = read_line(content, embeds)
    assert isinstance(line, ChatLine | Broadcast)
    return print_of(key, line)


@st.composite
def chats(draw: st.DrawFn) -> list[Told]:
    """Lines of three relays and two texts within a minute and a half, often at the edge of ten seconds."""
    seconds = st.integers(0, 9) | st.integers(0, 900).map(lambda tenths: tenths / 10)
    parts = st.tuples(seconds, st.sampled_from([A, B, C]), st.integers(0, 1))
    drawn = draw(st.lists(parts, max_size=30))
    return [told(second, relay, text, number) for number, (second, relay, text) in enumerate(drawn)]


def counted(lines: list[Told], within: timedelta = TEN) -> list[Told]:
    doubles = find_doubles(lines, within)
    return [line for line in lines if line.message not in doubles]


# Which lines are doubles


@pytest.mark.parametrize("second", [B, A_ELSEWHERE])
def test_of_two_relays_lines_the_earlier_counts(second: RelayId) -> None:
    first, later = told(0, A), told(3, second)
    assert find_doubles([later, first], TEN) == {later.message: first.message}


def test_a_relay_never_repeats_itself() -> None:
    lines = [told(0, A), told(1, A), told(2, A)]
    assert find_doubles(lines, TEN) == {}


def test_the_same_message_read_twice_is_no_double() -> None:
    line = told(0, A)
    assert find_doubles([line, line], TEN) == {}


def test_two_and_three_of_the_same_are_three() -> None:
    assert len(counted([told(0, A), told(1, B), told(2, B), told(3, A), told(4, B)])) == 3


def test_another_text_is_another_line() -> None:
    assert find_doubles([told(0, A, 1), told(1, B, 2)], TEN) == {}


@pytest.mark.parametrize(("seconds", "doubled"), [(10, True), (10.001, False)])
def test_the_time_itself_still_belongs_to_it(seconds: float, doubled: bool) -> None:
    assert bool(find_doubles([told(0, A), told(seconds, B)], TEN)) is doubled


def test_with_no_time_at_all_nothing_is_a_double() -> None:
    assert find_doubles([told(0, A), told(0, B, number=1)], timedelta(0)) == {}


def test_the_time_counts_from_the_first_and_does_not_stretch() -> None:
    lines = [told(0, A), told(8, B), told(16, C)]
    assert find_doubles(lines, TEN) == {lines[1].message: lines[0].message}


@given(chats(), st.data())
def test_the_order_of_arrival_changes_nothing(lines: list[Told], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines))
    assert find_doubles(shuffled, TEN) == find_doubles(lines, TEN)


@given(chats())
def test_a_double_repeats_an_earlier_line_of_another_relay_that_counts(lines: list[Told]) -> None:
    known = {line.message: line for line in lines}
    doubles = find_doubles(lines, TEN)
    for message, first in doubles.items():
        double, kept = known[message], known[first]
        assert first not in doubles
        assert (double.print, double.relay != kept.relay) == (kept.print, True)
        assert timedelta(0) <= time_of(message) - time_of(first) <= TEN
    repeats = Counter((first, known[message].relay) for message, first in doubles.items())
    assert all(number == 1 for number in repeats.values())


@given(chats())
def test_never_fewer_count_than_any_relay_wrote_nor_more_than_all_did(lines: list[Told]) -> None:
    kept = Counter(line.print for line in counted(lines))
    for text, number in Counter(line.print for line in lines).items():
        by_relay = Counter(line.relay for line in lines if line.print == text)
        assert max(by_relay.values()) <= kept[text] <= number


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from([A, B, C])), max_size=20))
def test_within_the_time_as_many_count_as_the_relay_with_most_wrote(said: list[tuple[int, RelayId]]) -> None:
    lines = [told(tenths / 10, relay, number=number) for number, (tenths, relay) in enumerate(said)]
    most = max(Counter(line.relay for line in lines).values(), default=0)
    assert len(counted(lines)) == most


@given(chats(), chats())
def test_lines_further_apart_than_the_time_do_not_touch_each_other(
    early: list[Told], rest: list[Told]
) -> None:
    gap = 101 * 1000 << 22
    late = [line._replace(message=MessageId(line.message + gap)) for line in rest]
    assert find_doubles(early + late, TEN) == find_doubles(early, TEN) | find_doubles(late, TEN)


# What is recognised as the same


SAME = [
    ("**Jo hn**: gz :)", "<:Onyx:1> <:Ironman_chat_badge:2> **Jo\\_hn**: gz \\:\\)"),
    ("**Jo hn**: hi", "**jo-hn:**  hi "),
    ("**Bob**: ¯\\_(ツ)_/¯", "**Bob**: ¯\\\\\\_(ツ)\\_/¯"),
    ("**Bob**: look  at that", "**Bob**: look at\nthat"),
    ("**Bob**: @everyone", "**Bob**: @\u200beveryone"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_relays_ways_to_write_a_line_have_one_print(one: str, other: str) -> None:
    assert print_(one) == print_(other)


def test_an_embed_and_a_content_have_one_print() -> None:
    assert print_("", EmbedText(author="Jo hn", description="gz")) == print_("**Jo hn**: gz")
    spoken = "Bob received a drop: 1 x Coal (1,000 coins) from Rock."
    escaped = discord.utils.escape_markdown(spoken.replace("1,000", "1000")).replace(".", "\\.")
    assert print_(spoken) == print_("", EmbedText(description=f"<:Onyx:1> {escaped}"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("**Bob**: gz", "**Bob**: gz!"),
        ("**Bob**: gz", "**Bobby**: gz"),
        ("**Jo hn**: gz", "**John**: gz"),
        ("**Bob**: has left the clan.", "Bob has left the clan."),
        ("Bob has reached Slayer level 98.", "Bob has reached Slayer level 99."),
        ("Bob has left the clan.", "Eve has left the clan."),
    ],
)
def test_different_lines_have_different_prints(one: str, other: str) -> None:
    assert print_(one) != print_(other)


def test_a_print_depends_on_the_installations_key_and_fits_64_bits() -> None:
    texts = [f"**Bob**: {number}" for number in range(200)]
    assert {print_(text) for text in texts}.isdisjoint(print_(text, key=OTHER_KEY) for text in texts)
    assert all(-(2**63) <= print_(text) < 2**63 for text in texts)


@given(st.text())
def test_any_text_has_a_print(text: str) -> None:
    line = read_line(f"**Bob**: {text}")
    assert isinstance(line, ChatLine)
    print_of(KEY, line)
