"""The listener in a second, independent simulator."""

from collections.abc import AsyncGenerator

import discord
import pytest
from discord.ext import commands

from bot.domain.clans import GuildSettings
from bot.domain.ids import ClanId, GuildId
from cogs.listening import Listening
from db.session import Database
from tests.cogs.ears import ALL, Hearing, hearing
from tests.second_simulator import dpytest
from tests.services.hearing import choose, counted, make_clan

ZEZIMA, LYNX = "Zezima_0_nick", "Lynx_1_nick"
"""dpytest gives its members such nicknames."""


class Heard:
    """A bot of dpytest's that only listens."""

    def __init__(self, database: Database, bot: commands.Bot, services: Hearing) -> None:
        self.database = database
        self.bot = bot
        self.services = services
        self.guild = bot.guilds[0]
        self.clan = ClanId(0)

    async def begin(self, settings: GuildSettings | None = None) -> None:
        """Link a clan, and listen."""
        guild = GuildId(self.guild.id)
        self.clan = await make_clan(self.database, guild, relay=False)
        if settings is not None:
            await choose(self.database, settings)
        await self.bot.add_cog(Listening(self.bot, self.services.ingest, self.services.history))

    async def counts(self) -> dict[str, int]:
        """What is counted when the bot stops."""
        await self.bot.remove_cog("Listening")
        return await counted(self.database, self.clan)


@pytest.fixture
async def heard(database: Database) -> AsyncGenerator[Heard]:
    bot = commands.Bot("!", intents=ALL)
    await bot._async_setup_hook()  # pyright: ignore[reportPrivateUsage] -- as dpytest's guide does
    dpytest.configure(bot, guilds=1, text_channels=["general", "spam"], members=["Zezima", "Lynx"])
    yield Heard(database, bot, hearing(database))
    await dpytest.empty_queue()


async def test_each_members_messages_are_counted(heard: Heard) -> None:
    await heard.begin()
    await dpytest.message("hello", member=0)
    await dpytest.message("anyone?", member=0)
    await dpytest.message("me", member=1)
    assert await heard.counts() == {ZEZIMA: 2, LYNX: 1}


async def test_the_bots_own_messages_are_ignored(heard: Heard) -> None:
    await heard.begin()
    await heard.guild.text_channels[0].send("I am a bot")
    assert await heard.counts() == {}


async def test_an_excluded_channel_is_not_heard(heard: Heard) -> None:
    spam = heard.guild.text_channels[1].id
    await heard.begin(GuildSettings(GuildId(heard.guild.id), excluded=frozenset({spam})))
    await dpytest.message("buy gold", channel=1)
    await dpytest.message("hello", channel=0)
    assert await heard.counts() == {ZEZIMA: 1}


async def test_a_deleted_message_counts_no_more(heard: Heard) -> None:
    await heard.begin()
    message = await dpytest.message("oops")
    await dpytest.message("hello")
    await message.delete()
    await dpytest.run_all_events()
    assert await heard.counts() == {ZEZIMA: 1}


async def test_a_new_nickname_is_another_source(heard: Heard) -> None:
    await heard.begin()
    member = dpytest.get_config().members[0]
    assert isinstance(member, discord.Member)
    await dpytest.message("hello", member=0)
    await member.edit(nick="Main Zezima")
    await dpytest.message("hello", member=0)
    assert await heard.counts() == {ZEZIMA: 1, "Main Zezima": 1}
