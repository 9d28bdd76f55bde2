"""Private notices to who is quiet: intended first, sent one after the other, each once."""

from collections.abc import Iterable
from dataclasses import dataclass
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
            for one in found:
                person = one.judged.person
                linked = person.user is not None
                case = await ladder.open_case(
                    session,
                    clan.id,
                    person.lead.member,
                    person.user,
                    by,
                    now,
                    round_id=round_,
                    notice=(Notice.PENDING if linked else Notice.UNLINKED).value,
                    grace_until=None if linked else now + quiet.settings.grace,
                )
                await ladder.note_step(session, clan.id, case, "flagged", by, now, evidence(one))
                if not linked:
                    await ladder.note_step(session, clan.id, case, Notice.UNLINKED, by, now)
            members = [one.judged.person.lead.member for one in found]
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
        """The next notice of a round; that it is tried is stored first. None where none is left."""
        async with self._database.write() as session:
            case = await ladder.next_unsent(session, round_.id)
            clan = await clans.clan_by_id(session, round_.clan)
            if case is None or case.user is None or clan is None:
                return None
            await ladder.change_case(session, case.id, notice=Notice.TRYING.value)
            tried = case.notice is Notice.TRYING
            return Letter(round_.id, clan, case, case.user, round_.text, tried)

    async def note_sent(self, letter: Letter, came: Notice) -> None:
        """What came of a notice; the grace begins."""
        now = self._clock()
        async with self._database.write() as session:
            grace = (await ladder.settings(session, letter.clan.id)).grace
            await ladder.change_case(session, letter.case.id, notice=came.value, grace_until=now + grace)
            await ladder.note_step(session, letter.clan.id, letter.case.id, came, None, now)

    async def progress(self, round_: int) -> Round | None:
        """How far a round is; one with nothing left to be sent is over from now on."""
        async with self._database.write() as session:
            found = await ladder.round_of(session, round_)
            if found is not None and found.ended_at is None and not found.left:
                await ladder.end_round(session, round_, self._clock())
                found = await ladder.round_of(session, round_)
        return found


def receivers(quiet: Quiet) -> tuple[list[Placed], list[Placed]]:
    """Who is quiet and can be told in private, and who is linked to nobody."""
    found = quiet.of(Stage.QUIET)
    linked = [one for one in found if one.judged.person.user is not None]
    return linked, [one for one in found if one.judged.person.user is None]


def fingerprint(quiet: Quiet) -> int:
    """Tells whether the same people are quiet as were shown."""
    leads = sorted(one.judged.person.lead.member for one in quiet.of(Stage.QUIET))
    return crc32(",".join(map(str, leads)).encode())
