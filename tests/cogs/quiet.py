"""The clan 45 days later: two are known to be quiet, one of them John's; nobody looked at the others."""

from datetime import datetime, timedelta

import simcord
from sqlalchemy import update

from bot.domain.ids import ChannelId, UserId
from db.models import Profile
from db.queries import cursors, links
from tests.cogs.conftest import Foundry
from tests.cogs.world import ANN, JOHN, NOW
from tests.present.makers import plain

LATER = timedelta(days=45)
THEN = NOW + LATER


async def checked(foundry: Foundry, *names: str, at: datetime = THEN) -> None:
    """Wise Old Man looked at these, and nothing was gained."""
    clan = await foundry.clan()
    members = [(await foundry.services.lookup.by_name(clan, name)).member.id for name in names]
    async with foundry.services.database.write() as session:
        await session.execute(
            update(Profile)
            .where(Profile.clan_id == clan.id, Profile.member_id.in_(members))
            .values(updated_at=at)
        )


async def verify(foundry: Foundry, user: int, *names: str) -> None:
    """These are the user's accounts beyond doubt."""
    clan = await foundry.clan()
    found = [(await foundry.services.lookup.by_name(clan, name)).member.id for name in names]
    pairs = [(UserId(user), member) for member in found]
    async with foundry.services.database.write() as session:
        await links.add_verified(
            session, clan.id, pairs, pairs[:1], now=NOW, by=UserId(foundry.places.officer.id)
        )


async def listened(foundry: Foundry, until: datetime) -> None:
    """Discord was listened to, and nobody wrote."""
    clan, channel = await foundry.clan(), ChannelId(foundry.general.id)
    async with foundry.services.database.write() as session:
        await cursors.cover(session, clan.id, channel, NOW, until)


async def gone_quiet(foundry: Foundry, *, later: timedelta = LATER) -> None:
    """Ann, linked to nobody, and John are quiet; of all others nothing is known."""
    await foundry.restart(later=later)
    await verify(foundry, foundry.john.id, JOHN)
    await checked(foundry, ANN, JOHN, at=NOW + later)
    await listened(foundry, NOW + later)


def letters(actor: simcord.MemberActor) -> list[str]:
    """What stands in somebody's private messages, the oldest first."""
    return [
        plain("\n".join(f"{embed.title or ''}\n{embed.description}".strip() for embed in message.embeds))
        for message in sorted(actor.user.dm_channel.history(), key=lambda one: one.id)
    ]
