"""The oracle on clans small enough to be worked out by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from demo.check.chat import speaker_in
from demo.check.numbers import age, gain, short, tenure
from demo.check.oracle import Oracle, Row
from demo.check.spans import headings, read_moment, read_span
from demo.script import (
    Channel,
    Event,
    Header,
    Linked,
    MemberJoined,
    MemberLeft,
    MemberReturned,
    Message,
    MessageDeleted,
    Observed,
    Polled,
    Relay,
    RenameApproved,
    Renamed,
    Script,
    Snapshot,
    Unlinked,
)

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)  # 01:00 in Amsterdam
NOW = MONDAY + timedelta(days=7)
HEADER = Header(
    clan="Tiny",
    group=1,
    guild=2,
    zone="Europe/Amsterdam",
    seed=0,
    begin=MONDAY - timedelta(days=30),
    end=NOW,
    laid_until=NOW,
    relay=Relay(channel=20, author=99),
    channels=(Channel(10, "general", "chat"), Channel(20, "clan-chat", "relay")),
)


def at(days: float) -> datetime:
    return MONDAY + timedelta(days=days)


def join(player: int, name: str, days: float = -20) -> MemberJoined:
    return MemberJoined(at(days), player, name, "recruit")


def look(player: int, days: float, level: int = 100, **values: int) -> Snapshot:
    return Snapshot(at(days), player, values, level)


def say(
    number: int,
    days: float,
    author: int,
    content: str = "hello",
    webhook: int | None = None,
    bot: bool = False,
) -> Message:
    return Message(at(days), number, 10, author, "x", content, webhook=webhook, bot=bot)


def relay(number: int, days: float, content: str) -> Message:
    return Message(at(days), number, 20, 99, "Clan chat", content, webhook=99)


def oracle(*events: Event, header: Header = HEADER) -> Oracle:
    return Oracle(Script(header, list(events)))


def week(of: Oracle, metric: str = "overall", rule: str = "wom") -> list[Row]:
    return list(of.board(metric, MONDAY, NOW, rule, NOW).rows)


def test_equal_gains_share_a_place_and_the_next_is_skipped() -> None:
    names = {1: "Dee", 2: "Ann B", 3: "cy", 4: "Bo"}
    ends = {1: 50, 2: 30, 3: 30, 4: 20}
    events: list[Event] = [join(player, name) for player, name in names.items()]
    events += [look(player, 0.5, overall=10) for player in names]
    events += [look(player, 6, overall=10 + end) for player, end in ends.items()]
    assert week(oracle(*events)) == [
        Row(1, "Dee", 50),
        Row(2, "Ann B", 30),
        Row(2, "cy", 30),
        Row(4, "Bo", 20),
    ]


def test_woms_rule_looks_inside_the_period_only_and_covering_from_before_it() -> None:
    one = oracle(join(1, "Cy"), look(1, -1, overall=100), look(1, 1, overall=130), look(1, 6, overall=150))
    assert week(one) == [Row(1, "Cy", 20)]
    assert week(one, rule="covering") == [Row(1, "Cy", 50)]


def test_both_ends_of_the_period_belong_to_it() -> None:
    one = oracle(join(1, "Cy"), look(1, 0, overall=100), look(1, 7, overall=130))
    assert week(one) == [Row(1, "Cy", 30)]


def test_one_reading_is_no_gain_and_the_member_is_listed_apart() -> None:
    board = oracle(join(1, "Cy"), join(2, "Bo"), look(1, 3, overall=100)).board(
        "overall", MONDAY, NOW, "wom", NOW
    )
    assert board.rows == ()
    assert board.unmeasured == ("Bo", "Cy")
    assert board.members == 2


def test_unchanged_values_between_two_readings_are_a_gain_of_nothing() -> None:
    assert week(oracle(join(1, "Cy"), look(1, 1, overall=5), look(1, 2))) == [Row(1, "Cy", 0)]


def test_covering_needs_a_reading_inside_the_period() -> None:
    one = oracle(join(1, "Cy"), look(1, -3, overall=5), look(1, -1, overall=7))
    assert week(one, rule="covering") == []


@pytest.mark.parametrize(("hours", "partial"), [(36, False), (36.001, True)])
def test_a_first_reading_later_than_36_hours_is_marked(hours: float, partial: bool) -> None:
    first = at(hours / 24)
    for rule in ("wom", "covering"):
        one = oracle(join(1, "Cy"), look(1, hours / 24, overall=5), look(1, 6, overall=9))
        assert week(one, rule=rule) == [Row(1, "Cy", 4, first if partial else None)]


def test_a_reading_before_the_start_makes_a_covering_gain_whole() -> None:
    one = oracle(join(1, "Cy"), look(1, -9, overall=5), look(1, 6, overall=9))
    assert week(one, rule="covering") == [Row(1, "Cy", 4)]


def test_unranked_at_the_start_counts_as_nothing_except_for_overall() -> None:
    one = oracle(join(1, "Cy"), look(1, 1, attack=3), look(1, 6, overall=900, zulrah=7))
    assert week(one) == [Row(1, "Cy", 0)]
    assert week(one, "zulrah") == [Row(1, "Cy", 7)]
    assert week(one, "zulrah", rule="covering") == []
    assert week(one, "vorkath") == []


def test_all_kills_are_the_sum_over_ranked_bosses() -> None:
    one = oracle(join(1, "Cy"), look(1, 1, zulrah=7, attack=50, ehp=4), look(1, 6, zulrah=9, nex=6))
    assert week(one, "boss_kills") == [Row(1, "Cy", 8)]
    assert one.board("boss_kills", MONDAY, NOW, "total", NOW).rows == (Row(1, "Cy", 15),)


def test_totals_are_as_of_the_end() -> None:
    one = oracle(join(1, "Cy"), look(1, 1, overall=7), look(1, 6, overall=9))
    assert one.board("overall", MONDAY, at(5), "total", NOW).rows == (Row(1, "Cy", 7),)


def test_what_no_poll_has_brought_yet_is_not_known() -> None:
    header = replace(HEADER, laid_until=at(4))
    events: list[Event] = [join(1, "Cy"), look(1, 1, overall=7), look(1, 6, overall=9)]
    assert week(oracle(*events, header=header)) == []
    assert week(oracle(*events, Polled(at(5.9)), header=header)) == []
    assert week(oracle(*events, Polled(at(6)), header=header)) == [Row(1, "Cy", 2)]


def test_one_player_updated_on_request_is_known_alone() -> None:
    header = replace(HEADER, laid_until=at(4))
    events: list[Event] = [join(1, "Cy"), look(1, 1, overall=7), look(1, 6, overall=9)]
    events += [join(2, "Bo"), look(2, 1, overall=7), look(2, 6, overall=9)]
    assert week(oracle(*events, Polled(at(6.5), player=1), header=header)) == [Row(1, "Cy", 2)]


def test_a_leave_counts_after_two_days_and_a_return_undoes_it() -> None:
    base: list[Event] = [join(1, "Cy"), look(1, 1, overall=1), look(1, 2, overall=2)]
    assert len(week(oracle(*base, MemberLeft(at(5.1), 1)))) == 1
    assert week(oracle(*base, MemberLeft(at(4.9), 1))) == []
    assert len(week(oracle(*base, MemberLeft(at(3), 1), MemberReturned(at(4), 1, "recruit")))) == 1


def rename(player: int, old: str, new: str, days: float, approved: float) -> list[Event]:
    return [Renamed(at(days), player, old, new), RenameApproved(at(approved), player, old, new)]


def test_relayed_lines_count_by_the_name_at_the_time() -> None:
    one = oracle(
        join(1, "Zed"),
        join(2, "Cy"),
        *rename(1, "Zed", "Anew", 2, 3),
        *rename(2, "Cy", "zed", 4, 5),
        relay(1, 1, "**Zed**: mine"),
        relay(2, 2.5, "**Anew**: mine too"),
        relay(3, 2, "**Zed**: nobody's, from the moment it was given up"),
        relay(4, 4, "<:Ruby:12> **ZED**: of the second"),
        relay(5, 6, "**zed**: of the second"),
    )
    board = one.board("messages", MONDAY, NOW, "wom", NOW)
    assert board.rows == (Row(1, "Anew", 2), Row(1, "zed", 2))
    assert board.unattributed == 1


def test_a_newcomer_with_a_recycled_name_gets_no_older_lines() -> None:
    one = oracle(
        join(1, "Zed"),
        *rename(1, "Zed", "Anew", 1, 2),
        join(2, "Zed", days=3),
        relay(1, 0.5, "**Zed**: x"),
        relay(2, 2, "**Zed**: x"),
        relay(3, 4, "**Zed**: x"),
    )
    assert {row.name: row.value for row in week(one, "messages")} == {"Anew": 1, "Zed": 1}


def test_a_rename_nobody_approved_yet_is_not_known() -> None:
    one = oracle(join(1, "Zed"), *rename(1, "Zed", "Anew", 2, 8), relay(1, 3, "**Anew**: x"))
    board = one.board("messages", MONDAY, NOW, "wom", NOW)
    # Zed is linked to nobody: that they wrote nothing is not known.
    assert (board.rows, board.unmeasured) == ((), ("Zed",))
    assert board.unattributed == 1


def test_discord_counts_for_the_main_account_and_only_from_people() -> None:
    one = oracle(
        join(1, "Cy"),
        join(2, "Alt"),
        Linked(at(3), 7, 1),
        Linked(at(4), 7, 2, main=False),
        say(1, 0, 7),
        say(2, 1, 7, "**Alt**: typed by hand"),
        say(3, 1, 8),
        say(4, 1, 50, bot=True),
        say(5, 1, 51, webhook=51),
        say(6, 2, 7),
        say(7, 7, 7),
        MessageDeleted(at(5), (6,)),
    )
    card = one.card(1, MONDAY, NOW, "wom", NOW)
    assert (card.in_game, card.in_discord, card.links, card.chat_place) == (0, 2, "main", 1)
    assert one.card(2, MONDAY, NOW, "wom", NOW).links == "second"
    assert one.board("messages", MONDAY, NOW, "wom", NOW).unattributed == 1


def test_an_unlinked_account_has_no_discord_messages() -> None:
    one = oracle(join(1, "Cy"), Linked(at(1), 7, 1), Unlinked(at(2), 7, 1), say(1, 3, 7))
    assert one.card(1, MONDAY, NOW, "wom", NOW).in_discord == 0


def test_days_are_of_the_clans_zone_and_only_those_in_which_somebody_listened() -> None:
    # 22:59 and 23:01 UTC of Monday are Monday and Tuesday in Amsterdam.
    one = oracle(
        join(1, "Cy"),
        Linked(at(0), 7, 1),
        *(say(n, days, 7) for n, days in enumerate((1 - 61 / 1440, 1 - 59 / 1440, 1 - 58 / 1440))),
        Observed(at(3), 1, at(-9)),
        Observed(NOW, 1, at(6)),
    )
    card = one.card(1, MONDAY, NOW, "wom", NOW)
    assert (card.in_discord, card.days, card.of_days) == (3, 2, 5)
    assert one.by_day(1, MONDAY, NOW, NOW) == {"2026-01-05": 1, "2026-01-06": 2}


def test_a_card_has_places_among_the_measured() -> None:
    events: list[Event] = [join(player, name) for player, name in ((1, "Cy"), (2, "Bo"), (3, "Al"))]
    events += [look(1, 1, overall=1, slayer=1, nex=5), look(1, 2, 120, overall=5, slayer=5, nex=7)]
    events += [look(2, 1, overall=1), look(2, 2, overall=9)]
    card = oracle(*events).card(1, MONDAY, NOW, "wom", NOW)
    assert card.places["overall"] == (2, 2)
    assert card.places["boss_kills"] == (1, 1)
    assert (card.best(bosses=False), card.best(bosses=True)) == (4, 2)
    assert (card.total_xp, card.total_level, card.checked_at) == (5, 120, at(2))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (r"<:Ruby:123> <:Ironman_chat_badge:4> **l\-loi**: hi", "l-loi"),
        (r"**x\_X\_Kelda\_X**: has reached Slayer level 99\.", "x_X_Kelda_X"),
        ("Cy has reached Slayer level 99.", None),
        ("so **bold**", None),
    ],
)
def test_only_a_bold_name_and_a_colon_is_a_chat_line(content: str, name: str | None) -> None:
    assert speaker_in(content) == name


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (None, "overall", "—"),
        (0, "overall", "0"),
        (9_999, "overall", "9,999"),
        (10_000, "overall", "10K"),
        (12_449, "overall", "12.4K"),
        (999_999, "overall", "1M"),
        (4_231_007, "overall", "4.2M"),
        (99_960_000, "overall", "100M"),
        (612_400_000, "overall", "612M"),
        (1_236_000_000, "overall", "1.24B"),
        (1_840_012, "ehp", "18.4"),
        (4_000, "ehp", "0.0"),
        (0, "ehb", "0"),
        (123_456_000, "ehb", "1,234.6"),
    ],
)
def test_numbers_are_short(value: int | None, metric: str, text: str) -> None:
    assert short(value, metric) == text


def test_gains_have_a_plus_and_messages_have_none() -> None:
    assert gain(120, "zulrah") == "+120"
    assert gain(0, "zulrah") == "0"
    assert gain(4_000, "ehp") == "0.0"
    assert gain(508, "messages") == "508"
    assert gain(None, "zulrah") == "—"


def test_spans_are_named_by_their_largest_units() -> None:
    assert age(timedelta(days=11, hours=23)) == "11 days"
    assert age(timedelta(minutes=61)) == "1 hour"
    start = datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert tenure(start, datetime(2024, 2, 29, 12, tzinfo=UTC)) == "1 mo"
    assert tenure(start, datetime(2026, 5, 2, 12, tzinfo=UTC)) == "2 y 3 mo"
    assert tenure(start, datetime(2024, 3, 12, 11, tzinfo=UTC)) == "1 mo 11 d"
    assert tenure(start, start + timedelta(hours=20)) == "today"


@pytest.mark.parametrize(
    ("text", "start", "end", "heading"),
    [
        ("7d", NOW - timedelta(days=7), NOW, "Last 7 days"),
        ("month", NOW - timedelta(days=31), NOW, "Last 31 days"),
        ("1y6d", NOW - timedelta(seconds=31_556_926 + 6 * 86_400), NOW, None),
        ("this-week", NOW - timedelta(hours=1), NOW, "This week, since Mon 00:00 Amsterdam"),
        (
            "Last week",
            NOW - timedelta(days=7, hours=1),
            NOW - timedelta(hours=1),
            "5–11 Jan 2026",
        ),
        (
            "2025-12",
            datetime(2025, 11, 30, 23, tzinfo=UTC),
            datetime(2025, 12, 31, 23, tzinfo=UTC),
            "December 2025",
        ),
        ("yesterday", NOW - timedelta(days=1, hours=1), NOW - timedelta(hours=1), "Sun 11 Jan 2026"),
        (
            "2025-12-30..2026-01-02",
            datetime(2025, 12, 29, 23, tzinfo=UTC),
            datetime(2026, 1, 2, 23, tzinfo=UTC),
            "30 Dec 2025 – 2 Jan 2026",
        ),
    ],
)
def test_periods_are_cut_in_the_clans_zone(
    text: str, start: datetime, end: datetime, heading: str | None
) -> None:
    zone = oracle().zone
    span = read_span(text, NOW, zone)
    assert (span.start, span.end) == (start, end)
    assert heading is None or heading in headings(span, zone)


def test_a_day_as_a_moment_is_its_end() -> None:
    zone = oracle().zone
    assert read_moment("2026-01-06", NOW, zone) == datetime(2026, 1, 6, 23, tzinfo=UTC) - timedelta.resolution
    assert read_moment("2026-01-12", NOW, zone) == NOW
    assert read_moment("2026-01-06 14:30", NOW, zone) == datetime(2026, 1, 6, 13, 30, tzinfo=UTC)
