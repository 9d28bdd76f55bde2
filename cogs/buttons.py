"""Buttons and selects that live in their custom id, so that they work after a restart.

A custom id holds at most 100 characters; numbers travel in base 36. What is pressed is
made anew from the id each time, so nothing is kept in memory.
"""

import re
from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, Self, TypeVar, cast

from discord import Interaction
from discord.ui import DynamicItem, Item, View

from bot.logs import new_trace
from bot.services.registry import Services
from cogs.answers import handle_error

ItemT = TypeVar("ItemT", bound=Item[Any])

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
NUMBER = "[0-9a-z]{1,13}"
"""What :func:`pack` writes, as a pattern."""
LONGEST_ID = 100
POST, POSTED = "Post here", "Posted"
"""What the button of a private answer says before and after it was pressed."""


class HasServices(Protocol):
    """The bot, as far as buttons know it."""

    services: Services


def pack(number: int) -> str:
    """A number that is not negative, in base 36."""
    packed = ""
    while True:
        number, digit = divmod(number, 36)
        packed = _DIGITS[digit] + packed
        if number == 0:
            return packed


def unpack(packed: str) -> int:
    """The inverse of :func:`pack`."""
    return int(packed, 36)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pack_moment(moment: datetime | None) -> str:
    """A moment after 1970 to the microsecond, since the end of a day is its last one; 0 for none."""
    return pack(0 if moment is None else (moment - _EPOCH) // timedelta.resolution)


def unpack_moment(packed: str) -> datetime | None:
    """The inverse of :func:`pack_moment`."""
    number = unpack(packed)
    return _EPOCH + number * timedelta.resolution if number else None


class Stateful(DynamicItem[ItemT], template=r"(?!)"):
    """What all of them share: the services, a trace id for each press, one way to fail."""

    services: Services

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction[Any], item: Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the pressed item from its id."""
        del item
        made = cls.read(match)
        made.services = cast("HasServices", interaction.client).services
        return made

    @classmethod
    @abstractmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The item that a custom id stands for."""

    @abstractmethod
    async def press(self, interaction: Interaction[Any]) -> None:
        """Do what the item is for."""

    async def callback(self, interaction: Interaction[Any]) -> None:
        """Called by discord.py; errors go where those of commands go."""
        with new_trace(pressed=type(self).__name__, guild_id=interaction.guild_id):
            try:
                await self.press(interaction)
            except Exception as error:  # noqa: BLE001 -- the last resort, as the tree's handler is for commands
                await handle_error(interaction, error)


def view_of(*items: Item[Any]) -> View | None:
    """A view with these items that never times out; None where an id would not fit."""
    if any(len(getattr(item, "custom_id", None) or "") > LONGEST_ID for item in items):
        return None
    view = View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
