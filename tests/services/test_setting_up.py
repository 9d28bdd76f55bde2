"""Setting up a server: what officers choose is kept, noted and told to whoever listens."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.domain.clans import Clan, GuildSettings
from bot.domain.doubles import RelayId
from bot.domain.errors import (
    GroupAlreadyLinked,
    GroupNotFound,
    SecretsUnavailable,
    UnknownTimeZone,
    UnreadableGroupCode,
    WomUnavailable,
)
from bot.domain.ids import ChannelId, GroupId, GuildId, UserId
from bot.domain.setup import ChannelLine, GroupChoice, GuildFacts, GuildRole, Progress, RelayShare
from bot.services.clans import Clans
from bot.services.polling import Polling
from bot.services.sealing import Sealer
from bot.services.setting_up import SettingUp
from bot.services.statistics import Statistics
from bot.settings import Settings
from bot.wom.client import WomClient
from db.models import AuditEntry
from db.models import Clan as ClanRow
from db.queries import clans, cursors
from db.session import Database
from tests.wom.support import CODE, Server, client_of, cut, html, json_of, recorded, says, serving

GUILD = GuildId(900)
OFFICER = UserId(50)
BOT = UserId(51)
SEED = GroupId(1)
KEY = "correct horse battery staple"
SEARCHED = (
    '[{"id": 1, "name": "Seed Clan", "memberCount": 300}, {"id": 7, "name": "Seedlings", "memberCount": 4}]'
)


class Time:
    """A clock that a test sets."""

    now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Home(NamedTuple):
    database: Database
    wom: WomClient
    server: Server
    setting_up: SettingUp
    clock: Time
    changed: list[GuildId]

    async def linked(self) -> list[Clan]:
        return await Clans(self.database).of_guild(GUILD)

    async def settings(self) -> GuildSettings:
        return await Clans(self.database).settings(GUILD)

    async def audit(self) -> list[tuple[str, int, dict[str, Any]]]:
        async with self.database.read() as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.action, row.user_id, row.detail) for row in rows]

    def again(self, key: str | None = KEY) -> SettingUp:
        """The service of another start of the process."""
        return SettingUp(self.database, self.wom, Sealer(key), self.clock)


@pytest.fixture
async def home(database: Database) -> AsyncIterator[Home]:
    async with serving() as server, client_of(server.url) as wom:
        server.on("GET", "/groups/1", recorded("group_details_300"))
        server.on(
            "GET", "/groups/2", says('{"id": 2, "name": "Sister", "memberCount": 0, "memberships": []}')
        )
        server.on("GET", "/groups/999", recorded("group_details_not_found"))
        server.on("GET", "/groups", says(SEARCHED))
        clock, changed = Time(), list[GuildId]()
        setting_up = SettingUp(database, wom, Sealer(KEY), clock)

        async def note(guild: GuildId) -> None:
            changed.append(guild)

        setting_up.on_change.append(note)
        yield Home(database, wom, server, setting_up, clock, changed)


@pytest.fixture
async def clan(home: Home) -> Clan:
    return await home.setting_up.link(GUILD, SEED, OFFICER)


# Finding the group


@pytest.mark.parametrize(
    "text", ["1", " 1 ", "https://wiseoldman.net/groups/1", "wiseoldman.net/groups/1/gained"]
)
async def test_a_group_is_found_by_its_number_or_its_address(home: Home, text: str) -> None:
    assert await home.setting_up.find_groups(text) == [GroupChoice(SEED, "Seed Clan", 300)]


async def test_a_name_finds_every_group_that_holds_it(home: Home) -> None:
    assert [group.group for group in await home.setting_up.find_groups("seed")] == [1, 7]


async def test_an_exact_name_finds_that_group_alone(home: Home) -> None:
    assert [group.group for group in await home.setting_up.find_groups("SEEDLINGS")] == [7]


async def test_a_number_that_is_no_group_may_be_a_name(home: Home) -> None:
    home.server.on("GET", "/groups", says('[{"id": 8, "name": "999", "memberCount": 2}]'))
    assert await home.setting_up.find_groups("999") == [GroupChoice(GroupId(8), "999", 2)]


@pytest.mark.parametrize("text", ["999", "nobody", "99999999999999999999"])
async def test_an_unknown_group_is_named_in_the_refusal(home: Home, text: str) -> None:
    home.server.on("GET", "/groups", says("[]"))
    with pytest.raises(GroupNotFound) as refused:
        await home.setting_up.find_groups(text)
    assert refused.value.text == text


async def test_while_wom_is_down_finding_and_linking_say_so_and_nothing_is_linked(home: Home) -> None:
    home.server.on("GET", "/groups/1", html(502))
    home.server.on("GET", "/groups", cut)
    for text in ("1", "seed"):
        with pytest.raises(WomUnavailable, match="down"):
            await home.setting_up.find_groups(text)
    with pytest.raises(WomUnavailable):
        await home.setting_up.link(GUILD, SEED, OFFICER)
    assert await home.linked() == []
    assert await home.audit() == []


async def test_suggestions_ask_wom_once_for_a_name_and_for_what_is_typed_after_it(home: Home) -> None:
    assert len(await home.setting_up.suggest_groups("see")) == 2
    assert len(await home.setting_up.suggest_groups("SEE")) == 2
    assert [group.name for group in await home.setting_up.suggest_groups("seedl")] == ["Seedlings"]
    assert len(home.server.seen) == 1
    home.clock.now += timedelta(minutes=11)
    await home.setting_up.suggest_groups("see")
    assert len(home.server.seen) == 2


@pytest.mark.parametrize("text", ["", "se", "123"])
async def test_too_little_text_and_numbers_are_not_searched_for(home: Home, text: str) -> None:
    assert await home.setting_up.suggest_groups(text) == []
    assert home.server.seen == []


@pytest.mark.parametrize("answer", [html(500), cut, says("[{}]"), recorded("group_details_bad_id")])
async def test_suggestions_never_fail_and_are_tried_again(home: Home, answer: Any) -> None:
    home.server.on("GET", "/groups", answer)
    assert await home.setting_up.suggest_groups("seed") == []
    home.server.on("GET", "/groups", says(SEARCHED))
    assert len(await home.setting_up.suggest_groups("seed")) == 2


# Linking


async def test_a_linked_clan_has_woms_name_and_is_the_default(home: Home, clan: Clan) -> None:
    assert (clan.name, clan.group, clan.zone.key, clan.is_default) == ("Seed Clan", 1, "UTC", True)
    assert await home.linked() == [clan]
    assert await home.audit() == [
        ("clan_linked", OFFICER, {"clan_id": clan.id, "group": 1, "name": "Seed Clan"})
    ]
    assert home.changed == [GUILD]


async def test_linking_the_same_group_again_is_refused(home: Home, clan: Clan) -> None:
    with pytest.raises(GroupAlreadyLinked, match="Seed Clan"):
        await home.setting_up.link(GUILD, SEED, OFFICER)
    assert len(await home.audit()) == 1


async def test_a_second_clan_stands_beside_the_first_in_its_time_zone(home: Home, clan: Clan) -> None:
    await home.setting_up.set_time_zone(clan, "Europe/Amsterdam", OFFICER)
    sister = await home.setting_up.link(GUILD, GroupId(2), OFFICER)
    assert [found.name for found in await home.linked()] == ["Seed Clan", "Sister"]
    assert sister.zone == ZoneInfo("Europe/Amsterdam")
    assert not sister.is_default


async def test_another_default_is_the_only_one(home: Home, clan: Clan) -> None:
    sister = await home.setting_up.link(GUILD, GroupId(2), OFFICER)
    elsewhere = await home.setting_up.link(GuildId(901), SEED, OFFICER)
    await home.setting_up.make_default(sister, OFFICER)
    assert [(found.name, found.is_default) for found in await home.linked()] == [
        ("Sister", True),
        ("Seed Clan", False),
    ]
    assert (await Clans(home.database).default(GuildId(901))) == elsewhere


async def test_unlinking_keeps_the_clans_choices_for_when_it_comes_back(home: Home, clan: Clan) -> None:
    await home.setting_up.set_time_zone(clan, "Asia/Singapore", OFFICER)
    await home.setting_up.unlink(clan, OFFICER)
    assert await home.linked() == []
    again = await home.setting_up.link(GUILD, SEED, OFFICER)
    assert (again.id, again.zone.key) == (clan.id, "Asia/Singapore")
    await home.setting_up.unlink(again, OFFICER)
    chosen = await home.setting_up.link(GUILD, SEED, OFFICER, time_zone="tokyo")
    assert chosen.zone.key == "Asia/Tokyo"


async def test_a_linked_clan_is_polled_by_its_number(home: Home, clan: Clan) -> None:
    home.server.otherwise = says("[]")
    await Polling(home.database, home.wom, Statistics(home.database), home.clock).poll(clan)
    polled = await Clans(home.database).default(GUILD)
    state = await home.setting_up.state(polled, GuildFacts())
    assert state.members == len(json_of("group_details_300")["memberships"])
    assert state.polled_at == home.clock.now


# The group's code


async def test_a_code_is_sealed_and_never_written_down(home: Home, clan: Clan) -> None:
    await home.setting_up.set_code(clan, f" {CODE} ", OFFICER)
    async with home.database.read() as session:
        sealed = await session.scalar(select(ClanRow.sealed_code))
    assert sealed is not None
    assert CODE not in sealed
    assert Sealer(KEY).open(sealed) == CODE
    assert CODE not in str(await home.audit())
    (stored,) = await home.linked()
    assert (await home.setting_up.state(stored, GuildFacts())).code_known


@pytest.mark.parametrize("code", ["123456789", "123 456 789", "12-34-567-89", "123–456\u2011789\n"])
async def test_a_code_may_be_written_with_spaces_or_without_hyphens(
    home: Home, clan: Clan, code: str
) -> None:
    await home.setting_up.set_code(clan, code, OFFICER)
    (stored,) = await home.linked()
    assert stored.sealed_code is not None
    assert Sealer(KEY).open(stored.sealed_code) == CODE


@pytest.mark.parametrize(
    "code", ["", "123-456-78", "123-456-7890", "abc-def-ghi", "1234567.89", "١٢٣-٤٥٦-٧٨٩"]
)
async def test_what_is_no_code_is_refused(home: Home, clan: Clan, code: str) -> None:
    with pytest.raises(UnreadableGroupCode):
        await home.setting_up.set_code(clan, code, OFFICER)
    assert (await home.linked())[0].sealed_code is None


async def test_without_a_secret_key_no_code_is_kept(home: Home, clan: Clan) -> None:
    without = home.again(None)
    assert not without.can_keep_codes
    with pytest.raises(SecretsUnavailable):
        await without.set_code(clan, CODE, OFFICER)


async def test_a_code_that_another_key_sealed_or_that_was_forgotten_is_not_known(
    home: Home, clan: Clan
) -> None:
    await home.setting_up.set_code(clan, CODE, OFFICER)
    (stored,) = await home.linked()
    assert not (await home.again("another passphrase").state(stored, GuildFacts())).code_known
    await home.setting_up.forget_code(stored, OFFICER)
    assert (await home.linked())[0].sealed_code is None


# Time zones


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("europe/amsterdam", "Europe/Amsterdam"),
        ("amsterdam", "Europe/Amsterdam"),
        (" New York ", "America/New_York"),
        ("utc", "UTC"),
    ],
)
async def test_a_time_zone_is_set_by_its_name_or_its_city(
    home: Home, clan: Clan, text: str, name: str
) -> None:
    assert (await home.setting_up.set_time_zone(clan, text, OFFICER)).key == name
    assert (await home.linked())[0].zone.key == name


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("Amsterdm", "Europe/Amsterdam"), ("Europe/Lodnon", "Europe/London"), ("Mars", None)],
)
async def test_an_unknown_time_zone_gets_the_nearest(
    home: Home, clan: Clan, text: str, nearest: str | None
) -> None:
    with pytest.raises(UnknownTimeZone) as refused:
        await home.setting_up.set_time_zone(clan, text, OFFICER)
    assert nearest is None or nearest in refused.value.nearest
    assert (await home.linked())[0].zone.key == "UTC"


def test_time_zones_are_suggested_by_any_part_and_by_likeness(home: Home) -> None:
    suggest = home.setting_up.suggest_time_zones
    assert "UTC" in suggest("")
    assert suggest("ams")[0] == "Europe/Amsterdam"
    assert "America/New_York" in suggest("new y")
    assert suggest("amsterdm")[0] == "Europe/Amsterdam"
    for typed in ("", "e", "zzzz", "/", "a" * 100):
        offered = suggest(typed)
        assert len(offered) <= 25
        assert all(ZoneInfo(name) for name in offered)


# The server's settings


async def test_each_choice_is_kept_beside_the_others_and_noted(home: Home) -> None:
    setting_up = home.setting_up
    await setting_up.set_officer_roles(GUILD, [4, 2], OFFICER)
    await setting_up.set_officer_channel(GUILD, ChannelId(5), OFFICER)
    await setting_up.set_bot_channels(GUILD, [6], OFFICER)
    await setting_up.set_included(GUILD, [7, 8], OFFICER)
    await setting_up.set_excluded(GUILD, [9], OFFICER)
    await setting_up.set_backfill_days(GUILD, 90, OFFICER)
    assert await home.settings() == GuildSettings(
        GUILD,
        officer_roles=frozenset({2, 4}),
        officer_channel=ChannelId(5),
        bot_channels=frozenset({6}),
        included=frozenset({7, 8}),
        excluded=frozenset({9}),
        backfill_days=90,
    )
    assert [entry[2] for entry in await home.audit()] == [
        {"officer_roles": [[], [2, 4]]},
        {"officer_channel": [None, 5]},
        {"bot_channels": [[], [6]]},
        {"included": [[], [7, 8]]},
        {"excluded": [[], [9]]},
        {"backfill_days": [30, 90]},
    ]
    assert home.changed == [GUILD] * 6


# Relays and what else was found

CHAT = ChannelId(77)
RELAY = UserId(78)


def lines(*texts: str, author: UserId = RELAY) -> list[ChannelLine]:
    return [ChannelLine(author, "Relay", text) for text in texts]


async def test_a_relay_is_found_shown_used_and_dropped(home: Home, clan: Clan) -> None:
    facts = GuildFacts(
        lines={
            CHAT: [
                *lines("**Ann**: hi", "**Cy**: hello", "**Dee**: gz", "odd line"),
                *lines("Welcome!", "Read the rules", author=UserId(79)),
            ],
            ChannelId(80): lines("Now playing: a song", author=UserId(81)),
        }
    )
    found = (await home.setting_up.state(clan, facts)).relay_found
    assert found == RelayShare(CHAT, 3, 4, RELAY, "Relay", ("odd line",))
    assert found is not None
    await home.setting_up.use_relay(clan, RELAY, found, OFFICER)
    used = await home.setting_up.state(clan, facts)
    assert used.relay_found is None
    assert used.relays == (RelayShare(CHAT, 3, 4, RELAY, "Relay"),)
    await home.setting_up.drop_relays(clan, [RelayId(CHAT, RELAY)], OFFICER)
    assert (await home.setting_up.state(clan, facts)).relays == ()
    assert [entry[0] for entry in await home.audit()] == ["clan_linked", "relay_used", "relays_dropped"]
    assert home.changed == [GUILD] * 3


@pytest.mark.slow_on_postgres
async def test_ranks_that_members_hold_are_matched_to_roles_by_name(home: Home, clan: Clan) -> None:
    home.server.otherwise = says("[]")
    await Polling(home.database, home.wom, Statistics(home.database), home.clock).poll(clan)
    (polled,) = await home.linked()
    roles = [
        GuildRole(1, "Deputy Owner", False),
        GuildRole(2, "RECRUIT", True),
        GuildRole(3, "Officer", True),
    ]
    facts = GuildFacts(roles=roles, lacking=("manage_roles",))
    matches = await home.setting_up.ranks(polled, facts)
    assert [match.rank for match in matches][:3] == ["owner", "deputy_owner", "colonel"]
    assert {match.rank: match.role.name for match in matches if match.role} == {
        "deputy_owner": "Deputy Owner",
        "recruit": "RECRUIT",
    }
    await home.setting_up.set_officer_roles(GUILD, [3, 99], OFFICER)
    state = await home.setting_up.state(polled, facts, Progress(1, 4))
    held = {member["role"] for member in json_of("group_details_300")["memberships"]}
    assert (state.ranks, state.ranks_matched, state.role_above) == (len(held), 2, "Deputy Owner")
    assert (state.officer_roles, state.lacking, state.loading) == (
        ("Officer",),
        ("manage_roles",),
        Progress(1, 4),
    )


async def test_history_is_counted_from_the_first_observation(home: Home, clan: Clan) -> None:
    assert (await home.setting_up.state(clan, GuildFacts())).history_days == 0
    start = home.clock.now - timedelta(days=2, hours=5)
    async with home.database.write() as session:
        await cursors.cover(session, clan.id, CHAT, start, home.clock.now)
    assert (await home.setting_up.state(clan, GuildFacts())).history_days == 2


# The first server, from the environment

FIRST = Settings(wom_group_id=1, wom_group_secret=SecretStr(CODE), relay_channel_id=int(CHAT))


async def test_the_environment_links_the_first_server_once(home: Home) -> None:
    clan = await home.setting_up.first_server(FIRST, GUILD, BOT)
    assert clan is not None
    (stored,) = await home.linked()
    assert stored.sealed_code is not None
    assert Sealer(KEY).open(stored.sealed_code) == CODE
    assert await home.again().first_server(FIRST, GUILD, BOT) is None
    assert await home.again().first_server(FIRST, GuildId(901), BOT) is None


async def test_what_setup_did_wins_over_the_environment(home: Home) -> None:
    clan = await home.setting_up.link(GUILD, GroupId(2), OFFICER)
    assert await home.again().first_server(FIRST, GUILD, BOT) is None
    await home.setting_up.unlink(clan, OFFICER)
    assert await home.again().first_server(FIRST, GUILD, BOT) is None
    assert await home.linked() == []


async def test_while_wom_is_away_the_first_server_is_linked_under_its_number(home: Home) -> None:
    home.server.on("GET", "/groups/1", html(502))
    clan = await home.setting_up.first_server(FIRST, GUILD, BOT)
    assert clan is not None
    assert clan.name == "WOM group 1"


async def test_a_wrong_number_in_the_environment_can_be_put_right(home: Home) -> None:
    assert await home.setting_up.first_server(Settings(wom_group_id=999), GUILD, BOT) is None
    assert await home.setting_up.first_server(Settings(), GUILD, BOT) is None
    assert await home.setting_up.first_server(Settings(wom_group_id=1), GUILD, BOT) is not None


async def test_a_code_that_cannot_be_kept_does_not_stop_the_rest(home: Home) -> None:
    clan = await home.again(None).first_server(FIRST, GUILD, BOT)
    assert clan is not None
    assert (await home.linked())[0].sealed_code is None


async def test_the_environments_relay_waits_until_one_is_used_or_dropped(home: Home) -> None:
    assert await home.setting_up.first_relay(FIRST, GUILD) is None
    clan = await home.setting_up.first_server(FIRST, GUILD, BOT)
    assert clan is not None
    assert await home.setting_up.first_relay(FIRST, GUILD) == CHAT
    assert await home.setting_up.first_relay(FIRST, GuildId(901)) is None
    assert await home.setting_up.first_relay(Settings(wom_group_id=1), GUILD) is None
    await home.setting_up.use_relay(clan, RELAY, RelayShare(ChannelId(5), 1, 1), OFFICER)
    assert await home.setting_up.first_relay(FIRST, GUILD) is None
    await home.setting_up.drop_relays(clan, [RelayId(ChannelId(5), RELAY)], OFFICER)
    assert await home.setting_up.first_relay(FIRST, GUILD) is None


async def test_two_officers_at_once_lose_neither_choice(home: Home) -> None:
    await asyncio.gather(
        home.setting_up.set_backfill_days(GUILD, 60, OFFICER),
        home.setting_up.set_officer_roles(GUILD, [1], OFFICER),
        home.setting_up.set_bot_channels(GUILD, [2], OFFICER),
        home.setting_up.set_excluded(GUILD, [3], OFFICER),
    )
    chosen = await home.settings()
    assert (chosen.officer_roles, chosen.bot_channels, chosen.excluded, chosen.backfill_days) == (
        {1},
        {2},
        {3},
        60,
    )


async def test_a_relay_chosen_by_unlink_and_relink_is_still_listened_to(home: Home, clan: Clan) -> None:
    await home.setting_up.use_relay(clan, RELAY, RelayShare(CHAT, 1, 1), OFFICER)
    await home.setting_up.unlink(clan, OFFICER)
    again = await home.setting_up.link(GUILD, SEED, OFFICER)
    async with home.database.read() as session:
        (relay,) = await clans.relays_of(session, [again.id])
    assert (relay.channel, relay.author) == (CHAT, RELAY)
