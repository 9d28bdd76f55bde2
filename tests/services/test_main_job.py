"""The main job, whole, on what the real WOM answered: polled, stored, asked.

Every number is checked against the recordings, which are read here with ``json`` alone.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.domain.ids import ClanId, GroupId, GuildId, PlayerId
from bot.domain.leaderboards import Board
from bot.domain.metrics import metric
from bot.domain.periods import read_period
from bot.services.comparisons import Comparisons
from bot.services.leaderboards import Leaderboards
from bot.services.lookup import Lookup
from bot.services.polling import Polling
from bot.services.statistics import Statistics
from bot.services.stats import Stats
from db.models import Achievement, MemberEvent
from db.queries import clans, roster
from db.queries.snapshots import Seen
from db.session import Database
from tests.services.hearing import SetClock
from tests.wom.support import Answer, Server, client_of, json_of, recorded, says, serving

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
UNRANKED = -1
HOURS = {"ehp", "ehb"}
LARGE, SMALL = 1, 2


class Job:
    """One clan, the services, and the server that replays."""

    def __init__(self, database: Database, server: Server, polling: Polling, clan: ClanId) -> None:
        self.database = database
        self.server = server
        self.polling = polling
        self.id = clan
        self.statistics = Statistics(database)
        self.lookup = Lookup(database)
        self.leaderboards = Leaderboards(database, self.statistics)
        self.stats = Stats(database, self.statistics)
        self.comparisons = Comparisons(database, self.lookup, self.statistics)

    async def poll(self) -> None:
        await self.polling.poll(await self.clan())

    async def clan(self) -> Any:
        async with self.database.read() as session:
            return await clans.clan_by_id(session, self.id)

    async def board(self, key: str, period: str) -> Board:
        clan = await self.clan()
        return await self.leaderboards.top(clan, metric(key), read_period(period, now=NOW, zone=clan.zone))

    async def names(self) -> dict[int, str]:
        """The display name that the bot shows for each profile."""
        async with self.database.read() as session:
            owners = await roster.known_profiles(session, self.id)
        return {
            int(player): (await self.lookup.by_id(await self.clan(), known.member)).member.name
            for player, known in owners.items()
        }


def one_page(case: str) -> Answer:
    """The recorded first page, and nothing after it."""
    first, rest = recorded(case), says("[]")

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (first if request.query.get("offset", "0") == "0" else rest)(request)

    return answer


@asynccontextmanager
async def job(database: Database, group: int, **answers: str) -> AsyncGenerator[Job]:
    """A linked group; ``answers`` are the cases that its requests get, ``_`` for ``-``."""
    async with database.write() as session:
        clan = await clans.add_clan(session, GuildId(9), GroupId(group), "?", ZoneInfo("UTC"), NOW)
    async with serving() as server, client_of(server.url) as client:
        server.on("GET", f"/groups/{group}", recorded(answers.pop("roster")))
        for path, case in answers.items():
            server.on("GET", f"/groups/{group}/{path.replace('_', '-')}", one_page(case))
        yield Job(database, server, Polling(database, client, Statistics(database), SetClock(NOW)), clan)


def large(database: Database) -> Any:
    return job(
        database,
        LARGE,
        roster="group_details_300",
        bulk_hiscores="group_bulk_hiscores_empty",
        activity="group_activity",
        name_changes="group_name_changes_after_late_approval",
        achievements="group_achievements",
    )


def small(database: Database) -> Any:
    return job(
        database,
        SMALL,
        roster="group_details_20_patron",
        bulk_hiscores="group_bulk_hiscores_20",
        activity="rename2_activity_before",
        name_changes="group_activity_empty",
        achievements="group_activity_empty",
    )


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.slow_on_postgres
async def test_all_300_members_are_found_under_every_spelling_with_rank_and_join_date(
    database: Database,
) -> None:
    memberships: list[dict[str, Any]] = json_of("group_details_300")["memberships"]
    async with large(database) as main:
        await main.poll()
        clan = await main.clan()
        for number, entry in enumerate(memberships):
            player = entry["player"]
            display: str = player["displayName"]
            spelling = (display, player["username"], display.upper(), display.replace(" ", "_"))[number % 4]
            found = (await main.lookup.by_name(clan, spelling)).member
            assert (found.name, found.wom_role, found.account_type, found.left_at) == (
                display,
                entry["role"],
                player["type"],
                None,
            )
            assert found.joined_at == time(entry["clientSyncJoinedAt"] or entry["createdAt"])
        orders = json_of("group_details_300")["roleOrders"]
        assert clan.role_order == tuple(one["role"] for one in sorted(orders, key=lambda one: one["index"]))
        assert clan.name == json_of("group_details_300")["name"]
        board = await main.board("overall", "all")
        assert board.standings == ()
        assert sorted(board.unmeasured) == sorted(one["player"]["displayName"] for one in memberships)
        assert len(main.server.seen) == 5 + 1, "the achievements have a second page"
        await main.poll()
        assert len(main.server.seen) == 5 + 1 + 1, "who has no values is not asked for again"


@pytest.mark.slow_on_postgres
async def test_every_former_name_finds_the_same_member(database: Database) -> None:
    changes: list[dict[str, Any]] = json_of("group_name_changes_after_late_approval")
    present = {one["playerId"]: one["player"] for one in json_of("group_details_300")["memberships"]}
    renamed = [one for one in changes if one["oldName"].lower() != one["newName"].lower()]
    assert {"Old11 Nm", "Older11"} <= {one["oldName"] for one in renamed}
    async with large(database) as main:
        await main.poll()
        clan = await main.clan()
        for change in renamed:
            found = await main.lookup.by_name(clan, change["oldName"].replace(" ", "-").upper())
            # The one rename that was approved after this roster was recorded.
            name = present[change["playerId"]]["displayName"]
            if change["newName"] == "Pend 31" and name != "Pend 31":
                assert (found.member.name, found.former_name) == (name, None)
            else:
                assert (found.member.name, found.former_name) == (name, change["oldName"])


async def test_activity_and_achievements_are_stored_once(database: Database) -> None:
    present = {one["playerId"] for one in json_of("group_details_300")["memberships"]}
    activity: list[dict[str, Any]] = json_of("group_activity")
    achievements: list[dict[str, Any]] = json_of("group_achievements")
    kinds = {"joined": "joined", "changed_role": "rank_changed"}
    happened = {
        (kinds[one["type"]], time(one["createdAt"]), one["previousRole"], one["role"])
        for one in activity
        if one["playerId"] in present and one["type"] in kinds
    }
    feats = {
        (one["name"], one["metric"], one["threshold"], time(one["createdAt"]))
        for one in achievements
        if one["playerId"] in present
    }
    assert happened
    assert feats
    async with large(database) as main:
        for _ in range(2):
            await main.poll()
        async with database.read() as session:
            events = (await session.scalars(select(MemberEvent))).all()
            stored = (await session.scalars(select(Achievement))).all()
    assert {(one.kind, one.at, one.before, one.after) for one in events} == happened
    assert len(events) == len(happened)
    assert {(one.name, one.metric_key, one.threshold, one.achieved_at) for one in stored} == feats
    assert len(stored) == sum(one["playerId"] in present for one in achievements)


def totals() -> dict[str, dict[int, int | None]]:
    """Every metric of every member by the recording, in stored units, our own ones too."""
    found: dict[str, dict[int, int | None]] = {}
    for row in json_of("group_bulk_hiscores_20"):
        player, data = row["player"]["id"], row["data"]["data"]
        for kind, field in (("skills", "experience"), ("bosses", "kills"), ("activities", "score")):
            for key, entry in data[kind].items():
                found.setdefault(key, {})[player] = None if entry[field] == UNRANKED else entry[field]
        for key, entry in data["computed"].items():
            found.setdefault(key, {})[player] = round(entry["value"] * 100_000)
        kills = [entry["kills"] for entry in data["bosses"].values() if entry["kills"] != UNRANKED]
        found.setdefault("boss_kills", {})[player] = sum(kills) if kills else None
        found.setdefault("total_level", {})[player] = data["skills"]["overall"]["level"]
    return found


def places(values: dict[int, int | None]) -> dict[int, int]:
    """One more than there are larger values: equal ones share a place and the next is skipped."""
    known = {player: value for player, value in values.items() if value is not None}
    return {player: 1 + sum(other > value for other in known.values()) for player, value in known.items()}


@pytest.mark.slow_on_postgres
async def test_the_totals_and_places_of_20_members_in_113_metrics(database: Database) -> None:
    expected = totals()
    assert len(expected) == 113 + 2
    assert {len(values) for values in expected.values()} == {20}
    checked = [time(row["data"]["createdAt"]) for row in json_of("group_bulk_hiscores_20")]
    async with small(database) as main:
        await main.poll()
        names = await main.names()
        for key, values in expected.items():
            board = await main.board(key, "all")
            shown = {row.entry.name: (row.place, row.entry.value) for row in board.standings}
            place = places(values)
            assert shown == {names[one]: (place[one], values[one]) for one in place}, key
            assert set(board.unmeasured) == {names[one] for one in values if one not in place}
            if len(place) == len(values):
                assert (board.checked_at, board.oldest_check) == (max(checked), min(checked))


async def test_the_cards_of_20_members_show_their_totals(database: Database) -> None:
    expected = totals()
    roster_: list[dict[str, Any]] = json_of("group_details_20_patron")["memberships"]
    checked = {row["player"]["id"]: row["data"]["createdAt"] for row in json_of("group_bulk_hiscores_20")}
    async with small(database) as main:
        await main.poll()
        clan = await main.clan()
        period = read_period("all", now=NOW, zone=clan.zone)
        for entry in roster_:
            player = entry["playerId"]
            found = await main.lookup.by_name(clan, entry["player"]["displayName"])
            card = await main.stats.card(clan, found, period)
            assert (card.total_xp, card.total_level) == (
                expected["overall"][player],
                expected["total_level"][player],
            )
            assert card.checked_at == time(checked[player])
            assert card.rank == entry["role"].replace("_", " ").title()
            shown = {one.metric.key: (one.value, one.place, one.of) for one in card.figures}
            assert shown == {
                key: (expected[key][player], places(expected[key]).get(player), len(places(expected[key])))
                for key in ("overall", "ehp", "ehb", "boss_kills")
            }


async def test_five_members_side_by_side(database: Database) -> None:
    expected = totals()
    async with small(database) as main:
        await main.poll()
        clan = await main.clan()
        names = await main.names()
        chosen = [305, 301, 320, 311, 308]
        comparison = await main.comparisons.compare(
            clan, [names[player] for player in chosen], read_period("all", now=NOW, zone=clan.zone)
        )
    shown = {one.key: values for one, values in comparison.rows}
    assert comparison.names == tuple(names[player] for player in chosen)
    for key in ("overall", "ehp", "ehb", "boss_kills", "total_level"):
        assert shown[key] == tuple(expected[key][player] for player in chosen)
    assert shown["messages"] == (None,) * 5, "nothing was observed"


@pytest.mark.slow_on_postgres
async def test_the_week_of_20_members_gains_what_wom_says(database: Database) -> None:
    """The recording gives the week's first values and gains; the poll brings the last ones.

    Except EHP and EHB: WOM works those out anew for gains, ClanStats never does.
    """
    gained: list[dict[str, Any]] = json_of("group_bulk_gained_week_20")
    async with small(database) as main:
        await main.poll()
        known = await main.statistics.metric_ids()
        async with database.read() as session:
            profiles = await roster.known_profiles(session, main.id)
        await main.statistics.lay(
            main.id,
            [
                Seen(
                    profiles[PlayerId(row["player"]["id"])].source,
                    time(row["startDate"]),
                    {known[one["metric"]]: _stored(one["metric"], one["start"]) for one in row["data"]},
                )
                for row in gained
                if row["startDate"] != row["endDate"]
            ],
        )
        names = await main.names()
        for index in range(len(gained[0]["data"])):
            rows = [(row["player"]["id"], row, row["data"][index]) for row in gained]
            key: str = rows[0][2]["metric"]
            if key in HOURS:
                continue
            expected = {
                names[player]: _stored(key, one["gained"])
                for player, row, one in rows
                if one["end"] != UNRANKED and row["startDate"] != row["endDate"]
            }
            board = await main.board(key, "week")
            assert {row.entry.name: row.entry.value for row in board.standings} == expected, key
            assert set(board.unmeasured) == set(names.values()) - expected.keys()


def _stored(key: str, value: float) -> int | None:
    return None if value == UNRANKED or key in HOURS else int(value)


async def test_a_rename_by_the_recordings_keeps_the_member_and_the_numbers(database: Database) -> None:
    before = {one["playerId"]: one["player"] for one in json_of("group_details_20_patron")["memberships"]}
    after = {one["playerId"]: one["player"] for one in json_of("rename2_group_after")["memberships"]}
    async with small(database) as main:
        await main.poll()
        clan = await main.clan()
        vorlord = await main.lookup.by_name(clan, before[305]["displayName"])
        main.server.on("GET", f"/groups/{SMALL}", recorded("rename2_group_after"))
        await main.poll()
        found = await main.lookup.by_name(clan, before[305]["displayName"])
        assert (found.member.id, found.member.name, found.former_name) == (
            vorlord.member.id,
            after[305]["displayName"],
            before[305]["displayName"],
        )
        assert found.member.joined_at == vorlord.member.joined_at
        board = await main.board("overall", "all")
        shown = {row.entry.name: row.entry.value for row in board.standings}
        assert shown[after[305]["displayName"]] == totals()["overall"][305]
        everybody = {*shown, *board.unmeasured}
        assert everybody == {one["displayName"] for one in after.values()}


@pytest.mark.slow_on_postgres
async def test_a_player_whose_history_is_read_gains_between_the_recorded_snapshots(
    database: Database,
) -> None:
    history: list[dict[str, Any]] = json_of("player_snapshots")
    async with large(database) as main:
        await main.poll()
        async with client_of(main.server.url) as client:
            main.server.on("GET", "/players/psikoi/snapshots", recorded("player_snapshots"))
            snapshots = await client.player_snapshots("psikoi", NOW - timedelta(days=9), NOW)
        for snapshot in snapshots:  # the newest first: each goes into the past
            assert await main.statistics.store(main.id, [snapshot]) == 1
        first, last = history[-1]["data"], history[0]["data"]
        for key in ("overall", "slayer", "cooking"):
            board = await main.board(key, "week")
            gained = last["skills"][key]["experience"] - first["skills"][key]["experience"]
            assert [(row.entry.name, row.entry.value) for row in board.standings] == [("Psikoi", gained)]
            assert board.standings[0].entry.measured_from == time(history[-1]["createdAt"])
        clan = await main.clan()
        card = await main.stats.card(
            clan, await main.lookup.by_name(clan, "psikoi"), read_period("week", now=NOW, zone=clan.zone)
        )
        days = {
            time(one["createdAt"]).date(): one["data"]["skills"]["overall"]["experience"] for one in history
        }
        by_day = {point.day: point.xp for point in card.days if point.xp is not None}
        ordered = sorted(days)
        assert by_day == {day: days[day] - days[before] for before, day in pairwise(ordered)}
