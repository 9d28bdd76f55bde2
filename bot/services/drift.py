"""Where ranks disagree, in as many statements for any number of members."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.change_sets import Roles
from bot.domain.clans import Clan
from bot.domain.drift import DriftReport, Ranked, drifts, unknown_emojis
from bot.domain.ids import MemberId, UserId
from bot.domain.role_sync import Clanspeople, RoleSyncOptions
from db.queries import members, role_sync, seen_ranks
from db.session import Database

Earned = Callable[[AsyncSession, Clan], Awaitable[Mapping[MemberId, str]]]
"""The rank that each member has earned by the clan's rules, WOM's keys; absent where it is unknown."""


class Drifts:
    """Compares everybody. ``earned`` is asked each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.earned: Earned = _none_earned

    async def report(self, clan: Clan, people: Mapping[UserId, Roles]) -> DriftReport:
        """Compare the present members with who has which roles in the server."""
        async with self._database.read() as session:
            everybody = await members.current_members(session, clan.id)
            changed = await seen_ranks.rank_changes(session, clan.id)
            shown = await seen_ranks.shown_ranks(session, clan.id)
            accounts = await role_sync.verified_accounts(session, clan.id)
            options = await role_sync.options_of(session, clan.id) or RoleSyncOptions()
            earned = await self.earned(session, clan)
        ranked = [Ranked(one.id, one.name, one.wom_role, changed.get(one.id)) for one in everybody]
        present = {one.member: shown[one.member] for one in ranked if one.member in shown}
        who = Clanspeople(accounts, clan.role_order)
        rows = drifts(ranked, clan.role_order, present, who, people, options, earned)
        ranks = {*clan.role_order, *(one.role for one in ranked if one.role is not None)}
        return DriftReport(
            rows=tuple(rows),
            compared=len(ranked),
            shown=len(present),
            unknown=tuple(unknown_emojis(present.values(), ranks)),
            maps_roles=bool(options.ranks),
            knows_earned=bool(earned),
            polled_at=clan.polled_at,
        )


async def _none_earned(session: AsyncSession, clan: Clan) -> Mapping[MemberId, str]:
    del session, clan
    return {}
