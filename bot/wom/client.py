"""One method for each request that ClanStats sends to WOM."""

from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from bot.domain.ids import GroupId, PlayerId
from bot.wom.answers import (
    Achievement,
    Activity,
    Competition,
    GroupDetails,
    GroupSummary,
    MemberGains,
    MemberHiscores,
    Membership,
    NameChange,
    PlayerDetails,
    Snapshot,
    UpdateAllResult,
)
from bot.wom.errors import WomNonsense, WomRefused
from bot.wom.pacing import Pacing
from bot.wom.refusals import NO_OUTDATED_MEMBERS
from bot.wom.transport import Again, Call, Patience, Transport

T = TypeVar("T")

PAGE = 50
"""The most rows that WOM gives at once of activity, name changes and achievements."""
SNAPSHOTS = 200
"""The most of a player's snapshots that it gives at once."""

_achievements = msgspec.json.Decoder(list[Achievement])
_competitions = msgspec.json.Decoder(list[Competition])
_activity = msgspec.json.Decoder(list[Activity])
_gains = msgspec.json.Decoder(list[MemberGains])
_group = msgspec.json.Decoder(GroupDetails)
_groups = msgspec.json.Decoder(list[GroupSummary])
_hiscores = msgspec.json.Decoder(list[MemberHiscores])
_membership = msgspec.json.Decoder(Membership)
_name_changes = msgspec.json.Decoder(list[NameChange])
_player = msgspec.json.Decoder(PlayerDetails)
_snapshots = msgspec.json.Decoder(list[Snapshot])
_update_all = msgspec.json.Decoder(UpdateAllResult)


