"""The owner's own command, in a second, independent simulator: it commands by mentioning the bot."""

from collections.abc import AsyncGenerator

import discord
import pytest
from discord.ext import commands

from cogs.owner import OwnerCog
from tests.second_simulator import dpytest


class Sync:
    """Counts how often the commands were sent."""

    def __init__(self) -> None:
        self.forced: list[bool] = []

    async def __call__(self, *, force: bool = False) -> int:
        self.forced.append(force)
        return 7


@pytest.fixture
async def sync() -> AsyncGenerator[Sync]:
    made = Sync()
    intents = discord.Intents(guilds=True, guild_messages=True, members=True, message_content=True)
    bot = commands.Bot(commands.when_mentioned, intents=intents, help_command=None)
    await bot._async_setup_hook()  # pyright: ignore[reportPrivateUsage] -- as dpytest's guide does
    await bot.add_cog(OwnerCog(made))
    dpytest.configure(bot, guilds=1, text_channels=["general"], members=["Owner", "Somebody"])
    bot.owner_id = dpytest.get_config().members[0].id
    yield made
    await dpytest.empty_queue()


def mention(text: str) -> str:
    user = dpytest.get_config().client.user
    assert user is not None
    return f"{user.mention} {text}"


async def test_the_owner_sends_the_commands_again_whether_changed_or_not(sync: Sync) -> None:
    await dpytest.message(mention("sync"), member=0)
    assert sync.forced == [True]
    assert dpytest.verify().message().content("7 commands sent to Discord. It shows them within a minute.")


async def test_nobody_else_can(sync: Sync) -> None:
    with pytest.raises(commands.NotOwner):
        await dpytest.message(mention("sync"), member=1)
    assert sync.forced == []
    assert dpytest.verify().message().nothing()


async def test_without_a_mention_it_is_only_a_message(sync: Sync) -> None:
    await dpytest.message("sync", member=0)
    await dpytest.message("!sync", member=0)
    assert sync.forced == []
    assert dpytest.verify().message().nothing()
