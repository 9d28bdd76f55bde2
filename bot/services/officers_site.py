"""What officers' pages say, from what ``/inactive`` and ``/promotions`` say."""

from bot.domain.clans import Clan
from bot.domain.desk_errors import NoRules
from bot.domain.site import OfficersSite
from bot.services.clock import Clock
from bot.services.eligibility.loading import Presence
from bot.services.inactivity import Inactivity, Roles
from bot.services.promotions.service import Promotions
from bot.services.report_lines import inactive_lines, promotion_lines


class OfficersSites:
    """Reads it."""

    def __init__(self, inactivity: Inactivity, promotions: Promotions, clock: Clock) -> None:
        self._inactivity = inactivity
        self._promotions = promotions
        self._clock = clock

    async def read(self, clan: Clan, presence: Presence | None, roles: Roles) -> OfficersSite:
        """The clan as it is now. ``presence`` and ``roles`` are what Discord says; None where it does not."""
        quiet = await self._inactivity.quiet(clan, None, roles)
        try:
            lines = tuple(promotion_lines(await self._promotions.overview(clan, presence)))
        except NoRules:
            lines = None
        return OfficersSite(clan.name, clan.zone, self._clock(), clan.polled_at, inactive_lines(quiet), lines)
