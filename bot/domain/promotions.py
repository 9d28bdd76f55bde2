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
HAD_IT: Final = "had-it"
"""The ``discord_note`` of who had the Discord role already. Stored, so never renamed."""
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""How far WOM's clock may be from the bot's."""

_FORTH: Final = "promotion"
BACK: Final = "undo"
"""The kinds of steps on the worklist that promotions make. Stored, so neither is ever renamed."""


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
    were met, in words. ``wom_asked_at`` is right before WOM was first asked to set the role,
    ``wom_set_at`` when it last said that it had.
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
    wom_asked_at: datetime | None = None
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

    @property
    def origin_back(self) -> str:
        """By what the worklist knows its way back."""
        return f"{BACK}:{self.id}"


def origin_of(promotion: PromotionId) -> str:
    """By what the worklist knows a promotion."""
    return f"{_FORTH}:{promotion}"


def promotion_of(origin: str) -> PromotionId | None:
    """The promotion that a step of the worklist comes from; None for others."""
    return _numbered(origin, _FORTH)


def taken_back_of(origin: str) -> PromotionId | None:
    """The promotion whose way back a step of the worklist is; None for others."""
    return _numbered(origin, BACK)


def _numbered(origin: str, wanted: str) -> PromotionId | None:
    kind, _, number = origin.partition(":")
    return PromotionId(int(number)) if kind == wanted and number.isdecimal() else None


def expected_ranks(under_way: Iterable[Promotion], now: datetime) -> dict[MemberId, str]:
    """Which of WOM's roles members are to be taken for while their promotion is under way."""
    return {
        one.member: one.to_role
        for one in under_way
        if one.to_role is not None and one.ended_at is None and now - one.approved_at < EXPECTED_FOR
    }


@dataclass(frozen=True, slots=True)
class WayBack:
    """A promotion that was taken back after it was done in the game.

    ``ticked_at`` is when officers ticked off that they undid it there; None while they did not.

    Since it was taken back what WOM was asked for, answered and confirmed is of the rank before it.
    """

    of: Promotion
    ticked_at: datetime | None = None


def has_way_back(
    one: Promotion, present: Mapping[MemberId, str | None], newest: Mapping[MemberId, PromotionId]
) -> bool:
    """Whether taking a promotion back leaves something to be done in the game.

    It was ticked off or confirmed, and nobody changed the rank since: ``present`` are WOM's roles of who is
    in the clan, ``newest`` each member's last promotion that was not taken back.
    """
    is_done = one.ticked_at is not None or one.ending is Ending.CONFIRMED
    if not is_done or one.from_role is None or one.to_role is None or one.member not in present:
        return False
    untouched = present[one.member] in (None, one.from_role, one.to_role)
    return untouched and newest.get(one.member, one.id) <= one.id


def expected_back(back: Iterable[WayBack], now: datetime) -> dict[MemberId, str]:
    """Which of WOM's roles members are to be taken for until WOM shows what they were taken back to."""
    waiting = [one.of for one in back if one.of.confirmed_by is None and one.of.ended_at is not None]
    return {
        one.member: one.from_role
        for one in sorted(waiting, key=lambda one: (one.ended_at or now, -one.id))
        if one.from_role is not None and now - (one.ended_at or now) < EXPECTED_FOR
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

    ``role`` is WOM's, ``changed_at`` when it last changed by WOM's clock. WOM confirms where it shows
    the rank and the bot never asked for it, or asked more than a minute after that change; the
    relay where a later line shows it. A badge is confirmed once the Discord role was given, or was there
    already. Who left has nothing to be confirmed, and after 14 days nobody waits any longer.
    """
    if not is_member:
        return Ending.LEFT, None
    witness = _witness_of(one, role, changed_at, in_chat)
    if witness is not None:
        return Ending.CONFIRMED, witness
    if now - one.approved_at >= EXPECTED_FOR:
        return Ending.UNCONFIRMED, None
    return None


def _witness_of(
    one: Promotion, role: str | None, changed_at: datetime | None, in_chat: Seen | None
) -> Witness | None:
    if one.to_role is None:
        given = one.discord_at is not None or one.discord_note == HAD_IT
        return Witness.NOBODY_NEEDED if given else None
    if in_chat is not None and in_chat.role == one.to_role and in_chat.at > one.approved_at:
        return Witness.RELAY
    return Witness.WOM if role == one.to_role and _is_synced(one, changed_at) else None


def _is_synced(one: Promotion, changed_at: datetime | None) -> bool:
    """Whether WOM's role, which is the new one, was certainly not set by the bot."""
    if one.wom_asked_at is None:
        return True
    return changed_at is not None and changed_at < one.wom_asked_at - CLOCKS_DIFFER


def is_to_be_set(one: Promotion, role: str | None, polled_at: datetime | None) -> bool:
    """Whether WOM is to be asked for a role that is so in the game, while it shows ``role``.

    A refusal is final. Once set it is asked for again where a poll that began later shows the old role.
    """
    if one.ticked_at is None or one.wom_failure is not None or one.to_role in (None, role):
        return False
    if one.wom_set_at is None:
        return True
    return role == one.from_role and polled_at is not None and polled_at > one.wom_set_at


def is_to_be_set_back(back: WayBack, role: str | None) -> bool:
    """Whether WOM is to be asked for the rank before, which is so in the game again, while it shows ``role``.

    A refusal is final, and so is what was set.
    """
    one = back.of
    is_asked = one.wom_set_at is not None or one.wom_failure is not None
    return back.ticked_at is not None and not is_asked and one.from_role not in (None, role)


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
    announced_by: UserId | None = None
    undone_by: UserId | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleSwap:
    """The Discord role that a change of rank gives, and the one that it takes; None for none."""

    add: int | None = None
    remove: int | None = None


def role_swap(before: str | None, after: str | None, roles: Mapping[str, int]) -> RoleSwap:
    """Which Discord roles follow a change from one of WOM's roles to another; ``roles`` are those of WOM's.

    Where the new rank has none nothing follows: nothing would take the place of the one before.
    """
    gained = roles.get(after or "")
    if gained is None:
        return RoleSwap()
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
    gone: Mapping[MemberId, datetime],
    owners: Mapping[MemberId, UserId],
    given: Mapping[UserId, Collection[int]],
    now: datetime,
) -> dict[UserId, frozenset[int]]:
    """Which badges are over for whom, of those that the bot gave.

    ``failing`` is since when members certainly do not meet a badge; what is unknown is not there, and
    keeps it. ``gone`` is when members left: since then they meet none. Of a user's several
    accounts every one must have failed it for so long.
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
            failed = [gone.get(member, failing.get((member, badge.rank), now)) <= before for member in mine]
            if badge.role in given.get(user, ()) and all(failed):
                over[user] = over.get(user, frozenset()) | {badge.role}
    return over
