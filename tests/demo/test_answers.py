"""The checker reads what the bot's own presenters write, and no digit can be changed unseen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.domain.cards import Chat, Comparison, Figure, MemberCard
from bot.domain.ids import ChannelId, ClanId, GroupId, MemberId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.metrics import MESSAGES, MetricKind, metric
from bot.domain.periods import Period, PeriodKind, read_moment, read_period
from bot.domain.setup import RelayShare, SetupState
from bot.present.board import leaderboard_page, my_place, page_of, pages
from bot.present.card import member_card
from bot.present.compare import comparison
from bot.present.errors import explain, unexpected
from bot.present.setup import checklist
from demo.check.answers import check_answer, check_directory
from demo.check.oracle import Oracle
from demo.check.readings import NOT_BOSSES, SKILLS
from demo.script import Polled, Script, iso, write_script
from demo.world import CLAN, build_world

NOW = datetime(2026, 1, 1, 6, 12, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
CARD = ("overall", "ehp", "ehb", "boss_kills")


@pytest.fixture(scope="module")
def world() -> Script:
    script = build_world(11, NOW, days=30, members=120, messages=3_000)
    script.events.append(Polled(NOW))
    return script


@pytest.fixture(scope="module")
def oracle(world: Script) -> Oracle:
    return Oracle(world)


def rule(period: Period) -> str:
    return "total" if period.kind is PeriodKind.TOTAL else period.rule.value


def bot_board(oracle: Oracle, key: str, period: Period, as_of: datetime | None = None) -> Board:
    """The board as the bot's own types hold it, with the right numbers."""
    right = oracle.board(key, period.start, period.end, rule(period), NOW, as_of)
    rows = [Entry(MemberId(n), row.name, row.value, row.since) for n, row in enumerate(right.rows)]
    rows += [Entry(MemberId(1000), name, None) for name in right.unmeasured]
    standings, unmeasured = rank(rows)
    chat = metric(key).kind is MetricKind.CHAT
    checked = min(NOW, period.end) if chat else right.checked_at
    return Board(
        ClanId(1), CLAN, metric(key), period, standings, unmeasured, checked, unattributed=right.unattributed
    )


def answer(embed: discord.Embed | str, command: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"content": embed} if isinstance(embed, str) else {"embeds": [embed.to_dict()]}
    return (
        {"command": command, "options": options, "at": iso(NOW), "as": "1", "ephemeral": False} | shown | more
    )


def board_answer(oracle: Oracle, key: str, text: str, page: int, as_of: str | None = None) -> dict[str, Any]:
    end = read_moment(as_of, now=NOW, zone=ZONE) if as_of else NOW
    board = bot_board(oracle, key, read_period(text, now=end, zone=ZONE), end if as_of else None)
    label = {"type": 2, "label": f"{page + 1}/{pages(board)}"}
    options = {"metric": key, "period": text} | ({"as_of": as_of} if as_of else {})
    embed = leaderboard_page(board, page, ZONE, as_of=as_of is not None)
    return answer(embed, "/leaderboard", options, components=[{"type": 1, "components": [label]}])


def card_answer(oracle: Oracle, name: str, text: str) -> dict[str, Any]:
    period = read_period(text, now=NOW, zone=ZONE)
    person = oracle.knowledge.named(name, NOW)
    assert person is not None
    right = oracle.card(person.player, period.start, period.end, rule(period), NOW)

    def figure(key: str) -> Figure:
        place, of = right.places.get(key, (None, 0))
        gain = right.gains[key]
        return Figure(metric(key), gain.value, place, of, gain.since)

    def best(keys: set[str]) -> list[Figure]:
        known = [figure(key) for key in sorted(keys) if right.gains[key].value]
        return [max(known, key=lambda one: one.value or 0)] if known else []

    bosses = {key for key in right.gains if key not in NOT_BOSSES | {"boss_kills"}}
    discord_side = right.in_discord if right.links == "main" else None
    roles = {role.key: role.name for role in oracle.header.roles}
    card = MemberCard(
        clan=ClanId(1),
        clan_name=CLAN,
        member=MemberId(1),
        name=right.name,
        rank=roles[right.role] if right.role else None,
        account_type=person.account_type,
        joined_at=person.joined,
        left_at=None,
        period=period,
        figures=tuple(figure(key) for key in CARD),
        chat=Chat(
            right.messages, right.in_game, discord_side, right.days, right.of_days, right.chat_place, 120
        ),
        highlights=(*best(set(right.gains) & SKILLS), *best(bosses)),
        total_xp=right.total_xp,
        total_level=right.total_level,
        checked_at=right.checked_at,
    )
    return answer(member_card(card, ZONE), "/stats", {"player": name, "period": text})


