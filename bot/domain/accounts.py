"""The game accounts of a Discord user."""

from dataclasses import dataclass

from bot.domain.ids import MemberId


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a user. A ``verified`` link gives rights; the main one gets the messages."""

    member: MemberId
    name: str
    verified: bool
    is_main: bool
