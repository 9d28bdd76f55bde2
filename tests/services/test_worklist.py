"""Steps in the game: put once, ticked off once, and a removal that was ticked off is an expected leave."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.clans import Clan
from bot.domain.desk_errors import StepsDone
from bot.domain.errors import Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.worklist import NewStep, Step, StepGroup, StepId, StepKind, Ticked
from bot.services.worklist import Worklist
from db.models import AuditEntry
from db.queries import worklist as queries
from db.session import Database
from tests.services.tale import OFFICER, Tale, told

CROWD = [f"Member {number:02}" for number in range(20)]
COLLEAGUE = UserId(78)
REMOVALS, PROMOTIONS = StepGroup(StepKind.REMOVE), StepGroup(StepKind.PROMOTE, "captain")


@dataclass
class Desk:
    """A clan of 20 that was polled, and its worklist."""

    tale: Tale
    players: list[int]
    ticked: list[Ticked] = field(default_factory=list[Ticked])

    def __post_init__(self) -> None:
        self.worklist = Worklist(self.tale.stage.database, self.tale.stage.clock)
        self.worklist.on_ticked.append(self.ticked.append)

    async def member(self, name: str) -> MemberId:
        return (await self.tale.stage.lookup.by_name(await self.tale.stage.clan(), name)).member.id

    async def put(self, kind: StepKind, *names: str, rank: str | None = None) -> list[StepId]:
        steps = [NewStep(kind, await self.member(name), f"{kind}:{name}", "member", rank) for name in names]
        return await self.worklist.add(await self.tale.stage.clan(), steps, OFFICER)

    async def open(self) -> list[Step]:
        return await self.worklist.open_steps(await self.tale.stage.clan())

    async def remove(self, *names: str) -> None:
        ids = await self.put(StepKind.REMOVE, *names)
        await self.worklist.tick(await self.tale.stage.clan(), ids, OFFICER)

    async def audit(self) -> list[tuple[int, str, list[int]]]:
        async with self.tale.stage.database.read() as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.user_id, row.action, [one["id"] for one in row.detail["steps"]]) for row in rows]


@pytest.fixture
async def desk(database: Database) -> AsyncGenerator[Desk]:
    async with told(database) as tale:
        players = tale.joins(*CROWD)
        await tale.polled(hours=1)
        yield Desk(tale, players)


async def test_a_step_is_put_once_while_it_is_open_and_ticked_off_once(desk: Desk) -> None:
    clan = await desk.tale.stage.clan()
    assert await desk.put(StepKind.PROMOTE, CROWD[1], CROWD[0], CROWD[1], rank="captain") == [1, 2]
    assert await desk.put(StepKind.PROMOTE, CROWD[0], rank="captain") == []
    assert [(one.id, one.name, one.to_rank) for one in await desk.open()] == [
        (1, CROWD[1], "captain"),
        (2, CROWD[0], "captain"),
    ]
    done = await desk.worklist.tick(clan, [StepId(1), StepId(9)], OFFICER)
    assert [one.name for one in done.steps] == [CROWD[1]]
    with pytest.raises(StepsDone) as refused:
        await desk.worklist.tick(clan, [StepId(1)], COLLEAGUE)
    assert refused.value == StepsDone(OFFICER, desk.tale.now)
    with pytest.raises(Outdated):
        await desk.worklist.tick(clan, [StepId(9)], COLLEAGUE)
    assert desk.ticked == [done]
    assert await desk.put(StepKind.PROMOTE, CROWD[1], rank="captain") == [3], "it may come up again"
    assert await desk.audit() == [
        (OFFICER, "worklist_added", [1, 2]),
        (OFFICER, "worklist_ticked", [1]),
        (OFFICER, "worklist_added", [3]),
    ]
    async with desk.tale.stage.database.read() as session:
        newest = await queries.steps_of(session, clan.id, [f"promote:{CROWD[1]}", "promote:nobody"])
    assert {origin: (one.id, one.is_open) for origin, one in newest.items()} == {
        f"promote:{CROWD[1]}": (3, True)
    }


async def test_a_group_is_ticked_off_as_far_as_it_was_seen(desk: Desk) -> None:
    clan = await desk.tale.stage.clan()
    *_, seen = await desk.put(StepKind.PROMOTE, *CROWD[:4], rank="captain")
    await desk.put(StepKind.REMOVE, CROWD[9])
    await desk.put(StepKind.PROMOTE, CROWD[4], rank="captain")
    late, kept = await desk.member(CROWD[0]), await desk.member(CROWD[1])
    done = await desk.worklist.tick_all(clan, PROMOTIONS, OFFICER, seen=seen, but=[late, kept])
    assert [one.name for one in done.steps] == CROWD[2:4]
    assert [one.name for one in await desk.worklist.last_done(clan)] == CROWD[2:4]
    dropped = await desk.worklist.drop(clan, PROMOTIONS, [late], COLLEAGUE, seen=seen)
    assert [one.name for one in dropped] == [CROWD[0]]
    assert await desk.worklist.drop(clan, PROMOTIONS, [late], COLLEAGUE, seen=seen) == []
    await desk.worklist.tick_all(clan, PROMOTIONS, COLLEAGUE, seen=seen)
    with pytest.raises(StepsDone) as refused:
        await desk.worklist.tick_all(clan, PROMOTIONS, OFFICER, seen=seen)
    assert refused.value == StepsDone(OFFICER, desk.tale.now), "who ticked off the newest that was seen"
    assert [one.name for one in await desk.open()] == [CROWD[9], CROWD[4]], "nobody saw the last one"
    assert [action for _, action, _ in await desk.audit()][-2:] == ["worklist_dropped", "worklist_ticked"]


async def test_what_follows_from_a_tick_is_stored_with_it_or_not_at_all(desk: Desk) -> None:
    clan = await desk.tale.stage.clan()
    ids = await desk.put(StepKind.PROMOTE, *CROWD[:2], rank="captain")
    seen: list[Ticked] = []

    async def break_down(session: AsyncSession, of: Clan, ticked: Ticked) -> None:
        assert [one.is_open for one in await queries.steps_by_id(session, of.id, ids)] == [False, False]
        seen.append(ticked)
        raise RuntimeError("what follows cannot be stored")

    desk.worklist.within.append(break_down)
    with pytest.raises(RuntimeError):
        await desk.worklist.tick(clan, ids, OFFICER)
    assert len(await desk.open()) == 2
    assert (len(seen), desk.ticked) == (1, [])


@pytest.mark.slow_on_postgres
async def test_removals_that_were_ticked_off_are_believed_at_once_and_are_no_mass_leave(desk: Desk) -> None:
    tale = desk.tale
    last_seen = tale.now
    await desk.remove(*CROWD[:7])
    tale.synced(left=desk.players[:8])
    polled = await tale.polled(hours=1)
    assert (polled.mass_leave, polled.left) == (0, 7)
    assert await tale.roster() == CROWD[7:], "who was missed without a word is pending"
    assert {(await tale.whois(name)).left_at for name in CROWD[:7]} == {last_seen}
    assert await tale.happened("left") == [(name, "left") for name in CROWD[:7]]


@pytest.mark.slow_on_postgres
async def test_an_expected_leave_does_not_make_room_for_others_in_a_mass_leave(desk: Desk) -> None:
    tale = desk.tale
    await desk.remove(*CROWD[:7])
    tale.synced(left=desk.players[:13])
    polled = await tale.polled(hours=1)
    assert (polled.mass_leave, polled.left) == (6, 7), "six of the thirteen who were to stay"
    await tale.polled_for(days=3)
    assert await tale.roster() == CROWD[7:]


async def test_removals_that_are_ticked_off_after_they_were_missed_end_the_mass_leave(desk: Desk) -> None:
    tale = desk.tale
    tale.synced(left=desk.players[:7])
    assert (await tale.polled(hours=1)).mass_leave == 7
    await desk.remove(*CROWD[:5])
    polled = await tale.polled(hours=1)
    assert (polled.mass_leave, polled.left) == (0, 5)


async def test_who_comes_back_after_a_removal_is_expected_to_stay(desk: Desk) -> None:
    tale = desk.tale
    await desk.remove(*CROWD[:7])
    tale.synced(left=desk.players[:7])
    await tale.polled(hours=1)
    tale.passes(hours=1)
    tale.synced(joined=desk.players[:7])
    await tale.polled(hours=1)
    tale.synced(left=desk.players[:7])
    polled = await tale.polled(hours=1)
    assert (polled.mass_leave, polled.left) == (7, 0)


@pytest.mark.slow_on_postgres
async def test_a_step_follows_a_rename_and_says_who_is_gone(desk: Desk) -> None:
    tale = desk.tale
    await desk.put(StepKind.REMOVE, CROWD[0], CROWD[1])
    tale.renames(desk.players[0], "Brand New")
    tale.synced(left=desk.players[1:2])
    await tale.polled_for(days=3)
    assert [(one.name, one.gone) for one in await desk.open()] == [("Brand New", False), (CROWD[1], True)]


@pytest.mark.slow_on_postgres
async def test_a_step_about_a_member_who_was_a_rename_all_along_is_about_who_it_was(desk: Desk) -> None:
    tale = desk.tale
    tale.synced(left=desk.players[:1])
    await tale.polled(hours=1)
    tale.joins("Brand New")
    await tale.polled(hours=1)
    await desk.put(StepKind.REMOVE, "Brand New")
    tale.approved(tale.renamed(desk.players[0], "Brand New"))
    await tale.polled(hours=1)
    assert [one.name for one in await desk.open()] == ["Brand New"]