def compare_answer(oracle: Oracle, names: tuple[str, ...], text: str) -> dict[str, Any]:
    period = read_period(text, now=NOW, zone=ZONE)
    people = [oracle.knowledge.named(name, NOW) for name in names]
    cards = [
        oracle.card(one.player, period.start, period.end, rule(period), NOW)
        for one in people
        if one is not None
    ]
    rows = [(metric(key), tuple(card.gains[key].value for card in cards)) for key in CARD]
    rows.append((MESSAGES, tuple(card.messages for card in cards)))
    checked = max(card.checked_at for card in cards if card.checked_at)
    ids = tuple(MemberId(n) for n, _ in enumerate(names))
    partial = frozenset(
        (key, id_) for id_, card in zip(ids, cards, strict=True) for key in CARD if card.gains[key].since
    )
    called = tuple(card.name for card in cards)
    made = Comparison(ClanId(1), CLAN, period, ids, called, tuple(rows), checked, partial)
    return answer(comparison(made, ZONE), "/compare", {"period": text})


def setup_answer(oracle: Oracle) -> dict[str, Any]:
    first = min(item.since for item in oracle.knowledge.story.observed)
    state = SetupState(
        clan_name=CLAN,
        group=GroupId(oracle.header.group),
        time_zone="Europe/Amsterdam",
        members=len(oracle.knowledge.members(NOW)),
        relays=(RelayShare(ChannelId(oracle.header.relay.channel), 200, 200),),
        ranks=8,
        ranks_matched=8,
        history_days=(NOW - first) // timedelta(days=1),
        polled_at=NOW,
        bot_channels=(ChannelId(oracle.header.channel("commands").id),),
    )
    return answer(checklist(state), "/setup", {})


def place_answer(oracle: Oracle, world: Script) -> dict[str, Any]:
    board = bot_board(oracle, "overall", read_period("week", now=NOW, zone=ZONE))
    horizon = oracle.knowledge.horizon(NOW)
    people = oracle.knowledge.story.people
    mains = {people[player].name_by(horizon): user for user, player in oracle.chat(NOW).mains.items()}
    row = next(row for row in board.standings[5:] if row.entry.name in mains)
    page = board_answer(oracle, "overall", "week", page_of(board, row.entry.member) or 0)
    text = my_place(board, row.entry.member, ZONE)
    return page | {"content": text, "as": str(mains[row.entry.name])}


