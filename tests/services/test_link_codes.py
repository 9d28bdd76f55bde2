"""A code that is said in the game chat verifies the link that it was given for, and nothing else does."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.accounts import CODE_LIFETIME, CODE_SKEW, OPEN_CODES, LinkChange
from bot.domain.doubles import RelayId
from bot.domain.errors import LinkNotFound, TooManyCodes
from db.models import Base
from db.queries import clans
from db.session import Database
from tests.services.hearing import GENERAL, RELAYED, at, relayed, said
from tests.services.linked import ANN, BOB, OFFICER, Linked, linked

LATER = timedelta(seconds=1)


@pytest.fixture
async def home(database: Database) -> AsyncGenerator[Linked]:
    async with linked(database) as home:
        home.join("Jo hn", "Else", "Owner")
        await home.stage.poll()
        yield home


async def everything_stored(home: Linked) -> str:
    """Every row of every table, as text."""
    async with home.stage.database.read() as session:
        rows = [
            str((await session.execute(text(f"SELECT * FROM {table}"))).all())
            for table in Base.metadata.tables
        ]
    return "\n".join(rows)


@pytest.mark.slow_on_postgres
async def test_the_code_said_under_the_accounts_name_verifies_it_at_once_and_once(home: Linked) -> None:
    code = await home.claim(ANN, "Jo hn")
    await home.say(ANN, "Ann", 2)
    assert await home.shown(ANN) == ["Jo hn*"]
    await home.relay(f"<:Onyx:1> **Jo\\_hn**: \\!link {code}")
    assert await home.shown(ANN) == ["Jo hn*!"]
    assert [(one.user, one.name, one.change) for one in home.told] == [(ANN, "Jo hn", LinkChange.VERIFIED)]
    (entry,) = await home.audit()
    assert (entry[0], entry[1], entry[2]["how"]) == (ANN, "link_verified", "code")
    await home.stage.links.remove(await home.stage.clan(), ANN, await home.member("Jo hn"))
    await home.relay(f"**Jo hn**: !link {code}")
    assert await home.shown(ANN) == []
    assert len(home.told) == 1


@pytest.mark.slow_on_postgres
async def test_nothing_that_is_said_is_stored(home: Linked) -> None:
    code = await home.claim(ANN, "Jo hn")
    assert code is not None
    await home.relay(f"**Else**: !link {code}")
    await home.relay(f"**Jo hn**: !link {code}")
    assert "!link" not in await everything_stored(home)
    assert f"'{code}'" not in await everything_stored(home)
    assert await home.counted() == {"Else": 1, "Jo hn": 1}


async def test_nobody_gains_the_owners_account_by_claiming_it(home: Linked) -> None:
    """Whoever plays Else claims the owner's account, and tries what they can."""
    code = await home.claim(ANN, "Owner")
    other = next(f"{number:04}" for number in range(10_000) if f"{number:04}" != code)
    await home.relay(f"**Else**: !link {code}")
    await home.relay(f"**Owner**: !link {code}", author=123)
    await home.relay(f"**Owner**: !link {other}")
    await home.relay(f"**Owner**: say !link {code}")
    await home.relay(f"**Else**: **Owner**: !link {code}")
    await home.relay(f"**Own er**: !link {code}")
    typed = said(at(home.stage.clock.now, 900), ANN, content=f"**Owner**: !link {code}")
    for channel in (GENERAL, RELAYED):
        home.ingest.observe(replace(typed, channel=channel, message=at(home.stage.clock.now, 901 + channel)))
    await home.ingest.flush()
    assert await home.shown(ANN) == ["Owner*"]
    assert home.told == []


@pytest.mark.slow_on_postgres
async def test_a_code_counts_by_the_lines_own_time(home: Linked) -> None:
    given = home.stage.clock.now
    code = await home.claim(ANN, "Jo hn")
    await home.relay(f"**Jo hn**: !link {code}", moment=given - CODE_SKEW - LATER)
    await home.relay(f"**Jo hn**: !link {code}", moment=given + CODE_LIFETIME)
    assert await home.shown(ANN) == ["Jo hn*"]
    home.stage.clock.advance(hours=3)
    await home.relay(f"**Jo hn**: !link {code}", moment=given + CODE_LIFETIME - LATER)
    assert await home.shown(ANN) == ["Jo hn*!"], "the bot was away when it was said in time"


