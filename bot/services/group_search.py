"""Finding a clan's group at WOM, by what an officer types."""

import asyncio
import re
from datetime import datetime, timedelta

from bot.domain.errors import GroupNotFound
from bot.domain.ids import GroupId
from bot.domain.setup import GroupChoice
from bot.services.clock import Clock
from bot.services.failures import as_user_error
from bot.wom.answers import GroupSummary
from bot.wom.client import WomClient
from bot.wom.errors import WomError, WomNotFound

CHOICES = 25
KEPT_FOR = timedelta(minutes=10)
LEAST_TYPED = 3
"""Shorter names are not searched for while somebody types: they fit hundreds of groups."""

_LARGEST_ID = 2**31 - 1
_KEPT = 200
_PATIENCE = 2.0
_ADDRESS = re.compile(r"(?:.*/groups/)?([0-9]{1,10})(?:[/?#].*)?", re.IGNORECASE)


class GroupSearch:
    """Searches WOM's groups. What was found while somebody typed is kept for ten minutes."""

    def __init__(self, wom: WomClient, clock: Clock) -> None:
        self._wom = wom
        self._clock = clock
        self._kept: dict[str, tuple[datetime, list[GroupChoice]]] = {}
        self._searching = False

    async def find(self, text: str) -> list[GroupChoice]:
        """The groups meant by a number, an address on WOM's site, or a name; at least one.

        Where a group has exactly the name that was typed, that one alone.

        Raises:
            GroupNotFound: no group has this number or holds this name.
            WomUnavailable: WOM did not answer usefully.
        """
        asked = text.strip()
        try:
            found = await self._by_number(asked) or await self._by_name(asked)
        except WomError as error:
            raise as_user_error(error, now=self._clock(), group=asked) from error
        if not found:
            raise GroupNotFound(asked)
        exact = [group for group in found if group.name.casefold() == asked.casefold()]
        return exact if len(exact) == 1 else found

    async def by_id(self, group: GroupId) -> GroupChoice:
        """One group.

        Raises:
            GroupNotFound: WOM has none of this number.
            WomUnavailable: WOM did not answer usefully.
        """
        try:
            return _choice(await self._wom.group(group))
        except WomError as error:
            raise as_user_error(error, now=self._clock(), group=str(group)) from error

    async def suggest(self, text: str) -> list[GroupChoice]:
        """Groups whose name holds the text, for whoever is still typing. Never fails, never waits long.

        One request runs at a time, so that typing does not use up what polling needs.
        """
        asked = text.strip().casefold()
        if len(asked) < LEAST_TYPED or asked.isdecimal():
            return []
        known = self._known(asked)
        if known is not None or self._searching:
            return known or []
        self._searching = True
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await self._by_name(asked)
        except (WomError, TimeoutError):
            return []
        finally:
            self._searching = False
        self._keep(asked, found)
        return found

    async def _by_number(self, asked: str) -> list[GroupChoice]:
        match = _ADDRESS.fullmatch(asked)
        if match is None or not 0 < int(match[1]) <= _LARGEST_ID:
            return []
        try:
            return [_choice(await self._wom.group(GroupId(int(match[1]))))]
        except WomNotFound:
            return []

    async def _by_name(self, asked: str) -> list[GroupChoice]:
        if not asked:
            return []
        return [_choice(group) for group in await self._wom.search_groups(asked, limit=CHOICES)]

    def _known(self, asked: str) -> list[GroupChoice] | None:
        """What was found for this text, or for its beginning if that was everything."""
        oldest = self._clock() - KEPT_FOR
        for length in range(len(asked), LEAST_TYPED - 1, -1):
            at, found = self._kept.get(asked[:length], (oldest, []))
            if at > oldest and (length == len(asked) or len(found) < CHOICES):
                return [group for group in found if asked in group.name.casefold()]
        return None

    def _keep(self, asked: str, found: list[GroupChoice]) -> None:
        while len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[asked] = (self._clock(), found)


def _choice(group: GroupSummary) -> GroupChoice:
    return GroupChoice(group.id, group.name, group.member_count)