def rightly(oracle: Oracle, world: Script) -> Iterator[tuple[str, dict[str, Any]]]:
    last = -(-len(oracle.board("overall", NOW - timedelta(days=7), NOW, "wom", NOW).rows) // 10) - 1
    for key, text, page in (
        ("overall", "7d", 0),
        ("overall", "7d", last),
        ("overall", "this-week", 2),
        ("ehp", "last-week", 1),
        ("boss_kills", "30d", 0),
        ("zulrah", "this-month", 0),
        ("slayer", "all", 3),
        ("total_level", "all", 0),
        ("messages", "week", 1),
        ("messages", "today", 0),
        ("overall", "2025-12-20..2025-12-24", 1),
        ("overall", "2025-12-20..2026-01-05", 0),
        ("overall", "2026-01", 0),
        ("overall", "1w2d", 0),
        ("messages", "this-year", 0),
    ):
        yield f"board {key} {text} {page}", board_answer(oracle, key, text, page)
    yield "board as of", board_answer(oracle, "overall", "7d", 0, as_of="2025-12-24")
    yield "week as of", board_answer(oracle, "overall", "this-week", 0, as_of="2025-12-24 14:30")
    yield "days as of", board_answer(oracle, "overall", "this-month", 0, as_of="2025-12-24")
    for name, text in (
        ("Jo hn", "7d"),
        ("Ann B", "this-week"),
        ("Cy", "year"),
        ("lloi", "day"),
    ):
        yield f"card {name} {text}", card_answer(oracle, name, text)
    everything = card_answer(oracle, "dee", "all")
    days = re.compile(r" · \d+ of \d+ days")
    embed = everything["embeds"][0]
    # All time is not cut into days.
    embed["description"] = days.sub("", embed["description"])
    yield "card of all time", everything
    yield "compare", compare_answer(oracle, ("Jo hn", "Ann B", "Cy", "Dee", "WWWWWWWWWWWW"), "30d")
    yield "setup", setup_answer(oracle)
    yield "my place", place_answer(oracle, world)


def test_right_answers_as_the_presenters_write_them_have_no_difference(oracle: Oracle, world: Script) -> None:
    for name, right in rightly(oracle, world):
        assert check_answer(right, oracle) == [], name


def digits(text: str, names: set[str]) -> list[int]:
    """Where digits stand in a text that belong to no name and no mention."""
    # How far the listening has come is known to two minutes only, and no other number there.
    spared = [r"(?<=measured · <t:\d{7})\d{3}:R>$"]
    spared += [re.escape(discord.utils.escape_markdown(name)) for name in names] + [
        r"<#\d+>",
        *map(re.escape, names),
    ]
    spared = sorted((one for one in spared if re.search(r"\d", one)), key=len, reverse=True)
    taken = {n for found in re.finditer("|".join(spared), text) for n in range(*found.span())}
    return [n for n, char in enumerate(text) if char.isdigit() and n not in taken]


def changed(right: dict[str, Any], names: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answer with one digit changed, for each digit that it shows."""
    texts = [("content", None)] if right.get("content") else [("embeds", "title"), ("embeds", "description")]
    for where, part in texts:
        text: str = right["content"] if part is None else right["embeds"][0][part]
        for n in digits(text, names):
            other = text[:n] + str((int(text[n]) + 3) % 10) + text[n + 1 :]
            if part is None:
                yield other, right | {"content": other}
            else:
                yield other, right | {where: [right["embeds"][0] | {part: other}]}


def test_no_digit_can_be_changed_without_a_difference(oracle: Oracle, world: Script) -> None:
    horizon = oracle.knowledge.horizon(NOW)
    people = oracle.knowledge.story.people.values()
    names = {name for one in people for name in (one.name, one.name_by(horizon))}
    tried = 0
    for name, right in rightly(oracle, world):
        for text, wrong in changed(right, names):
            tried += 1
            assert check_answer(wrong, oracle) != [], (name, text)
    assert tried > 500


def test_two_exchanged_names_are_a_difference(oracle: Oracle) -> None:
    right = board_answer(oracle, "overall", "7d", 0)
    lines = right["embeds"][0]["description"].split("\n")
    first, second = (line.split(" · ")[0][2:] for line in lines[:2])
    swapped = "\n".join([lines[0].replace(first, second), lines[1].replace(second, first), *lines[2:]])
    assert check_answer(right | {"embeds": [right["embeds"][0] | {"description": swapped}]}, oracle)


def test_a_missing_row_is_a_difference(oracle: Oracle) -> None:
    right = board_answer(oracle, "overall", "7d", 1)
    description = right["embeds"][0]["description"].split("\n", 1)[1]
    assert check_answer(right | {"embeds": [right["embeds"][0] | {"description": description}]}, oracle)


def test_a_board_of_something_else_than_asked_is_a_difference(oracle: Oracle) -> None:
    right = board_answer(oracle, "ehp", "7d", 0)
    assert check_answer(right | {"options": {"metric": "ehb", "period": "7d"}}, oracle)
    assert check_answer(right | {"options": {"metric": "ehp", "period": "30d"}}, oracle)


def test_an_error_is_a_difference_and_a_provoked_refusal_is_not(oracle: Oracle) -> None:
    from bot.domain.errors import PlayerNotTracked

    refused = answer(explain(PlayerNotTracked("Nobody")), "/stats", {"player": "Nobody"}, ephemeral=True)
    assert check_answer(refused, oracle)
    assert check_answer(refused | {"refusal": True}, oracle) == []
    assert check_answer(refused | {"refusal": True, "ephemeral": False}, oracle)
    broken = answer(unexpected("a1b2"), "/help", {}, ephemeral=True, refusal=True)
    assert check_answer(broken, oracle)


def test_a_number_that_nothing_explains_is_a_difference(oracle: Oracle) -> None:
    assert check_answer(answer("You have 3 accounts.", "/link", {}), oracle)
    assert check_answer(answer("Linked to **Mad 1**.", "/link", {"name": "Mad 1"}), oracle) == []
    assert check_answer(answer("", "/help", {}), oracle)
    card = card_answer(oracle, "Jo hn", "7d")
    more = card["embeds"][0] | {"footer": {"text": "Rank 3 worldwide"}}
    assert check_answer(card | {"embeds": [more]}, oracle)


def test_a_charts_points_are_checked_by_day(oracle: Oracle) -> None:
    card = card_answer(oracle, "Jo hn", "this-week")
    person = oracle.knowledge.named("Jo hn", NOW)
    assert person is not None
    start = datetime(2025, 12, 28, 23, tzinfo=UTC)
    said = oracle.by_day(person.player, start, NOW, NOW)
    readings = oracle.readings(person.player, NOW)
    slots = [(start + timedelta(days=n), min(start + timedelta(days=n + 1), NOW)) for n in range(4)]
    points: list[dict[str, Any]] = [
        {
            "day": begin.astimezone(ZONE).date().isoformat(),
            "xp": readings.gain("overall", begin, end, "covering").value,
            "messages": said.get(begin.astimezone(ZONE).date().isoformat(), 0),
        }
        for begin, end in slots
    ]
    assert check_answer(card | {"series": points}, oracle) == []
    points[1]["messages"] += 1
    assert len(check_answer(card | {"series": points}, oracle)) == 1


def test_a_directory_is_checked_file_by_file_and_an_empty_one_is_wrong(
    tmp_path: Path, oracle: Oracle, world: Script
) -> None:
    import json

    script = tmp_path / "script.json"
    write_script(script, world)
    assert [found.problem for found in check_directory(tmp_path, script)] == ["holds no answer"]
    right = card_answer(oracle, "Dee", "7d")
    (tmp_path / "1.json").write_text(json.dumps(right))
    assert check_directory(tmp_path, script) == []
    (tmp_path / "2.json").write_text(json.dumps(right | {"options": {"player": "Cy", "period": "7d"}}))
    assert {found.answer for found in check_directory(tmp_path, script)} == {"2.json"}
