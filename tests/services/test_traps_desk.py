"""What officers noted of somebody who turns out to be a member under a new name stays noted."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.at_risk import Mute
from bot.domain.ids import MemberId, UserId
from bot.domain.promotions import BatchId, Promotion, PromotionId
from bot.domain.rules.holds import Hold
from bot.domain.worklist import NewStep, StepKind
from bot.services.absences import Absences
from bot.services.ladder import Ladder
from db.models import (
    AbsenceRow,
    Base,
    InactivityCase,
    LinkRefusal,
    PromotionRow,
    RankHold,
    RiskMute,
    WorklistStep,
)
from db.queries import ladder, link_decisions, promotions, risk_mutes, rules, worklist
from db.session import Database
from tests.services.tale import Tale, told

FOLLOW = {
    "absences",
    "discord_links",
    "evidence",
    "inactivity_cases",
    "link_refusals",
    "member_notes",
    "promotions",
    "rank_holds",
    "risk_mutes",
    "worklist",
}
MADE_ANEW = {"aliases", "attributions", "member_events", "observed_names", "standings"}


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Tale]:
    async with told(database) as tale:
        yield tale


class Desk:
    """What officers note of members."""

    def __init__(self, tale: Tale) -> None:
        self.tale = tale
        self.database = tale.stage.database
        self.id = tale.stage.id
        self.ladder = Ladder(self.database, tale.stage.clock)

    async def note(self, member: MemberId, mute: datetime | None, hold: datetime | None) -> None:
        """Something of each sort."""
        clan, officer, now = await self.tale.stage.clan(), self.tale.officer, self.tale.now
        absences = Absences(self.database, self.tale.stage.clock)
        await absences.note_for(clan, member, now + timedelta(days=9), "sea", officer)
        safe = (await self.ladder.settings(clan)).safe_members
        await self.ladder.change(clan, officer, safe_members=safe | {member})
        async with self.database.write() as session:
            await ladder.open_cases(session, self.id, {member: {}}, officer, now)
            await risk_mutes.mute(session, self.id, member, Mute(officer, now, mute))
            await rules.hold(session, self.id, member, Hold(hold, officer, now))
            await link_decisions.refuse(session, self.id, UserId(8), member, officer, now)
            made = Promotion(
                self.id, PromotionId(0), BatchId(1), member, "", "vip", None, "onyx", officer, now
            )
            (number,) = await promotions.add(session, self.id, [made])
            step = NewStep(StepKind.PROMOTE, member, f"promotion:{number}", to_rank="onyx")
            await worklist.add(session, self.id, [step], officer, now)

    async def of(self, table: Any, *columns: Any) -> list[Any]:
        """Columns of a table's rows in the order of the first column."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(*columns).where(table.clan_id == self.id).order_by(columns[0])
            )
            return [tuple(row) for row in rows]


async def test_what_officers_noted_of_a_new_name_is_of_the_member_whose_it_is(tale: Tale) -> None:
    """A row that was a rename takes nothing along when it vanishes: no absence, no case, no promotion."""
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    change = tale.renamed(ann, "Cat")
    tale.wom.sync_rename_as_leave_and_join(tale.group, ann, "Cat", tale.now)
    await tale.polled(hours=1)
    desk, kept = Desk(tale), (await tale.whois("Ann")).member
    cat = (await tale.whois("Cat")).member
    assert cat != kept
    soon, late = tale.now + timedelta(days=5), tale.now + timedelta(days=50)
    await desk.note(kept, soon, None)
    tale.passes(hours=1)
    await desk.note(cat, late, soon)
    tale.approved(change)
    await tale.polled(hours=1)
    assert await tale.roster() == ["Cat", "Bob"]
    assert await desk.of(AbsenceRow, AbsenceRow.member_id) == [(kept,), (kept,)]
    settings = await desk.ladder.settings(await tale.stage.clan())
    assert settings.safe_members == {kept}
    cases = InactivityCase.id, InactivityCase.member_id, InactivityCase.outcome
    assert [row[1:] for row in await desk.of(InactivityCase, *cases)] == [(kept, None), (kept, "same")]
    assert await desk.of(RiskMute, RiskMute.member_id, RiskMute.until) == [(kept, late)]
    assert await desk.of(RankHold, RankHold.member_id, RankHold.until) == [(kept, None)]
    assert await desk.of(LinkRefusal, LinkRefusal.user_id, LinkRefusal.member_id) == [(8, kept)]
    promoted = PromotionRow.id, PromotionRow.member_id, PromotionRow.ending
    assert await desk.of(PromotionRow, *promoted) == [(1, kept, "cancelled"), (2, kept, None)]
    (first, dropped), (second, open_) = await desk.of(
        WorklistStep, WorklistStep.origin, WorklistStep.dropped_at
    )
    assert (first, dropped is None, second, open_) == ("promotion:1", False, "promotion:2", None)


@pytest.mark.parametrize("noted", ["new", "old"])
async def test_what_only_one_of_two_names_was_noted_with_is_kept(tale: Tale, noted: str) -> None:
    ann, _ = tale.joins("Ann", "Bob")
    await tale.polled(hours=1)
    change = tale.renamed(ann, "Cat")
    tale.wom.sync_rename_as_leave_and_join(tale.group, ann, "Cat", tale.now)
    await tale.polled(hours=1)
    desk, kept = Desk(tale), (await tale.whois("Ann")).member
    until = tale.now + timedelta(days=5)
    await desk.note((await tale.whois("Cat" if noted == "new" else "Ann")).member, until, until)
    tale.approved(change)
    await tale.polled(hours=1)
    for table in (AbsenceRow, InactivityCase, RiskMute, RankHold, LinkRefusal, PromotionRow, WorklistStep):
        assert await desk.of(table, table.member_id) == [(kept,)], table
    open_cases = await desk.of(InactivityCase, InactivityCase.closed_at)
    assert open_cases == [(None,)]


def test_every_table_about_members_either_follows_or_is_made_anew() -> None:
    about = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name == "members" and key.ondelete == "CASCADE"
    }
    assert about == FOLLOW | MADE_ANEW
