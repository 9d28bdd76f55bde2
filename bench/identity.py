"""What officers' decisions and names cost: resolving, a name that becomes known, a merge and its undoing."""

import statistics
import time
from collections.abc import AsyncGenerator
from datetime import timedelta

from bench.measure import Figure, measure
from bench.sizes import NOW
from bot.domain.activity import snowflake_at
from bot.domain.clans import Clan
from bot.domain.facts import MessageKind, relay_source
from bot.domain.identity import Held
from bot.domain.ids import ChannelId, MemberId, MessageId, UserId
from bot.domain.names import name_key
from bot.services.decisions import Decisions
from db.queries import attributions, clans, messages, names, sources
from db.queries.messages import StoredMessage
from db.session import Database

WAITING = 100_000
RESOLVED = 200_000
OFFICER = UserId(1)


def resolved_a_second(*, known: bool) -> float:
    """Names a second that are folded and looked up among those in memory, all found or none."""
    remembered = {relay_source(name_key(f"Member {number}"), ""): number for number in range(700)}
    by_key = {ref.key: number for ref, number in remembered.items()}
    said = [f"{'Member' if known else 'Nobody'} {number % 700}" for number in range(RESOLVED)]
    rates: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        for name in said:
            by_key.get(name_key(name))
        rates.append(RESOLVED / (time.perf_counter() - begun))
    return statistics.median(rates)


async def figures(database: Database, clan: Clan) -> AsyncGenerator[Figure]:
    """A name with many waiting messages, and a merge of two members with all their history."""
    await _lay_waiting(database, clan)
    decisions = Decisions(database, lambda: NOW)
    gone, kept = MemberId(400), MemberId(7)
    async with database.read() as session:
        own = [one for one in await names.observed_names(session, clan.id) if one.member == gone]

    async def learn() -> None:
        waiting = Held(gone, name_key("Waiting"), "Waiting", None, None, "roster")
        await _hold(database, clan, gone, [*own, waiting])

    async def forget() -> None:
        await _hold(database, clan, gone, own)

    async def learn_and_forget() -> None:
        await learn()
        await forget()

    both = await measure(f"a name with {WAITING:,} messages, known and unknown", learn_and_forget, target=20)
    yield both

    async def merge_and_undo() -> None:
        await decisions.undo(clan, await decisions.merge(clan, gone, kept, OFFICER), OFFICER)

    yield await measure("a merge and its undoing, a year of history", merge_and_undo, target=50)


async def _lay_waiting(database: Database, clan: Clan) -> None:
    first = snowflake_at(NOW - timedelta(days=30))
    async with database.write() as session:
        ref = relay_source(name_key("Waiting"), "Waiting")
        source = (await sources.add_sources(session, clan.id, [ref]))[ref]
    for start in range(0, WAITING, 5_000):
        async with database.write() as session:
            said = [
                StoredMessage(MessageId(first + (number << 24)), ChannelId(1), source, MessageKind.GAME, 5)
                for number in range(start, start + 5_000)
            ]
            await messages.add_messages(session, clan.id, said)


async def _hold(database: Database, clan: Clan, member: MemberId, held: list[Held]) -> None:
    """As a poll writes it: the member's names, who held which, whose the lines are."""
    async with database.write() as session:
        await clans.lock_clan(session, clan.id)
        touched = await names.replace_names(session, clan.id, [member], held)
        await names.rebuild_aliases(session, clan.id, touched)
        await attributions.attribute_relayed_names(session, clan.id, touched)
