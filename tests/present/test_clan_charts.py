"""The scatter of a whole clan: whose dot and name is whose."""

from bot.domain.clan_charts import Spot
from bot.present.clan_charts import quadrants_chart
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
