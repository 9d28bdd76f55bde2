"""Private notices to who is quiet: intended first, sent one after the other, each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from bot.domain.clans import Clan
from bot.domain.desk_errors import ListChanged, NoticesUnderWay
from bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from bot.domain.ladder import Case, Notice, Placed, Quiet, Round, Stage
from bot.services.clock import Clock
from bot.services.inactivity import Roles, read_quiet
from bot.services.ladder import evidence
from db.queries import clans, ladder
from db.session import Database


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice to be sent now. ``tried`` is whether it was begun before, and may have arrived."""

    round: int
    clan: Clan
    case: Case
    user: UserId
    text: str
    tried: bool


class QuietNotices:
    """Keeps whom officers want to be told, and what came of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(
        self, clan: Clan, by: UserId, days: int | None, roles: Roles, seen: int, text: str
    ) -> Round:
        """Intend a notice for everybody who is quiet: it opens their cases. The sending follows.

        ``seen`` is the fingerprint of whom the officer was shown.

        Raises:
            NoticesUnderWay: an officer's are being sent.
            ListChanged: others are quiet now than were shown, or another officer was quicker.
        """
        now = self._clock()
        async with self._database.write() as session:
            await clans.lock_clan(session, clan.id)
            under_way = await ladder.open_rounds(session, [clan.id])
            if under_way:
                raise NoticesUnderWay(under_way[0].asked_by, under_way[0].asked_at)
            quiet = await read_quiet(session, clan, days, roles, now)
            found = quiet.of(Stage.QUIET)
            if not found or fingerprint(quiet) != seen:
                raise ListChanged
            round_ = await ladder.add_round(session, clan.id, text, by, now)
            rows = {one.lead: _columns(one, round_, quiet, now) for one in found}
            cases = await ladder.open_cases(session, clan.id, rows, by, now)
            told = {cases[one.lead]: evidence(one) for one in found}
            await ladder.note_steps(session, clan.id, [(case, "flagged") for case in told], by, now, told)
            untold = [(cases[one], Notice.UNLINKED) for one, row in rows.items() if row["user_id"] is None]
            await ladder.note_steps(session, clan.id, untold, by, now)
            members = [one.lead for one in found]
            detail = {"clan_id": clan.id, "round": round_, "members": members}
            await clans.add_audit_entry(session, clan.guild, by, "inactivity_notices", detail, now)
            stored = await ladder.round_of(session, round_)
        if stored is None:
            raise ListChanged
        return stored

    async def note_shown(self, round_: int, channel: ChannelId, message: MessageId) -> None:
        """The message that shows how far a round is stands here."""
        async with self._database.write() as session:
            await ladder.note_shown(session, round_, channel, message)

    async def under_way(self, guilds: Iterable[GuildId]) -> list[Round]:
        """The rounds of these servers' clans that are not sent whole, also those of an earlier process."""
        async with self._database.read() as session:
            active = await clans.active_clans(session, list(guilds))
            return await ladder.open_rounds(session, [one.id for one in active])

    async def next(self, round_: Round) -> Letter | None:
        """The next notice of a round; that it is tried is stored first. None where none is left.

        Of a case that is over only one that was begun before is left: it may have arrived.
        """
        async with self._database.write() as session:
            await ladder.pass_over(session, round_.id)
            case = await ladder.next_unsent(session, round_.clan, round_.id)
            clan = await clans.clan_by_id(session, round_.clan)
            if case is None or case.user is None or clan is None:
                return None
            await ladder.change_cases(session, [case.id], notice=Notice.TRYING.value)
            tried = case.notice is Notice.TRYING
            return Letter(round_.id, clan, case, case.user, round_.text, tried)

    async def note_sent(self, letter: Letter, came: Notice) -> None:
        """What came of a notice; the grace begins, where it was not over before."""
        now, case = self._clock(), letter.case.id
        async with self._database.write() as session:
            grace = (await ladder.settings(session, letter.clan.id)).grace
            until = None if came is Notice.OVER else now + grace
            await ladder.change_cases(session, [case], notice=came.value, grace_until=until)
            if came is not Notice.OVER:
                await ladder.note_steps(session, letter.clan.id, [(case, came)], None, now)

    async def progress(self, round_: int) -> Round | None:
        """How far a round is; one with nothing left to be sent is over from now on."""
        async with self._database.write() as session:
            found = await ladder.round_of(session, round_)
            if found is not None and found.ended_at is None and not found.left:
                await ladder.end_round(session, round_, self._clock())
                found = await ladder.round_of(session, round_)
        return found


def _columns(one: Placed, round_: int, quiet: Quiet, now: datetime) -> dict[str, Any]:
    """The case that a notice opens. Who is linked to nobody is told in the game, and has their grace now."""
    user = one.judged.person.user
    return {
        "user_id": user,
        "round_id": round_,
        "notice": (Notice.UNLINKED if user is None else Notice.PENDING).value,
        "grace_until": now + quiet.settings.grace if user is None else None,
    }


def receivers(quiet: Quiet) -> tuple[list[Placed], list[Placed]]:
    """Who is quiet and can be told in private, and who is linked to nobody."""
    found = quiet.of(Stage.QUIET)
    linked = [one for one in found if one.judged.person.user is not None]
    return linked, [one for one in found if one.judged.person.user is None]


def fingerprint(quiet: Quiet) -> int:
    """Tells whether the same people are quiet as were shown."""
    leads = sorted(one.lead for one in quiet.of(Stage.QUIET))
    return crc32(",".join(map(str, leads)).encode())
