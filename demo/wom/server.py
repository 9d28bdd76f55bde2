"""The simulated WOM over HTTP: routes, parameters, refusals."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from aiohttp import web

from demo.wom.catalogue import PERIOD_MS
from demo.wom.shapes import (
    Json,
    contest_json,
    details_json,
    feat_json,
    gains_json,
    group_json,
    group_summary_json,
    happening_json,
    latest_bytes,
    membership_json,
    player_json,
    rename_json,
    snapshot_json,
)
from demo.wom.state import Group, Profile, Sight

if TYPE_CHECKING:
    from demo.wom.simulated import SimulatedWom

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
COOLDOWN = timedelta(seconds=60)
PAGE = 50
TOO_MUCH = "The maximum results limit is {}. Please consider using the 'offset' parameter to load more data."
NO_HISCORES = ("HISCORES_UNEXPECTED_ERROR", "Hiscores connection refused")
OPT_BACK_IN = (
    "Player has opted out of tracking. If this is your account and you want to opt back in, "
    "contact us on Discord"
)
OPTED_OUT = ("PLAYER_OPTED_OUT", OPT_BACK_IN)
ONE_A_MINUTE = {
    "RateLimit-Limit": "1",
    "RateLimit-Remaining": "0",
    "RateLimit-Reset": "60",
    "Retry-After": "60",
}


class Refusal(Exception):
    """An error as WOM words it."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}
        self.headers = headers


def application(wom: SimulatedWom) -> web.Application:
    """The whole API under ``/v2``."""

    @web.middleware
    async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
        wom.requests.append((request.method, request.path.removeprefix("/v2")))
        useless = await wom.faults.instead(request)
        if useless is not None:
            return useless
        try:
            return await handler(request)
        except Refusal as refusal:
            return _answer(refusal.body, refusal.status, refusal.headers)

    app = web.Application(middlewares=[watched])
    groups, players = GroupRoutes(wom), PlayerRoutes(wom)
    app.add_routes(
        [
            web.get("/v2/groups", groups.search),
            web.get("/v2/groups/{group}", groups.details),
            web.get("/v2/groups/{group}/bulk-hiscores", groups.hiscores),
            web.get("/v2/groups/{group}/bulk-gained", groups.gained),
            web.get("/v2/groups/{group}/activity", groups.activity),
            web.get("/v2/groups/{group}/name-changes", groups.name_changes),
            web.get("/v2/groups/{group}/achievements", groups.achievements),
            web.get("/v2/groups/{group}/competitions", groups.competitions),
            web.post("/v2/groups/{group}/update-all", groups.update_all),
            web.put("/v2/groups/{group}/role", groups.change_role),
            web.get("/v2/players/id/{id}", players.by_id),
            web.get("/v2/players/{name}", players.by_name),
            web.post("/v2/players/{name}", players.update),
            web.get("/v2/players/{name}/names", players.names),
            web.get("/v2/players/{name}/snapshots", players.snapshots),
        ]
    )
    return app


