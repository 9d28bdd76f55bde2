"""Discord roles that follow ranks, over real polls and real databases; Discord itself is a dictionary."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from bot.domain.change_sets import GuildPeople, ItemState, Outcome, Reach, Roles, effect_of
from bot.domain.desk_errors import ChangeSetRunning, NotPolled, PeopleUnknown
from bot.domain.errors import MissingPermissions, Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.link_review import Officer
from bot.domain.role_sync import RoleSyncOptions
from bot.services.change_sets import ChangeSets
from bot.services.link_review import LinkReview
from bot.services.role_sync import RoleSync
from bot.wom.errors import WomError
from db.queries import role_sync as queries
from db.session import Database
from tests.services.tale import OFFICER, Tale, told

OWNER, ONYX, LINKED, GUEST, ABOVE = 1, 2, 3, 4, 5
REACH = Reach(frozenset({OWNER, ONYX, LINKED, GUEST, ABOVE}), frozenset({OWNER, ONYX, LINKED, GUEST}))
RANKS = {"owner": OWNER, "captain": ONYX}
BOT, JOHN, ANN, STRANGER = UserId(1), UserId(10), UserId(11), UserId(12)


@dataclass
class Server:
    """A clan with a Discord server, whose roles the bot changes as it does there."""

    tale: Tale
    people: dict[UserId, Roles] = field(
        default_factory=lambda: {user: frozenset[int]() for user in (JOHN, ANN, STRANGER)}
    )

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        stage = self.tale.stage
        self.sets = ChangeSets(stage.database, stage.clock)
        self.sync = RoleSync(stage.database, self.sets, stage.clock)
        self.review = LinkReview(stage.database, stage.lookup, stage.clock)

    @property
    def guild(self) -> GuildPeople:
        return GuildPeople(dict(self.people), REACH)

    async def verified(self, user: UserId, name: str) -> None:
        clan = await self.tale.stage.clan()
        await self.review.link(clan, Officer(OFFICER, manages=True), user, name)

    async def looked(self) -> dict[UserId, Roles]:
        """The bot looks at everybody and carries out what follows. Returns who has which roles then."""
        await self.sync.sync(await self.tale.stage.clan(), self.guild, BOT)
        await self.carried_out()
        return self.people

    async def carried_out(self) -> None:
        for one in await self.sets.open_of((await self.tale.stage.clan()).guild):
            for item in await self.sets.items(one):
                roles = self.people[item.user]
                effect = effect_of(item.change, roles, REACH)
                self.people[item.user] = effect.on(roles)
                await self.sets.finish(one, item, Outcome(ItemState.DONE, roles, effect.on(roles)))
            assert await self.sets.close(one)

    async def switched_on(self, **options: object) -> None:
        clan = await self.tale.stage.clan()
        await self.sync.choose(
            clan, OFFICER, ranks={"owner": OWNER, "captain": ONYX}, linked=LINKED, **options
        )
        await self.sync.choose(clan, OFFICER, guest=GUEST)
        seen = (await self.sync.preview(clan, self.guild)).seen
        await self.sync.switch_on(clan, self.guild, OFFICER, seen, None)
        await self.carried_out()


@pytest.fixture
async def server(database: Database) -> AsyncGenerator[Server]:
    """Twelve in the clan: one owner, one captain; John is verified as the captain, and nobody else."""
    async with told(database) as tale:
        tale.stage.joins("Boss", "owner", overall=1)
        tale.stage.joins("Jo hn", "captain", overall=1)
        tale.joins(*(f"Member {number}" for number in range(10)))
        await tale.polled(hours=1)
        made = Server(tale)
        await made.verified(JOHN, "Jo hn")
        yield made


def rank(tale: Tale, name: str, role: str) -> None:
    """WOM shows another rank."""
    player = tale.wom.find(name)
    assert player is not None
    tale.wom.leave(tale.group, player.id, tale.now)
    tale.wom.join(tale.group, player.id, role, tale.now)


async def test_nothing_changes_before_it_is_switched_on_and_then_what_was_shown(server: Server) -> None:
    clan = await server.tale.stage.clan()
    assert await server.looked() == {JOHN: set(), ANN: set(), STRANGER: set()}
    await server.sync.choose(clan, OFFICER, ranks={"owner": OWNER, "captain": ONYX}, guest=GUEST)
    shown = await server.sync.preview(clan, server.guild)
    assert {one.user: one.add for one in shown.preview.changes} == {
        JOHN: {ONYX}, ANN: {GUEST}, STRANGER: {GUEST},
    }  # fmt: skip
    assert shown.verified == 1
    assert await server.looked() == {JOHN: set(), ANN: set(), STRANGER: set()}, "a preview changes nothing"
    server.people[ANN] = frozenset({GUEST})
    with pytest.raises(Outdated):
        await server.sync.switch_on(clan, server.guild, OFFICER, shown.seen, None)
    assert not (await server.sync.options(clan)).enabled
    seen = (await server.sync.preview(clan, server.guild)).seen
    await server.sync.switch_on(clan, server.guild, OFFICER, seen, None)
    with pytest.raises(ChangeSetRunning):
        await server.sync.switch_on(clan, server.guild, OFFICER, seen, None)
    await server.carried_out()
    assert server.people == {JOHN: {ONYX}, ANN: {GUEST}, STRANGER: {GUEST}}
    given = await server.sets.given(clan.id)
    assert given == {JOHN: {ONYX}, STRANGER: {GUEST}}, "what Ann had is not the bot's"


async def test_whoever_claims_the_owners_account_gains_nothing(server: Server) -> None:
    await server.switched_on()
    clan = await server.tale.stage.clan()
    await server.tale.stage.links.claim(clan, STRANGER, "Boss")
    assert (await server.looked())[STRANGER] == {GUEST}
    await server.verified(STRANGER, "Boss")
    assert (await server.looked())[STRANGER] == {OWNER, LINKED}


@pytest.mark.slow_on_postgres
async def test_who_leaves_keeps_the_rank_for_two_days_after_it_is_believed(server: Server) -> None:
    await server.switched_on()
    player = server.tale.wom.find("Jo hn")
    assert player is not None
    server.tale.synced(left=[player.id])
    await server.tale.polled_for(days=1.5)
    assert (await server.looked())[JOHN] == {ONYX, LINKED}, "the leave is pending"
    await server.tale.polled_for(days=1)
    assert (await server.looked())[JOHN] == {ONYX, LINKED, GUEST}
    await server.tale.polled_for(days=1)
    server.restart()
    assert (await server.looked())[JOHN] == {ONYX, LINKED, GUEST}
    await server.tale.polled_for(days=1)
    assert (await server.looked())[JOHN] == {LINKED, GUEST}


@pytest.mark.slow_on_postgres
async def test_who_comes_back_in_time_keeps_it(server: Server) -> None:
    await server.switched_on()
    player = server.tale.wom.find("Jo hn")
    assert player is not None
    server.tale.synced(left=[player.id])
    await server.tale.polled_for(days=3)
    await server.looked()
    server.tale.wom.join(server.tale.group, player.id, "captain", server.tale.now)
    await server.tale.polled_for(days=3)
    assert (await server.looked())[JOHN] == {ONYX, LINKED}
    async with server.tale.stage.database.read() as session:
        assert await queries.pending_removals(session, server.tale.stage.id) == []


async def test_a_new_rank_takes_the_old_ones_place_and_an_approved_one_comes_before_the_game(
    server: Server,
) -> None:
    await server.switched_on()
    john = (await server.tale.whois("Jo hn")).member

    async def approved(*_: object) -> dict[MemberId, str]:
        return {john: "owner"}

    server.sync.expected = approved
    assert (await server.looked())[JOHN] == {OWNER, LINKED}
    server.restart()
    assert (await server.looked())[JOHN] == {ONYX, LINKED}
    rank(server.tale, "Jo hn", "owner")
    await server.tale.polled(hours=1)
    assert (await server.looked())[JOHN] == {OWNER, LINKED}


@pytest.mark.slow_on_postgres
async def test_a_mass_leave_and_a_failed_poll_take_nothing(server: Server) -> None:
    await server.switched_on(removal_days=0)
    await server.tale.stage.links.remove(
        await server.tale.stage.clan(), JOHN, (await server.tale.whois("Jo hn")).member
    )
    crowd = [player for player in server.tale.wom.players.values() if player.name.startswith("Member")]
    server.tale.synced(left=[player.id for player in crowd[:8]])
    await server.tale.polled(hours=1)
    assert (await server.looked())[JOHN] == {ONYX, LINKED, GUEST}, "so many at once are not believed"
    server.tale.synced(joined=[player.id for player in crowd[:8]])
    await server.tale.polled(hours=1)
    server.tale.wom.go_down("503")
    with pytest.raises(WomError):
        await server.tale.polled(hours=1)
    assert (await server.looked())[JOHN] == {ONYX, LINKED, GUEST}, "a roster that was not read is none"
    server.tale.wom.come_back()
    await server.tale.polled(hours=1)
    assert (await server.looked())[JOHN] == {GUEST}


async def test_a_server_that_discord_does_not_show_whole_is_left_alone(server: Server) -> None:
    await server.switched_on()
    clan = await server.tale.stage.clan()
    await server.verified(ANN, "Boss")
    part = GuildPeople({ANN: frozenset()}, REACH, complete=False)
    assert await server.sync.sync(clan, part, BOT) is None
    with pytest.raises(PeopleUnknown):
        await server.sync.preview(clan, part)
    powerless = GuildPeople(server.people, Reach(REACH.roles, REACH.in_reach, may_manage=False))
    assert await server.sync.sync(clan, powerless, BOT) is None
    with pytest.raises(MissingPermissions):
        await server.sync.switch_on(clan, powerless, OFFICER, 0, None)


async def test_a_role_above_the_bots_is_shown_and_asked_for_by_no_look(server: Server) -> None:
    clan = await server.tale.stage.clan()
    await server.sync.choose(clan, OFFICER, ranks={"captain": ABOVE})
    shown = await server.sync.preview(clan, server.guild)
    assert (shown.preview.changes, shown.preview.above_me) == ((), {JOHN: {ABOVE}})
    assert await server.sync.switch_on(clan, server.guild, OFFICER, shown.seen, None) is None
    assert await server.sync.sync(clan, server.guild, BOT) is None


async def test_what_discord_refused_is_not_tried_with_every_poll(server: Server) -> None:
    await server.switched_on()
    clan = await server.tale.stage.clan()
    await server.verified(ANN, "Boss")
    made = await server.sync.sync(clan, server.guild, BOT)
    assert made is not None
    (item,) = await server.sets.items(made)
    nothing = frozenset[int]()
    await server.sets.finish(made, item, Outcome(ItemState.FAILED, nothing, nothing))
    await server.sets.close(made)
    assert await server.sync.sync(clan, server.guild, BOT) is None
    server.tale.passes(hours=25)
    assert await server.sync.sync(clan, server.guild, BOT) is not None


async def test_switched_off_it_changes_nothing_and_forgets_what_waits(server: Server) -> None:
    await server.switched_on()
    clan = await server.tale.stage.clan()
    await server.tale.stage.links.remove(clan, JOHN, (await server.tale.whois("Jo hn")).member)
    await server.looked()
    await server.sync.switch_off(clan, OFFICER)
    async with server.tale.stage.database.read() as session:
        assert await queries.pending_removals(session, clan.id) == []
    await server.tale.polled_for(days=3)
    assert (await server.looked())[JOHN] == {ONYX, LINKED, GUEST}


async def test_before_the_first_poll_there_is_nothing_to_follow(database: Database) -> None:
    async with told(database) as tale:
        server = Server(tale)
        with pytest.raises(NotPolled):
            await server.sync.preview(await tale.stage.clan(), server.guild)
        assert await server.sync.options(await tale.stage.clan()) == RoleSyncOptions()
