"""Messages by member over a time, and what is known of who was not heard in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.coverage import heard_throughout
from bot.domain.ids import ClanId, MemberId
from bot.domain.periods import Period
from db.queries import counts, cursors
from db.queries.cursors import CoveredSpan


@dataclass(frozen=True, slots=True)
class Said:
    """What was counted over a time, in which something was observed in ``spans``.

    Where nothing was, nothing is known of anybody. Who was not heard wrote nothing where all of the
    time was listened to, all but an hour, and they are ``linked``: of who is nobody's in Discord it
    is not known what they wrote there.
    """

    counted: Mapping[MemberId, int]
    spans: Sequence[CoveredSpan]
    linked: Collection[MemberId]
    is_whole: bool

    def of(self, member: MemberId) -> int | None:
        """A member's messages; None where they are not known."""
        return self.counted.get(member, self.silence(member)) if self.spans else None

    def silence(self, member: MemberId) -> int | None:
        """What is known of a member who was not heard."""
        return 0 if self.is_whole and member in self.linked else None

    @property
    def observed_since(self) -> datetime | None:
        """When something was observed first; None where nothing was."""
        return min((span.start for span in self.spans), default=None)


def is_heard(spans: Sequence[CoveredSpan], period: Period) -> bool:
    """Whether all of a period was listened to, all but an hour."""
    return heard_throughout(((one.start, one.end) for one in spans), period.start, period.end)


async def said_in(session: AsyncSession, clan: ClanId, period: Period, linked: Collection[MemberId]) -> Said:
    """Everybody's messages in a period, in two statements. ``linked`` are who is somebody's in Discord."""
    counted = dict(await counts.message_counts(session, clan, period.start, period.end))
    spans = await cursors.covered(session, clan, period.start, period.end)
    return Said(counted, spans, linked, is_heard(spans, period))
