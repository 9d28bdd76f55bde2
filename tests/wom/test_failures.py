"""WOM down, slow, wrong or cross: what is tried again, what is not, and what the error says."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from bot.domain.ids import GroupId
from bot.wom import transport
from bot.wom.client import WomClient
from bot.wom.errors import (
    PlayerOnCooldown,
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
from tests.wom.support import (
    CODE,
    KEY,
    Answer,
    Server,
    body_of,
    client_of,
    cut,
    cut_in_the_middle,
    html,
    json_of,
    recorded,
    says,
    stall,
)

G1 = GroupId(1)
GROUP = ("GET", "/groups/1")
PLAYER = ("POST", "/players/psikoi")
UPDATE_ALL = ("POST", "/groups/1/update-all")
BLOCKED = says('{"message": "You are blocked. Please contact us on Discord."}', 429)
HASTY = Patience(attempts=2, wait_initial=0, wait_max=0, wait_jitter=0, stall=0.5, total=1.0)
LIMITERS = ["rate_limit_nokey", "rate_limit_with_key"]


@pytest.mark.parametrize(
    "failure",
    [html(500), html(502), html(503), says("", 504), says('{"message": "x"}', 500), cut, cut_in_the_middle],
    ids=["500", "502", "503", "504 and nothing", "500 and JSON", "cut", "cut in the middle"],
)
async def test_a_passing_fault_is_tried_again(server: Server, client: WomClient, failure: Answer) -> None:
    server.on(*GROUP, failure, failure, recorded("group_details_300"))
    assert (await client.group(G1)).member_count == 300
    assert len(server.seen) >= 3


async def test_a_stalled_answer_is_given_up_and_tried_again(server: Server) -> None:
    server.on(*GROUP, stall, recorded("group_details_300"))
    async with client_of(server.url, patience=HASTY) as client:
        assert (await client.group(G1)).member_count == 300


async def test_a_server_that_never_answers_is_a_timeout(server: Server) -> None:
    server.on(*GROUP, stall)
    async with client_of(server.url, patience=HASTY) as client:
        with pytest.raises(WomTimeout, match="GET /groups/1: no answer in time"):
            await client.group(G1)
    assert len(server.seen) == 2


async def test_a_lasting_fault_ends_with_its_status(server: Server, client: WomClient) -> None:
    server.on(*GROUP, html(502))
    with pytest.raises(WomDown, match="GET /groups/1 answered 502: server error") as caught:
        await client.group(G1)
    assert caught.value.status == 502
    assert len(server.seen) == 3


async def test_nobody_listening_is_down_and_tried_again_even_for_a_change() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with client_of(url) as client:
            with structlog.testing.capture_logs() as logs, pytest.raises(WomDown, match="no connection"):
                await client.update_player("psikoi")
    assert [entry["attempt"] for entry in logs if entry["event"] == "wom_request_failed"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("nonsense", "what"),
    [
        (html(200), "HTML instead of JSON"),
        (says(body_of("group_details_300")[:5000]), "truncated"),
        (says(""), "truncated"),
        (says("[]"), "Expected `object`, got `array`"),
        (says("null"), "Expected `object`, got `null`"),
        (says('{"id": "1"}'), "Expected `int`, got `str`"),
        (says(b'{"id": 1, "name": "\xff"}'), "."),
        (says("[" * 100_000), "."),
        (says(body_of("group_details_20_patron")), "about group 2"),
        (says("", 304), "neither an answer nor an error"),
        (says("", 302, {"Location": "/groups/2"}), "neither an answer nor an error"),
    ],
    ids=["html", "cut", "empty", "array", "null", "types", "utf-8", "deep", "other group", "304", "redirect"],
)
async def test_nonsense_is_named_and_not_asked_for_again(
    server: Server, client: WomClient, nonsense: Answer, what: str
) -> None:
    server.on(*GROUP, nonsense)
    with pytest.raises(WomNonsense, match=what):
        await client.group(G1)
    assert len(server.seen) == 1


async def test_a_metric_without_its_number_makes_the_whole_answer_nonsense(
    server: Server, client: WomClient
) -> None:
    raw = json_of("group_bulk_hiscores_20")
    del raw[19]["data"]["data"]["bosses"]["zulrah"]["kills"]
    server.on("GET", "/groups/1/bulk-hiscores", says(json.dumps(raw)))
    with pytest.raises(WomNonsense, match="kills"):
        await client.hiscores(G1)


async def test_an_endless_body_is_given_up(
    server: Server, client: WomClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST_BODY", 100_000)
    server.on(*GROUP, recorded("group_details_300"))
    with pytest.raises(WomNonsense, match="more than 100000 bytes"):
        await client.group(G1)


@pytest.mark.parametrize("limiter", LIMITERS)
async def test_the_limiter_is_waited_out(server: Server, client: WomClient, limiter: str) -> None:
    soon = {"Retry_After": "0.1", "RateLimit_Reset": "0.1"}
    server.on(*GROUP, recorded(limiter, **soon), recorded("group_details_300"))
    started = time.monotonic()
    await client.group(G1)
    assert time.monotonic() - started >= 0.1
    assert len(server.seen) == 2


async def test_the_limiter_holds_back_the_requests_of_every_clan(server: Server, client: WomClient) -> None:
    server.on(*GROUP, says(body_of("rate_limit_nokey"), 429, {"Retry-After": "6"}))
    server.on("GET", "/groups/2", recorded("group_details_20_patron"))
    with pytest.raises(WomRateLimited):
        await client.group(G1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.group(GroupId(2))
    assert len(server.seen) == 1


@pytest.mark.parametrize("limiter", LIMITERS)
async def test_a_longer_wait_than_our_patience_is_left_to_the_caller(
    server: Server, client: WomClient, limiter: str
) -> None:
    server.on(*GROUP, recorded(limiter))
    with pytest.raises(WomRateLimited) as caught:
        await client.group(G1)
    assert (caught.value.retry_after, caught.value.status) == (60, 429)
    assert len(server.seen) == 1


async def test_the_limiter_without_any_header_is_backed_off(server: Server, client: WomClient) -> None:
    server.on(*GROUP, says(body_of("rate_limit_nokey"), 429), recorded("group_details_300"))
    assert (await client.group(G1)).member_count == 300


async def test_a_block_is_not_knocked_at_again(server: Server, client: WomClient) -> None:
    server.on(*GROUP, BLOCKED)
    with pytest.raises(WomBlocked, match="You are blocked"):
        await client.group(G1)
    assert len(server.seen) == 1


async def test_one_players_cooldown_is_neither_waited_out_nor_held_against_others(
    server: Server, client: WomClient
) -> None:
    server.on(*PLAYER, recorded("update_player_cooldown"))
    server.on("POST", "/players/other", recorded("update_player_ok"))
    with pytest.raises(PlayerOnCooldown) as caught:
        await client.update_player("psikoi")
    assert caught.value.why == "cooldown"
    async with asyncio.timeout(30):
        await client.update_player("other")
    assert len(server.seen) == 2


def refused(status: int, code: str, message: str) -> Answer:
    return says(json.dumps({"code": code, "message": message}), status)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (recorded("update_player_not_on_hiscores"), "not_on_hiscores"),
        (recorded("update_player_hiscores_down"), "hiscores_down"),
        (
            refused(503, "HISCORES_SERVICE_UNAVAILABLE", "Jagex Hiscores Service is unavailable"),
            "hiscores_down",
        ),
        (refused(403, "PLAYER_IS_FLAGGED", "Player is flagged"), "flagged"),
        (refused(403, "PLAYER_IS_ARCHIVED", "Player is archived"), "archived"),
        (refused(403, "PLAYER_OPTED_OUT", "Player has opted out of tracking."), "opted_out"),
        (refused(403, "PLAYER_IS_BLOCKED", "Player has been blocked"), "blocked"),
        (refused(403, "UNEXPECTED_ERROR", "Failed to update: Player is flagged."), "flagged"),
        (refused(403, "UNEXPECTED_ERROR", "Failed to update: Player is archived."), "archived"),
        (refused(403, "UNEXPECTED_ERROR", "Player has opted out of tracking."), "opted_out"),
    ],
)
async def test_why_a_player_is_not_updated(
    server: Server, client: WomClient, answer: Answer, why: str
) -> None:
    server.on(*PLAYER, answer)
    with pytest.raises(PlayerUpdateRefused) as caught:
        await client.update_player("psikoi")
    assert caught.value.why == why
    assert len(server.seen) == 1


async def test_a_player_who_may_not_be_read_is_a_plain_refusal(server: Server, client: WomClient) -> None:
    server.on("GET", "/players/psikoi", refused(403, "PLAYER_OPTED_OUT", "Player has opted out of tracking."))
    with pytest.raises(WomRefused, match="PLAYER_OPTED_OUT") as caught:
        await client.player("psikoi")
    assert not isinstance(caught.value, PlayerUpdateRefused)


async def test_a_wrong_key_is_no_fault_of_the_player(server: Server, client: WomClient) -> None:
    server.on(*PLAYER, recorded("invalid_api_key"))
    with pytest.raises(WomRefused, match="answered 403: Invalid API Key") as caught:
        await client.update_player("psikoi")
    assert not isinstance(caught.value, PlayerUpdateRefused)


async def test_an_outage_during_an_update_is_not_taken_for_the_games_hiscores(
    server: Server, client: WomClient
) -> None:
    server.on(*PLAYER, html(503))
    with pytest.raises(WomDown):
        await client.update_player("psikoi")


Change = Callable[[WomClient], Awaitable[Any]]
CHANGES: list[tuple[tuple[str, str], Change, str]] = [
    (PLAYER, lambda client: client.update_player("psikoi"), "update_player_ok"),
    (UPDATE_ALL, lambda client: client.update_all(G1, CODE), "group_update_all"),
]


@pytest.mark.parametrize(("request_", "ask", "good"), CHANGES, ids=["one", "all"])
@pytest.mark.parametrize(
    "failure", [html(500), cut, cut_in_the_middle, stall], ids=["500", "cut", "half", "stall"]
)
async def test_what_may_have_been_done_is_not_done_twice(
    server: Server, failure: Answer, request_: tuple[str, str], ask: Change, good: str
) -> None:
    server.on(*request_, failure, recorded(good))
    async with client_of(server.url, patience=HASTY) as client:
        with pytest.raises((WomDown, WomTimeout)):
            await ask(client)
    assert len(server.seen) == 1


@pytest.mark.parametrize(("request_", "ask", "good"), CHANGES, ids=["one", "all"])
async def test_what_the_limiter_turned_away_is_sent_again(
    server: Server, client: WomClient, request_: tuple[str, str], ask: Change, good: str
) -> None:
    server.on(*request_, recorded("rate_limit_nokey", Retry_After="0", RateLimit_Reset="0"), recorded(good))
    await ask(client)
    assert len(server.seen) == 2


@pytest.mark.parametrize("case", ["group_details_not_found", "group_bulk_hiscores_nf", "player_details_nf"])
async def test_what_does_not_exist(server: Server, client: WomClient, case: str) -> None:
    server.on(*GROUP, recorded(case))
    with pytest.raises(WomNotFound, match="not found"):
        await client.group(G1)


@pytest.mark.parametrize("case", ["group_details_bad_id", "group_name_changes_limit51"])
async def test_a_bad_request_says_what_wom_says(server: Server, client: WomClient, case: str) -> None:
    server.on(*GROUP, recorded(case))
    with pytest.raises(WomRefused) as caught:
        await client.group(G1)
    assert (caught.value.status, caught.value.code) == (400, "VALIDATION_ERROR")
    assert caught.value.message == json_of(case)["message"]


async def test_a_refusal_in_html_is_a_refusal(server: Server, client: WomClient) -> None:
    server.on(*GROUP, html(400))
    with pytest.raises(WomRefused, match="answered 400: refused"):
        await client.group(G1)


@pytest.mark.parametrize("case", ["group_update_all_missing", "group_update_all_wrong"])
async def test_a_wrong_code_is_its_own_error(server: Server, client: WomClient, case: str) -> None:
    server.on(*UPDATE_ALL, recorded(case))
    with pytest.raises(WrongVerificationCode):
        await client.update_all(G1, CODE)


async def test_no_secret_reaches_a_log_or_an_error(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"code": "UNEXPECTED_ERROR", "message": f"bad key {KEY} or code {CODE}"})
    server.on(*UPDATE_ALL, says(echo, 500), says(echo, 403))
    server.on(*GROUP, says(echo.replace(CODE, ""), 500))
    said = ""
    with structlog.testing.capture_logs() as logs:
        async with client_of(server.url) as client:
            for ask in (client.update_all(G1, CODE), client.update_all(G1, CODE), client.group(G1)):
                with pytest.raises(WomError) as caught:
                    await ask
                said += f"{caught.value}{caught.value!r}{caught.value.__dict__}{client!r}{client.__dict__}"
    assert "bad key ***" in said
    text = said + repr(logs) + caplog.text
    assert KEY not in text
    assert CODE not in text


async def test_each_attempt_is_logged_with_path_status_and_number(server: Server, client: WomClient) -> None:
    server.on("GET", "/players/psikoi", html(500), recorded("player_details"))
    with structlog.testing.capture_logs() as logs:
        await client.player("psikoi")
    ours = [entry for entry in logs if entry["event"].startswith("wom_request")]
    assert [(e["event"], e["path"], e["status"], e["attempt"]) for e in ours] == [
        ("wom_request_failed", "/players/{}", 500, 1),
        ("wom_request", "/players/{}", 200, 2),
    ]
    assert all(entry["ms"] >= 0 for entry in ours)


async def test_a_cancelled_request_ends_at_once_and_leaves_the_client_usable(
    server: Server, client: WomClient
) -> None:
    server.on(*GROUP, stall, recorded("group_details_300"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client.group(G1)
    assert (await client.group(G1)).member_count == 300
