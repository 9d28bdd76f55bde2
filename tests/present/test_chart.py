from io import BytesIO

import pytest
from PIL import Image

from bot.domain.cards import DayPoint
from bot.present.chart import drawable, member_chart, usual_chart
from bot.present.theme import CANVAS, GAP_COLOUR, INK, MESSAGES_COLOUR, XP_COLOUR
from tests.present.makers import LARGEST_XP, WIDEST_NICKNAME, days


def colours(picture: bytes) -> dict[str, int]:
    """How many points of the picture have each colour."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    assert image.size == (1188, 748)
    found = image.getcolors(maxcolors=1_000_000) or []
    return {
        "#{:02x}{:02x}{:02x}".format(*colour): count for count, colour in found if isinstance(colour, tuple)
    }


def test_a_day_nobody_measured_is_shaded_and_a_day_of_nothing_is_not() -> None:
    gap = colours(member_chart([*days(6), DayPoint(days(7)[6].day, None, None)], "Jo hn"))
    zero = colours(member_chart([*days(6), DayPoint(days(7)[6].day, 0, 0)], "Jo hn"))
    assert gap[GAP_COLOUR] > 10_000
    assert GAP_COLOUR not in zero
    assert gap[XP_COLOUR] == pytest.approx(zero[XP_COLOUR], rel=0.05)
    assert zero[MESSAGES_COLOUR] > 10_000


@pytest.mark.parametrize(
    "points", [[], days(1), days(3, None, None), days(30, 0, 0), days(400), days(9, LARGEST_XP)]
)
def test_any_number_of_days_can_be_drawn(points: list[DayPoint]) -> None:
    assert max(colours(member_chart(points, "Jo hn")).items(), key=lambda item: item[1])[0] in {
        CANVAS,
        XP_COLOUR,
        GAP_COLOUR,
    }


def test_a_title_never_shows_an_empty_box() -> None:
    assert drawable("𝕵𝖔 🔥 hn") == "Jo hn"
    assert drawable("Żółć Ωмега") == "Żółć Ωмега"
    assert drawable("ホン $x$") == "·· $x$"
    member_chart(days(3), WIDEST_NICKNAME)  # a missing glyph would warn, and warnings are errors


def test_what_is_usual_is_a_line_where_it_is_known() -> None:
    none, one, both = (
        colours(usual_chart(days(10), *usual, "")).get(INK, 0)
        for usual in ((None, None), (1_000, None), (1_000, 1))
    )
    assert none < one < both
