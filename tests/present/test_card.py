from datetime import timedelta

from bot.domain.cards import Chat, Figure
from bot.domain.metrics import EHB, EHP, OVERALL, metric
from bot.present.card import member_card
from tests.present.makers import (
    AMSTERDAM,
    LARGEST_KILLS,
    LARGEST_XP,
    NOW,
    WIDEST_NICKNAME,
    card,
    period,
    read,
)


def test_a_card_says_who_what_and_how_fresh() -> None:
    assert read(member_card(card(), AMSTERDAM)).splitlines() == [
        "Jo hn · Onyx · Ironman · 2 y 3 mo",
        "Last 7 days",
        "XP +4.2M · #12 of 268",
        "EHP +18.4 · EHB +6.1 · Kills +212",
        "Chat 508 · #7 · 6 of 7 days",
        " in game 412 · Discord 96",
        "Slayer +2.1M · Vorkath +120",
        "Total 612M · level 2,231",
        "-# checked <t> · WOM's rule",
    ]


def test_unknown_is_a_dash_and_never_zero() -> None:
    figures = (Figure(OVERALL, None), Figure(EHP, None), Figure(EHB, None))
    chat = Chat(total=None, in_game=0, discord=None, days=0, of_days=7)
    text = read(member_card(card(figures=figures, chat=chat, total_xp=None, total_level=None), AMSTERDAM))
    assert "XP —\nEHP — · EHB —\nChat —\n" in text
    assert "Total — · level —" in text
    assert "needs two readings" in text


def test_a_partial_gain_is_marked_and_says_since_when() -> None:
    figures = (Figure(OVERALL, 900, 3, 9, measured_from=NOW - timedelta(days=3)),)
    text = read(member_card(card(figures=figures), AMSTERDAM))
    assert "XP ≈ +900 · #3 of 9" in text
    assert "-# ≈ first reading <t>" in text


def test_chat_that_was_not_observed_all_the_time_says_since_when() -> None:
    chat = Chat(total=5, in_game=5, discord=None, days=1, of_days=7, collecting_since=NOW)
    text = read(member_card(card(chat=chat), AMSTERDAM))
    assert "Chat 5 · 1 of 7 days\n in game 5 · Discord —\n collecting since <t>" in text


def test_who_has_left_is_told_kindly_and_without_a_rank() -> None:
    text = read(member_card(card(left_at=NOW - timedelta(days=30), is_member=False), AMSTERDAM))
    assert text.startswith("Jo hn · Ironman\nLeft <t> after 2 y 2 mo with us\n")


def test_totals_have_no_plus() -> None:
    text = read(member_card(card(period=period("all")), AMSTERDAM))
    assert "+" not in text
    assert "\nAll time\nXP 4.2M" in text
    assert text.endswith("totals")


def test_an_account_that_was_never_read_says_what_to_press_and_in_the_past_that_there_was_nothing() -> None:
    unread = card(figures=(), highlights=(), checked_at=None)
    now, then = (read(member_card(unread, AMSTERDAM, as_of=as_of)) for as_of in (False, True))
    assert now.endswith("-# no reading yet: press Update now")
    assert then.endswith("-# no reading until then")


def test_a_newcomers_title_says_what_was_today() -> None:
    text = read(member_card(card(joined_at=NOW - timedelta(hours=2)), AMSTERDAM))
    assert text.startswith("Jo hn · Onyx · Ironman · joined today\n")


def test_no_line_breaks_between_a_number_and_what_it_counts() -> None:
    embed = member_card(card(), AMSTERDAM)
    assert (embed.title or "").endswith("2\u00a0y\u00a03\u00a0mo")
    for whole in ("XP\u00a0**+4.2M**", "Vorkath\u00a0**+120**", "6\u00a0of\u00a07\u00a0days"):
        assert whole in (embed.description or "")


def test_one_day_is_not_days() -> None:
    chat = Chat(total=5, in_game=5, discord=None, days=1, of_days=1)
    assert "Chat 5 · 1 of 1 day\n" in read(member_card(card(chat=chat), AMSTERDAM))


def test_an_ordinary_or_unknown_account_has_no_type_and_an_odd_one_is_shown_as_it_is() -> None:
    assert read(member_card(card(account_type="regular", rank=None), AMSTERDAM)).startswith(
        "Jo hn · 2 y 3 mo"
    )
    assert "Group ironman" in read(member_card(card(account_type="group_ironman"), AMSTERDAM))


def test_the_longest_names_and_largest_numbers_fit() -> None:
    figures = tuple(Figure(metric(f"skill_{number}"), LARGEST_XP, 300, 300, NOW) for number in range(25))
    made = card(
        name=WIDEST_NICKNAME,
        rank="**" * 120,
        figures=figures,
        highlights=(
            Figure(metric("vorkath"), LARGEST_KILLS),
            Figure(metric("phosanis_nightmare"), LARGEST_KILLS),
        ),
        notes=("n" * 3000, "m" * 3000),
        total_xp=LARGEST_XP,
    )
    assert "4.8B" in read(member_card(made, AMSTERDAM))
