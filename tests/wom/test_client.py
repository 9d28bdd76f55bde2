"""Each method asks for the right thing and hands back what the real WOM said."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import msgspec
import pytest

from bot.domain.ids import GroupId, PlayerId
from bot.wom.client import WomClient
from bot.wom.errors import WomRefused
from tests.wom.support import CODE, KEY, Server, client_of, json_of, recorded, says

G1, G2 = GroupId(1), GroupId(2)
START = datetime(2026, 11, 15, 10, 0, 0, 250_000, UTC)
END = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=2)))
PAGE = {"limit": "50", "offset": "0"}
WINDOW = {"startDate": "2026-11-15T10:00:00.250Z", "endDate": "2026-11-22T10:00:00.000Z"}

Ask = Callable[[WomClient], Awaitable[Any]]
CASES: list[tuple[Ask, str, str, str, dict[str, str]]] = [
    (lambda c: c.group(G1), "GET", "/groups/1", "group_details_300", {}),
    (lambda c: c.hiscores(G2), "GET", "/groups/2/bulk-hiscores", "group_bulk_hiscores_20", {}),
    (lambda c: c.hiscores(GroupId(3)), "GET", "/groups/3/bulk-hiscores", "group_bulk_hiscores_empty", {}),
    (
        lambda c: c.bulk_gained(G2, START, END),
        "GET",
        "/groups/2/bulk-gained",
        "group_bulk_gained_week_20",
        WINDOW,
    ),
    (lambda c: c.activity(G1), "GET", "/groups/1/activity", "group_activity", PAGE),
    (lambda c: c.activity(G2), "GET", "/groups/2/activity", "group_activity_bulk_sync", PAGE),
    (
        lambda c: c.name_changes(G1, 20, 40),
        "GET",
        "/groups/1/name-changes",
        "group_name_changes",
        {"limit": "20", "offset": "40"},
    ),
    (lambda c: c.achievements(G1), "GET", "/groups/1/achievements", "group_achievements", PAGE),
    (lambda c: c.competitions(G1), "GET", "/groups/1/competitions", "group_competitions", {}),
    (lambda c: c.player("Psikoi"), "GET", "/players/Psikoi", "player_details", {}),
    (lambda c: c.player("mor mick300"), "GET", "/players/mor%20mick300", "player_details_never_updated", {}),
    (lambda c: c.player_by_id(PlayerId(291)), "GET", "/players/id/291", "player_details_flagged", {}),
    (lambda c: c.player_names("renamed guy"), "GET", "/players/renamed%20guy/names", "rename1_names", {}),
    (
        lambda c: c.player_snapshots("psikoi", START, END),
        "GET",
        "/players/psikoi/snapshots",
        "player_snapshots",
        {**WINDOW, "limit": "200", "offset": "0"},
    ),
    (lambda c: c.update_player("psikoi"), "POST", "/players/psikoi", "update_player_ok", {}),
    (lambda c: c.update_all(G1, CODE), "POST", "/groups/1/update-all", "group_update_all", {}),
]


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def told(value: Any) -> Any:
    """A value that was read, back in WOM's own JSON, without what WOM did not send."""
    if isinstance(value, msgspec.Struct):
        return {camel(name): told(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return [told(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: told(item) for key, item in cast("dict[str, Any]", value).items()}
    return value


def assert_same(read: Any, raw: Any) -> None:
    """Every field that was read equals what stands in the recording; what is not there reads as absent."""
    if isinstance(read, dict):
        fields = cast("dict[str, Any]", read)
        assert raw.keys() & fields.keys()
        for key, value in fields.items():
            if key in raw:
                assert_same(value, raw[key])
            else:
                assert value in (None, [], "unknown", ""), key
    elif isinstance(read, list):
        for one, other in zip(cast("list[Any]", read), raw, strict=True):
            assert_same(one, other)
    else:
        assert read == raw


@pytest.mark.parametrize(("ask", "method", "path", "case", "query"), CASES, ids=[c[3] for c in CASES])
async def test_each_request_reads_its_recorded_answer(
    server: Server, client: WomClient, ask: Ask, method: str, path: str, case: str, query: dict[str, str]
) -> None:
    server.on(method, path, recorded(case))
    assert_same(told(await ask(client)), json_of(case))
    assert [(seen.method, seen.path, seen.query) for seen in server.seen] == [(method, path, query)]


async def test_groups_are_found_by_name(server: Server, client: WomClient) -> None:
    groups = [{key: json_of("group_details_300")[key] for key in ("id", "name", "memberCount", "clanChat")}]
    server.on("GET", "/groups", says(json.dumps(groups)))
    found = await client.search_groups("Seed & Clan")
    assert [(group.id, group.name, group.member_count) for group in found] == [(1, "Seed Clan", 300)]
    assert server.seen[0].query == {"name": "Seed & Clan", "limit": "10"}


async def test_every_request_says_who_we_are_and_brings_the_key(server: Server, client: WomClient) -> None:
    server.on("GET", "/groups/1", recorded("group_details_300"))
    await client.group(G1)
    headers = server.seen[0].headers
    assert (headers["User-Agent"], headers["x-api-key"]) == ("ClanStats (test)", KEY)


async def test_without_a_key_none_is_sent(server: Server) -> None:
    server.on("GET", "/groups/1", recorded("group_details_300"))
    async with client_of(server.url, api_key=None) as client:
        await client.group(G1)
    assert "x-api-key" not in server.seen[0].headers


async def test_the_verification_code_travels_in_the_body_only(server: Server, client: WomClient) -> None:
    server.on("POST", "/groups/1/update-all", recorded("group_update_all"))
    assert (await client.update_all(G1, CODE)).count == 56
    seen = server.seen[0]
    assert json.loads(seen.body) == {"verificationCode": CODE}
    assert CODE not in f"{seen.path}{seen.query}{seen.headers}"


async def test_a_changed_role_is_told_apart_from_one_that_was_so_already(
    server: Server, client: WomClient
) -> None:
    server.on("PUT", "/groups/2/role", recorded("members_role_ok"), recorded("members_role_same"))
    assert await client.change_role(G2, "newbie one", "captain", CODE)
    assert not await client.change_role(G2, "newbie one", "captain", CODE)
    said = json.loads(server.seen[0].body)
    assert said == {"verificationCode": CODE, "username": "newbie one", "role": "captain"}


async def test_the_role_of_who_is_no_member_is_refused(server: Server, client: WomClient) -> None:
    server.on("PUT", "/groups/2/role", recorded("members_role_not_member"))
    with pytest.raises(WomRefused, match="is not a member of"):
        await client.change_role(G2, "psikoi", "captain", CODE)


async def test_a_clan_without_outdated_members_is_no_error(server: Server, client: WomClient) -> None:
    server.on("POST", "/groups/2/update-all", recorded("group_update_all_none_outdated"))
    assert (await client.update_all(G2, CODE)).count == 0


@pytest.mark.parametrize("name", ["../groups/1", "a/b", "a?b=c", "..", "%2e%2e", "é#"])
async def test_no_name_reaches_another_endpoint(server: Server, client: WomClient, name: str) -> None:
    server.otherwise = recorded("player_details")
    await client.player(name)
    assert server.seen[0].path.startswith("/players/")
    assert server.seen[0].path.count("/") == 2
    assert ".." not in server.seen[0].path
    assert not server.seen[0].query


@pytest.mark.parametrize("address", ["", "api.wiseoldman.net", "ftp://x/v2", "http://", "file:///etc"])
def test_an_address_that_is_not_http_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="not an HTTP address"):
        WomClient(address, user_agent="ClanStats")


async def test_a_base_address_with_a_path_keeps_it(server: Server) -> None:
    server.on("GET", "/v2/groups/1", recorded("group_details_300"))
    async with client_of(server.url + "/v2/") as client:
        assert (await client.group(G1)).id == 1


async def test_the_largest_clan_is_decoded(server: Server, client: WomClient) -> None:
    raw = json.dumps(json_of("group_bulk_hiscores_20") * 15, separators=(",", ":")).encode()
    assert len(raw) > 2_700_000
    server.on("GET", "/groups/2/bulk-hiscores", says(raw))
    members = await client.hiscores(G2)
    assert len(members) == 300
    assert {one.player.id for one in members} == {
        row["player"]["id"] for row in json_of("group_bulk_hiscores_20")
    }
