"""Members who are exempt: from every rank, which is kept of them, or from one, which its rule says."""

from dataclasses import dataclass

from bot.domain.clans import Clan
from bot.domain.desk_errors import NoRules, NotInClan
from bot.domain.errors import RankUnknown
from bot.domain.ids import UserId
from bot.domain.names import nearest
from bot.domain.rules.exempting import names_member, with_exempt
from bot.domain.rules.files import read_data
from bot.domain.rules.holds import Hold
from bot.domain.rules.language import Rank, RuleSet
from bot.services.clock import Clock
from bot.services.eligibility.service import Eligibility, save_rules
from db.queries import clans, rules
from db.queries.members import MemberRow
from db.session import Database


@dataclass(frozen=True, slots=True)
class Exempted:
    """What holds for a member. ``hold`` is of every rank; ``ranks`` are those whose rules name them."""

    member: MemberRow
    hold: Hold | None
    ranks: tuple[str, ...] = ()


class Exempting:
    """Says who is exempt from what, and changes it."""

    def __init__(self, database: Database, eligibility: Eligibility, clock: Clock) -> None:
        self._database = database
        self._eligibility = eligibility
        self._clock = clock

    async def of(self, clan: Clan, member: MemberRow) -> Exempted:
        """What holds for a member now."""
        known = await self._eligibility.metrics()
        async with self._database.read() as session:
            hold = (await rules.holds(session, clan.id, self._clock())).get(member.id)
            found = await rules.newest(session, clan.id)
        ranks = () if found is None else read_data(found.data, known).ranks
        return Exempted(member, hold, tuple(one.name for one in ranks if names_member(one, member.name)))

    async def exempt(self, clan: Clan, member: MemberRow, by: UserId, note: str, rank: str | None) -> None:
        """Exempt a member: from a rank, by a new version of the rules, or for None from every one.

        Raises:
            NotInClan: they have left.
            NoRules, RankUnknown: there is no such rank.
        """
        if member.left_at is not None:
            raise NotInClan(member.name)
        if rank is None:
            await self._eligibility.hold(clan, [member.id], Hold(None, by, self._clock(), note))
        else:
            await self._change(clan, member, by, note, rank, is_exempt=True)

    async def end(self, clan: Clan, member: MemberRow, by: UserId, rank: str | None) -> None:
        """Exempt a member no more, from a rank, or for None from every one; what is over stays over.

        Raises:
            NoRules, RankUnknown: there is no such rank.
        """
        if rank is not None:
            await self._change(clan, member, by, "", rank, is_exempt=False)
        elif (await self.of(clan, member)).hold is not None:
            await self._eligibility.release(clan, [member.id], by)

    async def _change(
        self, clan: Clan, member: MemberRow, by: UserId, note: str, rank: str, *, is_exempt: bool
    ) -> None:
        known = await self._eligibility.metrics()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            found = await rules.newest(session, clan.id)
            if found is None:
                raise NoRules
            saved = read_data(found.data, known)
            of = _rank(saved, rank)
            if names_member(of, member.name) is is_exempt:
                return
            drafted = read_data(with_exempt(saved, of, member.name, is_exempt=is_exempt), known)
            said = f"{member.name} {'exempt from' if is_exempt else 'no longer exempt from'} {of.name}"
            said = f"{said}: {note}" if note else said
            await save_rules(session, clan, drafted, by, said, found.number, self._clock())


def _rank(saved: RuleSet, name: str) -> Rank:
    found = next((one for one in saved.ranks if one.name == name.strip().casefold().replace(" ", "_")), None)
    if found is None:
        raise RankUnknown(name, nearest(name, {one.name for one in saved.ranks}))
    return found