class GroupRoutes:
    """What is asked about groups."""

    def __init__(self, wom: SimulatedWom) -> None:
        self.wom = wom

    async def search(self, request: web.Request) -> web.Response:
        """GET /groups?name="""
        wanted = request.query.get("name", "").strip().lower()
        found = [group for group in self.wom.groups.values() if wanted in group.name.lower()]
        return _page(request, [group_summary_json(group) for group in found])

    async def details(self, request: web.Request) -> web.Response:
        """GET /groups/:id"""
        group = self._group(request, "UNEXPECTED_ERROR", "Group not found.")
        return _answer(group_json(group, self.wom.players))

    async def hiscores(self, request: web.Request) -> web.Response:
        """GET /groups/:id/bulk-hiscores, put together from pieces that were encoded before."""
        rows = [
            b'{"player":%s,"data":%s}'
            % (msgspec.json.encode(player_json(profile)), latest_bytes(profile, self.wom.retired))
            for profile in self._members(self._group(request))
            if profile.latest is not None and profile.status != "archived"
        ]
        return _raw(b"[" + b",".join(rows) + b"]")

    async def gained(self, request: web.Request) -> web.Response:
        """GET /groups/:id/bulk-gained; a period wins over dates."""
        start, end = self._window(request)
        rows: list[Json] = []
        for profile in self._members(self._group(request)):
            inside = profile.between(start, end)
            if inside is not None:
                rows.append(gains_json(profile, *inside, self.wom.retired))
        return _answer(rows)

    async def activity(self, request: web.Request) -> web.Response:
        """GET /groups/:id/activity"""
        rows = sorted(self._group(request).happenings, key=lambda row: row.at)[::-1]
        known = (row for row in rows if row.player in self.wom.players)
        return _page(request, [happening_json(row, self.wom.players[row.player]) for row in known])

    async def name_changes(self, request: web.Request) -> web.Response:
        """GET /groups/:id/name-changes: approved ones of present members, by submission (traps 3, 10, 11)."""
        members = self._group(request).members
        rows = [
            one for one in self.wom.renames.values() if one.status == "approved" and one.player in members
        ]
        rows.sort(key=lambda one: one.created_at, reverse=True)
        players = self.wom.players
        return _page(
            request, [rename_json(one) | {"player": player_json(players[one.player])} for one in rows]
        )

    async def achievements(self, request: web.Request) -> web.Response:
        """GET /groups/:id/achievements, by date: what is found late is not on top (trap 3)."""
        members = self._group(request).members
        rows = sorted(
            (one for one in self.wom.feats if one.player in members), key=lambda one: one.at, reverse=True
        )
        return _page(request, [feat_json(one, self.wom.players[one.player]) for one in rows])

    async def competitions(self, request: web.Request) -> web.Response:
        """GET /groups/:id/competitions"""
        group = self._group(request)
        rows = [one for one in self.wom.contests if one.group == group.id]
        return _answer([contest_json(one, group, len(group.members)) for one in rows])

    async def update_all(self, request: web.Request) -> web.Response:
        """POST /groups/:id/update-all"""
        said = await _said(request)
        if said is None:
            return _not_json()
        group = self._group(request)
        _verify(group, said)
        count = self.wom.update_outdated(group.id)
        if not count:
            message = "This group has no outdated members (updated over 24h ago)"
            raise Refusal(400, "NO_OUTDATED_MEMBERS", message)
        message = f"{count} outdated (updated > 24h ago) players are being updated. "
        message += "This can take up to a few minutes."
        return _answer({"count": count, "message": message})

    async def change_role(self, request: web.Request) -> web.Response:
        """PUT /groups/:id/role"""
        said = await _said(request)
        if said is None:
            return _not_json()
        group = self._group(request)
        _verify(group, said)
        name, role = str(said.get("username", "")), str(said.get("role", ""))
        profile = self.wom.find(name)
        if profile is None or profile.id not in group.members:
            raise Refusal(400, "UNEXPECTED_ERROR", f"{name} is not a member of {group.name}.")
        if group.members[profile.id].role == role:
            raise Refusal(400, "UNEXPECTED_ERROR", f"{name} is already a {role}.")
        self.wom.change_role(group.id, profile.id, role)
        return _answer(membership_json(group, group.members[profile.id], profile))

    def _group(
        self, request: web.Request, code: str = "GROUP_NOT_FOUND", message: str = "Group not found"
    ) -> Group:
        group = self.wom.groups.get(_number(request, "group"))
        if group is None:
            raise Refusal(404, code, message)
        return group

    def _members(self, group: Group) -> list[Profile]:
        return [self.wom.players[player] for player in group.members]

    def _window(self, request: web.Request) -> tuple[datetime, datetime]:
        period = request.query.get("period")
        if period is not None:
            if period not in PERIOD_MS:
                raise Refusal(400, "VALIDATION_ERROR", f"Invalid period: {period}.")
            now = self.wom.now()
            return now - timedelta(milliseconds=PERIOD_MS[period]), now
        return _date(request, "startDate"), _date(request, "endDate")


