"""Who is quiet, over real databases: every clock by person, in a constant number of statements."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from bot.domain.clans import GuildSettings, Relay
from bot.domain.ids import ChannelId, MemberId, UserId
from bot.domain.inactivity import Standing, Why
from bot.domain.ladder import Choice, Stage
from bot.domain.metrics import OVERALL
from bot.services.absences import Absences
from bot.services.inactivity import Inactivity, Roles
from bot.services.ladder import Ladder
from db.models import Member
from db.queries import clans, cursors, links
from db.session import Database
from tests.services.hearing import GENERAL, NOW, RELAY, RELAYED, at
from tests.services.laid import Laid, game, lay, person

OWNER, IMPOSTOR, OFFICER = UserId(5), UserId(6), UserId(50)
OTHER = ChannelId(12)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class Silent(Laid):
    """A clan whose chat was heard for 90 days, in Discord too, with a line of somebody twice a day."""

    async def quiet_member(self, number: int, name: str, **columns: Any) -> None:
        """In the clan for a year, without a gain for 43 days, checked today."""
        await self.member(number, name, number, **({"joined_at": ago(365)} | columns))
        await self.look(number, ago(43), ago(0.1))
        await self.hold((number, name, None, None))

    async def link(self, user: UserId, *accounts: int, verified: bool = True) -> None:
        pairs = [(user, MemberId(account)) for account in accounts]
        async with self.database.write() as session:
            if verified:
                await links.add_verified(session, self.id, pairs, pairs[:1], now=NOW, by=OFFICER)
            for _, account in pairs if not verified else ():
                await links.add_link(session, self.id, user, account, is_main=False, now=NOW)

    async def standings(self, days: int | None = 30, roles: Roles = None) -> dict[str, Standing]:
        quiet = await Inactivity(self.database, self.clock).quiet(await self.clan(), days, roles)
        return {one.judged.person.lead.name: one.judged.standing for one in quiet.people}

    async def whys(self, name: str) -> list[Why]:
        quiet = await Inactivity(self.database, self.clock).quiet(await self.clan(), 30, None)
        one = next(one for one in quiet.people if one.judged.person.lead.name == name)
        return [doubt.why for doubt in one.judged.doubts]


async def silent(database: Database, *, heard: bool = True) -> Silent:
    laid = await lay(database)
    made = Silent(laid.database, laid.id, laid.clock, laid.known)
    async with database.write() as session:
        await clans.save_relay(session, Relay(made.id, RELAYED, RELAY))
    if heard:
        await made.observe(ago(90), NOW, RELAYED)
        await made.observe(ago(90), NOW, GENERAL)
        await made.hear(game("Somebody"), [ago(half / 2) for half in range(1, 180)])
    return made


@contextmanager
def counted(database: Database, *, writing: bool = False) -> Generator[list[str]]:
    """The statements that are sent meanwhile by readers, or by writers."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    reader, writer = database._reader, database._writer  # pyright: ignore[reportPrivateUsage] -- it is counted
    engine = (writer if writing else reader).sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.slow_on_postgres
async def test_every_clock_is_read_for_every_person(database: Database) -> None:
    clan = await silent(database)
    for number, name in enumerate(("Gone", "Main", "Alt", "Talker", "Writer", "Stale", "Event"), 1):
        await clan.quiet_member(number, name)
    await clan.look(3, ago(2), ago(0.1))
    await clan.look(6, ago(43), ago(9))
    await clan.link(OWNER, 2, 3)
    await clan.link(IMPOSTOR, 5)
    await clan.hear(game("Talker"), [ago(4)])
    await clan.hear(person(IMPOSTOR), [ago(6)])
    await clan.member(8, "Left", left_at=ago(50))
    assert await clan.standings() == {
        "Gone": Standing.QUIET,
        "Main": Standing.ACTIVE,
        "Talker": Standing.ACTIVE,
        "Writer": Standing.ACTIVE,
        "Stale": Standing.UNKNOWN,
        "Event": Standing.QUIET,
    }
    assert await clan.whys("Stale") == [Why.UNCHECKED]


