"""What officers are told by themselves: names in dispute, and members who came back."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.as_of import Happened, Now, stays_of
from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId
from bot.domain.notices import TELL_WITHIN, Claimed, News, Renamed, Returned
from bot.services.clock import Clock
from db.queries import members, names, notices
from db.queries.notices import Return
from db.session import Database


class Notices:
    """Finds what is to be told, and remembers what was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def news(self, clan: ClanId) -> News:
        """What the clan's officers have not been told yet."""
        async with self._database.read() as session:
            claimed = await notices.untold_conflicts(session, clan)
            returns = await notices.untold_returns(session, clan, self._clock() - TELL_WITHIN)
            returned = await self._returned(session, clan, returns) if returns else ()
        return News(clan, tuple(claimed), tuple(returned))

    async def _returned(
        self, session: AsyncSession, clan: ClanId, returns: list[Return]
    ) -> tuple[Returned, ...]:
        stored = {one.id: one for one in await members.members_now(session, clan)}
        happened = await members.happened(session, clan)
        called: dict[MemberId, dict[str, None]] = {}
        for held in await names.all_names(session, clan):
            called.setdefault(held.member, {})[held.display] = None
        return tuple(_returned(one, stored[one.member], happened, called) for one in returns)

    async def renames(self, clan: ClanId) -> list[Renamed]:
        """The renames that no nickname has followed yet, of who is verified as the account's owner."""
        async with self._database.read() as session:
            return await notices.untold_renames(session, clan, self._clock() - TELL_WITHIN)

    async def note_followed(self, clan: Clan, one: Renamed) -> None:
        """A rename was followed, or there was nothing to follow it with."""
        async with self._database.write() as session:
            await notices.note_events_told(session, clan.id, [one.event], self._clock())

    async def note_told(
        self, clan: Clan, claimed: tuple[Claimed, ...], returned: tuple[Returned, ...]
    ) -> None:
        """These have been told; they are not told again."""
        now = self._clock()
        async with self._database.write() as session:
            await notices.note_conflicts_told(session, clan.id, claimed, now)
            await notices.note_events_told(session, clan.id, [one.event for one in returned], now)


def _returned(
    one: Return,
    member: Now,
    happened: Mapping[MemberId, Sequence[Happened]],
    called: Mapping[MemberId, Iterable[str]],
) -> Returned:
    *stays, present = stays_of(member, happened.get(member.id, ()))
    return Returned(
        event=one.key,
        member=member.root,
        name=member.name,
        rank=member.role,
        at=present.start,
        stays=tuple(stays),
        former_names=tuple(name for name in called.get(member.root, ()) if name != member.name),
        notes=one.notes,
    )
