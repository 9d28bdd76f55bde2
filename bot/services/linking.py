"""What changes of links bring with them, in the transaction of their cause."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.accounts import LinkChange, LinkNotice
from bot.domain.activity import time_of
from bot.domain.clans import Clan
from bot.domain.facts import MessageFact
from bot.domain.identity import RosterPlan
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from db.queries import attributions, clans, link_codes, link_decisions, links, pending_links
from db.queries.link_codes import Spoken


async def follow(
    session: AsyncSession, clan: ClanId, members: Collection[MemberId], users: Collection[UserId] = ()
) -> None:
    """Attribute anew what is said by everybody who has linked one of these members, and by these users.

    Everybody, since a claim stands or falls with another's verified link.
    """
    everybody = await links.users_of(session, clan, members)
    await attributions.attribute_users(session, clan, everybody.union(users))


async def verify(
    session: AsyncSession,
    clan: Clan,
    pairs: Sequence[tuple[UserId, MemberId]],
    *,
    by: UserId,
    how: str,
    now: datetime,
) -> None:
    """Link these users to these members beyond doubt, claimed or not; a user's first account is the main one.

    ``by`` and ``how`` (officer, suggestion or code) are for the audit log. The caller has made
    sure that nobody else's link to one of the members is verified.
    """
    users, members = {user for user, _ in pairs}, {member for _, member in pairs}
    unlinked = users - await links.users_with_links(session, clan.id, users)
    firsts = {user: member for user, member in reversed(pairs) if user in unlinked}
    await links.add_verified(session, clan.id, pairs, set(firsts.items()), now=now, by=by)
    await link_codes.remove_codes_for(session, clan.id, members)
    await link_decisions.forgive(session, clan.id, pairs)
    for user, member in pairs:
        detail = {"clan_id": clan.id, "user": user, "member_id": member, "how": how}
        await clans.add_audit_entry(session, clan.guild, by, "link_verified", detail, now)
    await follow(session, clan.id, members, users)


async def remove_link(session: AsyncSession, clan: ClanId, user: UserId, member: MemberId) -> None:
    """Take a link away; of a user's other accounts the first by name becomes the main one where it was."""
    was_main = await links.main_member(session, clan, user) == member
    await links.remove_link(session, clan, user, member)
    rest = await links.main_member(session, clan, user)
    if was_main and rest is not None:
        # Else a further account would become it by its name alone.
        await links.set_main(session, clan, user, rest)
    await follow(session, clan, [member], [user])


async def use_codes(
    session: AsyncSession, clan: ClanId, facts: Iterable[MessageFact], now: datetime
) -> list[LinkNotice]:
    """Verify the links whose codes these relayed lines say. Any other code does nothing.

    Returns:
        Whom to tell once this is committed.
    """
    spoken = [
        Spoken(NameKey(fact.source.key), fact.code, time_of(fact.message))
        for fact in facts
        if fact.code is not None and fact.source is not None
    ]
    if not spoken:
        return []
    await clans.lock_clan(session, clan)
    found = await clans.clan_by_id(session, clan)
    proofs = await link_codes.proofs(session, clan, spoken) if found else []
    told: list[LinkNotice] = []
    for proof in proofs:
        if found and await links.verified_owner(session, clan, proof.member) is None:
            pair = (proof.user, proof.member)
            await verify(session, found, [pair], by=proof.user, how="code", now=now)
            told.append(LinkNotice(proof.user, found.name, proof.name, LinkChange.VERIFIED))
    return told


async def follow_roster(
    session: AsyncSession, clan: Clan, plan: RosterPlan, now: datetime
) -> list[LinkNotice]:
    """Make kept names claims where the roster has them now, and follow members' new names.

    Returns:
        Whom to tell once this is committed.
    """
    finished = await pending_links.finish_pending(session, clan.id, now)
    named = {*plan.names, *plan.absorbed.values()}
    if named or finished:
        await follow(session, clan.id, named, [one.user for one in finished])
    found = await links.standing(session, clan.id, finished) if finished else {}
    return [
        LinkNotice(user, clan.name, name, LinkChange.CLAIMED if stands else LinkChange.TAKEN)
        for (user, _), (name, stands) in found.items()
    ]
