"""Finding a member: by any name they ever held, or by the Discord user they are."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.errors import NameAmbiguous, NotLinked, Outdated, PlayerNotTracked
from bot.domain.ids import MemberId, UserId
from bot.domain.names import loose_key, name_key, nearest
from db.queries import links, members, names
from db.queries.members import MemberRow
from db.session import Database

CHOICES = 25
"""The most that Discord's autocomplete shows."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member, and the former name they were asked for by, if it was one."""

    member: MemberRow
    former_name: str | None = None


class Lookup:
    """Finds members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_name(self, clan: Clan, text: str, *, at: datetime | None = None) -> Found:
        """The member who holds this name, in any spelling; else the one who last held it.

        With ``at`` who held it then comes before both: names are recycled.
        With a number, as ``John #12``, it is the member of that number, if their name is like that.

        Raises:
            InvalidName: the game would not accept such a name.
            NameAmbiguous: nobody holds it now and several once did.
            PlayerNotTracked: nobody of this name was ever in the clan; with the nearest names.
        """
        async with self._database.read() as session:
            return await self.by_name_within(session, clan, text, at=at)

    @staticmethod
    async def by_name_within(
        session: AsyncSession, clan: Clan, text: str, *, at: datetime | None = None
    ) -> Found:
        """The same inside a transaction, for whoever writes what must be true of the member found."""
        numbered = _NUMBERED.fullmatch(text.strip())
        if numbered is not None:
            return await _numbered(session, clan, numbered["name"], MemberId(int(numbered["id"])))
        key = name_key(text)
        held = await names.holders(session, clan.id, key)
        if not held:
            # Disputed time has no holder, but whoever asks for the name is told who claims it.
            held = await names.observed_names(session, clan.id, [key])
        if not held:
            known = await names.all_names(session, clan.id)
            raise PlayerNotTracked(text.strip(), nearest(text, {one.display for one in known}))
        then = [] if at is None else [one for one in held if one.covers(at)]
        candidates = then or [one for one in held if one.end is None] or held
        found = [
            await members.member_by_id(session, clan.id, id_) for id_ in {one.member for one in candidates}
        ]
        if len(found) > 1:
            raise NameAmbiguous(text.strip(), tuple(sorted(one.name for one in found if one)))
        member = next((one for one in found if one), None)
        if member is None:
            raise Outdated
        return Found(member, None if candidates[0].end is None else candidates[0].display)

    async def by_id(self, clan: Clan, member: MemberId) -> Found:
        """The member that a button was made for.

        Raises:
            Outdated: the member turned out to be another one's rename, and is gone.
        """
        async with self._database.read() as session:
            found = await members.member_by_id(session, clan.id, member)
        if found is None:
            raise Outdated
        return Found(found)

    async def of_user(self, clan: Clan, user: UserId, user_name: str) -> Found:
        """A Discord user's main account.

        Raises:
            NotLinked: they have linked none.
        """
        async with self._database.read() as session:
            main = await links.main_member(session, clan.id, user)
            found = None if main is None else await members.member_by_id(session, clan.id, main)
        if found is None:
            raise NotLinked(user_name)
        return Found(found)

    async def suggest(self, clan: Clan, text: str) -> list[str]:
        """Names of members that fit what was typed so far.

        Present ones come first, among them those whose name is or was exactly this, then by name.
        Former names are found too and give the present one. Who has left is found under their last
        name, with their number where that name is another's by now.
        """
        wanted = loose_key(text)
        async with self._database.read() as session:
            known = await names.all_names(session, clan.id)
            present = {one.id: one.name for one in await members.current_members(session, clan.id)}
            former = await members.former_names(session, clan.id)
        held = {one.key for one in known if one.end is None}
        current = {
            one.member: one.display for one in known if one.end is None or one.key not in held
        } | present
        hidden = {id_: f"{name} #{id_}" for id_, name in former.items() if id_ not in current}
        current |= hidden
        fits = {one.member for one in known if wanted in loose_key(one.display)}
        fits |= {id_ for id_, shown in hidden.items() if wanted in loose_key(shown)}
        exact = {one.member for one in known if wanted == loose_key(one.display)}
        shown = sorted(
            (member for member in fits if member in current),
            key=lambda member: (
                member not in present,
                member not in exact,
                not loose_key(current[member]).startswith(wanted),
                current[member].casefold(),
            ),
        )
        return [current[member] for member in shown[:CHOICES]]


_NUMBERED = re.compile(r"(?P<name>[^#]+?)\s*#(?P<id>[0-9]{1,9})")
"""No name has a ``#``, so this can mean nobody else."""


async def _numbered(session: AsyncSession, clan: Clan, name: str, member: MemberId) -> Found:
    found = await members.member_by_id(session, clan.id, member)
    if found is None or loose_key(found.name) != loose_key(name):
        raise PlayerNotTracked(f"{name} #{member}")
    return Found(found)
