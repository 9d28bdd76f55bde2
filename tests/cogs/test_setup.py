"""``/setup`` as an officer meets it, from an empty server to a clan that works."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import discord
import pytest
import simcord
from pydantic import SecretStr
from simcord import InteractionResult
from sqlalchemy import select

from bot.app import ClanStatsBot
from bot.domain.ids import GuildId
from bot.services import registry
from bot.settings import Settings
from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from cogs.setup import desk
from db.models import Broadcast
from demo.wom import SimulatedWom
from tests.cogs import world
from tests.cogs.conftest import faults
from tests.cogs.reading import answer_of, buttons_of, components_of, is_private, lines_of, text_of

CODE = "123-456-789"
KEY = SecretStr("correct horse battery staple")
SISTERS = 124
HARDLY = discord.Permissions(view_channel=True, read_message_history=True, send_messages=True)
CHATTER = (
    "**Jo hn**: hi",
    "**Ann B**: hello",
    "**Cy**: gz",
    "Jo hn has reached Slayer level 90.",
    "odd line",
)


@dataclass
class House:
    """A server that nobody has set up, with a WOM that knows its clan."""

    env: simcord.Env
    places: world.Discord
    wom: SimulatedWom
    settings: Settings

    @property
    def bot(self) -> ClanStatsBot:
        assert isinstance(self.env.bot, ClanStatsBot)
        return self.env.bot

    @property
    def mona(self) -> simcord.MemberActor:
        """Somebody with Manage Server."""
        return self.places.manager

    @property
    def guild(self) -> GuildId:
        return GuildId(self.places.guild.id)

    async def setup(self, **options: str) -> InteractionResult:
        return await self.mona.slash(self.places.general, "setup", **options)

    async def click(self, shown: InteractionResult, label: str) -> InteractionResult:
        return await self.mona.click(answer_of(shown), label=label)

    async def pick(self, shown: InteractionResult, *values: Any, kind: str = "menu") -> InteractionResult:
        """Choose in the select whose custom id is of a kind."""
        ids = [one["custom_id"] for one in components_of(shown)]
        chosen = next(id_ for id_ in ids if id_.split(":")[1] == kind)
        return await self.mona.select(answer_of(shown), values, custom_id=chosen)

    async def fill_in(self, modal: InteractionResult, text: str) -> InteractionResult:
        assert modal.modal is not None
        field = modal.modal["components"][0]["component"]["custom_id"]
        return await self.mona.submit_modal(modal, {field: text})

    async def linked(self) -> InteractionResult:
        """The checklist, after the clan was linked and read."""
        return await self.click(await self.setup(group=str(world.GROUP)), "Yes")

    async def restart(
        self, lacking: frozenset[str] = frozenset(), *, later: timedelta = timedelta(0)
    ) -> None:
        """End the bot and start another one, at once or after a while."""
        await self.bot.close()
        self.env.backend.clock.advance(later.total_seconds())
        await self.env.restart_bot(build(self.settings, lacking))

    async def relay(self, *lines: str, name: str = "clan-chat") -> simcord.ChannelHandle:
        """A channel in which a webhook wrote these lines."""
        channel = self.places.guild.create_text_channel(name)
        hook = self.places.guild.create_webhook(channel, "Chat relay")
        for line in lines:
            await hook.send(line)
        return channel


def build(settings: Settings, lacking: frozenset[str] = frozenset()) -> ClanStatsBot:
    with patch.object(registry, "WomClient", partial(WomClient, patience=world.PATIENCE)):
        return ClanStatsBot.build(settings, lacking=lacking, shard_count=1, pacing=Pacing(100_000))


Opener = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(bare_url: str, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens the server; keywords are the process's settings, ``lay`` is called before the bot starts."""
    monkeypatch.setattr(desk, "LOOK_AGAIN", 0.05)

    @asynccontextmanager
    async def opened(
        lay: Callable[[world.Discord], None] | None = None, **given: Any
    ) -> AsyncGenerator[House]:
        clock = world.Clock(world.NOW)
        wom = world.simulated_wom(clock)
        world.happen(wom, 0)
        wom.add_group(SISTERS, "Iron Sisters", ("owner",), at=clock.now)
        clock.now = world.NOW
        async with wom.serve() as url:
            values: dict[str, Any] = {"database_url": bare_url, "wom_base_url": url, "secret_key": KEY}
            settings = Settings.model_validate(values | given)
            env = simcord.Env(build(settings), check_errors=False)
            places = world.open_discord(env)
            if lay is not None:
                lay(places)
            await env.start()
            house = House(env, places, wom, settings)
            try:
                yield house
            finally:
                await house.bot.close()
                await env.shutdown()
            assert faults(env.errors, []) == []

    return opened


