"""So many missing at once that none is believed: officers say what it is, or a sane roster heals it."""

from collections.abc import AsyncGenerator

import pytest

from bot.domain.errors import MassLeaveDecided, Outdated
from bot.domain.ids import ChannelId, MessageId, UserId
from bot.domain.mass_leaves import LeaveVerdict, MassLeave
from bot.services.mass_leaves import MassLeaves
from db.session import Database
from tests.services.tale import OFFICER, Tale, told

CROWD = [f"Member {number:02}" for number in range(20)]


class Purged(Tale):
    """A clan of 20 of whom 7 are missing, and what officers were told."""

    players: list[int]
    told: list[MassLeave]

    @property
    def mass_leaves(self) -> MassLeaves:
        return MassLeaves(self.stage.database, self.stage.clock)


@pytest.fixture
async def tale(database: Database) -> AsyncGenerator[Purged]:
    async with told(database) as made:
        tale = Purged(made.stage)
        tale.told = []
        tale.stage.polling.on_mass_leave.append(tale.told.append)
        tale.players = tale.joins(*CROWD)
        await tale.polled(hours=1)
        await tale.says(*CROWD)
        await tale.polled(hours=1)
        assert tale.told == []
        tale.synced(left=tale.players[:7])
        assert (await tale.polled(hours=1)).mass_leave == 7
        yield tale


async def test_officers_are_told_once_of_what_is_missing_and_when_it_is_over(tale: Purged) -> None:
    (one,) = tale.told
    assert (one.missing, one.active, one.names, one.ended_at) == (7, 20, tuple(CROWD[:7]), None)
    await tale.polled(hours=1)
    assert [again.seen_at for again in tale.told] == [one.seen_at] * 2, "as long as no notice was posted"
    await tale.mass_leaves.note_posted(one.clan, one.seen_at, ChannelId(5), MessageId(6))
    await tale.polled_for(days=3)
    assert len(tale.told) == 2
    tale.synced(joined=tale.players[:3])
    assert (await tale.polled(hours=1)).left == 4, "the rest has been missed long enough"
    over = tale.told[-1]
    assert (over.seen_at, over.channel, over.message, over.ended_at) == (one.seen_at, 5, 6, tale.now)
    assert len(tale.told) == 3
    with pytest.raises(Outdated):
        await tale.mass_leaves.decide(await tale.stage.clan(), one.seen_at, LeaveVerdict.LEFT, OFFICER)


@pytest.mark.slow_on_postgres
async def test_who_left_by_an_officers_word_did_so_when_they_were_last_seen(tale: Purged) -> None:
    (one,) = tale.told
    clan, last_seen = await tale.stage.clan(), one.seen_at.replace(hour=14)
    tale.synced(left=tale.players[7:8])
    await tale.polled(hours=1)
    done = await tale.mass_leaves.decide(clan, one.seen_at, LeaveVerdict.LEFT, OFFICER)
    assert (done.verdict, done.decided_by, done.decided_at) == (LeaveVerdict.LEFT, OFFICER, tale.now)
    assert await tale.roster() == CROWD[7:], "who was missed only later is not what the officer saw"
    assert {(await tale.whois(name)).left_at for name in CROWD[:7]} == {last_seen}
    assert await tale.spoken() == dict.fromkeys(CROWD[7:], 1)
    assert await tale.happened("left") == [(name, "left") for name in CROWD[:7]]
    for verdict in LeaveVerdict:
        with pytest.raises(MassLeaveDecided) as refused:
            await tale.mass_leaves.decide(clan, one.seen_at, verdict, UserId(78))
        assert refused.value == MassLeaveDecided(LeaveVerdict.LEFT, OFFICER, tale.now)
    assert (await tale.polled_for(days=3)).mass_leave == 0
    assert await tale.roster() == CROWD[8:]


@pytest.mark.slow_on_postgres
async def test_what_is_not_true_stays_unbelieved_until_the_roster_is_sane(tale: Purged) -> None:
    (one,) = tale.told
    clan = await tale.stage.clan()
    await tale.mass_leaves.note_posted(one.clan, one.seen_at, ChannelId(5), MessageId(6))
    await tale.mass_leaves.decide(clan, one.seen_at, LeaveVerdict.NOT_TRUE, OFFICER)
    await tale.polled_for(days=7)
    assert await tale.roster() == CROWD
    assert len(tale.told) == 1, "nobody is asked again"
    tale.synced(joined=tale.players[:7])
    await tale.polled(hours=1)
    assert (tale.told[-1].verdict, tale.told[-1].ended_at) == (LeaveVerdict.NOT_TRUE, tale.now)
    assert await tale.happened("left") == []


@pytest.mark.slow_on_postgres
async def test_the_next_one_is_another(tale: Purged) -> None:
    tale.synced(joined=tale.players[:7])
    await tale.polled(hours=1)
    tale.synced(left=tale.players[10:])
    await tale.polled(hours=1)
    assert [(one.missing, one.ended_at is None) for one in tale.told] == [(7, True), (7, False), (10, True)]