async def test_a_stale_a_partly_stale_and_an_unheard_day_flag_nobody(database: Database) -> None:
    clan = await silent(database, heard=False)
    await clan.quiet_member(1, "Gone")
    await clan.observe(ago(30), NOW, RELAYED)
    lines = [ago(half / 2) for half in range(1, 61)]
    await clan.hear(game("Somebody"), [one for one in lines if not ago(16) <= one <= ago(14)])
    assert await clan.whys("Gone") == [Why.GAME_SHORT], "nobody's line for two days: the relay was broken"
    await clan.hear(game("Somebody"), [one for one in lines if ago(16) <= one <= ago(14)])
    assert await clan.standings() == {"Gone": Standing.QUIET}
    await clan.look(1, ago(30), ago(0.5))
    assert await clan.whys("Gone") == [Why.GAINS_SHORT], "half of the last day was not looked at"
    await clan.look(1, ago(43), ago(2.5))
    assert await clan.whys("Gone") == [Why.UNCHECKED]


@SQLITE
async def test_a_bot_that_is_five_days_old_flags_nobody_whose_chat_it_hears(database: Database) -> None:
    clan = await silent(database, heard=False)
    await clan.quiet_member(1, "Gone")
    await clan.quiet_member(2, "Linked")
    await clan.link(OWNER, 2)
    assert await clan.whys("Gone") == [Why.GAME_UNHEARD]
    await clan.observe(ago(5), NOW, RELAYED)
    await clan.hear(game("Somebody"), [ago(half / 2) for half in range(1, 10)])
    assert await clan.whys("Gone") == [Why.GAME_SHORT]
    assert await clan.whys("Linked") == [Why.GAME_SHORT, Why.DISCORD_UNHEARD], "of relays only"
    await clan.observe(ago(5), NOW, GENERAL)
    assert await clan.whys("Linked") == [Why.GAME_SHORT, Why.DISCORD_SHORT]


async def test_a_deaf_channel_is_not_silence(database: Database) -> None:
    clan = await silent(database)
    await clan.quiet_member(1, "Unlinked")
    await clan.quiet_member(2, "Linked")
    await clan.link(OWNER, 2)
    await clan.observe(ago(90), ago(20), OTHER)
    assert await clan.standings() == {"Unlinked": Standing.QUIET, "Linked": Standing.QUIET}
    async with database.write() as session:
        await cursors.open_holes(session, clan.id, {ChannelId(OTHER): at(ago(20))})
    assert await clan.whys("Linked") == [Why.DISCORD_UNHEARD], "it is behind by 20 days"
    assert await clan.standings() == {"Unlinked": Standing.QUIET, "Linked": Standing.UNKNOWN}
    async with database.write() as session:
        guild = (await clan.clan()).guild
        await clans.save_guild_settings(session, GuildSettings(guild, excluded=frozenset({OTHER})))
    assert (await clan.standings())["Linked"] is Standing.QUIET, "officers said that it does not count"


async def test_of_two_relays_one_that_is_broken_is_not_silence(database: Database) -> None:
    clan = await silent(database)
    await clan.quiet_member(1, "Gone")
    async with database.write() as session:
        await clans.save_relay(session, Relay(clan.id, OTHER, RELAY))
    assert await clan.whys("Gone") == [Why.GAME_UNHEARD], "nobody listened there"
    await clan.observe(ago(90), NOW, OTHER)
    await clan.hear(game("Somebody"), [ago(half / 2) for half in range(40, 180)], channel=OTHER)
    assert await clan.whys("Gone") == [Why.GAME_UNHEARD], "its relay wrote nothing for 20 days"
    await clan.hear(game("Somebody"), [ago(half / 2) for half in range(1, 40)], channel=OTHER)
    assert await clan.standings() == {"Gone": Standing.QUIET}


async def test_a_gain_that_wom_dates_too_early_and_a_profile_that_is_new_are_told(database: Database) -> None:
    clan = await silent(database)
    await clan.quiet_member(1, "Updated")
    await clan.see(1, ago(50), {OVERALL: 5})
    await clan.see(1, ago(1), {OVERALL: 6})
    await clan.member(2, "Moved", 2, 3, joined_at=ago(365))
    await clan.look(2, ago(60), ago(50))
    await clan.look(3, None, ago(0.1))
    await clan.see(3, ago(10), {OVERALL: 5})
    assert await clan.standings() == {"Updated": Standing.ACTIVE, "Moved": Standing.UNKNOWN}
    assert await clan.whys("Moved") == [Why.GAINS_SHORT], "between the two profiles nobody looked"


