"""The simulated WOM answers in the real one's shapes and falls into its known traps."""

import ast
import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

import demo.wom
from bot.domain.ids import GroupId, PlayerId
from bot.wom.client import WomClient
from bot.wom.errors import (
    PlayerUpdateRefused,
    WomBlocked,
    WomDown,
    WomError,
    WomNonsense,
    WomNotFound,
    WomRateLimited,
    WomRefused,
    WomTimeout,
    WrongVerificationCode,
)
from bot.wom.transport import Patience
from demo.wom import SimulatedWom
from demo.wom.catalogue import ACTIVITIES, BOSSES, COMPUTED, SKILLS
from tests.wom.support import INDEX, RECORDED, client_of, json_of

NOW = datetime(2026, 11, 22, 12, 0, 0, 34_000, UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
CODE = "123-456-789"
CLAN = GroupId(7)
HASTY = Patience(attempts=1, stall=0.1, total=0.1)
STATS: dict[str, int | float] = {
    "overall": 1000,
    "attack": 1000,
    "zulrah": 50,
    "pvp_arena": 9,
    "ehp": 1.5,
    "ehb": 2,
}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wom(clock: Clock) -> SimulatedWom:
    """A clan of three: Alice was looked at daily, Bob once, Carol never."""
    wom = SimulatedWom(now=clock)
    wom.add_group(CLAN, "Iron Foundry", ["owner", "captain"], CODE, at=NOW - 90 * DAY, clan_chat="foundry")
    for number, (name, role) in enumerate([("Al ice", "owner"), ("Bob", "captain"), ("Carol", "member")], 1):
        wom.add_player(name, number, country="GB" if number == 1 else None)
        wom.join(CLAN, number, role, NOW - 60 * DAY, in_game_join=NOW - 70 * DAY if number == 1 else None)
    for days in range(10, 0, -1):
        gained = 1000 * (10 - days)
        wom.record(1, STATS | {"overall": 1000 + gained, "attack": 1000 + gained}, NOW - days * DAY)
    wom.record(2, STATS, NOW - 2 * DAY)
    return wom


@asynccontextmanager
async def asking(wom: SimulatedWom, patience: Patience | None = None) -> AsyncGenerator[WomClient]:
    async with wom.serve() as url, client_of(url, patience=patience) as client:
        yield client


async def fetch(
    url: str, path: str, method: str = "GET", body: Any = None
) -> tuple[int, Any, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.request(method, url + path, json=body) as response:
        return response.status, await response.json(), dict(response.headers)


def parts_of(value: Any) -> list[tuple[str, Any]]:
    """What is inside a JSON value, with the step that leads there; list items share one step."""
    if isinstance(value, dict):
        return [(f".{key}", item) for key, item in cast("dict[str, Any]", value).items()]
    if isinstance(value, list):
        return [("[]", item) for item in cast("list[Any]", value)]
    return []


def places_of(value: Any, path: str = "") -> dict[str, set[str]]:
    """Every path in a JSON value with the types found there; an object's type is its set of keys."""
    places = {path: {type_of(value)}}
    for step, item in parts_of(value):
        for where, types in places_of(item, path + step).items():
            places.setdefault(where, set()).update(types)
    return places


def type_of(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(sorted(cast("dict[str, Any]", value)))
    if isinstance(value, str) and len(value) == 24 and value.endswith("Z"):
        datetime.fromisoformat(value)
        return "time"
    return {"NoneType": "null"}.get(type(value).__name__, type(value).__name__)


def fields_of(value: Any) -> dict[tuple[str, str], set[str]]:
    """Every field by the set of keys of its object, with the types found there."""
    fields: dict[tuple[str, str], set[str]] = {}
    for step, item in parts_of(value):
        if isinstance(value, dict):
            fields.setdefault((type_of(cast("Any", value)), step), set()).add(type_of(item))
        for field, types in fields_of(item).items():
            fields.setdefault(field, set()).update(types)
    return fields


def merged(shapes: Iterable[dict[Any, set[str]]]) -> dict[Any, set[str]]:
    whole: dict[Any, set[str]] = {}
    for shape in shapes:
        for where, types in shape.items():
            whole.setdefault(where, set()).update(types)
    return whole


FIELDS = merged(fields_of(json_of(case)) for case in INDEX)
"""Every field of every recording: a player's country may be null wherever players are."""
FIELDS["createdAt data id importedAt playerId", ".importedAt"].add("time")  # known, though none was recorded
NUMBERS = {"int", "float"}


def assert_same_shape(ours: Any, recordings: list[Any]) -> None:
    """The same keys at every place, both ways; our types are WOM's, and WOM's types but null are ours.

    Where WOM has nothing but whole numbers, so have we; elsewhere both kinds are numbers.
    """
    theirs, mine = merged(places_of(recording) for recording in recordings), places_of(ours)
    assert mine.keys() == theirs.keys()
    for where, types in theirs.items():
        assert types - NUMBERS - {"null"} <= mine[where], where
        assert bool(types & NUMBERS) <= bool(mine[where] & NUMBERS), where
    for field, types in fields_of(ours).items():
        allowed = FIELDS[field]
        assert types <= (allowed | NUMBERS if "float" in allowed else allowed), field


def everything(clock: Clock) -> SimulatedWom:
    """A world in which every field has its value somewhere."""
    wom = SimulatedWom(now=clock)
    wom.add_group(
        1,
        "Seed Clan",
        ["owner", "captain"],
        CODE,
        clan_chat="seed",
        description="A clan",
        homeworld=416,
        website="https://example.org",
        discord="https://discord.gg/example",
    )
    for number in (1, 2, 3):
        wom.add_player(f"Player {number}", number, country="GB")
        wom.join(1, number, "captain", NOW - 9 * DAY, in_game_join=NOW - 20 * DAY)
        wom.record(number, STATS, NOW - 3 * DAY, imported_at=NOW)
        wom.record(number, {"attack": 2000, "ehp": 1.75}, NOW - 2 * DAY)
    wom.change_role(1, 2, "owner", NOW - HOUR)
    wom.add_player("Never", 4, country="GB")
    wom.join(1, 4, "captain", NOW - HOUR)
    wom.leave(1, 4, NOW)
    wom.achieve(1, "99 Slayer", "slayer", 13_034_431, NOW, accuracy=86_400_000)
    wom.approve_rename(wom.submit_rename(2, "Renamed_Guy", NOW - DAY), NOW - HOUR)
    return wom


ENDPOINTS: list[tuple[str, list[str]]] = [
    ("/groups/1", ["group_details_300", "group_details_20_patron"]),
    ("/groups/1/bulk-hiscores", ["group_bulk_hiscores_20"]),
    (
        "/groups/1/bulk-gained?startDate=2026-11-01T00:00:00.000Z&endDate=2026-11-30T00:00:00.000Z",
        ["group_bulk_gained_week_20"],
    ),
    ("/groups/1/bulk-gained?period=week", ["group_bulk_gained_week_20"]),
    ("/groups/1/activity", ["group_activity", "group_activity_bulk_sync", "rename2_activity_before"]),
    ("/groups/1/name-changes?limit=50", ["group_name_changes", "group_name_changes_after_late_approval"]),
    ("/groups/1/achievements", ["group_achievements"]),
    ("/players/renamed_guy/names", ["rename1_names"]),
    ("/players/player%201/snapshots?limit=3", ["player_snapshots"]),
    ("/players/player-1", ["player_details"]),
    ("/players/id/1", ["player_details_flagged"]),
    ("/players/never", ["player_details_never_updated"]),
]


@pytest.mark.parametrize(("path", "cases"), ENDPOINTS, ids=[path for path, _ in ENDPOINTS])
async def test_every_endpoint_has_the_recorded_shape(clock: Clock, path: str, cases: list[str]) -> None:
    async with everything(clock).serve() as url:
        status, ours, headers = await fetch(url, path)
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    recordings = [json_of(case) for case in cases]
    if cases == ["group_bulk_gained_week_20"]:
        for row in (*ours, *recordings[0]):
            assert [gain["metric"] for gain in row["data"]] == [
                gain["metric"] for gain in recordings[0][0]["data"]
            ]
    assert_same_shape(ours, recordings)


async def test_a_group_found_by_name_has_the_shape_of_a_group_without_its_roster(clock: Clock) -> None:
    wanted = [json_of("group_competitions")[0]["group"]]
    async with everything(clock).serve() as url:
        status, ours, _ = await fetch(url, "/groups?name=seed")
    assert status == 200
    assert_same_shape(ours, [wanted])


async def test_an_archive_has_the_recorded_shape(clock: Clock) -> None:
    wom = everything(clock)
    name = wom.archive(1, NOW)
    async with wom.serve() as url:
        _, ours, _ = await fetch(url, f"/players/{name}")
    assert (ours["status"], ours["exp"], ours["archive"]["previousUsername"]) == ("archived", 0, "player 1")
    assert_same_shape(ours, [json_of("player_details_archived")])


async def test_updates_have_the_recorded_shapes(clock: Clock) -> None:
    async with everything(clock).serve() as url:
        _, player, _ = await fetch(url, "/players/player_3", "POST")
        _, clan, _ = await fetch(url, "/groups/1/update-all", "POST", {"verificationCode": CODE})
    assert_same_shape(player, [json_of("update_player_ok")])
    assert_same_shape(clan, [json_of("group_update_all")])
    assert clan["message"] == json_of("group_update_all")["message"].replace("56", str(clan["count"]))


async def test_a_changed_role_has_the_recorded_shape_and_shows_in_the_activity(clock: Clock) -> None:
    async with everything(clock).serve() as url:
        said = {"verificationCode": CODE, "username": "player_3", "role": "zenyte"}
        status, changed, _ = await fetch(url, "/groups/1/role", "PUT", said)
        _, same, _ = await fetch(url, "/groups/1/role", "PUT", said)
        _, stranger, _ = await fetch(url, "/groups/1/role", "PUT", {**said, "username": "nobody"})
        _, activity, _ = await fetch(url, "/groups/1/activity?limit=1")
    assert (status, activity[0]["role"]) == (200, "zenyte")
    assert_same_shape(changed, [json_of("members_role_ok")])
    assert same == {"code": "UNEXPECTED_ERROR", "message": "player_3 is already a zenyte."}
    assert stranger["message"].startswith("nobody is not a member of ")


REFUSALS: list[tuple[str, str, str, Any]] = [
    ("group_details_not_found", "GET", "/groups/999", None),
    ("group_details_bad_id", "GET", "/groups/abc", None),
    ("group_bulk_hiscores_nf", "GET", "/groups/999/bulk-hiscores", None),
    ("group_bulk_gained_noparam", "GET", "/groups/1/bulk-gained", None),
    ("group_name_changes_limit51", "GET", "/groups/1/name-changes?limit=51", None),
    ("group_update_all_missing", "POST", "/groups/1/update-all", {}),
    ("group_update_all_wrong", "POST", "/groups/1/update-all", {"verificationCode": "1"}),
    ("group_update_all_none_outdated", "POST", "/groups/2/update-all", {"verificationCode": CODE}),
    ("player_details_nf", "GET", "/players/nosuchplayer", None),
    ("update_player_not_on_hiscores", "POST", "/players/nohiscores", None),
    ("update_player_cooldown", "POST", "/players/fresh", None),
    ("update_player_hiscores_down", "POST", "/players/player_3", None),
    ("rate_limit_nokey", "GET", "/groups/1", None),
]


@pytest.mark.parametrize(("case", "method", "path", "body"), REFUSALS, ids=[case[0] for case in REFUSALS])
async def test_every_refusal_is_the_recorded_one(
    clock: Clock, case: str, method: str, path: str, body: Any
) -> None:
    wom = everything(clock)
    wom.add_group(2, "Fresh", code=CODE)
    wom.add_player("Fresh", 9)
    wom.join(2, 9, "owner")
    wom.record(9, STATS, NOW - timedelta(seconds=59))
    wom.hiscores_down = case == "update_player_hiscores_down"
    if case == "rate_limit_nokey":
        wom.go_down("limiter")
    async with wom.serve() as url:
        status, ours, headers = await fetch(url, path, method, body)
    assert (status, ours) == (INDEX[case]["status"], json_of(case))
    assert INDEX[case]["headers"].items() <= headers.items()


def test_the_catalogue_is_wise_old_mans() -> None:
    enums = json.loads((RECORDED / "enums.json").read_bytes())
    assert [list(kind) for kind in (SKILLS, BOSSES, ACTIVITIES, COMPUTED)] == [
        enums[kind] for kind in ("SKILLS", "BOSSES", "ACTIVITIES", "COMPUTED")
    ]


async def test_what_was_recorded_is_what_the_bots_client_reads(wom: SimulatedWom) -> None:
    async with asking(wom) as client:
        group = await client.group(CLAN)
        hiscores = await client.hiscores(CLAN)
    assert [(m.player.display_name, m.role) for m in group.memberships] == [
        ("Al ice", "owner"),
        ("Bob", "captain"),
        ("Carol", "member"),
    ]
    assert [order.role for order in group.role_orders] == ["owner", "captain"]
    assert group.memberships[0].client_sync_joined_at == NOW - 70 * DAY
    assert [row.player.id for row in hiscores] == [1, 2]
    readings = hiscores[0].data.readings()
    assert len(readings) == 113
    assert {key: value for key, value in readings.items() if value != -1} == STATS | {
        "overall": 10000,
        "attack": 10000,
    }
    assert hiscores[0].data.created_at == group.memberships[0].player.updated_at == NOW - DAY


@pytest.mark.parametrize(
    ("experience", "level"), [(0, 1), (82, 1), (83, 2), (13_034_430, 98), (13_034_431, 99), (2 * 10**8, 99)]
)
async def test_levels_follow_from_xp_and_the_total_is_their_sum_unless_told(
    wom: SimulatedWom, experience: int, level: int
) -> None:
    wom.record(3, {"overall": experience, "attack": experience}, NOW)
    wom.record(2, {}, NOW, level=2277)
    async with asking(wom) as client:
        by_id = {row.player.id: row.data for row in await client.hiscores(CLAN)}
    attack = by_id[PlayerId(3)].data.skills["attack"]
    assert (attack.level, by_id[PlayerId(3)].total_level) == (level, level + 23)
    assert by_id[PlayerId(2)].total_level == 2277


async def test_a_new_look_is_seen_at_once(wom: SimulatedWom) -> None:
    async with asking(wom) as client:
        seen: list[int | float] = []
        for attack in (20_000, 30_000):
            wom.record(1, {"attack": attack}, NOW)
            seen.append((await client.hiscores(CLAN))[0].data.readings()["attack"])
    assert seen == [20_000, 30_000]


async def test_new_metrics_appear_and_retired_ones_vanish(wom: SimulatedWom) -> None:
    wom.record(1, {"boss_of_next_week": 4}, NOW)
    wom.retire_metric("zulrah")
    async with asking(wom) as client:
        readings = (await client.hiscores(CLAN))[0].data.readings()
    assert readings["boss_of_next_week"] == 4
    assert "zulrah" not in readings


async def test_a_look_remembered_late_does_not_change_the_newest_values(wom: SimulatedWom) -> None:
    wom.record(1, {"attack": 1, "overall": 1, "pvp_arena": 3}, NOW - 5 * DAY - HOUR, imported_at=NOW)
    async with asking(wom) as client:
        newest = (await client.player_by_id(PlayerId(1))).latest_snapshot
        window = await client.player_snapshots("al_ice", NOW - 6 * DAY, NOW - 5 * DAY)
    assert newest is not None
    assert newest.readings()["overall"] == 10000
    assert [look.created_at for look in window] == [NOW - 5 * DAY, NOW - 5 * DAY - HOUR, NOW - 6 * DAY]
    assert [look.readings()["overall"] for look in window] == [6000, 1, 5000]
    assert window[1].imported_at == NOW


async def test_snapshots_come_newest_first_in_pages_of_200_at_most(wom: SimulatedWom) -> None:
    for minutes in range(250):
        wom.record(2, {"overall": 2000 + minutes}, NOW - 300 * MINUTE + minutes * MINUTE)
    async with asking(wom) as client:
        first = await client.player_snapshots("bob", NOW - 300 * MINUTE, NOW)
        second = await client.player_snapshots("bob", NOW - 300 * MINUTE, NOW, offset=200)
        with pytest.raises(WomRefused, match="maximum results limit is 200"):
            await client.player_snapshots("bob", NOW - 300 * MINUTE, NOW, limit=201)
    values = [one.data.skills["overall"].experience for one in (*first, *second)]
    assert (len(first), len(second)) == (200, 50)
    assert values == list(range(2249, 1999, -1))


async def test_snapshots_with_one_date_only_ignore_it(wom: SimulatedWom) -> None:
    async with wom.serve() as url:
        _, rows, _ = await fetch(url, "/players/al-ice/snapshots?startDate=2026-11-21T00:00:00.000Z")
    assert len(rows) == 10


async def test_gains_are_between_the_first_and_last_look_inside_both_ends_included(wom: SimulatedWom) -> None:
    async with asking(wom) as client:
        rows = await client.bulk_gained(CLAN, NOW - 5 * DAY, NOW - 2 * DAY)
        shorter = await client.bulk_gained(CLAN, NOW - 5 * DAY + timedelta(milliseconds=1), NOW - 2 * DAY)
    gains = [{gain.metric: gain for gain in row.data} for row in rows]
    assert [row.player.id for row in rows] == [1, 2]
    assert gains[0]["attack"].gained == 3000
    assert gains[1]["attack"].gained == 0
    assert {gain.metric: gain for gain in shorter[0].data}["attack"].gained == 2000


async def test_gains_from_unranked_count_from_zero_except_overall_and_a_stored_zero_shows_as_unranked(
    wom: SimulatedWom,
) -> None:
    wom.record(3, {"zulrah": 0}, NOW - 2 * HOUR)
    wom.record(3, {"overall": 500, "attack": 500, "zulrah": 7}, NOW - HOUR)
    async with asking(wom) as client:
        row = next(r for r in await client.bulk_gained(CLAN, NOW - DAY, NOW) if r.player.id == 3)
    gains = {gain.metric: (gain.gained, gain.start, gain.end) for gain in row.data}
    assert gains["overall"] == (0, -1, 500)
    assert gains["attack"] == (500, -1, 500)
    assert gains["zulrah"] == (7, -1, 7)
    assert gains["kraken"] == (0, -1, -1)


async def test_activity_is_newest_first_and_read_in_pages(wom: SimulatedWom) -> None:
    wom.change_role(CLAN, 3, "captain", NOW - HOUR)
    wom.leave(CLAN, 2, NOW)
    async with asking(wom) as client:
        rows = await client.activity(CLAN)
        page = await client.activity(CLAN, limit=2, offset=1)
    assert [(row.type, row.player_id, row.role, row.previous_role) for row in rows[:2]] == [
        ("left", 2, "captain", None),
        ("changed_role", 3, "captain", "member"),
    ]
    assert len(rows) == 5
    assert page == rows[1:3]


async def test_trap_1_an_approved_rename_keeps_the_old_id_and_deletes_a_profile_hardly_known(
    wom: SimulatedWom,
) -> None:
    other = wom.add_player("New Bob")
    wom.record(other, STATS, NOW - 3 * DAY)
    wom.approve_rename(wom.submit_rename(2, "New_Bob", NOW - HOUR), NOW)
    async with asking(wom) as client:
        assert (await client.player("new bob")).id == 2
        assert (await client.group(CLAN)).memberships[1].player.display_name == "New_Bob"
        with pytest.raises(WomNotFound):
            await client.player_by_id(PlayerId(other))
        with pytest.raises(WomNotFound):
            await client.player("bob")
        assert [(n.old_name, n.new_name) for n in await client.player_names("new bob")] == [
            ("Bob", "New_Bob")
        ]


async def test_trap_1_a_profile_long_known_is_archived(wom: SimulatedWom) -> None:
    other = wom.add_player("New Bob")
    for days in (4, 3):
        wom.record(other, STATS, NOW - days * DAY)
    wom.approve_rename(wom.submit_rename(2, "New Bob", NOW - HOUR), NOW)
    async with asking(wom) as client:
        assert (await client.player_by_id(PlayerId(other))).status == "archived"
        assert (await client.player("new bob")).id == 2


@pytest.mark.parametrize("silent", [False, True], ids=["trap 2", "trap 10"])
async def test_a_sync_before_the_approval_shows_two_players_and_the_approval_undoes_it(
    wom: SimulatedWom, silent: bool
) -> None:
    async with asking(wom) as client:
        before = await client.activity(CLAN)
        sync = wom.sync_moves_membership if silent else wom.sync_rename_as_leave_and_join
        new = sync(CLAN, 2, "New_Bob", NOW - HOUR)
        change = wom.submit_rename(2, "New_Bob", NOW - HOUR)
        wom.record(new, STATS | {"attack": 1500}, NOW - 30 * MINUTE)
        between = await client.group(CLAN)
        assert {m.player_id: m.player.display_name for m in between.memberships}[PlayerId(new)] == "new bob"
        assert PlayerId(2) not in {m.player_id for m in between.memberships}
        seen = (await client.activity(CLAN))[: 0 if silent else 2]
        assert [(row.type, row.player_id) for row in seen] == (
            [] if silent else [("left", 2), ("joined", new)]
        )
        assert len({row.created_at for row in seen}) <= 1
        assert await client.name_changes(CLAN) == []

        wom.approve_rename(change, NOW)
        after = {m.player_id: m for m in (await client.group(CLAN)).memberships}
        assert set(after) == {1, 2, 3}
        assert (after[PlayerId(2)].player.display_name, after[PlayerId(2)].role) == ("New_Bob", "captain")
        assert (after[PlayerId(2)].created_at, after[PlayerId(2)].updated_at) == (NOW - HOUR, NOW)
        assert [(row.type, row.player_id, row.created_at) for row in await client.activity(CLAN)] == [
            (row.type, row.player_id, row.created_at) for row in before
        ]
        looks = await client.player_snapshots("new bob", NOW - 9 * DAY, NOW)
        assert [look.readings()["attack"] for look in looks] == [1500, 1000]
        with pytest.raises(WomNotFound):
            await client.player_by_id(PlayerId(new))


async def test_trap_3_what_is_approved_or_found_late_is_not_on_top(wom: SimulatedWom) -> None:
    late = wom.submit_rename(1, "Alicia", NOW - 3 * DAY)
    wom.approve_rename(wom.submit_rename(2, "Robert", NOW - DAY), NOW - DAY)
    wom.achieve(1, "Newer", "slayer", 1, NOW - HOUR)
    async with asking(wom) as client:
        wom.approve_rename(late, NOW)
        wom.achieve(1, "Found late", "slayer", 1, NOW - DAY)
        assert [row.new_name for row in await client.name_changes(CLAN)] == ["Robert", "Alicia"]
        assert [row.name for row in await client.achievements(CLAN)] == ["Newer", "Found late"]


async def test_trap_4_an_archive_stays_in_the_group_and_the_name_has_a_new_owner(wom: SimulatedWom) -> None:
    archive = wom.archive(2, NOW)
    new = wom.add_player("Bob", at=NOW)
    async with asking(wom) as client:
        players = {m.player_id: m.player for m in (await client.group(CLAN)).memberships}
        assert (players[PlayerId(2)].display_name, players[PlayerId(2)].exp) == (archive, 0)
        assert players.keys() == {1, 2, 3}
        assert (await client.player("bob")).id == new
        assert [row.player.id for row in await client.hiscores(CLAN)] == [1]


async def test_trap_9_one_rename_may_be_pending_twice_and_one_denied(wom: SimulatedWom) -> None:
    first, second = (wom.submit_rename(2, "Robert", NOW - HOUR) for _ in range(2))
    wom.approve_rename(first, NOW)
    wom.deny_rename(second, NOW)
    async with asking(wom) as client:
        assert [row.id for row in await client.name_changes(CLAN)] == [first]


async def test_trap_11_name_changes_are_those_of_present_members(wom: SimulatedWom) -> None:
    wom.approve_rename(wom.submit_rename(2, "Robert", NOW - HOUR), NOW)
    wom.leave(CLAN, 2, NOW)
    async with asking(wom) as client:
        assert await client.name_changes(CLAN) == []
        wom.join(CLAN, 2, "captain", NOW)
        assert len(await client.name_changes(CLAN)) == 1


async def test_updating_a_player_asks_the_world_what_happened(wom: SimulatedWom, clock: Clock) -> None:
    asked: list[tuple[int, datetime]] = []

    def world(player: int, at: datetime) -> dict[str, int | float] | None:
        asked.append((player, at))
        return {"attack": 5000} if player == 2 else None

    wom.on_update = world
    async with asking(wom) as client:
        updated = await client.update_player("BOB")
        assert updated.updated_at == updated.last_changed_at == NOW
        assert updated.latest_snapshot is not None
        assert updated.latest_snapshot.readings()["attack"] == 5000
        for name, why in (("bob", "cooldown"), ("carol", "not_on_hiscores")):
            with pytest.raises(PlayerUpdateRefused) as caught:
                await client.update_player(name)
            assert caught.value.why == why
        clock.now += MINUTE
        assert (await client.update_player("bob")).last_changed_at == NOW
    assert asked == [(2, NOW), (3, NOW), (2, NOW + MINUTE)]


async def test_trap_5_and_others_who_may_not_be_updated(wom: SimulatedWom) -> None:
    wom.flag(1)
    wom.opt_out(3)
    archive = wom.archive(2, NOW)
    async with asking(wom) as client:
        for name, why in (("al ice", "flagged"), (archive, "archived"), ("carol", "opted_out")):
            with pytest.raises(PlayerUpdateRefused) as caught:
                await client.update_player(name)
            assert caught.value.why == why
        with pytest.raises(WomRefused):
            await client.player("carol")
        wom.heal(1)
        assert (await client.update_player("al ice")).updated_at == NOW


async def test_update_all_looks_at_those_not_seen_for_a_day(wom: SimulatedWom, clock: Clock) -> None:
    clock.now = NOW - 30 * MINUTE
    async with asking(wom) as client:
        with pytest.raises(WrongVerificationCode):
            await client.update_all(CLAN, "000-000-000")
        assert (await client.update_all(CLAN, CODE)).count == 3
        assert (await client.update_all(CLAN, CODE)).count == 0
        clock.now += timedelta(hours=23)
        assert (await client.update_all(CLAN, CODE)).count == 0
        clock.now += 30 * MINUTE
        assert (await client.update_all(CLAN, CODE)).count == 3


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("500", WomDown),
        ("503", WomDown),
        ("cut", WomDown),
        ("stall", WomTimeout),
        ("html", WomNonsense),
        ("truncated", WomNonsense),
        ("empty", WomNonsense),
        ("nonsense", WomNonsense),
        ("limiter", WomRateLimited),
        ("blocked", WomBlocked),
    ],
)
async def test_every_way_to_be_down_is_noticed_and_heals(
    wom: SimulatedWom, kind: str, error: type[WomError]
) -> None:
    async with wom.serve() as url:
        async with client_of(url, patience=HASTY) as client:
            wom.go_down(kind)
            with pytest.raises(error):
                await client.group(CLAN)
        wom.come_back()
        async with client_of(url) as client:
            assert (await client.group(CLAN)).member_count == 3


async def test_one_clan_may_be_down_alone(wom: SimulatedWom) -> None:
    wom.add_group(8, "Other")
    wom.go_down("500", group=8)
    async with asking(wom, HASTY) as client:
        assert (await client.group(CLAN)).member_count == 3
        with pytest.raises(WomDown):
            await client.activity(GroupId(8))


async def test_what_stalls_is_answered_when_wom_comes_back(wom: SimulatedWom) -> None:
    wom.go_down("stall")
    async with asking(wom) as client:
        asyncio.get_running_loop().call_later(0.05, wom.come_back)
        assert (await client.group(CLAN)).member_count == 3
    assert len(wom.requests) == 1


def test_an_unknown_fault_is_refused(wom: SimulatedWom) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        wom.go_down("on holiday")


async def test_every_request_is_noted(wom: SimulatedWom) -> None:
    async with asking(wom) as client:
        await client.group(CLAN)
        await client.activity(CLAN, limit=5)
        await client.update_player("carol")
    assert wom.requests == [("GET", "/groups/7"), ("GET", "/groups/7/activity"), ("POST", "/players/carol")]


async def test_a_clan_of_300_is_answered_whole(clock: Clock) -> None:
    wom = SimulatedWom(now=clock)
    wom.add_group(CLAN, "Large")
    for number in range(1, 301):
        wom.add_player(f"Player {number}", number)
        wom.join(CLAN, number, "member", NOW)
        wom.record(number, dict.fromkeys(SKILLS + BOSSES, 5_000), NOW)
    async with asking(wom) as client:
        assert len(await client.hiscores(CLAN)) == 300


def test_the_stand_in_shares_nothing_with_the_bot() -> None:
    for file in Path(demo.wom.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not {name.partition(".")[0] for name in names} & {"bot", "cogs", "db"}, file.name
