"""Up to five members side by side."""

from collections.abc import Sequence

from bot.domain.cards import Comparison
from bot.domain.clans import Clan
from bot.domain.errors import TooManyPlayers
from bot.domain.ids import MemberId
from bot.domain.leaderboards import Entry
from bot.domain.metrics import BOSS_KILLS, EHB, EHP, MESSAGES, OVERALL, TOTAL_LEVEL, Metric
from bot.domain.periods import Period, PeriodKind
from bot.services.lookup import Lookup
from bot.services.measured import entry_of, group_ends
from bot.services.said import said_in
from bot.services.statistics import Statistics
from db.queries import gains, links
from db.queries.members import MemberRow
from db.session import Database

COMPARED = (OVERALL, EHP, EHB, BOSS_KILLS, TOTAL_LEVEL)


class Comparisons:
    """Compares members."""

    def __init__(self, database: Database, lookup: Lookup, statistics: Statistics) -> None:
        self._database = database
        self._lookup = lookup
        self._statistics = statistics

    async def compare(self, clan: Clan, names: Sequence[str], period: Period) -> Comparison:
        """The same figures of two to five members; a name given twice counts once.

        Raises:
            TooManyPlayers: fewer than two or more than five.
            PlayerNotTracked, InvalidName, NameAmbiguous: as :meth:`Lookup.by_name`.
        """
        return await self._side_by_side(
            clan, [(await self._lookup.by_name(clan, name)).member for name in names], period
        )

    async def compare_again(self, clan: Clan, members: Sequence[MemberId], period: Period) -> Comparison:
        """The same for the members of an earlier comparison, whatever they are called now.

        Raises:
            Outdated: one of them is gone.
        """
        return await self._side_by_side(
            clan, [(await self._lookup.by_id(clan, member)).member for member in members], period
        )

    async def _side_by_side(self, clan: Clan, members: Sequence[MemberRow], period: Period) -> Comparison:
        found = {member.id: member for member in members}
        if not 2 <= len(found) <= 5:
            raise TooManyPlayers(len(found))
        compared = list(found.values())
        known = await self._statistics.metric_ids()
        ids = [known[one.key] for one in COMPARED if one.key in known]
        async with self._database.read() as session:
            ends = group_ends(await gains.readings(session, clan.id, ids, period))
            said = await said_in(session, clan.id, period, await links.linked_members(session, clan.id))

        def entry(metric: Metric, one: MemberRow) -> Entry:
            return entry_of(one.id, one.name, metric, ends.get((one.id, known[metric.key])), period)

        total = period.kind is PeriodKind.TOTAL
        measured = [one for one in COMPARED if one.key in known and (total or one != TOTAL_LEVEL)]
        figures = {one: [entry(one, member) for member in compared] for one in measured}
        rows = [(one, tuple(figure.value for figure in figures[one])) for one in measured]
        rows.append((MESSAGES, tuple(said.of(one.id) for one in compared)))
        checks = [end.last_at for (member, _), of in ends.items() if member in found for end in of]
        return Comparison(
            clan=clan.id,
            clan_name=clan.name,
            period=period,
            members=tuple(found),
            names=tuple(one.name for one in compared),
            rows=tuple(rows),
            checked_at=max(checks, default=None),
            partial=frozenset(
                (one.key, figure.member)
                for one in measured
                for figure in figures[one]
                if figure.measured_from is not None
            ),
        )
