"""A clan's competitions, as WOM lists them, with standings from the bot's own readings."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.clans import Clan
from bot.domain.competitions import Contest, ContestStandings, Phase, offered
from bot.domain.ids import ClanId
from bot.domain.metrics import metric
from bot.services.clock import Clock
from bot.services.failures import as_user_error
from bot.services.leaderboards import Leaderboards
from bot.wom.answers import Competition
from bot.wom.client import WomClient
from bot.wom.errors import WomError

_KEPT_FOR: Final = timedelta(minutes=10)
"""How long a list is not asked for again."""


class Competitions:
    """Asks WOM, at most every ten minutes for a clan."""

    def __init__(self, wom: WomClient, leaderboards: Leaderboards, clock: Clock) -> None:
        self._wom = wom
        self._leaderboards = leaderboards
        self._clock = clock
        self._kept: dict[ClanId, tuple[datetime, list[Contest]]] = {}

    async def of(self, clan: Clan) -> list[Contest]:
        """Those that are running, to come, or over for at most two weeks.

        Raises:
            WomUnavailable: WOM did not answer usefully.
        """
        await self.look(clan)
        return self.known(clan)

    def known(self, clan: Clan) -> list[Contest]:
        """The same as of the last look; none where there was none since the process began."""
        kept = self._kept.get(clan.id)
        return [] if kept is None else offered(kept[1], self._clock())

    async def look(self, clan: Clan) -> None:
        """Ask WOM, unless that was a moment ago.

        Raises:
            WomUnavailable: WOM did not answer usefully.
        """
        now = self._clock()
        kept = self._kept.get(clan.id)
        if kept is None or now - kept[0] >= _KEPT_FOR:
            try:
                answered = await self._wom.competitions(clan.group)
            except WomError as error:
                raise as_user_error(error, now=now, group=str(clan.group)) from error
            self._kept[clan.id] = now, [_contest(one) for one in answered]

    async def standings(self, clan: Clan, contest: Contest) -> ContestStandings:
        """Everybody's gain from its start to its end, or now.

        From the reading nearest to the start, and of at most 36 hours before it: what WOM's own page
        shows begins with the first one after the start, so that the two can differ.
        """
        now = self._clock()
        phase = contest.phase(now)
        if phase is Phase.TO_COME or len(contest.metrics) != 1:
            return ContestStandings(contest, phase, None)
        board = await self._leaderboards.contested(
            clan,
            contest.metrics[0],
            contest.starts_at,
            min(contest.ends_at, now),
            over=phase is Phase.OVER,
        )
        return ContestStandings(contest, phase, board)


def _contest(one: Competition) -> Contest:
    keys = [part.metric for part in one.metrics] or [one.metric]
    return Contest(
        id=one.id,
        title=one.title,
        metrics=tuple(metric(key) for key in keys),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        is_team=one.type == "team",
    )
