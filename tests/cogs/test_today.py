"""``/officer today``: what awaits an officer, found wherever it is, in a constant number of statements."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.domain.activity import snowflake_at
from bot.domain.facts import BroadcastFact, MessageFact, MessageKind
from bot.domain.ids import ChannelId, MemberId, MessageId, UserId
from bot.domain.link_review import Officer
from bot.domain.rules.files import read_rules
from bot.domain.today import Awaits
from bot.domain.worklist import NewStep, StepKind
from bot.present.today import WORDS
from bot.services.inactivity import Inactivity
from bot.services.storing import Heard, store
from bot.services.today import PROVIDERS, Today
from db.queries import clans, ladder, mass_leaves
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import change, started
from tests.cogs.desk import colleagues, dispute
from tests.cogs.quiet import LATER, gone_quiet
from tests.cogs.reading import is_private, lines_of, message_of, text_of
from tests.cogs.test_inactivity import look_at
from tests.cogs.world import CY, FINN, JOHN, NOW, OTHERS, WIDEST
from tests.simulator import as_bot

RULES = "ranks: [{name: vip, order: 1, wom_role: onyx, when: {field: overall, over: 7d, at_least: 100m}}]"
MONA = Officer(UserId(1), manages=True)


@contextmanager
def counted() -> Generator[list[str]]:
    """Every statement that is sent to a database meanwhile."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def today(foundry: Foundry) -> Today:
    """Asked at a time of our own: the bot's clock is the simulated one only while it is asked something."""
    return Today(foundry.services.database, lambda: NOW)


async def put(foundry: Foundry, *names: str) -> None:
    clan, lookup = await foundry.clan(), foundry.services.lookup
    members = [(await lookup.by_name(clan, name)).member.id for name in names]
    steps = [NewStep(StepKind.REMOVE, member, f"remove:{member}") for member in members]
    await foundry.services.worklist.add(clan, steps, UserId(1))


async def trouble(foundry: Foundry) -> None:
    """Something of each sort waits."""
    clan, john = await foundry.clan(), foundry.john
    foundry.places.guild.add_member(foundry.env.create_user("dora"), nick="Dee 🔥")
    await dispute(foundry)
    await foundry.services.link_review.link(clan, MONA, UserId(john.id), JOHN)
    await john.slash(foundry.general, "proof", kind="event", note="bingo")
    await put(foundry, *OTHERS[:4])
    foundry.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=403, code=50013)
    await started(foundry, change(john, add=(foundry.places.guild.create_role("Onyx"),)))
    message = MessageId(snowflake_at(NOW - timedelta(days=1)))
    line = BroadcastFact("unknown", {}, raw="what is this?")
    fact = MessageFact(message, ChannelId(5), MessageKind.BROADCAST, None, 5, line)
    with as_bot(foundry.env):
        await foundry.services.eligibility.save(clan, read_rules(RULES), UserId(1), "", basis=0)
        await foundry.services.eligibility.note(clan, None)
    async with foundry.services.database.write() as session:
        grace = NOW - timedelta(days=1)
        quiet = (await foundry.services.lookup.by_name(clan, OTHERS[5])).member.id
        await ladder.open_cases(
            session, clan.id, {quiet: {"reply": "quit", "replied_at": grace}}, UserId(1), grace
        )
        await store(session, clan.id, [Heard(ChannelId(5), message, fact)], {})
        await mass_leaves.add(session, clan, 7, 26, NOW - timedelta(hours=2))
        failed = {"failed_at": NOW - timedelta(hours=1), "failure": "slow"}
        await clans.update_clan(session, clan.id, **failed)


