"""What buttons remember travels in their ids: it must come back as it was, and fit."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest
from discord.ui import Button, DynamicItem
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ClanId, MemberId
from bot.domain.metrics import ALL_METRICS
from bot.domain.periods import read_period, suggest_periods
from bot.domain.worklist import StepGroup, StepId, StepKind
from cogs import compare, leaderboard, links, stats
from cogs.buttons import LONGEST_ID, NUMBER, pack, pack_moment, unpack, unpack_moment, view_of
from cogs.officer import worklist

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)

snowflakes = st.integers(1, 2**63 - 1)
clans = st.integers(1, 36**4 - 1).map(ClanId)
members = st.integers(1, 36**4 - 1).map(MemberId)
metrics = st.sampled_from([one.key for one in ALL_METRICS])
moments = st.none() | st.datetimes(
    min_value=NOW.replace(year=2013, tzinfo=None),
    max_value=NOW.replace(year=2100, tzinfo=None),
    timezones=st.just(UTC),
)
days = st.dates(datetime(2013, 1, 2, tzinfo=UTC).date(), NOW.date())
typed = st.one_of(
    st.sampled_from([code for _, code in suggest_periods("")]),
    st.builds("{:d}y{:d}m{:d}w{:d}d{:d}h".format, *[st.integers(0, 9)] * 4, st.integers(1, 999)),
    st.tuples(days, days).map(lambda two: f"{min(two)}..{max(two)}"),
    days.map(lambda day: day.isoformat()[:7]),
)
periods = typed.map(lambda text: read_period(text, now=NOW, zone=ZoneInfo("Europe/Amsterdam")).code)
boards = st.builds(leaderboard.Shown, snowflakes, clans, metrics, periods, moments, st.integers(0, 36**2 - 1))
cards = st.builds(stats.Shown, snowflakes, clans, members, periods, moments)
comparisons = st.builds(
    compare.Shown, snowflakes, clans, st.lists(members, min_size=2, max_size=5).map(tuple), periods
)


def reread(item: DynamicItem[Any]) -> Any:
    """The item that Discord's answer would be made into."""
    match = re.fullmatch(type(item).__discord_ui_compiled_template__, item.custom_id)
    assert match is not None, item.custom_id
    assert len(item.custom_id) <= LONGEST_ID, item.custom_id
    made: Any = type(item)
    return made.read(match)


@given(st.integers(0, 2**80))
def test_a_number_comes_back_in_the_shortest_form(number: int) -> None:
    assert unpack(pack(number)) == number
    assert len(pack(number)) <= len(str(number))


@given(snowflakes)
def test_every_id_of_discords_fits_the_pattern(number: int) -> None:
    assert re.fullmatch(NUMBER, pack(number))


@given(moments)
def test_a_moment_comes_back_to_the_microsecond(moment: datetime | None) -> None:
    assert unpack_moment(pack_moment(moment)) == moment


@given(boards)
def test_a_boards_buttons_remember_it(shown: leaderboard.Shown) -> None:
    for action in ("back", "next", "mine", "post", "page"):
        again = reread(leaderboard.BoardButton(shown, action))
        assert (again.shown, again.action) == (shown, action)
    assert reread(leaderboard.MetricSelect(shown)).shown == shown
    assert reread(leaderboard.PeriodSelect(shown)).shown == shown


@given(boards)
def test_a_boards_selects_hold_what_is_shown_once_and_25_at_most(shown: leaderboard.Shown) -> None:
    selects = (leaderboard.MetricSelect(shown), leaderboard.PeriodSelect(shown))
    for select, now in zip(selects, (shown.metric, shown.period), strict=True):
        options = select.item.options
        assert len(options) <= 25
        assert [one.value for one in options if one.default] == [now]
        assert len({one.value for one in options}) == len({one.label for one in options}) == len(options)
        assert all(1 <= len(one.label) <= 100 and len(one.value) <= 100 for one in options)


@given(cards)
def test_a_cards_buttons_remember_it(shown: stats.Shown) -> None:
    for action in ("show", "update", "post", "skills", "bosses"):
        again = reread(stats.CardButton(shown, action))
        assert (again.shown, again.action) == (shown, action)
    ids = [button.custom_id for button in stats.card_buttons(shown, private=True)]
    assert len(set(ids)) == len(ids) <= 10, "two rows"


@given(comparisons)
def test_a_comparisons_buttons_remember_it(shown: compare.Shown) -> None:
    for action in ("show", "post", "chart"):
        again = reread(compare.CompareButton(shown, action))
        assert (again.shown, again.action) == (shown, action)


@given(snowflakes, clans, st.sampled_from(["main", "remove"]))
def test_account_choices_remember_whose_they_are(asker: int, clan: ClanId, action: str) -> None:
    again = reread(links.AccountSelect(asker, clan, action))
    assert (again.asker, again.clan, again.action) == (asker, clan, action)


@given(
    snowflakes,
    clans,
    st.sampled_from(StepKind),
    st.from_regex(r"[a-z0-9_]{1,40}", fullmatch=True),
    st.integers(0, 99),
    st.integers(1, 36**5),
)
def test_the_worklists_buttons_remember_what_was_seen(
    asker: int, clan: ClanId, kind: StepKind, rank: str, page: int, seen: int
) -> None:
    group = StepGroup(kind, None if kind is StepKind.REMOVE else rank)
    shown = worklist.Shown(asker, clan, group, page, StepId(seen))
    assert reread(worklist.GroupSelect(shown)).shown == shown
    for action in ("all", "but", "drop"):
        again = reread(worklist.StepsButton(shown, action))
        assert (again.shown, again.action) == (shown, action)
    for way in ("back", "here", "on"):
        assert reread(worklist.PageButton(shown, way)).shown == shown


@given(boards, cards, comparisons)
def test_no_id_is_taken_for_another_items(
    board: leaderboard.Shown, card: stats.Shown, compared: compare.Shown
) -> None:
    items: list[DynamicItem[Any]] = [
        leaderboard.BoardButton(board, "next"),
        leaderboard.MetricSelect(board),
        leaderboard.PeriodSelect(board),
        stats.CardButton(card, "show"),
        compare.CompareButton(compared, "show"),
        links.AccountSelect(1, ClanId(1), "main"),
    ]
    for one in items:
        fits = [
            type(other).__name__
            for other in items
            if re.match(type(other).__discord_ui_compiled_template__, one.custom_id)
        ]
        assert fits == [type(one).__name__]


async def test_where_an_id_would_not_fit_there_are_no_buttons_rather_than_no_answer() -> None:
    shown = leaderboard.Shown(2**63 - 1, ClanId(1), "a_boss_that_is_not_known_yet" * 3, "week")
    assert view_of(leaderboard.MetricSelect(shown)) is None
    assert isinstance(view_of(Button(label="x", custom_id="x" * 100)), discord.ui.View)


@pytest.mark.parametrize(
    "text", ["lb:1:1:overall:week:0", "lb:1:1:overall:week:0:0:erase", "xlb:1:1:a:b:0:0:next", ""]
)
def test_other_ids_are_nobodys(text: str) -> None:
    assert not re.fullmatch(leaderboard.BoardButton.__discord_ui_compiled_template__, text)
