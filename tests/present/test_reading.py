"""Every outcome of a message has words, and whatever is in it they fit."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Account
from bot.domain.activity import snowflake_at
from bot.domain.broadcasts import Broadcast, BroadcastKind
from bot.domain.facts import MessageKind
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, GuildId, MemberId, MessageId, UserId
from bot.domain.listening import Ignored
from bot.domain.names import name_key
from bot.domain.readings import Outcome, Owner, Reading, outcome_of
from bot.domain.relay import ChatLine, Line, UnknownLine
from bot.present.reading import reading_page
from tests.present.makers import read

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
ID = MessageId(snowflake_at(NOON))
BOB = Owner(MemberId(1), "Bob", None, None, "alias")


def reading(outcome: Outcome, line: Line | None = None, **parts: object) -> Reading:
    return Reading("Iron Foundry", GuildId(1), ChannelId(2), ID, UserId(3), outcome, line, **parts)  # pyright: ignore[reportArgumentType] -- fields by name


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("line", [None, ChatLine("Bob", 1), UnknownLine("odd")])
def test_every_outcome_has_a_verdict(outcome: Outcome, line: Line | None) -> None:
    assert len(read(reading_page([reading(outcome, line)])).splitlines()) == 3


@pytest.mark.parametrize("kind", BroadcastKind)
def test_every_announcement_is_called_by_its_kind(kind: BroadcastKind) -> None:
    line = Broadcast(kind, "Bob", {"team_size": 3, "coins": 1_000, "item": "Coal"})
    title, what, detail, verdict = read(reading_page([reading(Outcome.EVENT, line, owner=BOB)])).splitlines()
    assert what.endswith(" of Bob, in the game's own words")
    assert detail == "team size 3 · coins 1,000 · item Coal"
    assert verdict == "📣 An event of Bob, not a message"
    assert title == "How this was read"


@pytest.mark.parametrize(
    ("centiseconds", "shown"),
    [(5205, "0:52.05"), (60, "0:00.60"), (151_260, "25:12.60"), (372_300, "1:02:03.00")],
)
def test_a_time_is_written_as_the_game_writes_it(centiseconds: int, shown: str) -> None:
    line = Broadcast(BroadcastKind.PERSONAL_BEST, "Bob", {"boss": "Zulrah", "centiseconds": centiseconds})
    assert f"boss Zulrah · time {shown}" in read(reading_page([reading(Outcome.EVENT, line)]))


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, "ever since I know it"),
        (NOON, None, "since <t>"),
        (None, NOON, "until <t>"),
        (NOON, NOON, "from <t> until <t>"),
    ],
)
def test_when_a_name_was_held_is_told_with_its_origin(
    start: datetime | None, end: datetime | None, words: str
) -> None:
    held = Held(MemberId(1), name_key("Bob"), "Bob", start, end, "name_change")
    shown = read(reading_page([reading(Outcome.COUNTED, ChatLine("Bob", 1), owner=BOB, held=held)]))
    assert f"-# The name Bob was held {words}, by name change" in shown


def test_an_officers_decision_is_told() -> None:
    owner = Owner(MemberId(1), "Bob", None, None, "officer")
    assert "-# As an officer decided" in read(reading_page([reading(Outcome.COUNTED, owner=owner)]))


@pytest.mark.parametrize(
    ("stored", "announced", "ignored", "outcome"),
    [
        (MessageKind.DISCORD, None, Ignored.UNTRACKED, Outcome.COUNTED),
        (MessageKind.GAME, None, Ignored.BOT, Outcome.COUNTED),
        (MessageKind.BROADCAST, "drop", None, Outcome.EVENT),
        (MessageKind.BROADCAST, "unknown", None, Outcome.UNKNOWN),
        (MessageKind.GAME_DOUBLE, None, None, Outcome.DOUBLE),
        (MessageKind.BROADCAST_DOUBLE, "drop", None, Outcome.DOUBLE),
        (MessageKind.DELETED, None, None, Outcome.DELETED),
        (None, None, Ignored.NOTICE, Outcome.NOTICE),
        (None, None, None, Outcome.PASSED_OVER),
    ],
)
def test_what_is_stored_stands_whatever_was_chosen_since(
    stored: MessageKind | None, announced: str | None, ignored: Ignored | None, outcome: Outcome
) -> None:
    assert outcome_of(stored, announced, ignored, [(NOON, NOON)], NOON) is outcome


def test_what_was_not_stored_was_not_read_or_passed_over() -> None:
    later = NOON.replace(hour=13)
    assert outcome_of(None, None, None, [], NOON) is Outcome.UNREAD
    assert outcome_of(None, None, None, [(later, later)], NOON) is Outcome.UNREAD
    assert outcome_of(None, None, None, [(NOON, NOON), (later, later)], later) is Outcome.PASSED_OVER


def test_every_reason_to_ignore_a_message_is_an_outcome() -> None:
    assert {Outcome(one.value) for one in Ignored} < set(Outcome)


texts = st.text(max_size=4_000)
badges = st.lists(texts, max_size=3).map(tuple)
lines = (
    st.builds(ChatLine, texts, st.integers(0, 4_000), st.none() | texts, badges)
    | st.builds(UnknownLine, texts)
    | st.builds(
        Broadcast,
        st.sampled_from(BroadcastKind),
        texts,
        st.dictionaries(texts, st.integers(0, 2**63) | texts, max_size=5),
    )
)
readings = st.builds(
    Reading,
    texts,
    st.just(GuildId(2**63)),
    st.just(ChannelId(2**63)),
    st.just(ID),
    st.just(UserId(2**63)),
    st.sampled_from(Outcome),
    st.none() | lines,
    st.none() | st.builds(Owner, st.just(MemberId(1)), texts, st.none(), st.none(), texts),
    st.none(),
    st.none() | st.builds(Account, st.just(MemberId(1)), texts, st.booleans(), st.booleans()),
    st.none() | st.just((ChannelId(2**63), ID)),
    st.none() | st.just(NOON),
)


@given(st.lists(readings, max_size=10))
def test_any_reading_fits(found: list[Reading]) -> None:
    read(reading_page(found))
