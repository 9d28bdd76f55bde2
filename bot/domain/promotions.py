"""Changes of rank from an officer's word to the game: how far each is, and what it waits for.

``approved → Discord role → in game → WOM → confirmed``. A step that does not apply is passed
over: no verified link, no role in Discord, no group's code, a badge that the game does not know.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.rules.ladder import Verdict

PromotionId = NewType("PromotionId", int)
"""Unique in its clan."""
BatchId = NewType("BatchId", int)
"""Unique in its clan."""
EXPECTED_FOR: Final = timedelta(days=14)
"""How long an approved rank is expected everywhere before the promotion is given up."""


class Ending(StrEnum):
    """How a promotion ended. Stored, so a value is never renamed."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    LEFT = "left"


class Witness(StrEnum):
    """Who confirmed a rank in the game. Stored, so a value is never renamed."""

    RELAY = "relay"
    """A line of the relayed chat showed the rank's emoji."""
    WOM = "wom"
    """WOM showed the rank without the bot's having set it: somebody synced it from the game."""
    NOBODY_NEEDED = "badge"
    """A badge is a Discord role alone."""


class Stage(StrEnum):
    """How far a promotion is: the last thing that is done."""

    APPROVED = "approved"
    DISCORD = "discord"
    IN_GAME = "in-game"
    AT_WOM = "wom"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Promotion:
    """One member's change of rank. ``to_role`` is WOM's, None for a badge; ``rank`` the rule's name.

    ``discord_note`` is why the Discord role did not follow. ``evidence`` are the requirements as they
    were met, in words.
    """

    clan: ClanId
    id: PromotionId
    batch: BatchId
    member: MemberId
    name: str
    rank: str
    from_role: str | None
    to_role: str | None
    approved_by: UserId
    approved_at: datetime
    evidence: tuple[str, ...] = ()
    user: UserId | None = None
    discord_at: datetime | None = None
    discord_note: str | None = None
    ticked_at: datetime | None = None
    ticked_by: UserId | None = None
    wom_set_at: datetime | None = None
    wom_failure: str | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    confirmed_by: Witness | None = None

    @property
    def stage(self) -> Stage:
        """The last thing that is done."""
        if self.ended_at is not None:
            return Stage.ENDED
        if self.wom_set_at is not None:
            return Stage.AT_WOM
        if self.ticked_at is not None:
            return Stage.IN_GAME
        return Stage.DISCORD if self.discord_at is not None else Stage.APPROVED

    @property
    def origin(self) -> str:
        """By what the worklist knows it."""
        return origin_of(self.id)


def origin_of(promotion: PromotionId) -> str:
    """By what the worklist knows a promotion."""
    return f"promotion:{promotion}"


def promotion_of(origin: str) -> PromotionId | None:
    """The promotion that a step of the worklist comes from; None for others."""
    kind, _, number = origin.partition(":")
    return PromotionId(int(number)) if kind == "promotion" and number.isdecimal() else None


def expected_ranks(under_way: Iterable[Promotion], now: datetime) -> dict[MemberId, str]:
    """Which of WOM's roles members are to be taken for while their promotion is under way."""
    return {
        one.member: one.to_role
        for one in under_way
        if one.to_role is not None and one.ended_at is None and now - one.approved_at < EXPECTED_FOR
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """A rank that somebody was seen with, and when."""

    role: str
    at: datetime


def verdict_of(
    one: Promotion,
    role: str | None,
    changed_at: datetime | None,
    in_chat: Seen | None,
    now: datetime,
    *,
    is_member: bool,
) -> tuple[Ending, Witness | None] | None:
    """How a promotion that is under way ends now; None while it goes on.

    ``role`` is WOM's, ``changed_at`` when it was seen to change last. WOM confirms where it shows the
    rank and the bot had not set it before that; the relay where a later line shows it. Who left
    has nothing to be confirmed, and after 14 days nobody waits any longer.
    """
    if not is_member:
        return Ending.LEFT, None
    if one.to_role is None:
        return (Ending.CONFIRMED, Witness.NOBODY_NEEDED) if one.discord_at or one.discord_note else None
    if in_chat is not None and in_chat.role == one.to_role and in_chat.at > one.approved_at:
        return Ending.CONFIRMED, Witness.RELAY
    synced = one.wom_set_at is None or (changed_at is not None and changed_at < one.wom_set_at)
    if role == one.to_role and synced:
        return Ending.CONFIRMED, Witness.WOM
    if now - one.approved_at >= EXPECTED_FOR:
        return Ending.UNCONFIRMED, None
    return None


@dataclass(frozen=True, slots=True)
class Ready:
    """A member who earned a rank, or no longer meets theirs; ``verdict`` is of the rank they are to get.

    ``failed`` is what became of the present rank, for who no longer meets it. ``since`` is since when it
    was noted to be so. ``linked`` is whether a verified link says whose Discord roles follow.
    """

    member: MemberId
    name: str
    role: str | None
    verdict: Verdict
    since: datetime | None
    linked: bool
    failed: Verdict | None = None

    @property
    def shown(self) -> Verdict:
        """The rank whose requirements are told: the one that is no longer met, or else the one to be had."""
        return self.failed or self.verdict


@dataclass(frozen=True, slots=True)
class Pick:
    """A member and the rule's rank that they are to get."""

    member: MemberId
    rank: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Picks that an officer looked at together. ``approved_by`` is None until somebody made it so."""

    clan: ClanId
    id: BatchId
    picks: tuple[Pick, ...]
    drawn_by: UserId
    drawn_at: datetime
    approved_by: UserId | None = None
    approved_at: datetime | None = None
    change_set: int | None = None
    announced_at: datetime | None = None
    undone_by: UserId | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleSwap:
    """The Discord role that a change of rank gives, and the one that it takes; None for none."""

    add: int | None = None
    remove: int | None = None


def role_swap(before: str | None, after: str | None, roles: Mapping[str, int], own: int | None) -> RoleSwap:
    """Which Discord roles follow a change from one of WOM's roles to another.

    ``roles`` are those of WOM's roles, ``own`` the one that the rule itself names, which comes before them.
    Where the new rank has none nothing follows, and a badge (``after`` None) takes nothing away.
    """
    gained = own if own is not None else roles.get(after or "")
    if gained is None or after is None:
        return RoleSwap(gained)
    lost = roles.get(before or "")
    return RoleSwap(gained, None if lost == gained else lost)


@dataclass(frozen=True, slots=True)
class Badge:
    """A Discord role that a rule gives, and how many days it stays after it was last met; None for ever."""

    rank: str
    role: int
    days: int | None


def lapsed_badges(
    badges: Iterable[Badge],
    failing: Mapping[tuple[MemberId, str], datetime],
    owners: Mapping[MemberId, UserId],
    given: Mapping[UserId, Collection[int]],
    now: datetime,
) -> dict[UserId, frozenset[int]]:
    """Which badges are over for whom, of those that the bot gave.

    ``failing`` is since when members certainly do not meet a badge; what is unknown is not there, and
    keeps it. Of a user's several accounts every one must have failed it for so long.
    """
    accounts: dict[UserId, list[MemberId]] = {}
    for member, user in owners.items():
        accounts.setdefault(user, []).append(member)
    over: dict[UserId, frozenset[int]] = {}
    for badge in badges:
        if badge.days is None:
            continue
        before = now - timedelta(days=badge.days)
        for user, mine in accounts.items():
            failed = [failing.get((member, badge.rank), now) <= before for member in mine]
            if badge.role in given.get(user, ()) and all(failed):
                over[user] = over.get(user, frozenset()) | {badge.role}
    return over