async def test_a_code_said_while_the_bot_was_away_is_found_in_the_history(home: Linked) -> None:
    given = home.stage.clock.now
    code = await home.claim(ANN, "Jo hn")
    line = relayed(at(given + timedelta(minutes=1)), f"**Jo hn**: !link {code}")
    await home.ingest.store_page(home.stage.id, [line], given)
    assert await home.shown(ANN) == ["Jo hn*!"]
    assert len(home.told) == 1


async def test_the_name_must_be_the_members_at_that_moment(home: Linked) -> None:
    """Renamed after the code was given: the old name is anybody's, the new one is the member's."""
    code = await home.claim(ANN, "Jo hn")
    wom, clock = home.stage.wom, home.stage.clock
    clock.advance(minutes=1)
    player = wom.find("Jo hn")
    assert player is not None
    wom.approve_rename(wom.submit_rename(player.id, "Newname", clock.now), clock.now)
    await home.stage.later(minutes=1)
    await home.relay(f"**Jo hn**: !link {code}")
    assert await home.shown(ANN) == ["Newname*"]
    await home.relay(f"**Newname**: !link {code}")
    assert await home.shown(ANN) == ["Newname*!"]


async def test_who_is_missing_from_the_roster_proves_nothing(home: Linked) -> None:
    """The name may be another's by then, and guests talk in a clan's chat."""
    player = home.stage.wom.find("Jo hn")
    assert player is not None
    home.stage.wom.leave(home.stage.group, player.id, home.stage.clock.now)
    await home.stage.later(minutes=10)
    code = await home.claim(ANN, "Jo hn")
    await home.relay(f"**Jo hn**: !link {code}")
    assert await home.shown(ANN) == ["Jo hn*"]


async def test_each_user_has_a_code_of_their_own_and_the_one_that_is_said_decides(home: Linked) -> None:
    first, second = await home.claim(ANN, "Jo hn"), await home.claim(BOB, "Jo hn")
    assert first != second
    await home.relay(f"**Jo hn**: !link {second}")
    assert await home.shown(BOB) == ["Jo hn*!"]
    assert await home.shown(ANN) == ["Jo hn-"]
    await home.relay(f"**Jo hn**: !link {first}")
    assert await home.shown(ANN) == ["Jo hn-"], "a verified link makes an end of other codes"


async def test_of_two_codes_of_one_account_in_one_batch_the_first_that_was_said_counts(home: Linked) -> None:
    first, second = await home.claim(ANN, "Jo hn"), await home.claim(BOB, "Jo hn")
    for seconds, code in enumerate((second, first), start=1):
        said_at = at(home.stage.clock.now + timedelta(seconds=seconds))
        home.ingest.observe(relayed(said_at, f"**Jo hn**: !link {code}"))
    await home.ingest.flush()
    assert len(home.told) == 1
    assert [*await home.shown(ANN), *await home.shown(BOB)] == ["Jo hn-", "Jo hn*!"]


@pytest.mark.slow_on_postgres
async def test_a_user_has_few_codes_open_at_once_and_keeps_each_until_it_ends(home: Linked) -> None:
    names = [f"Account {number}" for number in range(OPEN_CODES + 1)]
    home.join(*names)
    await home.stage.later(minutes=1)
    clan = await home.stage.clan()
    for name in names:
        await home.claim(ANN, name)
    mine = await home.stage.links.mine(clan, ANN)
    assert [one.name for one in mine.codes] == names[:OPEN_CODES]
    assert (await home.stage.links.want_code(clan, ANN, mine.codes[0].member)).codes == mine.codes
    last = await home.member(names[-1])
    with pytest.raises(TooManyCodes):
        await home.stage.links.want_code(clan, ANN, last)
    home.stage.clock.advance(minutes=15)
    again = await home.stage.links.want_code(clan, ANN, last)
    assert [one.name for one in again.codes] == [names[-1]]


async def test_what_needs_no_code_gets_none(home: Linked) -> None:
    clan = await home.stage.clan()
    await home.review.link(clan, OFFICER, ANN, "Jo hn")
    mine = await home.stage.links.mine(clan, ANN)
    assert (mine.codes, mine.provable) == ([], [])
    with pytest.raises(LinkNotFound):
        await home.stage.links.want_code(clan, ANN, await home.member("Jo hn"))
    async with home.stage.database.write() as session:
        relays = await clans.relays_of(session, [clan.id])
        await clans.remove_relays(session, clan.id, [RelayId(one.channel, one.author) for one in relays])
    assert await home.claim(BOB, "Else") is None, "there is no chat in which it could be said"
