"""Who was not heard: no message where a Discord user is linked to them, else nobody knows."""

from datetime import timedelta

from bot.domain.cards import MemberCard
from bot.domain.clans import Clan
from bot.domain.ids import UserId
from bot.domain.metrics import CHAT_STREAK, MESSAGES
from bot.domain.periods import Period, read_period
from bot.present.card import member_card
from bot.services.clan_site import clan_sites
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import Laid, game, lay

DAY = timedelta(days=1)


async def laid_out(database: Database) -> Laid:
    """Ann wrote in the game three days ago; Bob and Cy did not, and Cy alone is somebody's in Discord."""
    laid = await lay(database, "UTC")
    for number, name in enumerate(("Ann", "Bob", "Cy"), start=1):
        await laid.member(number, name, number, created_at=NOW - 400 * DAY)
    await laid.hold((1, "Ann", None, None), (2, "Bob", None, None), (3, "Cy", None, None))
    await laid.observe(NOW - 40 * DAY, NOW)
    await laid.hear(game("Ann"), [NOW - 3 * DAY])
    await laid.links.claim(await laid.clan(), UserId(7), "Cy")
    return laid


def week(clan: Clan) -> Period:
    return read_period("7d", now=NOW, zone=clan.zone)


async def card_of(laid: Laid, name: str) -> MemberCard:
    clan = await laid.clan()
    return await laid.stats.card(clan, await laid.lookup.by_name(clan, name), week(clan))


async def test_boards_of_messages_and_of_days_in_a_row_have_no_place_for_who_may_have_written(
    database: Database,
) -> None:
    laid = await laid_out(database)
    clan = await laid.clan()
    for of in (MESSAGES, CHAT_STREAK):
        board = await laid.leaderboards.top(clan, of, week(clan))
        assert {row.entry.name: row.entry.value for row in board.standings} == {"Ann": 1, "Cy": 0}
        assert board.unmeasured == ("Bob",)


async def test_a_comparison_does_not_say_0_of_who_may_have_written(database: Database) -> None:
    laid = await laid_out(database)
    clan = await laid.clan()
    compared = await laid.comparisons.compare(clan, ["Ann", "Bob", "Cy"], week(clan))
    assert dict(compared.rows)[MESSAGES] == (1, None, 0)


async def test_a_card_does_not_say_0_of_who_may_have_written(database: Database) -> None:
    laid = await laid_out(database)
    chat: dict[str, list[str]] = {}
    for name in ("Ann", "Bob", "Cy"):
        shown = member_card(await card_of(laid, name), (await laid.clan()).zone).description or ""
        lines = shown.replace("\xa0", " ").split("\n")
        first = next(number for number, line in enumerate(lines) if line.startswith("Chat"))
        chat[name] = lines[first : lines.index("Total — · level —")]
    assert chat == {
        "Ann": ["Chat **1** · #1 · 1 of 7 days", "\u2003in game 1 · Discord —"],
        "Bob": ["Chat **—**"],
        "Cy": ["Chat **0** · 0 of 7 days", "\u2003in game 0 · Discord 0"],
    }
    ann = await card_of(laid, "Ann")
    assert ann.chat.of == 2, "the place is among those of whom it is known"


async def test_the_days_of_a_chart_and_of_a_members_page_are_unknown_where_they_may_have_written(
    database: Database,
) -> None:
    laid = await laid_out(database)
    site = await clan_sites(database, laid.clock).read(await laid.clan())
    pages = {one.name: set(one.message_days[-7:]) for one in site.people}
    charts = {
        name: {day.messages for day in (await card_of(laid, name)).days} for name in ("Ann", "Bob", "Cy")
    }
    assert pages == charts == {"Ann": {None, 1}, "Bob": {None}, "Cy": {0}}
