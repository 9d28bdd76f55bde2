"""The simulated WOM: what a test or the demo can make happen there.

Times are UTC-aware; ``now`` is injected and only says when an update happens and which
period a request means. Players and groups are named by their ids.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from aiohttp import web

from demo.wom.faults import Faults
from demo.wom.renames import Renames
from demo.wom.server import application
from demo.wom.state import Contest, Feat, Group, Happening, Look, Member, Profile, Value, standardised

Clock = Callable[[], datetime]
OnUpdate = Callable[[int, datetime], Mapping[str, Value] | None]
"""Asked when WOM looks at a player: what changed since the last look; None where it finds nobody."""

OUTDATED = timedelta(hours=23, minutes=30)


def _nothing_new(_player: int, _at: datetime) -> Mapping[str, Value]:
    return {}


async def _close_after(_request: web.Request, response: web.StreamResponse) -> None:
    response.force_close()
    response.headers["Connection"] = "close"  # the headers were made before


class SimulatedWom(Renames):
    """Groups, players, snapshots, activity, name changes and achievements, and a server for them.

    ``requests`` lists what was asked: method and path, without the query.
    ``hiscores_down`` makes the update of any player fail as when the game's hiscores are down.
    """

    def __init__(self, *, now: Clock | None = None, on_update: OnUpdate | None = None) -> None:
        super().__init__()
        self.now: Clock = now or (lambda: datetime.now(UTC))
        self.on_update: OnUpdate = on_update or _nothing_new
        self.faults = Faults()
        self.feats: list[Feat] = []
        self.contests: list[Contest] = []
        self.requests: list[tuple[str, str]] = []
        self.retired: frozenset[str] = frozenset()
        self.hiscores_down = False
        self._group_ids = count(1)

    def add_group(
        self,
        group_id: int | None = None,
        name: str = "Clan",
        role_orders: Sequence[str] = (),
        code: str = "111-111-111",
        *,
        at: datetime | None = None,
        clan_chat: str | None = None,
        description: str | None = None,
        homeworld: int | None = None,
        website: str | None = None,
        discord: str | None = None,
        patron: bool = False,
    ) -> int:
        """A new group; ``role_orders`` are its roles, highest first. Returns its id."""
        made = at or self.now()
        new = Group(
            group_id or next(self._group_ids),
            name,
            code,
            tuple(role_orders),
            made,
            made,
            clan_chat,
            description,
            homeworld,
            website,
            discord,
            patron,
        )
        self.groups[new.id] = new
        return new.id

    def set_role_orders(self, group: int, roles: Sequence[str]) -> None:
        """Change the clan's order of roles."""
        self.groups[group].roles = tuple(roles)

    def join(
        self,
        group: int,
        player: int,
        role: str,
        at: datetime | None = None,
        *,
        in_game_join: datetime | None = None,
        listed: bool = True,
    ) -> None:
        """The player becomes a member; ``listed`` is whether the activity shows it."""
        made = at or self.now()
        self.groups[group].members[player] = Member(player, role, made, made, in_game_join)
        if listed:
            self._happened(group, player, "joined", role, None, made)

    def leave(self, group: int, player: int, at: datetime | None = None) -> None:
        """The player is no member any more. Raises: KeyError for who is none."""
        member = self.groups[group].members.pop(player)
        self._happened(group, player, "left", member.role, None, at or self.now())

    def change_role(self, group: int, player: int, role: str, at: datetime | None = None) -> None:
        """The member gets another role. Raises: KeyError for who is no member."""
        member = self.groups[group].members[player]
        moment = at or self.now()
        self._happened(group, player, "changed_role", role, member.role, moment)
        member.role, member.updated_at = role, moment

    def record(
        self,
        player: int,
        values: Mapping[str, Value],
        at: datetime | None = None,
        *,
        level: int | None = None,
        imported_at: datetime | None = None,
    ) -> None:
        """WOM looks at the player: a snapshot.

        ``values`` are raw (EHP and EHB in hours); metrics that it does not name stay as they
        were, and are -1 where they were never named. A key that WOM does not know is a new
        boss. ``level`` is the total level, else the skills' levels are summed.
        """
        self.players[player].see(Look(at or self.now(), dict(values), level, imported_at))

    def achieve(
        self,
        player: int,
        name: str,
        metric: str,
        threshold: int,
        at: datetime | None = None,
        *,
        measure: str = "experience",
        accuracy: int | None = None,
    ) -> None:
        """An achievement dated ``at``; one in the past stands below newer ones (trap 3)."""
        self.feats.append(Feat(player, name, metric, threshold, measure, at or self.now(), accuracy))

    def compete(
        self,
        group: int,
        title: str,
        metric: str,
        starts_at: datetime,
        ends_at: datetime,
        *,
        kind: str = "classic",
    ) -> int:
        """A competition of a group. Returns its number."""
        number = len(self.contests) + 1
        self.contests.append(Contest(number, group, title, metric, starts_at, ends_at, self.now(), kind))
        return number

    def flag(self, player: int) -> None:
        """Losses: updates are refused until :meth:`heal` (trap 5)."""
        self.players[player].status = "flagged"

    def heal(self, player: int) -> None:
        """The player is an ordinary one again."""
        self.players[player].status = "active"

    def opt_out(self, player: int) -> None:
        """The player forbids being tracked."""
        self.players[player].opted_out = True

    def retire_metric(self, metric: str) -> None:
        """A game update takes a metric out of every answer."""
        self.retired |= {metric}
        for profile in self.players.values():
            profile.encoded = None

    def go_down(self, kind: str = "500", group: int | None = None) -> None:
        """Answer uselessly until :meth:`come_back`, everywhere or for one group's requests.

        Kinds: 500, 503, html (a page with status 200), stall, truncated, cut, empty,
        nonsense (JSON of another shape), limiter, blocked. Raises: ValueError for another.
        """
        self.faults.begin(kind, group)

    def come_back(self) -> None:
        """Answer properly again; what stalled is answered now."""
        self.faults.end()

    def update(self, profile: Profile, at: datetime) -> bool:
        """WOM looks at the player now; false where the game's hiscores do not know the name."""
        values = self.on_update(profile.id, at)
        if values is not None:
            self.record(profile.id, values, at)
        return values is not None

    def update_outdated(self, group: int) -> int:
        """WOM looks at every member not looked at for 23.5 hours; how many."""
        now = self.now()
        members = [self.players[player] for player in self.groups[group].members]
        due = [
            one
            for one in members
            if one.status not in {"archived", "flagged"}
            and not one.opted_out
            and (one.updated_at is None or now - one.updated_at >= OUTDATED)
        ]
        for profile in due:
            self.update(profile, now)
        return len(due)

    def app(self) -> web.Application:
        """The server; its addresses begin with ``/v2``."""
        return application(self)

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator[str]:
        """Serve on a free port of the loopback interface; gives the base address for the client.

        Each connection serves one request: the timer of an idle one would hold up a
        simulator that waits until nothing more is going to happen.
        """
        app = self.app()
        app.on_response_prepare.append(_close_after)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/v2"
        finally:
            await runner.cleanup()

    def find(self, username: str) -> Profile | None:
        """The player of that name in any spelling."""
        wanted = standardised(username)
        return next((one for one in self.players.values() if one.username == wanted), None)

    def _happened(
        self, group: int, player: int, kind: str, role: str | None, before: str | None, at: datetime
    ) -> None:
        self.groups[group].happenings.append(Happening(group, player, kind, role, before, at))
        self.groups[group].updated_at = at
