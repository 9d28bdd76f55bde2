"""What a batch of promotions would do now, and what it begins."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import NO_ROLES, GuildPeople, Preview, RoleChange, Roles, Why, preview
from bot.domain.clans import Clan
from bot.domain.giving import Giver
from bot.domain.ids import MemberId, UserId
from bot.domain.promotions import HAD_IT, Batch, Promotion, PromotionId, Ready, RoleSwap, role_swap
from bot.domain.role_sync import RoleSyncOptions
from bot.domain.rules.language import Rank
from bot.domain.worklist import NewStep, StepKind
from bot.present.requirements import lines_of
from bot.services.promotions.overview import Overview
from db.queries import eligibility, role_sync


@dataclass(frozen=True, slots=True)
class Server:
    """The Discord server of a clan, and whoever acts there."""

    people: GuildPeople
    giver: Giver


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a batch would do now. ``gone`` are picks that are so no more, by name; they are left out.

    ``owners`` is whose Discord roles follow each member. ``by_rules`` are the roles that somebody gets
    because a rule says so, and not the map of ranks in ``/setup``.
    """

    batch: Batch
    chosen: tuple[Ready, ...]
    roles: Preview
    gone: tuple[str, ...]
    owners: Mapping[MemberId, UserId]
    by_rules: Roles


async def propose(
    session: AsyncSession, clan: Clan, batch: Batch, shown: Overview, server: Server
) -> Proposed:
    """What a batch would do now."""
    on_offer = {(one.member, one.verdict.rank.name): one for one in (*shown.ready, *shown.below)}
    picks = [(pick.member, pick.rank) for pick in batch.picks]
    chosen = [on_offer[pick] for pick in picks if pick in on_offer]
    known = shown.assessed.ladder.judge.subjects
    gone = [
        known[member].name for member, rank in picks if (member, rank) not in on_offer and member in known
    ]
    options = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
    owners = await owners_of(session, clan)
    roles = {member: one.role for member, one in known.items()}
    ranks = {**options.ranks, **_roles_of_rules(shown.assessed.rules.rules.ranks, server.giver)}
    changes = role_changes(chosen, owners, roles, clan.role_order, ranks, server.giver)
    unlinked = [one.name for one in chosen if one.member not in owners]
    shows = preview(changes, server.people, unlinked)
    by_rules = _given_by_rules(chosen, options.ranks, server.giver, shows.changes)
    return Proposed(batch, tuple(chosen), shows, tuple(gone), owners, by_rules)


def _roles_of_rules(ranks: Iterable[Rank], giver: Giver) -> dict[str, int]:
    """The Discord roles that rules name for WOM's; they come before the map's, coming and going."""
    found = {one.wom_role: giver.role_id(one.discord_role) for one in ranks}
    return {rank: role for rank, role in found.items() if rank is not None and role is not None}


def _given_by_rules(
    chosen: Iterable[Ready], ranks: Mapping[str, int], giver: Giver, changes: Iterable[RoleChange]
) -> Roles:
    """The roles that are added and that a rule names; one that the map gives the rank too is the map's."""
    found = [(one.verdict.rank, giver.role_id(one.verdict.rank.discord_role)) for one in chosen]
    named = {role for rank, role in found if role is not None and ranks.get(rank.wom_role or "") != role}
    return NO_ROLES.union(*(one.add for one in changes)) & named


async def owners_of(session: AsyncSession, clan: Clan) -> dict[MemberId, UserId]:
    """Whose Discord roles follow each member, by verified links alone."""
    return {one.member: one.user for one in await eligibility.verified_accounts(session, clan.id)}


def role_changes(
    chosen: Iterable[Ready],
    owners: Mapping[MemberId, UserId],
    roles: Mapping[MemberId, str | None],
    role_order: Sequence[str],
    ranks: Mapping[str, int],
    giver: Giver,
) -> list[RoleChange]:
    """One change for each user. Of several accounts the highest rank counts, as everywhere in Discord.

    ``roles`` are WOM's roles of today, ``ranks`` the Discord roles of WOM's, which rules name or the map.
    """
    by_user: dict[UserId, list[Ready]] = defaultdict(list)
    for one in chosen:
        if one.member in owners:
            by_user[owners[one.member]].append(one)
    places = {role: place for place, role in enumerate(role_order)}
    found: list[RoleChange] = []
    for user, mine in by_user.items():
        others = [roles.get(member) for member, owner in owners.items() if owner == user]
        change = _change_of(user, mine, others, places, ranks, giver)
        if change is not None:
            found.append(change)
    return found


