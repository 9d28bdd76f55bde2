"""Clans, their servers' settings and their relays."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import clans as values
from bot.domain.doubles import DOUBLES_WITHIN, RelayId
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MemberId, UserId
from db.bulk import inserting
from db.models import AuditEntry, Clan, Guild, KeptState, Relay


def _clan(row: Clan) -> values.Clan:
    return values.Clan(
        id=ClanId(row.id),
        guild=GuildId(row.guild_id),
        group=GroupId(row.wom_group_id),
        name=row.name,
        zone=ZoneInfo(row.time_zone),
        is_default=row.is_default,
        role_order=tuple(row.role_order),
        created_at=row.created_at,
        sealed_code=row.sealed_code,
        polled_at=row.polled_at,
        failed_at=row.failed_at,
        failure=row.failure,
        lists_read_at=row.lists_read_at,
        update_all_at=row.update_all_at,
        doubles_within=_within(row.double_seconds),
    )


def _within(seconds: int | None) -> timedelta:
    return DOUBLES_WITHIN if seconds is None else timedelta(seconds=seconds)


async def clans_of(session: AsyncSession, guild: GuildId) -> list[values.Clan]:
    """The clans linked to a server, the default one first."""
    rows = await session.scalars(
        select(Clan).where(Clan.guild_id == guild, Clan.active).order_by(Clan.is_default.desc(), Clan.id)
    )
    return [_clan(row) for row in rows]


async def clan_by_id(session: AsyncSession, clan: ClanId) -> values.Clan | None:
    """One clan; None where it was unlinked."""
    row = await session.scalar(select(Clan).where(Clan.id == clan, Clan.active))
    return None if row is None else _clan(row)


async def linked_clans(session: AsyncSession) -> list[values.Clan]:
    """Every linked clan of every server, the first linked first."""
    return [_clan(row) for row in await session.scalars(select(Clan).where(Clan.active).order_by(Clan.id))]


async def active_clans(session: AsyncSession, guilds: Collection[GuildId]) -> list[values.Clan]:
    """Every linked clan of these servers, the least recently polled first."""
    rows = await session.scalars(
        select(Clan)
        .where(Clan.active, Clan.guild_id.in_(guilds))
        .order_by(Clan.polled_at.is_not(None), Clan.polled_at, Clan.id)
    )
    return [_clan(row) for row in rows]


async def add_clan(
    session: AsyncSession, guild: GuildId, group: GroupId, name: str, zone: ZoneInfo, now: datetime
) -> ClanId:
    """Link a WOM group to a server; the first clan of a server is its default.

    A group that was linked before is taken up again with all its facts.
    """
    is_first = not await clans_of(session, guild)
    adding = inserting(session, Clan).values(
        guild_id=guild,
        wom_group_id=group,
        name=name,
        time_zone=zone.key,
        is_default=is_first,
        active=True,
        created_at=now,
        next_member_id=1,
        next_source_id=1,
        role_order=[],
    )
    clan = await session.scalar(
        adding.on_conflict_do_update(
            index_elements=["guild_id", "wom_group_id"],
            set_={"active": True, "name": name, "is_default": is_first},
        ).returning(Clan.id)
    )
    if clan is None:
        raise LookupError("the clan was not stored")
    return ClanId(clan)


async def unlink_clan(session: AsyncSession, clan: ClanId) -> None:
    """Stop following a clan. Its facts stay; the server's next clan becomes the default."""
    guild = await session.scalar(
        update(Clan).where(Clan.id == clan).values(active=False, is_default=False).returning(Clan.guild_id)
    )
    if guild is None:
        return
    rest = await clans_of(session, GuildId(guild))
    if rest and not rest[0].is_default:
        await update_clan(session, rest[0].id, is_default=True)


async def update_clan(session: AsyncSession, clan: ClanId, **columns: Any) -> None:
    """Set some of a clan's columns."""
    await session.execute(update(Clan).where(Clan.id == clan).values(**columns))


async def make_default(session: AsyncSession, guild: GuildId, clan: ClanId) -> None:
    """The clan that a server's commands are about from now on; the others stay linked."""
    await session.execute(
        update(Clan).where(Clan.guild_id == guild, Clan.active).values(is_default=Clan.id == clan)
    )


async def lock_clan(session: AsyncSession, clan: ClanId) -> None:
    """Make other writers of who-is-who wait until this transaction ends. SQLite has one writer anyway."""
    await session.execute(select(Clan.id).where(Clan.id == clan).with_for_update())


async def take_member_ids(session: AsyncSession, clan: ClanId, number: int) -> list[MemberId]:
    """Numbers for new members, never given before."""
    after = await session.scalar(
        update(Clan)
        .where(Clan.id == clan)
        .values(next_member_id=Clan.next_member_id + number)
        .returning(Clan.next_member_id)
    )
    if after is None:
        raise LookupError(f"no clan {clan}")
    return [MemberId(id_) for id_ in range(after - number, after)]


