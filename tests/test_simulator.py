"""The simulated Discord pages through history as the real one does."""

import discord
from discord.ext import commands

from tests.simulator import run

SAID = 250


async def test_history_after_a_message_gives_the_next_ones_oldest_first_and_all_of_them() -> None:
    bot = commands.Bot("!", intents=discord.Intents.all())
    async with run(bot) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        member = guild.add_member(env.create_user("Zezima"))
        ids = [(await member.send(channel, str(number))).id for number in range(SAID)]
        seen = bot.get_channel(channel.id)
        assert isinstance(seen, discord.TextChannel)
        first = [
            one.id async for one in seen.history(limit=100, after=discord.Object(ids[9]), oldest_first=True)
        ]
        assert first == ids[10:110]
        assert [one.id async for one in seen.history(limit=None, oldest_first=True)] == ids
        last = [
            one.id async for one in seen.history(limit=100, after=discord.Object(ids[-3]), oldest_first=True)
        ]
        assert last == ids[-2:]
        assert [one.id async for one in seen.history(limit=10)] == ids[:-11:-1]