@pytest.fixture
async def house(open_house: Opener) -> AsyncGenerator[House]:
    async with open_house() as opened:
        yield opened


# From nothing to a clan that works


async def test_an_empty_server_is_asked_for_its_clan_which_then_works(house: House) -> None:
    welcome = await house.setup()
    assert is_private(welcome)
    assert "Which clan is this server's?" in text_of(welcome)
    asked = await house.click(welcome, "Find my clan")
    several = await house.fill_in(asked, "iron")
    assert "2 groups at Wise Old Man fit “iron”" in text_of(several)
    one = await house.pick(several, str(world.GROUP), kind="pick")
    assert "Is this your clan?\n[Iron Foundry]" in text_of(one)
    assert "26 members · WOM group 123" in text_of(one)
    done = await house.click(one, "Yes")
    assert is_private(done)
    assert "✅ Iron Foundry, 26 members, WOM group 123" in text_of(done)
    assert "✅ Wise Old Man read" in text_of(done)
    board = await house.places.john.slash(house.places.general, "leaderboard", period="all")
    assert "Ann B" in text_of(board)


@pytest.mark.parametrize("group", ["Iron Foundry", "123", "https://wiseoldman.net/groups/123"])
async def test_a_group_that_is_named_exactly_needs_one_confirmation(house: House, group: str) -> None:
    shown = await house.setup(group=group)
    assert list(buttons_of(shown)) == ["Yes", "Search again"]
    assert "26 members" in text_of(await house.click(shown, "Yes"))


async def test_the_wrong_group_is_left_by_searching_again(house: House) -> None:
    wrong = await house.setup(group="Iron Sisters")
    right = await house.fill_in(await house.click(wrong, "Search again"), "123")
    assert "Iron Foundry" in text_of(right)
    assert await house.bot.services.clans.of_guild(house.guild) == []


async def test_the_checklist_says_when_the_first_poll_fails_and_when_a_later_one_works(house: House) -> None:
    async def fail(guild: GuildId) -> None:
        house.wom.go_down()

    house.bot.services.setting_up.on_change.append(fail)
    shown = await house.linked()
    assert "🟡 Iron Foundry, WOM group 123: roster not read yet" in text_of(shown)
    assert "❌ Wise Old Man:" in text_of(shown)
    house.wom.come_back()
    await house.env.advance_time(house.settings.poll_minutes * 60)
    assert "✅ Iron Foundry, 26 members" in text_of(await house.click(shown, "Refresh"))


async def test_confirming_twice_is_refused_and_changes_nothing(house: House) -> None:
    confirm = await house.setup(group="123")
    again = await house.setup(group="123")
    await house.click(confirm, "Yes")
    refused = await house.click(again, "Yes")
    assert "This server follows Iron Foundry already" in refused.followups[0].content
    assert refused.followups[0].ephemeral


# Refusals


async def test_setup_is_for_people_with_manage_server(house: House) -> None:
    assert "setup" not in house.places.john.available_commands(house.places.general)
    command = next(one for one in await house.bot.tree.fetch_commands() if one.name == "setup")
    house.places.guild.set_command_permissions(command, {house.places.john: True})
    refused = await house.places.john.slash(house.places.general, "setup", group="123")
    assert is_private(refused)
    assert "That is for people with Manage Server" in text_of(refused)


async def test_who_lost_manage_server_can_press_nothing(house: House) -> None:
    shown = await house.linked()
    server = house.bot.get_guild(house.guild)
    assert server is not None
    member = await server.fetch_member(house.mona.id)
    await member.remove_roles(*member.roles[1:])
    refused = await house.click(shown, "Refresh")
    assert "That is for people with Manage Server" in text_of(refused)