class PlayerRoutes:
    """What is asked about players."""

    def __init__(self, wom: SimulatedWom) -> None:
        self.wom = wom

    async def by_name(self, request: web.Request) -> web.Response:
        """GET /players/:username"""
        return _answer(details_json(self._player(request), self.wom.retired))

    async def by_id(self, request: web.Request) -> web.Response:
        """GET /players/id/:id"""
        profile = self.wom.players.get(_number(request, "id"))
        return _answer(details_json(_readable(profile), self.wom.retired))

    async def names(self, request: web.Request) -> web.Response:
        """GET /players/:username/names"""
        profile = self._player(request)
        rows = [
            one for one in self.wom.renames.values() if one.player == profile.id and one.status == "approved"
        ]
        rows.sort(key=lambda one: one.created_at, reverse=True)
        return _answer([rename_json(one) for one in rows])

    async def snapshots(self, request: web.Request) -> web.Response:
        """GET /players/:username/snapshots; with one date only, both are ignored."""
        sights: Iterable[Sight] = self._player(request).sights()
        if {"startDate", "endDate"} <= request.query.keys():
            start, end = _date(request, "startDate"), _date(request, "endDate")
            sights = (sight for sight in sights if start <= sight.at <= end)
        rows = _cut(request, list(reversed(list(sights))), most=200)
        return _answer([snapshot_json(sight, self.wom.retired) for sight in rows])

    async def update(self, request: web.Request) -> web.Response:
        """POST /players/:username"""
        profile = self.wom.find(request.match_info["name"])
        if profile is None:
            raise Refusal(400, "HISCORES_USERNAME_NOT_FOUND", "Player not found on the hiscores")
        now = self.wom.now()
        self._may_be_updated(profile, now)
        if not self.wom.update(profile, now):
            raise Refusal(400, "HISCORES_USERNAME_NOT_FOUND", "Player not found on the hiscores")
        return _answer(details_json(profile, self.wom.retired))

    def _may_be_updated(self, profile: Profile, now: datetime) -> None:
        if profile.opted_out:
            raise Refusal(403, *OPTED_OUT)
        if profile.status in {"archived", "flagged"}:
            raise Refusal(403, f"PLAYER_IS_{profile.status.upper()}", f"Player is {profile.status}")
        if profile.updated_at is not None and now - profile.updated_at < COOLDOWN:
            raise Refusal(429, "PLAYER_IS_RATE_LIMITED", "Player was updated too recently", ONE_A_MINUTE)
        if self.wom.hiscores_down:
            raise Refusal(503, *NO_HISCORES)

    def _player(self, request: web.Request) -> Profile:
        return _readable(self.wom.find(request.match_info["name"]))


async def _said(request: web.Request) -> dict[str, Any] | None:
    """The body's values; None where it is not JSON."""
    try:
        said = json.loads(await request.read() or b"{}")
    except ValueError:
        return None
    return cast("dict[str, Any]", said) if isinstance(said, dict) else None


def _not_json() -> web.Response:
    return web.Response(status=400, text="<html><pre>SyntaxError</pre></html>", content_type="text/html")


def _verify(group: Group, said: dict[str, Any]) -> None:
    given = said.get("verificationCode")
    if not given:
        raise Refusal(400, "MISSING_VERIFICATION_CODE", "Required parameter 'verificationCode' is undefined")
    if given != group.code:
        raise Refusal(403, "INCORRECT_VERIFICATION_CODE", "Incorrect verification code")


def _readable(profile: Profile | None) -> Profile:
    if profile is None:
        raise Refusal(404, "PLAYER_NOT_FOUND", "Player not found")
    if profile.opted_out:
        raise Refusal(403, *OPTED_OUT)
    return profile


def _number(request: web.Request, parameter: str) -> int:
    text = request.match_info[parameter]
    if not text.isdecimal():
        raise Refusal(400, "VALIDATION_ERROR", "Parameter 'id' is not a valid number.")
    return int(text)


def _date(request: web.Request, parameter: str) -> datetime:
    try:
        return datetime.fromisoformat(request.query.get(parameter, ""))
    except ValueError as error:
        raise Refusal(400, "VALIDATION_ERROR", f"Parameter '{parameter}' is not a valid date.") from error


def _cut(request: web.Request, rows: list[T], most: int = PAGE) -> list[T]:
    limit, offset = (request.query.get(name, usual) for name, usual in (("limit", "20"), ("offset", "0")))
    if not limit.isdecimal() or not offset.isdecimal():
        raise Refusal(400, "VALIDATION_ERROR", "Parameter 'limit' is not a valid number.")
    if int(limit) > most:
        raise Refusal(400, "VALIDATION_ERROR", TOO_MUCH.format(most))
    return rows[int(offset) : int(offset) + int(limit)]


def _page(request: web.Request, rows: list[Json]) -> web.Response:
    return _answer(_cut(request, rows))


def _answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return _raw(msgspec.json.encode(value), status, headers)


def _raw(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=body, status=status, headers=headers, content_type="application/json", charset="utf-8"
    )
