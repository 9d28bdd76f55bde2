from dataclasses import replace

import pytest

from bot.domain.ids import MemberId
from bot.domain.leaderboards import Board
from bot.domain.metrics import EHB, MESSAGES, OVERALL
from bot.present.board import leaderboard_page, my_place, page_of, pages
from tests.present.makers import AMSTERDAM, LARGEST_XP, NOW, WIDEST_NAME, board, plain, read

CLAN = [(f"Member {number}", 10_000_000 - number * 1000) for number in range(1, 26)]


def test_a_board_has_medals_places_and_says_how_many_were_measured() -> None:
    made = board(
        [("Ann B", 12_400_000), ("Cy", 9_800_000), ("Jo hn", 9_100_000), ("Dee", 9_000_000), ("Finn", None)],
        partial=frozenset({"Dee"}),
    )
    embed = leaderboard_page(made, 0, AMSTERDAM)
    assert embed.author.name == "Iron Foundry"
    assert read(embed).splitlines() == [
        "XP · This week, since Mon 00:00 Amsterdam",
        "🥇 Ann B · +12.4M",
        "🥈 Cy · +9.8M",
        "🥉 Jo hn · +9.1M",
        "`4` ≈ Dee · +9M (2 days)",
        "-# 4 of 5 measured · <t> · covering rule",
    ]


def test_shared_places_share_the_medal_and_partial_figures_have_none() -> None:
    made = board(
        [("A", 9), ("B", 9), ("C", 5), ("D", 5), ("E", 1)], of=EHB, partial=frozenset({"C"}), span="7d"
    )
    rows = read(leaderboard_page(made, 0, AMSTERDAM)).splitlines()[1:6]
    assert [row.split(" ", 1)[0] for row in rows] == ["🥇", "🥇", "`3`", "🥉", "`5`"]


def test_nothing_gained_is_no_medal() -> None:
    text = read(leaderboard_page(board([("A", 0), ("B", 0)]), 0, AMSTERDAM))
    assert "🥇" not in text
    assert "`1` A · 0" in text


def test_who_lacks_data_is_counted_and_never_named() -> None:
    text = read(leaderboard_page(board([("Ann", 5), ("Zed", None)]), 0, AMSTERDAM))
    assert "1 of 2 measured" in text
    assert "Zed" not in text


def test_who_wrote_nothing_is_counted_and_named_to_nobody_but_themselves() -> None:
    made = board([("Ann", 5), *((f"Silent {number:02}", 0) for number in range(1, 25))], of=MESSAGES)
    text = read(leaderboard_page(made, 0, AMSTERDAM))
    assert "Ann" in text
    assert "Silent" not in text
    assert "25 of 25 measured" in text
    assert pages(made) == 1
    assert "Silent" not in read(leaderboard_page(made, 2, AMSTERDAM)), "there is no such page"
    last = made.standings[-1].entry.member
    assert page_of(made, last) == 2
    assert "Silent 24" in read(leaderboard_page(made, 2, AMSTERDAM, highlight=last))


def test_where_nobody_wrote_the_board_says_so() -> None:
    made = board([("Ann", 0), ("Cy", 0)], of=MESSAGES)
    assert "Nobody has written in this time." in read(leaderboard_page(made, 0, AMSTERDAM))


def test_totals_have_no_plus() -> None:
    text = read(leaderboard_page(board([("Ann", LARGEST_XP)], span="all"), 0, AMSTERDAM))
    assert "🥇 Ann · 4.8B\n" in text
    assert text.endswith("totals")


@pytest.mark.parametrize("page", [-5, 0])
def test_a_page_before_the_first_is_the_first(page: int) -> None:
    assert "Member 1 " in read(leaderboard_page(board(CLAN), page, AMSTERDAM))


def test_pages_hold_ten_and_the_last_holds_the_rest() -> None:
    made = board(CLAN)
    assert pages(made) == 3
    assert read(leaderboard_page(made, 2, AMSTERDAM)).count("Member") == 5
    assert read(leaderboard_page(made, 99, AMSTERDAM)) == read(leaderboard_page(made, 2, AMSTERDAM))
    assert pages(board([])) == 1


def test_a_member_is_found_on_their_page() -> None:
    made = board(CLAN)
    assert page_of(made, MemberId(1)) == 0
    assert page_of(made, MemberId(11)) == 1
    assert page_of(made, MemberId(999)) is None


def test_the_readers_own_row_stands_out() -> None:
    embed = leaderboard_page(board(CLAN), 0, AMSTERDAM, highlight=MemberId(2))
    assert "**Member 2**" in (embed.description or "")
    assert "**Member 3**" not in (embed.description or "")


def test_my_place_says_how_far_the_next_one_is() -> None:
    assert plain(my_place(board(CLAN), MemberId(3), AMSTERDAM)).splitlines() == [
        "You are #3 of 25 with +10M.",
        "1,000 behind #2, Member 2.",
    ]


def test_who_leads_is_behind_nobody_and_ties_look_past_each_other() -> None:
    tied = board([("A", 9), ("B", 5), ("C", 5)])
    assert "behind" not in my_place(tied, MemberId(1), AMSTERDAM)
    assert "4 behind #1, A." in plain(my_place(tied, MemberId(3), AMSTERDAM))


def test_without_a_place_one_is_told_why() -> None:
    assert plain(my_place(board([("Ann", None)]), MemberId(1), AMSTERDAM)).startswith("XP · This week")
    assert "two readings" in my_place(board([("Ann", None)]), MemberId(1), AMSTERDAM)
    assert "/link" in my_place(board([], of=MESSAGES), MemberId(1), AMSTERDAM)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (board([("Ann", None)]), "two readings"),
        (replace(board([("Ann", None)]), polled=False), "first poll"),
        (board([("Ann", None)], checked_at=None), "two readings of XP"),
        (board([("Ann", None)], span="all"), "ranked"),
        (board([], of=MESSAGES), "No messages"),
    ],
)
def test_an_empty_board_says_why_and_what_to_do(made: Board, words: str) -> None:
    assert words in read(leaderboard_page(made, 0, AMSTERDAM))


def test_messages_say_since_when_and_how_many_belong_to_nobody() -> None:
    made = replace(board([("Ann", 904)], of=MESSAGES), unattributed=12, collecting_since=NOW)
    text = read(leaderboard_page(made, 0, AMSTERDAM))
    assert "🥇 Ann · 904\n-# collecting since <t>\n-# 12 messages not linked to a member" in text
    assert "rule" not in text
    holed = read(leaderboard_page(replace(made, collecting_since=None, heard_whole=False), 0, AMSTERDAM))
    assert "🥇 Ann · 904\n-# so many at least: I did not listen all of that time\n-# 12 messages" in holed


def test_the_longest_names_and_largest_numbers_fit() -> None:
    made = board([(WIDEST_NAME, LARGEST_XP + number) for number in range(300)], of=OVERALL)
    for page in range(30):
        read(leaderboard_page(made, page, AMSTERDAM, page_size=50))