async def test_an_unknown_group_is_refused_privately(house: House) -> None:
    for group in ("999", "No Such Clan"):
        refused = await house.setup(group=group)
        assert is_private(refused)
        assert f"Wise Old Man knows no group “{group}”" in text_of(refused)


async def test_while_wom_is_down_nothing_is_linked_and_the_answer_says_so(house: House) -> None:
    house.wom.go_down()
    refused = await house.setup(group="123")
    assert is_private(refused)
    assert "Wise Old Man is not answering. Try again" in text_of(refused)
    assert await house.bot.services.clans.of_guild(house.guild) == []


async def test_a_button_of_a_clan_that_was_unlinked_is_out_of_date(house: House) -> None:
    old = await house.linked()
    gone = await house.click(await house.pick(await house.setup(), "unlink"), "Unlink")
    assert "No clan is followed here any more" in text_of(gone)
    refused = await house.click(old, "Refresh")
    assert "out of date" in text_of(refused)


# Typing the options


async def test_groups_are_offered_while_somebody_types(house: House) -> None:
    async def offered(text: str) -> dict[str, str]:
        found = await house.mona.autocomplete(house.places.general, "setup", "group", text)
        return {one["value"]: one["name"] for one in found}

    assert await offered("") == {}
    assert await offered("iron") == {
        "123": "Iron Foundry · 26 members · 123",
        "124": "Iron Sisters · 0 members · 124",
    }
    assert await offered("77") == {"77": "WOM group 77"}
    house.wom.go_down("nonsense")
    assert await offered("other") == {}
    house.wom.come_back()
    await house.linked()
    assert (await offered(""))["123"] == "Iron Foundry · followed here"


async def test_a_time_zone_is_offered_set_and_refused_with_the_nearest(house: House) -> None:
    offered = await house.mona.autocomplete(house.places.general, "setup", "time_zone", "amst")
    assert offered[0]["value"] == "Europe/Amsterdam"
    refused = await house.setup(group="123", time_zone="Amsterdm")
    assert is_private(refused)
    assert "I know no time zone called “Amsterdm”. Did you mean Europe/Amsterdam" in text_of(refused)
    shown = await house.click(await house.setup(group="123", time_zone="Europe/Amsterdam"), "Yes")
    assert "✅ Time zone: Europe/Amsterdam" in text_of(shown)
    assert "Time zone: Asia/Tokyo" in text_of(await house.setup(time_zone="tokyo"))
    assert "Time zone: UTC" in text_of(await house.setup(group="123", time_zone="UTC"))


async def test_a_time_zone_can_be_typed_in_a_form(house: House) -> None:
    shown = await house.linked()
    refused = await house.fill_in(await house.pick(shown, "time_zone"), "Mars")
    assert "I know no time zone called “Mars”" in text_of(refused)
    after = await house.fill_in(await house.pick(shown, "time_zone"), "new york")
    assert "Time zone: America/New_York" in text_of(after)


# The group's code


async def test_the_code_is_kept_and_never_shown_or_logged(house: House, capfd: Any) -> None:
    shown = await house.linked()
    assert "🟡 WOM updates this clan only when asked" in text_of(shown)
    after = await house.fill_in(await house.click(shown, "Add the group's code"), CODE)
    assert "✅ I ask WOM to update the whole clan once a day" in text_of(after)
    assert "Add the group's code" not in buttons_of(after)
    assert CODE not in str(answer_of(after).embeds[0].to_dict()) + str(components_of(after))
    assert not any(CODE in message.content for message in house.places.general.history())
    assert CODE not in "".join(capfd.readouterr())
    forgotten = await house.pick(after, "forget_code")
    assert "🟡 WOM updates this clan only when asked" in text_of(forgotten)


@pytest.mark.parametrize("typed", ["987-654-32", "987-654-32l", "my code is 987-654-321"])
async def test_what_cannot_be_a_code_is_refused_before_wom_is_asked(house: House, typed: str) -> None:
    shown = await house.linked()
    asked = len(house.wom.requests)
    refused = await house.fill_in(await house.click(shown, "Add the group's code"), typed)
    assert is_private(refused)
    assert "That is not a verification code: those are nine digits" in text_of(refused)
    assert typed not in text_of(refused)
    assert len(house.wom.requests) == asked
    assert "🟡 WOM updates this clan only when asked" in text_of(await house.click(shown, "Refresh"))


