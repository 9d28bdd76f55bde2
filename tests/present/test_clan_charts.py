"""The scatter of a whole clan: whose dot and name is whose."""

from datetime import date

from bot.domain.clan_charts import Ranked, Spot, TrendWeek, gathered
from bot.present.clan_charts import quadrants_chart, weeks_measured
from bot.present.theme import INK, SERIES
from tests.present.test_chart import colours

OTHERS = [Spot(f"Usual {number}", number, 90_000 * number) for number in range(1, 20)]


def drawn(*leading: Spot) -> dict[str, int]:
    return colours(quadrants_chart([*leading, *OTHERS], "Messages and XP", "30 days"))


def test_the_dots_of_who_is_named_have_a_colour_of_their_own_above_all_others() -> None:
    dee = Spot("Dee", 900, 40_000_000)
    plain, named = drawn(dee), drawn(dee._replace(named=True))
    assert SERIES[1] not in plain
    assert named[SERIES[1]] > 100
    # Under others that lie at the same place it is still seen whole.
    below = [Spot("Hidden", 900, 40_000_000) for _ in range(3)]
    assert drawn(dee._replace(named=True), *below)[SERIES[1]] == named[SERIES[1]]


def test_a_name_that_could_be_read_as_anothers_is_not_written() -> None:
    dee, cy = Spot("Dee", 900, 40_000_000, named=True), Spot("Cy", 900, 40_000_000, named=True)
    apart = cy._replace(messages=90)
    assert drawn(dee, cy)[INK] == drawn(dee._replace(named=False), cy._replace(named=False))[INK]
    assert drawn(dee, apart)[INK] > drawn(dee, apart._replace(named=False))[INK]


def test_of_too_many_ranks_the_smallest_are_one_bar_and_nobody_is_left_out() -> None:
    ranks = [Ranked(f"Rank {number}", 5 if number % 2 else number) for number in range(8)]
    assert gathered(ranks, 8, "other ranks") == ranks
    # Of those that have 5 the first ones stay, in the ranks' order.
    assert gathered(ranks, 4, "other ranks") == [ranks[1], ranks[3], ranks[6], Ranked("5 other ranks", 16)]


def test_a_trend_says_of_how_many_weeks_it_knows_something() -> None:
    def told(*measured: int) -> str:
        return weeks_measured([TrendWeek(date(2026, 1, 5), 1, None, one) for one in measured])

    assert told(30, 24, 31) == "the last 3 weeks · at least 24 members measured in each"
    assert told(0, 24, 31) == "2 of the last 3 weeks measured · at least 24 members in any of these"
    assert told(0, 0, 1) == "1 of the last 3 weeks measured · at least 1 member in any of these"
    assert told(0, 0, 0) == "the last 3 weeks · none measured"
