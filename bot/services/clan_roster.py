"""The roster for officers: everybody ever in the clan, with when they were last seen."""

from bot.domain.clan_roster import RosterRow
from bot.domain.clans import Clan
from bot.domain.facts import SourceKind
from db.queries import clan_roster, members
from db.queries.clan_roster import Look
from db.session import Database


class ClanRoster:
    """Reads it, in as many statements for any number of members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, clan: Clan) -> list[RosterRow]:
        """Every member, present or gone, in no order."""
        async with self._database.read() as session:
            everybody = await members.all_members(session, clan.id)
            looks = await clan_roster.looks(session, clan.id)
            words = await clan_roster.last_words(session, clan.id)
            links = await clan_roster.standing_links(session, clan.id)
        return [
            RosterRow(
                member=one.id,
                name=one.name,
                role=one.wom_role,
                account_type=one.account_type,
                joined_at=one.joined_at,
                left_at=one.left_at,
                checked_at=looks.get(one.id, Look(None, None)).checked_at,
                gained_at=looks.get(one.id, Look(None, None)).gained_at,
                said_at=words.get((one.id, SourceKind.RELAY)),
                wrote_at=words.get((one.id, SourceKind.DISCORD)) if one.id in links else None,
                links=tuple(links.get(one.id, ())),
            )
            for one in everybody
        ]

    async def held_roles(self, clan: Clan) -> set[str]:
        """WOM's roles that somebody in the clan holds."""
        async with self._database.read() as session:
            present = await members.current_members(session, clan.id)
        return {one.wom_role for one in present if one.wom_role}
