"""A made-up clan for the presenters' tests, and how a reader sees an embed."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot.domain.cards import Chat, Comparison, DayPoint, Figure, MemberCard
from bot.domain.ids import ClanId, MemberId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, MESSAGES, OVERALL, Metric, metric
from bot.domain.periods import Period, read_period
from bot.present.text import embed_problems

NOW = datetime(2026, 11, 19, 18, 30, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CHECKED = NOW - timedelta(hours=2)
WIDEST_NAME = "W" * 12
WIDEST_NICKNAME = "👨‍👩‍👧‍👦" * 4 + "ＷＷＷＷ"
LARGEST_XP = 24 * 200_000_000
LARGEST_KILLS = 2**31


def period(text: str, now: datetime = NOW) -> Period:
    return read_period(text, now=now, zone=AMSTERDAM)


def card(**changes: Any) -> MemberCard:
    made = MemberCard(
        clan=ClanId(1),
        clan_name="Iron Foundry",
        member=MemberId(7),
        name="Jo hn",
        rank="Onyx",
        account_type="ironman",
        joined_at=datetime(2024, 8, 10, tzinfo=UTC),
        left_at=None,
        period=period("7d"),
        figures=(
            Figure(OVERALL, 4_231_007, 12, 268),
            Figure(EHP, 1_840_012, 15, 268),
            Figure(EHB, 610_000, 20, 268),
            Figure(BOSS_KILLS, 212, 30, 268),
        ),
        chat=Chat(total=508, in_game=412, discord=96, days=6, of_days=7, place=7, of=268),
        highlights=(Figure(metric("slayer"), 2_100_000), Figure(metric("vorkath"), 120)),
        total_xp=612_345_678,
        total_level=2231,
        checked_at=CHECKED,
    )
    return replace(made, **changes)


def board(
    values: Sequence[tuple[str, int | None]],
    of: Metric = OVERALL,
    span: str = "this-week",
    partial: frozenset[str] = frozenset(),
    checked_at: datetime | None = CHECKED,
) -> Board:
    asked = period(span)
    entries = [
        Entry(MemberId(number), name, value, asked.start + timedelta(hours=40) if name in partial else None)
        for number, (name, value) in enumerate(values, start=1)
    ]
    standings, unmeasured = rank(entries)
    return Board(ClanId(1), "Iron Foundry", of, asked, standings, unmeasured, checked_at)


def comparison_of(names: tuple[str, ...], largest: bool = False) -> Comparison:
    values = {
        OVERALL: (31_000_000, 22_400_000, 19_000_000, None, 0),
        EHP: (5_210_000, 1_840_012, 990_000, None, 0),
        EHB: (3_000_000, 4_100_000, 3_300_000, 4_100_000, 0),
        BOSS_KILLS: (812, 212, 40, None, 0),
        MESSAGES: (120, 508, 904, 3, 0),
    }
    if largest:
        values = dict.fromkeys(values, (LARGEST_XP, LARGEST_KILLS, 123_456_789_012, 99_999, 1))
    rows = tuple((of, figures[: len(names)]) for of, figures in values.items())
    members = tuple(MemberId(number) for number in range(1, len(names) + 1))
    return Comparison(ClanId(1), "Iron Foundry", period("30d"), members, names, rows, CHECKED)


def days(count: int, xp: int | None = 1000, messages: int | None = 5) -> list[DayPoint]:
    return [DayPoint(date(2026, 1, 1) + timedelta(days=number), xp, messages) for number in range(count)]


def read(embed: discord.Embed) -> str:
    """What a reader sees of title and description: no bold marks, no backslashes, times as <t>."""
    assert embed_problems(embed) == ()
    return plain(f"{embed.title}\n{embed.description}")


def plain(text: str) -> str:
    text = re.sub(r"<t:\d+:[A-Za-z]>", "<t>", text)
    return re.sub(r"\\(.)", r"\1", text.replace("**", "")).replace("\u2003", " ").replace("\u00a0", " ")
