"""A relay is told from other bots by what it wrote."""

from bot.domain.ids import ChannelId, UserId
from bot.domain.names import name_key
from bot.domain.relay import EmbedText
from bot.domain.relay_search import find_relay, judge_relays
from bot.domain.setup import ChannelLine, RelayShare

HERE, THERE = ChannelId(1), ChannelId(2)
RELAY, MUSIC = UserId(3), UserId(4)
MEMBERS = {name_key("Ann B")}


def said(*texts: str, by: UserId = RELAY) -> list[ChannelLine]:
    return [ChannelLine(by, "Bot", text) for text in texts]


def titled(*titles: str) -> list[ChannelLine]:
    return [
        ChannelLine(MUSIC, "Music", "", (EmbedText(title=title, description="a song"),)) for title in titles
    ]


def test_each_author_is_judged_by_its_own_lines() -> None:
    lines = [*said("**Ann B**: hi", "odd"), *said("a", "b", "c", by=MUSIC)]
    assert judge_relays(HERE, lines) == [RelayShare(HERE, 1, 2, RELAY, "Bot", ("odd",))]
    assert judge_relays(HERE, said("odd")) == []
    assert judge_relays(HERE, []) == []


def test_of_several_relays_in_a_channel_whoever_wrote_most_of_it_comes_first() -> None:
    lines = [*said("**Ann B**: hi"), *said("**Ann B**: hi", "**Cy**: hi", by=MUSIC)]
    assert [share.author for share in judge_relays(HERE, lines)] == [MUSIC, RELAY]


def test_some_of_what_was_not_understood_is_shown_each_once() -> None:
    lines = said("**Ann B**: hi", *["odd", "odd", "strange", "queer", "weird"])
    assert judge_relays(HERE, lines)[0].rest == ("odd", "strange", "queer")


def test_another_bots_titles_are_no_chat_of_members() -> None:
    songs = titled("Now playing", "Queue", "Skipped", "Paused")
    assert find_relay({HERE: songs}, MEMBERS) is None
    assert find_relay({HERE: [*songs, *said("**Ann B**: hi")]}, MEMBERS) == RelayShare(
        HERE, 1, 1, RELAY, "Bot"
    )


def test_who_speaks_under_what_no_account_can_be_called_is_no_member() -> None:
    nobodys = said("**What a long name nobody has**: hi", by=MUSIC)
    assert find_relay({HERE: nobodys}, MEMBERS) is None
    assert find_relay({HERE: [*nobodys, *said("**Ann B**: hi")]}, MEMBERS) == RelayShare(
        HERE, 1, 1, RELAY, "Bot"
    )


def test_at_least_half_of_the_lines_must_be_understood() -> None:
    assert find_relay({HERE: said("**Ann B**: hi", "odd", "odd")}, MEMBERS) is None
    assert find_relay({HERE: said("**Ann B**: hi", "odd")}, MEMBERS) is not None


def test_while_nobody_is_known_three_speakers_are_enough() -> None:
    assert find_relay({HERE: said("**Ann B**: hi", "**Ann B**: hi", "**Cy**: hi")}, set()) is None
    assert find_relay({HERE: said("**Ann B**: hi", "**Dee**: hi", "**Cy**: hi")}, set()) is not None


def test_the_channel_with_most_understood_lines_is_the_one() -> None:
    few, many = said("**Ann B**: hi"), said("**Cy**: hi", "Cy has reached Slayer level 90.")
    found = find_relay({HERE: few, THERE: many}, MEMBERS)
    assert found is not None
    assert found.channel == THERE


def test_of_a_title_and_a_broadcast_only_the_broadcast_counts_as_the_games_words() -> None:
    assert find_relay({HERE: said("Cy has reached Slayer level 90.")}, MEMBERS) is not None
    assert find_relay({HERE: titled("Cy")}, MEMBERS) is None