def _change_of(
    user: UserId,
    mine: Sequence[Ready],
    held: Sequence[str | None],
    places: Mapping[str, int],
    ranks: Mapping[str, int],
    giver: Giver,
) -> RoleChange | None:
    rising = [one for one in mine if one.verdict.rank.wom_role is not None]
    badges = [one for one in mine if one.verdict.rank.wom_role is None]
    swaps = [RoleSwap(giver.role_id(one.verdict.rank.discord_role)) for one in badges]
    best = _best(rising, held, places)
    if best is not None:
        rank = best.verdict.rank
        swaps += [role_swap(one.role, rank.wom_role, ranks) for one in rising]
    add = frozenset(swap.add for swap in swaps if swap.add is not None)
    remove = frozenset(swap.remove for swap in swaps if swap.remove is not None)
    if not add:
        return None
    label = ", ".join(f"{one.name}: {one.verdict.rank.wom_role or one.verdict.rank.name}" for one in mine)
    return RoleChange(user, add, remove - add, label)


def _best(rising: Sequence[Ready], held: Sequence[str | None], places: Mapping[str, int]) -> Ready | None:
    """Whose new rank shows in Discord; None where another of the user's accounts keeps a higher one."""

    def place(role: str | None) -> int:
        return places.get(role or "", len(places))

    best = min(rising, key=lambda one: place(one.verdict.rank.wom_role), default=None)
    kept = list(held)
    for one in rising:
        if one.role in kept:
            kept.remove(one.role)
    if best is None or any(place(role) < place(best.verdict.rank.wom_role) for role in kept):
        return None
    return best


def drafted(clan: Clan, proposed: Proposed, one: Ready, by: UserId, now: datetime) -> Promotion:
    """A promotion that begins; its number is given when it is stored."""
    user = proposed.owners.get(one.member)
    return Promotion(
        clan=clan.id,
        id=PromotionId(0),
        batch=proposed.batch.id,
        member=one.member,
        name=one.name,
        rank=one.verdict.rank.name,
        from_role=one.role,
        to_role=one.verdict.rank.wom_role,
        approved_by=by,
        approved_at=now,
        evidence=tuple(lines_of(one.shown.finding, {})),
        user=user,
        discord_note=_note(user, proposed.roles, is_badge=one.verdict.rank.wom_role is None),
    )


def _note(user: UserId | None, roles: Preview, *, is_badge: bool) -> str | None:
    """Why the Discord role of a new rank does not follow; None where it does."""
    if user is None:
        return "not-linked"
    if any(change.user == user for change in roles.changes):
        return None if roles.may_manage else "may-not"
    if user in roles.above_me:
        return Why.ABOVE_ME.value
    if user in roles.not_here:
        return Why.NOT_HERE.value
    if user in roles.unchanged:
        return HAD_IT
    # A rank may have no role in Discord; a badge is one, and where nothing is asked for it, it is gone.
    return Why.ROLE_GONE.value if is_badge else "no-change"


def steps_of(clan: Clan, begun: Iterable[Promotion]) -> list[NewStep]:
    """What is to be done in the game; a badge is nothing there."""
    return [
        NewStep(_kind(clan, one.from_role, one.to_role), one.member, one.origin, one.from_role, one.to_role)
        for one in begun
        if one.to_role is not None
    ]


def steps_back(clan: Clan, made: Iterable[Promotion]) -> list[NewStep]:
    """What takes these back in the game."""
    return [
        NewStep(
            _kind(clan, one.to_role, one.from_role), one.member, one.origin_back, one.to_role, one.from_role
        )
        for one in made
        if one.from_role is not None and one.to_role is not None
    ]


def _kind(clan: Clan, before: str | None, after: str | None) -> StepKind:
    """Up or down, by the clan's order at WOM."""
    places = {role: place for place, role in enumerate(clan.role_order)}
    last = len(places)
    rises = places.get(after or "", last) <= places.get(before or "", last)
    return StepKind.PROMOTE if rises else StepKind.DEMOTE