async def test_a_code_is_understood_without_its_hyphens(house: House) -> None:
    after = await house.fill_in(await house.click(await house.linked(), "Add the group's code"), "123 456789")
    assert "✅ I ask WOM to update the whole clan once a day" in text_of(after)


async def test_without_a_secret_key_no_code_is_asked_for(open_house: Opener) -> None:
    async with open_house(secret_key=None) as house:
        refused = await house.click(await house.linked(), "Add the group's code")
        assert refused.modal is None
        assert "SECRET_KEY" in text_of(refused)


# The relay


async def test_a_relay_is_found_and_used_and_its_lines_count(house: House) -> None:
    chat = await house.relay(*CHATTER)
    await house.relay("Now playing: a song", "Skipped", name="music-chat")
    shown = await house.linked()
    assert f"🟡 {chat.mention} looks like a relay by Chat relay: 4 of 5 lines understood" in text_of(shown)
    used = await house.click(shown, "Use it")
    assert f"{chat.mention} is a relay: 4 of 5 lines understood" in text_of(used)
    await house.env.advance_time(90)
    board = await house.places.john.slash(house.places.general, "leaderboard", metric="messages")
    assert "Ann B · 1" in text_of(board)


async def test_a_relay_that_writes_embeds_is_found_too(house: House) -> None:
    chat = await house.relay()
    hook = house.places.guild.create_webhook(chat, "Embedder")
    for embed in (
        discord.Embed(description="gz \\:\\)").set_author(name="Ann B"),
        discord.Embed(title="<:Onyx:1> **C\\-y**", description="hi"),
        discord.Embed(description="<:Onyx:1> Cy has reached Slayer level 90\\."),
        discord.Embed(title="An announcement of the clan", description="to all"),
    ):
        await hook.send(embed=embed)
    found = text_of(await house.linked())
    assert f"{chat.mention} looks like a relay by Embedder: 3 of 4 lines understood" in found
    assert "Not understood: “An announcement of the clan to all”" in found


async def test_another_channel_can_be_the_relay_and_be_dropped_again(house: House) -> None:
    other = await house.relay("Bank of Gielinor", "<:Onyx:1> **Cy**: gz", name="voices-from-afar")
    screen = await house.pick(await house.linked(), "relay")
    used = await house.pick(screen, other, kind="channels")
    assert f"🟡 {other.mention} is a relay: 1 of 2 lines understood" in text_of(used)
    screen = await house.pick(used, "relay")
    assert f"✅ {other.mention}, Chat relay, is read" in text_of(screen)
    (relay,) = listed(screen, "drop")
    dropped = await house.pick(screen, listed(screen, "drop")[relay], kind="drop")
    assert relay == "#voices-from-afar · Chat relay"
    assert "is a relay" not in text_of(dropped)


async def test_another_than_the_detected_relay_is_chosen_with_other(house: House) -> None:
    found = await house.relay(*CHATTER)
    mine = await house.relay("**Ann B**: psst", name="whispers")
    shown = await house.linked()
    assert f"{found.mention} looks like a relay" in text_of(shown)
    assert "Not understood: “odd line”" in text_of(shown)
    used = await house.pick(await house.click(shown, "Other"), mine, kind="channels")
    assert f"✅ {mine.mention} is a relay: 1 of 1 line understood" in text_of(used)
    assert found.mention not in text_of(used)


async def test_several_relays_in_channels_and_in_one_are_used_and_dropped_one_by_one(house: House) -> None:
    first = await house.relay(*CHATTER)
    second = await house.relay(*CHATTER[:2], name="mirror")
    third = house.places.guild.create_webhook(second, "Other relay")
    for line in CHATTER[:3]:
        await third.send(line)
    used = await house.click(await house.linked(), "Use it")
    asked = await house.pick(await house.pick(used, "relay"), second, kind="channels")
    assert "2 bots or webhooks write lines that I can read as chat" in text_of(asked)
    assert list(listed(asked, "authors")) == [
        "#mirror · Other relay · 3 of 3 lines",
        "#mirror · Chat relay · 2 of 2 lines",
    ]
    both = await house.pick(asked, *listed(asked, "authors").values(), kind="authors")
    await house.env.advance_time(90)
    await house.restart()
    shown = await house.click(both, "Refresh")
    for line in (
        f"{first.mention} is a relay by Chat relay: 4 of 5",
        f"{second.mention} is a relay by Other relay: 3 of 3",
        f"{second.mention} is a relay by Chat relay: 2 of 2",
    ):
        assert line in text_of(shown)
    assert await messages_of(house) == {"Ann B": 1, "Cy": 1}
    screen = await house.pick(shown, "relay")
    left = await house.pick(screen, listed(screen, "drop")["#mirror · Chat relay"], kind="drop")
    assert "by Chat relay: 2 of 2" not in text_of(left)
    assert f"{second.mention} is a relay by Other relay" in text_of(left)