async def test_who_claims_an_owners_account_neither_excuses_it_nor_speaks_for_it(database: Database) -> None:
    clan = await silent(database)
    await clan.quiet_member(1, "Owner")
    await clan.quiet_member(2, "Impostor")
    await clan.look(2, ago(1), ago(0.1))
    await clan.link(IMPOSTOR, 2)
    await clan.link(IMPOSTOR, 1, verified=False)
    await clan.hear(person(IMPOSTOR), [ago(1)])
    absences = Absences(database, clan.clock)
    mine = await absences.note(await clan.clan(), IMPOSTOR, "Imp", NOW + timedelta(days=60), "")
    assert (mine.verified, mine.claimed) == (("Impostor",), ("Owner",))
    assert (await clan.standings())["Owner"] is Standing.QUIET
    await clan.link(IMPOSTOR, 1)
    assert await clan.standings() == {"Impostor": Standing.ABSENT}, "verified, they are one person"


@pytest.mark.slow_on_postgres
async def test_an_absence_follows_a_merge_ends_by_itself_and_is_told_once(database: Database) -> None:
    clan = await silent(database)
    await clan.quiet_member(1, "Gone")
    await clan.member(2, "Was Gone", left_at=ago(100))
    absences = Absences(database, clan.clock)
    await absences.note_for(await clan.clan(), MemberId(2), NOW + timedelta(days=3), "sea", OFFICER)
    assert (await clan.standings())["Gone"] is Standing.QUIET
    async with database.write() as session:
        await session.execute(update(Member).where(Member.id == 2).values(same_as=1))
    assert (await clan.standings())["Gone"] is Standing.ABSENT
    clan.clock.advance(days=4)
    assert await clan.whys("Gone") == [Why.UNCHECKED, Why.GAME_UNHEARD], "and not away"
    await clan.look(1, ago(43), clan.clock.now)
    await clan.observe(ago(90), clan.clock.now, RELAYED)
    await clan.hear(game("Somebody"), [NOW + timedelta(days=day / 2) for day in range(8)])
    assert await clan.whys("Gone") == [Why.GAINS_SHORT, Why.GAME_SHORT], "time away is not counted"
    assert await absences.reminders([(await clan.clan()).guild]) == [], "nobody to tell is linked"


@SQLITE
async def test_ranks_members_and_roles_make_safe_and_ranks_have_limits(database: Database) -> None:
    clan = await silent(database)
    for number, name, rank in (
        (1, "Ruby", "ruby"),
        (2, "Opal", "opal"),
        (3, "Jade", "jade"),
        (4, "Kept", "jade"),
    ):
        await clan.quiet_member(number, name, wom_role=rank)
    await clan.link(OWNER, 3)
    await clan.observe(ago(90), NOW, 1)
    ladder, found = Ladder(database, clan.clock), await clan.clan()
    await ladder.change(found, OFFICER, safe_ranks=frozenset({"ruby"}), safe_roles=frozenset({9}))
    await ladder.change(found, OFFICER, rank="opal", days=60)
    await ladder.decide(found, [MemberId(4)], Choice.KEEP, OFFICER, 30, {})
    assert await clan.standings(None, {OWNER: frozenset({9})}) == {
        "Ruby": Standing.SAFE,
        "Opal": Standing.ACTIVE,
        "Jade": Standing.SAFE,
        "Kept": Standing.SAFE,
    }
    told = await clan.standings(None, {OWNER: frozenset({8})})
    assert told["Jade"] is Standing.QUIET
    assert (await clan.standings(None, None))["Jade"] is Standing.UNKNOWN, "Discord did not tell their roles"
    await ladder.change(found, OFFICER, rank="opal", days=None)
    assert (await clan.standings(None, {}))["Opal"] is Standing.QUIET


@pytest.mark.slow_on_postgres
async def test_any_number_of_members_takes_as_many_statements(database: Database) -> None:
    clan = await silent(database)
    inactivity = Inactivity(database, clan.clock)
    numbers: list[int] = []
    for first, last in ((1, 3), (4, 30)):
        for number in range(first, last + 1):
            await clan.quiet_member(number, f"Member {number}")
            await clan.link(UserId(100 + number), number)
        with counted(database) as sent:
            quiet = await inactivity.quiet(await clan.clan(), 30, None)
        assert len(quiet.of(Stage.UNKNOWN)) + len(quiet.of(Stage.QUIET)) == last
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] <= 18
