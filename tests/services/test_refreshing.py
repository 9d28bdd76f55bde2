"""Having WOM look again: one member on request, the whole clan once a day."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet

from bot.domain.clans import Clan
from bot.domain.errors import Outdated, SecretsUnavailable, UpdateRefused, WomUnavailable
from bot.domain.ids import ClanId, GroupId, GuildId, MemberId
from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from bot.services.refreshing import Refreshing, is_due
from bot.services.sealing import Sealer
from bot.wom.errors import WrongVerificationCode
from db.queries import clans
from db.session import Database
from tests.services.stage import SECRET, Stage, staged

CODE = "111-111-111"


@pytest.fixture
async def stage(database: Database) -> AsyncGenerator[Stage]:
    async with staged(database) as stage:
        yield stage


async def know_code(stage: Stage, code: str = CODE) -> None:
    async with stage.database.write() as session:
        await clans.update_clan(session, stage.id, sealed_code=Sealer(SECRET).seal(code))


async def xp(stage: Stage, member: int) -> int | None:
    """A member's total XP as the leaderboard has it."""
    clan = await stage.clan()
    board = await stage.leaderboards.top(
        clan, OVERALL, read_period("all", now=stage.clock.now, zone=clan.zone)
    )
    return next((one.entry.value for one in board.standings if one.entry.member == member), None)


async def test_update_now_stores_what_wom_saw(stage: Stage) -> None:
    player = stage.joins("Zezima", overall=100)
    never = stage.joins("Never")
    await stage.poll()
    stage.wom.on_update = lambda _player, _at: {"overall": 150}
    stage.clock.advance(minutes=5)
    for member in (1, 2):
        await stage.refreshing.update_member(await stage.clan(), MemberId(member))
        assert await xp(stage, member) == 150
    assert stage.wom.players[player].updated_at == stage.wom.players[never].updated_at == stage.clock.now
    stage.asked()
    await stage.later(minutes=1)
    assert stage.asked() == ["GET 1"], "the next poll has nothing to fetch"


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_update_now_says_why_wom_would_not(stage: Stage) -> None:
    player = stage.joins("Zezima", overall=100)
    await stage.poll()

    async def refusal() -> str:
        with pytest.raises(UpdateRefused) as refused:
            await stage.refreshing.update_member(await stage.clan(), MemberId(1))
        assert refused.value.name == "Zezima"
        return refused.value.reason

    assert await refusal() == "cooldown"
    stage.clock.advance(minutes=5)
    stage.wom.flag(player)
    assert await refusal() == "flagged"
    stage.wom.heal(player)
    stage.wom.hiscores_down = True
    assert await refusal() == "hiscores_down"
    stage.wom.hiscores_down = False
    stage.wom.on_update = lambda _player, _at: None
    assert await refusal() == "not_on_hiscores"
    stage.wom.opt_out(player)
    assert await refusal() == "opted_out"
    assert await xp(stage, 1) == 100


async def test_an_archived_members_name_is_another_accounts_so_wom_is_not_asked(stage: Stage) -> None:
    player = stage.joins("Zezima", overall=100)
    await stage.poll()
    stage.wom.archive(player, stage.clock.now)
    taker = stage.wom.add_player("Zezima")
    await stage.later(minutes=30)
    stage.asked()
    with pytest.raises(UpdateRefused) as refused:
        await stage.refreshing.update_member(await stage.clan(), MemberId(1))
    assert (refused.value.name, refused.value.reason) == ("Zezima", "archived")
    assert stage.asked() == []
    assert stage.wom.players[taker].updated_at is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_update_now_of_nobody_or_while_wom_is_down(stage: Stage) -> None:
    stage.joins("Zezima", overall=100)
    await stage.poll()
    with pytest.raises(Outdated):
        await stage.refreshing.update_member(await stage.clan(), MemberId(77))
    stage.wom.go_down("html")
    with pytest.raises(WomUnavailable) as unavailable:
        await stage.refreshing.update_member(await stage.clan(), MemberId(1))
    assert unavailable.value.reason == "nonsense"


async def test_the_clan_is_refreshed_once_in_the_last_two_hours_of_its_day(stage: Stage) -> None:
    stage.clock.now = datetime(2026, 2, 1, 0, 0, tzinfo=UTC)
    stage.joins("Zezima", overall=100)
    stage.joins("Never")
    await stage.poll()
    stage.clock.now = datetime(2026, 2, 1, 21, 59, tzinfo=UTC)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is None, "its code is not known"
    await know_code(stage)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is None, "not the hour"
    stage.clock.advance(minutes=1)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) == 1, "only who was never looked at"
    stage.clock.advance(minutes=90)
    stage.wom.players[1].looks.clear()
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is None, "once a day"
    assert stage.asked().count("POST update-all") == 1
    stage.clock.advance(hours=23)
    await stage.poll()
    stage.clock.advance(minutes=1)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is not None