async def test_how_far_apart_two_relays_write_one_line_is_chosen_and_kept(house: House) -> None:
    await house.relay("**Cy**: gz", "**Cy**: hi")
    await house.env.advance_time(15)
    second = await house.relay("**Cy**: gz", "**Cy**: hi", name="mirror")
    used = await house.click(await house.linked(), "Use it")
    screen = await house.pick(used, "relay")
    assert not any(one["custom_id"].startswith("su:within") for one in components_of(screen))
    used = await house.pick(screen, second, kind="channels")
    await house.env.advance_time(90)
    assert await messages_of(house) == {"Cy": 4}
    screen = await house.pick(used, "relay")
    assert "counts once, if they write it at most 10 seconds apart" in text_of(screen)
    assert listed(screen, "within")["Count once within 10 seconds (usual)"] == "10"
    for seconds, words, number in (("20", "at most 20 seconds", 2), ("0", "Each relay's line counts", 4)):
        screen = await house.pick(screen, seconds, kind="within")
        assert words in text_of(screen)
        await house.env.advance_time(90)
        assert await messages_of(house) == {"Cy": number}
    await house.restart()
    assert "Each relay's line counts" in text_of(await house.pick(await house.setup(), "relay"))


@pytest.mark.both_databases
async def test_lines_that_nobody_knows_are_listed_by_form_and_forgotten_in_time(house: House) -> None:
    odd = [f"Ann B juggles {number} gnomes" for number in range(3)] + ["Cy sings"]
    others = [f"{letter * 4} happens" for letter in "abcdefg"]
    chat = await house.relay("**Cy**: hi", *odd, *others)
    screen = await house.pick(await house.linked(), "relay")
    used = await house.pick(screen, chat, kind="channels")
    await house.env.advance_time(90)
    shown = await house.click(used, "Refresh")
    assert "🟡 11 relayed lines of the last 30 days not understood" in text_of(shown)
    listing = await house.click(shown, "Unknown lines")
    assert is_private(listing)
    assert text_of(listing).startswith("Lines not understood\n3× ‹name› juggles # gnomes · [newest](https://")
    assert "11 lines in 9 forms" in text_of(listing)
    assert list(buttons_of(listing)) == ["▶", "Back"]
    await house.restart()
    second = await house.click(listing, "▶")
    assert list(buttons_of(second)) == ["◀", "Back"]
    assert "1× ‹name› sings" in text_of(second)
    assert "Cy" not in text_of(second)
    house.env.backend.clock.advance(30 * 86_400)
    await house.restart()
    async with house.bot.services.database.read() as session:
        assert set((await session.scalars(select(Broadcast.raw))).all()) == {None}
    shown = await house.setup()
    assert "not understood" not in text_of(shown)
    assert "Unknown lines" not in buttons_of(shown)


def listed(shown: InteractionResult, kind: str) -> dict[str, str]:
    """What a select offers: label and value."""
    chosen = next(one for one in components_of(shown) if one["custom_id"].startswith(f"su:{kind}:"))
    return {option["label"]: option["value"] for option in chosen["options"]}


async def messages_of(house: House) -> dict[str, int]:
    """Who has how many messages, as the board tells."""
    board = await house.places.john.slash(house.places.general, "leaderboard", metric="messages")
    found = re.findall(r"^\S+ (.+?) · (\d+)$", text_of(board), re.MULTILINE)
    return {name: int(number) for name, number in found if number != "0"}


