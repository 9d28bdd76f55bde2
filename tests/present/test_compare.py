from dataclasses import replace

from bot.domain.metrics import metric
from bot.present.compare import comparison
from bot.present.text import MONOSPACE_COLUMNS, width
from tests.present.makers import AMSTERDAM, WIDEST_NAME, WIDEST_NICKNAME, comparison_of, period, read

FIVE = ("Ann B", "Cy", "Jo hn", WIDEST_NAME, WIDEST_NICKNAME)


def test_members_stand_side_by_side_with_a_star_at_the_most() -> None:
    lines = read(comparison(comparison_of(FIVE[:3]), AMSTERDAM)).splitlines()
    assert lines[:6] == [
        "Side by side · Last 30 days",
        "```",
        "           XP     EHP",
        "Ann B    +31M*  +52.1*",
        "Cy     +22.4M   +18.4",
        "Jo hn    +19M    +9.9",
    ]
    assert lines[-1] == "-# * the most · checked <t> · WOM's rule"


def test_no_line_is_wider_than_a_phone() -> None:
    for largest in (False, True):
        made = comparison_of(FIVE, largest=largest)
        long = (metric("chambers_of_xeric_challenge_mode"), made.rows[0][1])
        text = read(comparison(replace(made, rows=(*made.rows, long)), AMSTERDAM))
        assert "Chambers of Xe…" in text
        tables = [line for line in text.splitlines()[1:-1] if not line.startswith("```")]
        assert max(width(line) for line in tables) <= MONOSPACE_COLUMNS


def test_a_gain_of_part_of_the_time_is_marked_and_earns_no_star() -> None:
    made = comparison_of(FIVE[:3])
    text = read(comparison(replace(made, partial=frozenset({("overall", made.members[0])})), AMSTERDAM))
    assert "Ann B   ≈+31M   +52.1*" in text
    assert text.endswith("-# * the most · ≈ part of the time · checked <t> · WOM's rule")


def test_unknown_is_a_dash_and_has_no_star() -> None:
    text = read(comparison(comparison_of(("A", "B", "C", "D")), AMSTERDAM))
    row = next(line for line in text.splitlines() if line.startswith("D "))
    assert row.split() == ["D", "—", "—"]


def test_equals_all_have_the_star_or_none_has() -> None:
    made = comparison_of(("A", "B"))
    same = replace(made, rows=((made.rows[0][0], (5, 5)),))
    assert "+5*" not in read(comparison(same, AMSTERDAM))


def test_totals_have_no_plus() -> None:
    made = replace(comparison_of(("A", "B")), period=period("all"))
    assert "+" not in read(comparison(made, AMSTERDAM))


def test_a_backtick_in_a_name_does_not_end_the_table() -> None:
    assert read(comparison(comparison_of(("```x", "B")), AMSTERDAM)).count("```") == 6


def test_nothing_to_compare_is_said() -> None:
    assert "Nothing to compare" in read(comparison(replace(comparison_of(()), rows=()), AMSTERDAM))
