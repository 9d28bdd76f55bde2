"""Badges that are over: Discord roles of rules that are no longer met, taken from who was given them."""

from collections.abc import Mapping, Sequence

from bot.domain.change_sets import ChangeSet, GuildPeople, RoleChange, preview
from bot.domain.clans import Clan
from bot.domain.giving import Giver
from bot.domain.ids import UserId
from bot.domain.promotions import Badge, lapsed_badges
from bot.domain.rules.judging import Outcome
from bot.domain.rules.language import Rank
from bot.services.change_sets import ChangeSets
from bot.services.clock import Clock
from bot.services.promotions.proposing import Server, owners_of
from bot.services.role_sync import NOT_AGAIN
from db.queries import change_sets, clans, members, role_sync, rules
from db.session import Database

BADGES = "badges"
"""The kind of its sets of role changes."""


class Badges:
    """Takes them away, after polls."""

    def __init__(self, database: Database, sets: ChangeSets, clock: Clock) -> None:
        self._database = database
        self._sets = sets
        self._clock = clock

    async def lapse(self, clan: Clan, ranks: Sequence[Rank], server: Server, by: UserId) -> ChangeSet | None:
        """Begin to take away what is over; None where nothing is, or an earlier set is not done.

        What Discord refused is left alone for a day.
        """
        badges = _badges(ranks, server.giver)
        if not badges or not (server.people.complete and server.people.reach.may_manage):
            return None
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            if await change_sets.open_set_of_kind(session, clan.id, BADGES) is not None:
                return None
            noted = await rules.standings(session, clan.id)
            failing = {key: one.since for key, one in noted.items() if one.outcome is Outcome.FAIL}
            left = {one.id: one.left_at for one in await members.all_members(session, clan.id)}
            gone = {member: at for member, at in left.items() if at is not None}
            owners = await owners_of(session, clan)
            given = await change_sets.given_roles(session, clan.id)
            over = lapsed_badges(badges, failing, gone, owners, given, self._clock())
            refused = await role_sync.failed_since(session, clan.id, BADGES, self._clock() - NOT_AGAIN)
            changes = [
                one
                for one in _changes(over, server.people)
                if RoleChange(one.user, one.add, one.remove) not in refused
            ]
            made = await self._sets.begin(session, clan, BADGES, "", by, changes) if changes else None
        if made is not None:
            self._sets.tell(made)
        return made


def _badges(ranks: Sequence[Rank], giver: Giver) -> list[Badge]:
    found = [(one, giver.role_id(one.discord_role)) for one in ranks if one.wom_role is None]
    return [Badge(one.name, role, one.badge_days) for one, role in found if role is not None]


def _changes(over: Mapping[UserId, frozenset[int]], people: GuildPeople) -> Sequence[RoleChange]:
    wanted = [RoleChange(user, remove=roles, label="badge over") for user, roles in over.items()]
    return preview(wanted, people).changes