async def test_a_channel_without_a_relay_is_not_used(house: House) -> None:
    screen = await house.pick(await house.linked(), "relay")
    await house.places.john.send(house.places.general, "**Ann B**: I am not a relay")
    silent = await house.pick(screen, house.places.general, kind="channels")
    assert f"❌ In {house.places.general.mention} I see no line of a bot" in text_of(silent)
    assert "In-game chat: no relay channel" in text_of(await house.click(silent, "Back"))


async def test_a_channel_that_i_may_not_read_is_refused_with_what_is_missing(house: House) -> None:
    assert house.bot.user is not None
    hidden = discord.PermissionOverwrite(view_channel=False, read_message_history=False)
    closed = house.places.guild.create_text_channel("closed", overwrites={house.bot.user: hidden})
    screen = await house.pick(await house.linked(), "relay")
    refused = await house.pick(screen, closed, kind="channels")
    assert f"I lack View Channel, Read Message History in {closed.mention}" in refused.followups[0].content
    included = await house.pick(await house.pick(await house.setup(), "included"), closed, kind="channels")
    assert f"❌ I cannot read {closed.mention}" in text_of(included)


async def test_without_message_content_a_relay_is_neither_looked_for_nor_promised(house: House) -> None:
    await house.relay(*CHATTER)
    await house.restart(lacking=frozenset({"message_content"}))
    shown = await house.linked()
    assert "❌ Relayed chat cannot be read" in text_of(shown)
    assert "looks like a relay" not in text_of(shown)
    assert "Message Content Intent" in text_of(await house.pick(shown, "relay"))


# Roles, channels and clans


async def test_choices_of_roles_and_channels_are_shown_and_outlive_a_restart(house: House) -> None:
    guild = house.places.guild
    shown = await house.linked()
    await house.restart()
    screen = await house.pick(shown, "officer_roles")
    await house.restart()
    shown = await house.pick(screen, guild.roles["Officer"], kind="roles")
    assert "✅ Officers: Officer" in text_of(shown)
    for what in ("officer_channel", "bot_channels", "excluded"):
        shown = await house.pick(await house.pick(shown, what), house.places.commands, kind="channels")
    assert f"✅ Officers' channel: {house.places.commands.mention}" in text_of(shown)
    assert f"✅ Bot channels: {house.places.commands.mention}" in text_of(shown)
    board = await house.places.john.slash(house.places.commands, "leaderboard")
    assert not is_private(board)
    screen = await house.pick(shown, "officer_channel")
    (chosen,) = components_of(screen)[0]["default_values"]
    assert int(chosen["id"]) == house.places.commands.id
    shown = await house.pick(screen, kind="channels")
    assert "⚪ Officers' channel: none" in text_of(shown)


async def test_ranks_are_compared_with_roles(house: House) -> None:
    house.places.guild.create_role("ONYX")
    shown = await house.linked()
    assert "1 of 2 ranks match a Discord role" in text_of(shown)
    review = await house.click(shown, "Review ranks")
    assert "Member: no role of this name" in text_of(review)
    assert f"Onyx: <@&{house.places.guild.roles['ONYX'].id}>" in text_of(review)
    assert "Set-up of Iron Foundry" in text_of(await house.click(review, "Back"))


async def test_a_second_clan_is_added_made_the_default_and_unlinked(house: House) -> None:
    asked = await house.pick(await house.linked(), "add")
    confirm = await house.fill_in(asked, "124")
    assert "It will be followed beside Iron Foundry" in text_of(confirm)
    second = await house.click(confirm, "Yes")
    assert "Set-up of Iron Sisters" in text_of(second)
    assert "✅ Also here: Iron Foundry" in text_of(second)
    await house.pick(second, "default")
    assert (await house.bot.services.clans.default(house.guild)).name == "Iron Sisters"
    first = await house.setup(group="Iron Foundry")
    assert "Set-up of Iron Foundry" in text_of(first)
    assert "Iron Sisters" in text_of(await house.pick(first, options(first)["Iron Sisters"], kind="clan"))
    left = await house.click(await house.pick(await house.setup(), "unlink"), "Unlink")
    assert "Set-up of Iron Foundry" in text_of(left)
    assert "Also here" not in text_of(left)