async def test_a_clan_whose_data_is_fresh_is_left_alone(stage: Stage) -> None:
    await know_code(stage)
    stage.clock.now = datetime(2026, 2, 1, 22, 30, tzinfo=UTC)
    stage.joins("Zezima", overall=100)
    await stage.poll()
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is None
    stage.clock.now = datetime(2026, 2, 2, 22, 0, tzinfo=UTC)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) is None, "23.5 hours are not over it"
    stage.clock.advance(minutes=1)
    assert await stage.refreshing.update_clan_if_due(await stage.clan()) == 1
    assert stage.asked().count("POST update-all") == 1


async def test_a_refused_code_is_told_and_tried_again(stage: Stage) -> None:
    await know_code(stage, "999-999-999")
    stage.clock.now = datetime(2026, 2, 1, 22, 0, tzinfo=UTC)
    stage.joins("Never")
    await stage.poll()
    for _ in range(2):
        with pytest.raises(WrongVerificationCode):
            await stage.refreshing.update_clan_if_due(await stage.clan())
    assert (await stage.clan()).update_all_at is None
    other_key = Sealer(Fernet.generate_key().decode())
    refreshing = Refreshing(stage.database, stage.client, stage.statistics, other_key, stage.clock)
    with pytest.raises(SecretsUnavailable):
        await refreshing.update_clan_if_due(await stage.clan())


AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def clan_in(zone: ZoneInfo, asked: datetime | None = None) -> Clan:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    clan = Clan(ClanId(1), GuildId(1), GroupId(1), "Clan", zone, True, (), made)
    return replace(clan, update_all_at=asked)


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [
        (AMSTERDAM, "2026-01-31T20:59:59+00:00", False),
        (AMSTERDAM, "2026-01-31T21:00:00+00:00", True),
        (AMSTERDAM, "2026-01-31T22:59:59+00:00", True),
        (AMSTERDAM, "2026-01-31T23:00:00+00:00", False),
        (AMSTERDAM, "2026-03-29T19:59:59+00:00", False),  # the day of 23 hours
        (AMSTERDAM, "2026-03-29T20:00:00+00:00", True),
        (AMSTERDAM, "2026-10-25T20:59:59+00:00", False),  # the day of 25 hours
        (AMSTERDAM, "2026-10-25T21:00:00+00:00", True),
        # Midnight does not exist on the next day: this one ends when the clock skips it.
        (ZoneInfo("America/Asuncion"), "2024-10-06T01:59:59+00:00", False),
        (ZoneInfo("America/Asuncion"), "2024-10-06T02:00:00+00:00", True),
        (ZoneInfo("Asia/Kathmandu"), "2026-01-31T16:14:59+00:00", False),
        (ZoneInfo("Asia/Kathmandu"), "2026-01-31T16:15:00+00:00", True),
    ],
)
def test_the_hour_is_that_of_the_clans_own_day(zone: ZoneInfo, hour: str, due: bool) -> None:
    assert is_due(clan_in(zone), datetime.fromisoformat(hour)) is due


def test_a_clan_is_asked_about_once_in_each_local_day() -> None:
    asked = datetime(2026, 1, 31, 21, 0, tzinfo=UTC)
    assert not is_due(clan_in(AMSTERDAM, asked), asked + timedelta(hours=1))
    assert is_due(clan_in(AMSTERDAM, asked), asked + timedelta(hours=24))
    by_hand = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)  # already the 31st in Amsterdam
    assert not is_due(clan_in(AMSTERDAM, by_hand), asked)


@pytest.mark.parametrize("year_day", range(0, 366, 5))
def test_half_hourly_polls_hit_every_day_of_a_year_once(year_day: int) -> None:
    clan = clan_in(AMSTERDAM)
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=year_day)
    hits: list[datetime] = []
    for step in range(48 * 5):
        now = start + timedelta(minutes=30 * step)
        if is_due(clan, now):
            clan = replace(clan, update_all_at=now)
            hits.append(now)
    days = [hit.astimezone(AMSTERDAM).date() for hit in hits]
    assert len(days) == len(set(days)) == 5
