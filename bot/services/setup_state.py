"""What of a server's set-up works: the facts behind the checklist of ``/setup``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import snowflake_at
from bot.domain.clans import Clan, GuildSettings, Relay
from bot.domain.ids import ChannelId, MessageId
from bot.domain.listening import UNKNOWN_KEPT
from bot.domain.relay_search import find_relay
from bot.domain.role_sync import RoleSyncOptions
from bot.domain.setup import (
    GuildFacts,
    Progress,
    RankMatch,
    RelayShare,
    SetupState,
    chosen_first,
    match_ranks,
)
from db.queries import clans, cursors, members, names, role_sync, unknown_lines


async def ranks_of(session: AsyncSession, clan: Clan, facts: GuildFacts) -> tuple[RankMatch, ...]:
    """The ranks that members hold, in the clan's order and then by name, with their Discord roles.

    Those are the ones that were chosen, else those of the same names.
    """
    options = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
    held = {member.wom_role for member in await members.current_members(session, clan.id) if member.wom_role}
    ordered = [role for role in clan.role_order if role in held]
    named = match_ranks([*ordered, *sorted(held.difference(ordered))], facts.roles)
    return chosen_first(named, options.ranks, facts.roles)


async def read_state(
    session: AsyncSession,
    clan: Clan,
    facts: GuildFacts,
    *,
    code_known: bool,
    loading: Progress | None,
    now: datetime,
) -> SetupState:
    """The checklist of one clan. A relay is looked for only while none is used."""
    everybody = await members.current_members(session, clan.id)
    ranks = await ranks_of(session, clan, facts)
    relays = await clans.relays_of(session, [clan.id])
    settings = await clans.guild_settings(session, clan.guild) or GuildSettings(clan.guild)
    sync = await role_sync.options_of(session, clan.id)
    others = [other.name for other in await clans.clans_of(session, clan.guild) if other.id != clan.id]
    since = await cursors.observed_since(session, clan.id)
    recent = MessageId(snowflake_at(now - UNKNOWN_KEPT))
    return SetupState(
        clan_name=clan.name,
        group=clan.group,
        time_zone=clan.zone.key,
        members=None if clan.polled_at is None else len(everybody),
        relays=tuple(map(_share, relays)),
        relay_found=None if relays else await _found(session, clan, facts),
        unknown_lines=await unknown_lines.count_unknown_lines(session, clan.id, recent),
        ranks=len(ranks),
        ranks_matched=sum(match.role is not None for match in ranks),
        role_above=_role_above(ranks),
        lacking=facts.lacking,
        unreadable=facts.unreadable,
        unwritable=facts.unwritable,
        message_content=facts.message_content,
        history_days=0 if since is None else max(0, (now - since).days),
        loading=loading,
        code_known=code_known,
        polled_at=clan.polled_at,
        poll_failed=clan.failure,
        officer_roles=tuple(role.name for role in facts.roles if role.id in settings.officer_roles),
        officer_channel=settings.officer_channel,
        officers_gone=facts.officers_gone,
        bot_channels=tuple(map(ChannelId, sorted(settings.bot_channels))),
        other_clans=tuple(others),
        nicknames_follow=settings.nicknames_follow,
        may_rename=facts.may_rename,
        role_sync=sync is not None and sync.enabled,
    )


def _share(relay: Relay) -> RelayShare:
    return RelayShare(
        relay.channel, relay.lines_understood, relay.lines_read, relay.author, relay.author_name
    )


def _role_above(ranks: Sequence[RankMatch]) -> str | None:
    """The role of the highest rank whose role stands above the bot's own."""
    return next((match.role.name for match in ranks if match.role and not match.role.in_reach), None)


async def _found(session: AsyncSession, clan: Clan, facts: GuildFacts) -> RelayShare | None:
    if not facts.lines:
        return None
    known = {held.key for held in await names.all_names(session, clan.id)}
    return find_relay(facts.lines, known)