def options(shown: InteractionResult) -> dict[str, str]:
    """The other clans' list: name and value."""
    chosen = next(one for one in components_of(shown) if one["custom_id"] == "su:clan")
    return {one["label"]: one["value"] for one in chosen["options"]}


async def test_what_i_may_not_do_is_told(house: House) -> None:
    shown = await house.linked()
    assert "✅ I have the permissions I need" in text_of(shown)
    for role in house.env.backend.get_guild(house.guild).roles.values():
        if role.name != "Manager":
            role.permissions = HARDLY.value
    await house.restart()
    assert "❌ I lack Embed Links, Attach Files, Manage Roles" in text_of(await house.click(shown, "Refresh"))


async def test_older_messages_are_read_back(house: House) -> None:
    await house.places.ann.send(house.places.general, "long ago")
    shown = await house.linked()
    after = await house.click(shown, "Load 90 days")
    assert "History:" in text_of(after)
    clan = await house.bot.services.clans.default(house.guild)
    progress = house.bot.services.history.progress(clan.id)
    assert progress is not None
    assert progress.ended_at is not None


def days_offered(screen: InteractionResult) -> dict[str, bool]:
    """The days of history that can be chosen, and whether they are now."""
    [select] = [one for one in components_of(screen) if one["custom_id"].startswith("su:days:")]
    return {one["label"]: bool(one.get("default")) for one in select["options"]}


async def test_the_days_of_history_are_the_settings_until_an_officer_chooses_others(
    open_house: Opener,
) -> None:
    async with open_house(backfill_days=10) as house:
        await house.places.ann.send(house.places.general, "a fortnight ago")
        await house.restart(later=timedelta(days=14))
        await house.linked()
        shown = await house.setup()
        assert "History: 10 days of messages" in text_of(shown)
        screen = await house.pick(shown, "days")
        assert "10 days are read back" in text_of(screen)
        assert [days for days, chosen in days_offered(screen).items() if chosen] == ["10 days"]
        await house.places.ann.slash(house.places.general, "link", name="Ann B")
        assert await messages_of_ann(house) == "nobody", "who wrote nothing is not named"

        after = await house.pick(screen, "30", kind="days")
        assert "History: 14 days of messages" in text_of(after)
        assert await messages_of_ann(house) == "Ann B · 1"

        fewer = await house.pick(await house.pick(after, "days"), "0", kind="days")
        assert "History: 14 days of messages" in text_of(fewer)
        await house.restart()
        screen = await house.pick(await house.setup(), "days")
        assert "nothing is read back" in text_of(screen)
        assert list(days_offered(screen)) == [
            "None: only what is written from now on",
            "7 days",
            "30 days",
            "90 days",
            "365 days",
        ]


async def messages_of_ann(house: House) -> str:
    board = await house.places.ann.slash(house.places.general, "leaderboard", metric="messages", period="all")
    return next((line.split(" ", 1)[1] for line in lines_of(board) if "Ann B" in line), "nobody")


# The first server, from the environment


async def test_the_environment_sets_up_the_first_server(open_house: Opener) -> None:
    async with open_house(wom_group_id=world.GROUP, wom_group_secret=SecretStr(CODE)) as house:
        shown = await house.setup()
        assert "✅ Iron Foundry, 26 members" in text_of(shown)
        assert "✅ I ask WOM to update the whole clan once a day" in text_of(shown)
        await house.click(await house.pick(shown, "unlink"), "Unlink")
        await house.restart()
        assert "Which clan is this server's?" in text_of(await house.setup())


async def test_the_environments_relay_is_used_once_it_has_spoken(open_house: Opener) -> None:
    channels: list[simcord.ChannelHandle] = []

    def lay(places: world.Discord) -> None:
        channels.append(places.guild.create_text_channel("whispers"))

    async with open_house(lay, wom_group_id=world.GROUP) as house:
        (channel,) = channels
        house.settings = house.settings.model_copy(update={"relay_channel_id": channel.id})
        await house.restart()
        assert "is a relay" not in text_of(await house.setup())
        hook = house.places.guild.create_webhook(channel, "Chat relay")
        for line in CHATTER:
            await hook.send(line)
        await house.restart()
        assert f"{channel.mention} is a relay: 4 of 5 lines understood" in text_of(await house.setup())