async def guild_settings(session: AsyncSession, guild: GuildId) -> values.GuildSettings | None:
    """What officers chose; None for a server that was never set up."""
    row = await session.get(Guild, guild)
    if row is None:
        return None
    return values.GuildSettings(
        guild=guild,
        officer_roles=frozenset(row.officer_role_ids),
        officer_channel=None if row.officer_channel_id is None else ChannelId(row.officer_channel_id),
        bot_channels=frozenset(row.bot_channel_ids),
        included=frozenset(row.include_channel_ids),
        excluded=frozenset(row.exclude_channel_ids),
        backfill_days=row.backfill_days,
        nicknames_follow=row.nicknames_follow,
    )


async def lock_guild(session: AsyncSession, defaults: values.GuildSettings) -> None:
    """Make others who change a server's settings wait until this transaction ends.

    A server without settings gets the defaults, since only a row can be waited for.
    """
    adding = inserting(session, Guild).values(_guild_columns(defaults))
    await session.execute(adding.on_conflict_do_nothing())
    await session.execute(select(Guild.guild_id).where(Guild.guild_id == defaults.guild).with_for_update())


async def officer_channel(session: AsyncSession, guild: GuildId) -> ChannelId | None:
    """The officers' channel; None where there is none."""
    found = await session.scalar(select(Guild.officer_channel_id).where(Guild.guild_id == guild))
    return None if found is None else ChannelId(found)


async def save_guild_settings(session: AsyncSession, settings: values.GuildSettings) -> None:
    """Store what officers chose, whole."""
    columns = _guild_columns(settings)
    adding = inserting(session, Guild).values(columns)
    await session.execute(adding.on_conflict_do_update(index_elements=["guild_id"], set_=columns))


def _guild_columns(settings: values.GuildSettings) -> dict[str, Any]:
    return {
        "guild_id": settings.guild,
        "officer_role_ids": sorted(settings.officer_roles),
        "officer_channel_id": settings.officer_channel,
        "bot_channel_ids": sorted(settings.bot_channels),
        "include_channel_ids": sorted(settings.included),
        "exclude_channel_ids": sorted(settings.excluded),
        "backfill_days": settings.backfill_days,
        "nicknames_follow": settings.nicknames_follow,
    }


async def relays_of(session: AsyncSession, clans: Collection[ClanId]) -> list[values.Relay]:
    """The relays of these clans, the channels and authors in the order of their ids."""
    rows = await session.scalars(
        select(Relay).where(Relay.clan_id.in_(clans)).order_by(Relay.channel_id, Relay.author_id)
    )
    return [
        values.Relay(
            ClanId(row.clan_id),
            ChannelId(row.channel_id),
            UserId(row.author_id),
            row.lines_read,
            row.lines_understood,
            row.author_name,
        )
        for row in rows
    ]


async def save_relay(session: AsyncSession, relay: values.Relay) -> None:
    """Listen to a relay, or note again how many of its lines were understood."""
    seen = {
        "lines_read": relay.lines_read,
        "lines_understood": relay.lines_understood,
        "author_name": relay.author_name,
    }
    adding = inserting(session, Relay).values(
        clan_id=relay.clan, channel_id=relay.channel, author_id=relay.author, **seen
    )
    await session.execute(
        adding.on_conflict_do_update(index_elements=["clan_id", "channel_id", "author_id"], set_=seen)
    )


async def remove_relays(session: AsyncSession, clan: ClanId, relays: Collection[RelayId]) -> None:
    """Listen to these relays of a clan no more; what was heard stays."""
    await session.execute(
        delete(Relay).where(
            Relay.clan_id == clan,
            tuple_(Relay.channel_id, Relay.author_id).in_([tuple(one) for one in relays]),
        )
    )


async def add_audit_entry(
    session: AsyncSession, guild: GuildId, user: UserId, action: str, detail: Mapping[str, Any], now: datetime
) -> None:
    """Note who changed what."""
    await add_audit_entries(session, guild, user, action, [detail], now)


async def add_audit_entries(
    session: AsyncSession,
    guild: GuildId,
    user: UserId,
    action: str,
    details: Iterable[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Note who changed what several times at once."""
    same = {"guild_id": guild, "at": now, "user_id": user, "action": action}
    rows = [{**same, "detail": dict(detail)} for detail in details]
    if rows:
        await session.execute(inserting(session, AuditEntry), rows)


async def kept(session: AsyncSession, key: str) -> str | None:
    """What the process kept under a key at an earlier time."""
    return await session.scalar(select(KeptState.value).where(KeptState.key == key))


async def keep(session: AsyncSession, key: str, value: str) -> None:
    """Keep a value for the process's next start."""
    adding = inserting(session, KeptState).values(key=key, value=value)
    await session.execute(adding.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
