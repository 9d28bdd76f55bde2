"""Which messages count, and for whom."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clans import GuildSettings, Relay
from bot.domain.facts import MessageKind
from bot.domain.ids import ChannelId, ClanId, GuildId, MessageId, UserId
from bot.domain.listening import Ears, SeenMessage, read_message
from bot.domain.relay import EmbedText

GUILD = GuildId(1)
HERE, SISTER = ClanId(1), ClanId(2)
GENERAL, CHAT, THREAD = ChannelId(10), ChannelId(11), ChannelId(12)
RELAY = UserId(77)
EARS = Ears(GuildSettings(GUILD), (HERE, SISTER), (Relay(HERE, CHAT, RELAY),))

HELLO = SeenMessage(GUILD, GENERAL, MessageId(100), UserId(5), "Zezima", "hello")
LINE = SeenMessage(
    GUILD, CHAT, MessageId(101), RELAY, "Chat", "<:Corporal:1> **L\\-loi**: gz \\:)", is_bot=True
)


def change(seen: SeenMessage, **parts: object) -> SeenMessage:
    return dataclasses.replace(seen, **parts)  # pyright: ignore[reportArgumentType] -- fields by name


def test_a_persons_message_counts_for_every_clan_of_the_server() -> None:
    facts = read_message(HELLO, EARS)
    assert [clan for clan, _ in facts] == [HERE, SISTER]
    fact = facts[0][1]
    assert (fact.kind, fact.length, fact.source and fact.source.label) == (MessageKind.DISCORD, 5, "Zezima")


def test_another_nickname_is_another_source_of_the_same_user() -> None:
    (_, first), _ = read_message(HELLO, EARS)
    (_, second), _ = read_message(change(HELLO, author_name="Main: Lynx"), EARS)
    assert first.source
    assert second.source
    assert first.source != second.source
    assert first.source.user == second.source.user == 5


def test_bots_webhooks_and_service_messages_are_ignored() -> None:
    assert read_message(change(HELLO, is_bot=True), EARS) == []
    assert read_message(change(HELLO, webhook=9), EARS) == []
    assert read_message(change(HELLO, said=False), EARS) == []


def test_a_relayed_line_counts_for_the_named_player_of_the_relays_clan_alone() -> None:
    [(clan, fact)] = read_message(LINE, EARS)
    assert clan == HERE
    assert (fact.kind, fact.source and fact.source.key, fact.length) == (MessageKind.GAME, "l loi", 5)


def test_a_relay_may_be_known_by_its_webhook() -> None:
    ears = Ears(GuildSettings(GUILD), (HERE,), (Relay(HERE, CHAT, UserId(500)),))
    assert read_message(change(LINE, author=UserId(3), webhook=500), ears) != []


def test_a_line_that_somebody_else_types_is_their_own_message() -> None:
    facts = read_message(change(LINE, author=UserId(5), is_bot=False), EARS)
    assert [fact.kind for _, fact in facts] == [MessageKind.DISCORD, MessageKind.DISCORD]


def test_another_bot_or_another_channel_is_not_the_relay() -> None:
    assert read_message(change(LINE, author=UserId(78)), EARS) == []
    assert read_message(change(LINE, channel=GENERAL), EARS) == []


def test_an_announcement_is_set_aside() -> None:
    [(_, fact)] = read_message(change(LINE, content="L-loi has reached Fishing level 99."), EARS)
    assert fact.kind is MessageKind.BROADCAST
    assert fact.broadcast is not None
    assert (fact.broadcast.kind, dict(fact.broadcast.detail)) == ("level", {"skill": "Fishing", "level": 99})
    assert fact.source is not None
    assert fact.source.key == "l loi"


def test_a_line_of_no_known_form_is_kept_raw_and_names_nobody() -> None:
    [(_, fact)] = read_message(change(LINE, content="The clan hall is on fire"), EARS)
    assert (fact.kind, fact.source) == (MessageKind.BROADCAST, None)
    assert fact.broadcast is not None
    assert (fact.broadcast.kind, fact.broadcast.raw) == ("unknown", "The clan hall is on fire")


def test_a_relay_that_uses_embeds_is_read_too() -> None:
    embeds = (EmbedText(author="Zezima", description="hi"),)
    [(_, fact)] = read_message(change(LINE, content="", embeds=embeds), EARS)
    assert (fact.kind, fact.length) == (MessageKind.GAME, 2)


def test_a_relays_line_without_any_text_is_nothing() -> None:
    assert read_message(change(LINE, content=""), EARS) == []


def test_officers_choose_channels_but_a_relays_channel_is_always_heard() -> None:
    ears = Ears(GuildSettings(GUILD, included=frozenset({GENERAL})), EARS.clans, EARS.relays)
    assert read_message(HELLO, ears) != []
    assert read_message(LINE, ears) != []
    assert read_message(change(HELLO, channel=CHAT), ears) == []
    assert ears.hears(CHAT)
    assert not ears.hears(ChannelId(99))


def test_a_thread_follows_its_channel_unless_it_is_named_itself() -> None:
    in_thread = change(HELLO, channel=THREAD, parent=GENERAL)
    without = GuildSettings(GUILD, excluded=frozenset({GENERAL}))
    assert read_message(in_thread, Ears(without, (HERE,))) == []
    named = GuildSettings(GUILD, included=frozenset({THREAD}), excluded=frozenset({GENERAL}))
    assert read_message(in_thread, Ears(named, (HERE,))) != []


@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=12))
def test_whatever_is_said_can_be_stored(content: str, name: str) -> None:
    for seen in (change(HELLO, content=content, author_name=name), change(LINE, content=content)):
        for _, fact in read_message(seen, EARS):
            texts = [fact.source.key, fact.source.label] if fact.source else []
            texts += [fact.broadcast.raw or ""] if fact.broadcast else []
            for text in texts:
                assert "\x00" not in text
                text.encode()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("**L\\-loi**: !link 4821", "4821"),
        ("<:Corporal:1> **L\\-loi**: \\!LINK  4821 ", "4821"),
        ("**L\\-loi**: say !link 4821", None),
        ("**L\\-loi**: !link 4821 please", None),
        ("**L\\-loi**: !link 48210", None),
        ("**L\\-loi**: !link ٤٨٢١", None),
        ("L\\-loi has left the clan.", None),
    ],
)
def test_a_code_is_read_where_the_whole_line_is_one(line: str, code: str | None) -> None:
    [(_, fact)] = read_message(change(LINE, content=line), EARS)
    assert fact.code == code


def test_a_code_that_no_relay_wrote_is_chat_like_any_other() -> None:
    typed = change(HELLO, channel=CHAT, content="**L\\-loi**: !link 4821")
    assert [fact.code for _, fact in read_message(typed, EARS)] == [None, None]
