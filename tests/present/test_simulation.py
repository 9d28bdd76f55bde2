"""What a simulation looks like, and the chart of its weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image

from bot.domain.ids import MemberId
from bot.domain.simulation.result import Promoted, RankTally, RealPromotion, Simulated, Week
from bot.present.chart import weeks_chart
from bot.present.simulation import interrupted_page, progress_page, simulation_csv, simulation_page
from bot.present.text import embed_problems
from tests.present.makers import plain

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def day(ago: float) -> datetime:
    return NOW - timedelta(days=ago)


def promoted(number: int, ago: float, **more: object) -> Promoted:
    one = Promoted(MemberId(number), f"=M{number}", "gold", None, day(ago), None, None, False)
    return replace(one, **more)


def found(*those: Promoted, **more: object) -> Simulated:
    weeks = tuple(Week(day(7 * back), len(those), 1) for back in (3, 2, 1))
    tally = tuple(RankTally(f"rank_{number}", number, 0, 0) for number in range(20))
    made = Simulated(day(20), NOW, 9, those, (), (), tally, weeks, {}, day(300), day(300))
    return replace(made, **more)


def text_of(one: Simulated) -> str:
    page = simulation_page(one, 21, draft=False)
    assert embed_problems(page) == ()
    return plain(page.description or "")


def test_what_had_gathered_is_told_apart_from_what_comes_each_week() -> None:
    text = text_of(
        found(promoted(1, 20), promoted(2, 3, really_at=day(5)), promoted(3, 2, really_at=day(19)))
    )
    assert "3 promotions of 3 members, really 0" in text
    assert "1 within two weeks of the real one" in text
    assert "1 on the first day" in text
    assert "then 2.7 a week, 3 at most" in text
    assert "and 5 more" in text


def test_weeks_of_which_nothing_is_known_are_left_out() -> None:
    text = text_of(found(promoted(1, 3), measured_since=day(6), heard_since=None))
    assert "1.0 a week, 1 at most" in text
    assert "readings since <t> · chat was never heard: what was not known promoted nobody" in text
    assert "a week" not in text_of(found(measured_since=NOW + timedelta(days=1)))


def test_of_very_many_the_first_are_named() -> None:
    flaps = [promoted(number, 5, lost_at=day(2)) for number in range(12)]
    real = tuple(RealPromotion(MemberId(number), day(1), "a", "b") for number in range(12))
    one = found(*flaps, only_real=real, real=real, names={MemberId(0): "*Ann*"})
    text = text_of(one)
    assert "12 met no longer within two weeks: =M0 (Gold), =M1 (Gold)" in text
    assert "12 really promoted, not by the rules: *Ann* (B), ? (B)" in text
    assert text.count("and 2 more") == 2
    table = simulation_csv(one).decode("utf-8-sig").splitlines()
    assert table[1] == "'=M0,Gold,,2026-06-25 12:00,2026-06-28 12:00,"
    assert table[-1].endswith(",2026-06-29 12:00")


def test_progress_and_ends() -> None:
    assert (progress_page(0.42, 180).description or "").startswith("▰▰▰▰▱▱▱▱▱▱ 42%")
    assert progress_page(0.1, 1, cancelled=True).description == "Cancelled. Nothing was changed."
    assert "restarted" in (interrupted_page().description or "")


def test_the_weeks_are_drawn() -> None:
    for weeks in (found(promoted(1, 3)).weeks, [Week(day(7 * back), back, 0) for back in range(26)]):
        with Image.open(BytesIO(weeks_chart(weeks, "Promotions"))) as picture:
            assert picture.width > 1000