async def test_everything_that_waits_is_in_one_list_with_the_way_to_go(foundry: Foundry) -> None:
    channel, olaf = await colleagues(foundry), foundry.places.officer
    await trouble(foundry)
    shown = await olaf.slash(channel, "officer today")
    assert not is_private(shown)
    description = message_of(shown).embeds[0].description or ""
    for awaits in Awaits:
        assert f"</{WORDS[awaits].way}:" in description, awaits
    assert [re.sub(r"</([a-z ]+):\d+>", r"/\1", line) for line in lines_of(shown)] == [
        "Today · Iron Foundry",
        "1 poll of Wise Old Man failed → /setup",
        "-#  it answers too slowly · since <t>",
        "7 members are missing at once → /officer roster or the notice of it",
        "-#  since <t>",
        "1 name in dispute → /member identity review",
        "-#  ann b · the oldest <t>",
        "1 claim of an account → /member accounts",
        "-#  Cy · the oldest <t>",
        "1 proof to look at → /member proof",
        "-#  Jo hn · the oldest <t>",
        "1 member has earned a rank → /promotions",
        f"-#  {WIDEST} · the oldest <t>",
        "1 quiet person to decide of → /inactive For your decision",
        "-#  Member 06 · the oldest <t>",
        "4 things to do in the game → /officer worklist",
        "-#  Member 01, Member 02, Member 03 and 1 other · the oldest <t>",
        "1 change of roles that Discord refused → /officer history open it, Try again",
        "1 account suggested by a nickname → /member accounts list: Suggested by nicknames",
        "-#  Dee",
        "1 relay line not understood → /setup In-game chat, Unknown lines",
        "1 member whom Wise Old Man did not look at for a week → /officer roster filter: Not updated",
        "-#  Finn",
        "-# checked <t>",
    ]
    await foundry.restart(later=timedelta(minutes=5))
    refused = await foundry.john.click(message_of(shown), label="Refresh")
    assert is_private(refused)
    assert "That is for officers" in text_of(refused)
    clan = await foundry.clan()
    for one in await foundry.services.proofs.waiting(clan):
        await foundry.services.proofs.decide(clan, MONA, one.id, approve=True)
    await foundry.places.manager.click(message_of(shown), label="Refresh")
    assert "proof" not in text_of(shown)


async def test_as_many_wait_for_a_decision_as_the_list_shows_that_it_leads_to(foundry: Foundry) -> None:
    channel, olaf = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    clan = await foundry.clan()
    await foundry.services.ladder.change(clan, UserId(olaf.id), notices=False)
    over = NOW + LATER - timedelta(days=1)
    async with foundry.services.database.write() as session:
        unknown = {await member(foundry, name): {"grace_until": over} for name in OTHERS[:3]}
        await ladder.open_cases(session, clan.id, unknown, UserId(1), over)
    shown = await olaf.slash(channel, "officer today")
    (line,) = [one for one in lines_of(shown) if "to decide of" in one]
    assert line.startswith("2 quiet people to decide of"), "nobody looked at the other three since"
    listed = await olaf.slash(channel, "inactive")
    await look_at(olaf, listed, "decide")
    assert lines_of(listed)[0] == "For your decision · 2 of 26 people"
    await foundry.services.ladder.change(clan, UserId(olaf.id), notices=True)
    shown = await olaf.slash(channel, "officer today")
    assert "to decide of" not in text_of(shown), "they are to be told first"


async def test_more_of_it_takes_no_more_statements(foundry: Foundry) -> None:
    await trouble(foundry)
    clan, people = await foundry.clan(), {UserId(foundry.ann.id): "Ann", UserId(foundry.john.id): "John"}
    sent: list[int] = []
    for more in (OTHERS[4:5], OTHERS[5:]):
        await put(foundry, *more)
        for name in more:
            await foundry.services.links.claim(clan, UserId(foundry.ann.id), name)
        with counted() as statements:
            found = await today(foundry).of(clan, people, {})
        sent.append(len(statements))
        assert found[Awaits.WORKLIST].number > 4
    with counted() as of_who_is_quiet:
        await Inactivity(foundry.services.database, lambda: NOW).quiet(clan, None, {})
    assert sent[0] == sent[1] <= 20 + len(of_who_is_quiet), sent


async def test_where_nothing_waits_it_says_so_and_members_see_nothing(foundry: Foundry) -> None:
    clan = await foundry.clan()
    for actor in (foundry.john, foundry.places.stranger):
        refused = await actor.slash(foundry.commands, "officer today")
        assert is_private(refused)
        assert text_of(refused).startswith("That is for officers.")
    assert set(PROVIDERS) == set(Awaits) == set(WORDS), "each sort is found, and has words"
    await foundry.services.links.remove(clan, UserId(foundry.john.id), await member(foundry, JOHN))
    await foundry.services.links.remove(clan, UserId(foundry.john.id), await member(foundry, CY))
    async with foundry.services.database.write() as session:
        await clans.update_clan(session, clan.id, failed_at=None, failure=None)
    found = await today(foundry).of(await foundry.clan(), {}, {})
    assert {awaits: one.names for awaits, one in found.items()} == {Awaits.UNCHECKED: (FINN,)}


async def member(foundry: Foundry, name: str) -> MemberId:
    return (await foundry.services.lookup.by_name(await foundry.clan(), name)).member.id