class WomClient:
    """The WOM API behind one address. Use it as an async context manager; share it between clans.

    Every method raises :class:`bot.wom.errors.WomError`; nothing else comes of what WOM
    does. Requests that read are tried again after 5xx, timeouts, cut connections and the
    limiter's 429; the two that change something only where they were surely not carried out.

    Raises:
        ValueError: ``base_url`` is not an HTTP address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        api_key: str | None = None,
        pacing: Pacing | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.pacing = pacing or Pacing.published(with_key=bool(api_key))
        self._transport = Transport(
            base_url,
            user_agent=user_agent,
            api_key=api_key,
            pacing=self.pacing,
            patience=patience or Patience(),
        )

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Make ready to ask; nothing is sent yet."""
        await self._transport.open()

    async def close(self) -> None:
        """Close the connections; the client can be opened again."""
        await self._transport.close()

    async def group(self, group: GroupId) -> GroupDetails:
        """The group, its order of roles and its whole roster."""
        call = Call("GET", "/groups/{}", (group,))
        details = await self._ask(call, _group)
        if details.id != group:
            raise WomNonsense(str(call), f"the answer is about group {details.id}", status=200)
        return details

    async def search_groups(self, name: str, limit: int = 10) -> list[GroupSummary]:
        """Groups whose name holds the text, best first by WOM's own order."""
        return await self._ask(Call("GET", "/groups", params={"name": name, "limit": str(limit)}), _groups)

    async def hiscores(self, group: GroupId) -> list[MemberHiscores]:
        """Every member's newest value of every metric. Who was never updated is absent."""
        return await self._ask(Call("GET", "/groups/{}/bulk-hiscores", (group,)), _hiscores)

    async def bulk_gained(self, group: GroupId, start: datetime, end: datetime) -> list[MemberGains]:
        """Every member's gains between the first and last snapshot in the window, both ends included.

        Who has no snapshot in it is absent.
        """
        call = Call("GET", "/groups/{}/bulk-gained", (group,), _window(start, end))
        return await self._ask(call, _gains)

    async def activity(self, group: GroupId, limit: int = PAGE, offset: int = 0) -> list[Activity]:
        """Who joined, left or changed role, newest first."""
        call = Call("GET", "/groups/{}/activity", (group,), _page(limit, offset))
        return await self._ask(call, _activity)

    async def name_changes(self, group: GroupId, limit: int = PAGE, offset: int = 0) -> list[NameChange]:
        """Present members' name changes, by the date of submission: what is approved late is not on top."""
        call = Call("GET", "/groups/{}/name-changes", (group,), _page(limit, offset))
        return await self._ask(call, _name_changes)

    async def achievements(self, group: GroupId, limit: int = PAGE, offset: int = 0) -> list[Achievement]:
        """Members' achievements, newest first; what is found late is not on top."""
        call = Call("GET", "/groups/{}/achievements", (group,), _page(limit, offset))
        return await self._ask(call, _achievements)

    async def competitions(self, group: GroupId) -> list[Competition]:
        """The group's competitions: running, to come and over."""
        return await self._ask(Call("GET", "/groups/{}/competitions", (group,)), _competitions)

    async def player(self, username: str) -> PlayerDetails:
        """A player under any spelling of the name."""
        return await self._ask(Call("GET", "/players/{}", (username,)), _player)

    async def player_by_id(self, player: PlayerId, *, background: bool = False) -> PlayerDetails:
        """A player by the profile's id. Not found: the profile was deleted."""
        call = Call("GET", "/players/id/{}", (player,), background=background)
        return await self._ask(call, _player)

    async def player_names(self, username: str) -> list[NameChange]:
        """A player's approved name changes, newest first."""
        return await self._ask(Call("GET", "/players/{}/names", (username,)), _name_changes)

    async def player_snapshots(
        self,
        username: str,
        start: datetime,
        end: datetime,
        limit: int = SNAPSHOTS,
        offset: int = 0,
        *,
        background: bool = False,
    ) -> list[Snapshot]:
        """A player's snapshots in the window, both ends included, newest first, at most 200 at once."""
        params = {**_window(start, end), **_page(limit, offset)}
        call = Call("GET", "/players/{}/snapshots", (username,), params, background=background)
        return await self._ask(call, _snapshots)

    async def update_player(self, username: str, *, background: bool = False) -> PlayerDetails:
        """Have WOM look at one player now; ``background`` gives way to all other requests.

        Raises:
            PlayerUpdateRefused: WOM would not; ``why`` says for which reason.
        """
        call = Call(
            "POST",
            "/players/{}",
            (username,),
            again=Again.UNLESS_DONE,
            updates_player=True,
            background=background,
        )
        return await self._ask(call, _player)

    async def update_all(self, group: GroupId, code: str) -> UpdateAllResult:
        """Have WOM look at every member whose data is over 23.5 hours old; a count of 0 is nobody.

        Raises:
            WrongVerificationCode: ``code`` is not the group's.
        """
        call = Call("POST", "/groups/{}/update-all", (group,), again=Again.UNLESS_DONE, secret=code)
        try:
            return await self._ask(call, _update_all)
        except WomRefused as refusal:
            if refusal.code != NO_OUTDATED_MEMBERS:
                raise
            return UpdateAllResult(0, refusal.message)

    async def change_role(self, group: GroupId, username: str, role: str, code: str) -> bool:
        """Give a member another role at WOM.

        Returns:
            False where they held it already, or do since a first try whose answer was lost.

        Raises:
            WrongVerificationCode: ``code`` is not the group's.
            WomRefused: they are no member there, or WOM knows no such role.
        """
        said = {"username": username, "role": role}
        call = Call("PUT", "/groups/{}/role", (group,), secret=code, said=said)
        try:
            await self._ask(call, _membership)
        except WomRefused as refusal:
            # WOM has no code of its own for it.
            if "is already a" not in refusal.message:
                raise
            return False
        return True

    async def _ask(self, call: Call, decoder: msgspec.json.Decoder[T]) -> T:
        body = await self._transport.send(call)
        try:
            return decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            what = "HTML instead of JSON" if body.lstrip()[:1] == b"<" else str(error)
            raise WomNonsense(str(call), what, status=200) from error


def _page(limit: int, offset: int) -> dict[str, str]:
    return {"limit": str(limit), "offset": str(offset)}


def _window(start: datetime, end: datetime) -> dict[str, str]:
    return {"startDate": _instant(start), "endDate": _instant(end)}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
