"""*How was this read?* and *Stats of speaker*: what officers and members are told of a single message."""

from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord import InteractionResult
from simcord.enums import MessageType
from sqlalchemy import update

from bot.domain.doubles import RelayId
from bot.domain.ids import ChannelId, ClanId, GroupId, UserId
from bot.domain.setup import RelayShare
from db.models import DiscordLink
from db.queries import clans
from tests.cogs.conftest import Foundry, build_bot
from tests.cogs.reading import count_public, is_private, lines_of, text_of
from tests.cogs.world import ANN, EPOCH, FORMER, JOHN, NOW, TWICE
from tests.simulator import as_bot

BY = UserId(50)
UNHELD = "I know nobody who held that name then. It is theirs as soon as I do."


class Chat:
    """The clan's in-game chat: a channel and the webhook that is its relay."""

    def __init__(self, foundry: Foundry, name: str = "clan-chat") -> None:
        self.foundry = foundry
        self.channel = foundry.places.guild.create_text_channel(name)
        self.relay = foundry.places.guild.create_webhook(self.channel, "Clan chat")

    async def use(self) -> None:
        """An officer has the relay read."""
        author = UserId(self.relay.id)
        share = RelayShare(ChannelId(self.channel.id), 1, 1, author, "Clan chat")
        setting_up = self.foundry.services.setting_up
        await choose(self.foundry, setting_up.use_relay(await self.foundry.clan(), author, share, BY))

    async def read(self, message: Any, officer: simcord.MemberActor | None = None) -> list[str]:
        """What an officer is told of a message, line by line."""
        asker = officer or self.foundry.places.officer
        result = await asker.context_menu(self.channel, "How was this read?", message)
        assert is_private(result)
        title, *lines = lines_of(result)
        assert title == "How this was read"
        return lines

    async def speaker(self, message: Any, asker: simcord.MemberActor | None = None) -> InteractionResult:
        """The card of whoever speaks in a message."""
        result = await (asker or self.foundry.ann).context_menu(self.channel, "Stats of speaker", message)
        assert is_private(result)
        return result


async def chat_of(foundry: Foundry) -> Chat:
    chat = Chat(foundry)
    await chat.use()
    return chat


async def choose(foundry: Foundry, choice: Coroutine[Any, Any, None]) -> None:
    """An officer chooses something in ``/setup``, and the listener has followed."""
    with as_bot(foundry.env):
        await choice
    await foundry.env.advance_time(2)


def at(foundry: Foundry, moment: datetime) -> None:
    """Discord's clock stands at a moment."""
    foundry.env.backend.clock.elapsed = (moment - EPOCH).total_seconds()


async def messages_of(foundry: Foundry, name: str) -> str:
    """A member's messages of the week, as the board tells."""
    await foundry.env.advance_time(2)
    board = await foundry.john.slash(foundry.commands, "leaderboard", metric="messages")
    (line,) = [one for one in lines_of(board) if f" {name} · " in one]
    return line.rpartition(" · ")[2]


# Relayed lines
@pytest.mark.both_databases
async def test_an_officer_is_told_who_spoke_and_where_that_comes_from(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    line = await chat.relay.send("<:Onyx:1> <:Ironman_chat_badge:2> **Jo\\_hn**: gz \\:\\)")
    assert await chat.read(line) == [
        "In-game chat of Jo_hn · rank Onyx · Ironman chat badge · 5 characters",
        "✅ Counts as a message of Jo hn",
        "-# The name Jo hn was held since <t>, as the clan's roster at Wise Old Man showed",
    ]
    assert await messages_of(foundry, JOHN) == "11"


async def test_a_line_under_a_former_name_is_of_whoever_held_it_then(foundry: Foundry) -> None:
    at(foundry, datetime(2025, 12, 30, tzinfo=UTC))
    chat = Chat(foundry)
    before = await chat.relay.send(f"**{FORMER}**: hi")
    recycled = await chat.relay.send(f"**{TWICE}**: hi")
    at(foundry, NOW)
    await chat.use()
    after = await chat.relay.send(f"**{FORMER}**: hi")
    lines = await chat.read(before)
    assert lines[1] == "✅ Counts as a message of Jo hn, called Zezima 2 then"
    assert lines[2].startswith("-# The name Zezima 2 was held until <t>")
    assert (await chat.read(recycled))[1] == "✅ Counts as a message of First One, called Recycled then"
    assert await chat.read(after) == [
        "In-game chat of Zezima 2 · 2 characters",
        f"🟡 Counts for nobody of the clan: {UNHELD}",
    ]
    assert lines_of(await chat.speaker(before))[0].startswith("Jo hn")
    assert lines_of(await chat.speaker(recycled))[0].startswith("First One")
    refused = await chat.speaker(after)
    assert "Nobody of the clan is known to have been called “Zezima 2” when that was written" in text_of(
        refused
    )


async def test_a_double_says_which_line_counts_in_its_place(foundry: Foundry) -> None:
    chat, mirror = await chat_of(foundry), Chat(foundry, "mirror")
    await mirror.use()
    first = await chat.relay.send("**Ann B**: gz")
    foundry.env.backend.clock.advance(3)
    second = await mirror.relay.send("**Ann B**: gz")
    await foundry.restart()
    await foundry.env.advance_time(2)
    link = f"https://discord.com/channels/{foundry.places.guild.id}/{chat.channel.id}/{first.id}"
    assert (await mirror.read(second))[1] == (
        f"🔁 Not counted: a relay wrote the same line 3.0 s before, and [that one]({link}) counts"
    )
    assert (await chat.read(first))[1] == "✅ Counts as a message of Ann B"
    assert await messages_of(foundry, ANN) == "4"
    assert lines_of(await mirror.speaker(second))[0].startswith("Ann B")


async def test_an_announcement_is_an_event_of_the_member_with_its_values(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    drop = "Jo hn received a drop: 1 x Twisted bow \\(1,530,274,199 coins\\) from Great Olm."
    line = await chat.relay.send(drop)
    assert (await chat.read(line))[:3] == [
        "A drop of Jo hn, in the game's own words",
        "quantity 1 · item Twisted bow · coins 1,530,274,199 · source Great Olm",
        "📣 An event of Jo hn, not a message",
    ]
    best = await chat.relay.send("Nobody Here has achieved a new Zulrah personal best: 1:02:03.50")
    lines = await chat.read(best)
    assert "boss Zulrah · time 1:02:03.50" in lines
    assert lines[-1].startswith("📣 An event of nobody of the clan")
    assert await messages_of(foundry, JOHN) == "10"
    assert lines_of(await chat.speaker(line))[0].startswith("Jo hn")


async def test_a_form_that_nobody_knows_says_how_long_its_text_is_kept(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    line = await chat.relay.send("Jo hn juggles")
    assert await chat.read(line) == [
        "A relayed line in no form that I know",
        "❔ Counts for nobody. Its text is kept until <t>; `/setup` → Unknown lines lists all of its kind.",
    ]
    assert "I read no player's name in that message" in text_of(await chat.speaker(line))


async def test_embeds_are_read_from_the_message_itself(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    embed = discord.Embed(description="gz").set_author(name="Jo hn")
    line = await chat.relay.send(embed=embed)
    assert (await chat.read(line))[0] == "In-game chat of Jo hn · 2 characters"
    assert lines_of(await chat.speaker(line))[0].startswith("Jo hn")


async def test_a_relay_that_was_dropped_leaves_its_lines_explained(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    line = await chat.relay.send("**Ann B**: gz")
    await foundry.env.advance_time(2)
    relay = RelayId(ChannelId(chat.channel.id), UserId(chat.relay.id))
    setting_up = foundry.services.setting_up
    await choose(foundry, setting_up.drop_relays(await foundry.clan(), [relay], BY))
    later = await chat.relay.send("**Ann B**: still here?")
    assert (await chat.read(line))[:2] == [
        "In-game chat of Ann B · 2 characters",
        "✅ Counts as a message of Ann B",
    ]
    assert (await chat.read(later))[0] == "A message of a bot or webhook that is no relay here"
    assert lines_of(await chat.speaker(line))[0].startswith("Ann B")


# Nobody fakes a line


async def test_only_the_relays_own_id_speaks_for_players(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    guild = foundry.places.guild
    namesake = guild.create_webhook(chat.channel, "Clan chat")
    typed = await foundry.john.send(chat.channel, "**Ann B**: I quit")
    fakes = [
        await namesake.send("**Ann B**: I quit"),
        await namesake.send("**Ann B**: I quit", username="Clan chat"),
        await namesake.send("Ann B has left the clan."),
        await guild.create_webhook(chat.channel, "Other").send("<:Onyx:1> **Ann B**: I quit"),
    ]
    assert await messages_of(foundry, ANN) == "3"
    assert (await chat.read(typed))[:2] == [
        f"A message of {foundry.john.mention}",
        "✅ Counts as a message of Jo hn",
    ]
    assert lines_of(await chat.speaker(typed))[0].startswith("Jo hn")
    for fake in fakes:
        what, verdict = await chat.read(fake)
        assert what == "A message of a bot or webhook that is no relay here"
        assert "I read only the relays chosen in `/setup`, by their ids" in verdict
        assert "I read no player's name in that message" in text_of(await chat.speaker(fake))


# What people write


async def test_a_members_message_says_whose_account_it_counts_for_and_why(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    said = await foundry.john.send(chat.channel, "hello")
    assert await chat.read(said) == [
        f"A message of {foundry.john.mention}",
        "✅ Counts as a message of Jo hn",
        f"-# The main account of {foundry.john.mention}, claimed by themself",
    ]
    async with foundry.services.database.write() as session:
        await session.execute(update(DiscordLink).values(verified=True))
    assert (await chat.read(said))[2].endswith(", verified")
    unlinked = await foundry.ann.send(chat.channel, "me too")
    assert (await chat.read(unlinked))[1] == (
        f"🟡 Counts for nobody of the clan: {foundry.ann.mention} has linked no account. "
        "It counts as soon as they do."
    )
    assert "I do not know which account is yours" in text_of(await chat.speaker(unlinked))
    assert "they have linked none" in text_of(await chat.speaker(unlinked, foundry.john))


async def test_what_does_not_count_says_why(foundry: Foundry) -> None:
    chat = Chat(foundry)
    notice = foundry.places.guild.create_system_message(
        chat.channel, MessageType.NEW_MEMBER, author=foundry.ann
    )
    assert (await chat.read(notice))[1] == "⚪ Not counted: nobody wrote it"
    at(foundry, NOW - timedelta(days=10))
    old = await foundry.john.send(chat.channel, "long ago")
    at(foundry, NOW)
    guild = (await foundry.clan()).guild
    await choose(foundry, foundry.services.setting_up.set_excluded(guild, [chat.channel.id], BY))
    silent = await foundry.john.send(chat.channel, "psst")
    assert (await chat.read(silent))[1] == (
        f"⚪ Not counted: {chat.channel.mention} does not count. `/setup` → Channels that count"
    )
    assert (await chat.read(old))[1].startswith("✅")


async def test_what_was_written_before_it_was_read_says_since_when_it_is(foundry: Foundry) -> None:
    guild = (await foundry.clan()).guild
    await choose(foundry, foundry.services.setting_up.set_backfill_days(guild, 1, BY))
    await foundry.bot.close()
    at(foundry, EPOCH)
    chat = Chat(foundry)
    before = await foundry.john.send(chat.channel, "too early")
    at(foundry, NOW)
    await foundry.env.restart_bot(build_bot(foundry.url))
    await foundry.env.advance_time(2)
    assert (await chat.read(before))[1] == (
        f"⚪ Not counted: I have not read {chat.channel.mention} as of then; I have since <t>"
    )


async def test_each_clan_of_the_server_says_what_the_message_is_to_it(foundry: Foundry) -> None:
    async with foundry.services.database.write() as session:
        clan = await foundry.clan()
        sister = await clans.add_clan(session, clan.guild, GroupId(124), "Iron Sisters", clan.zone, NOW)
    chat = await chat_of(foundry)
    said = await foundry.john.send(chat.channel, "hello")
    text = "\n".join(await chat.read(said))
    assert text.startswith("Iron Foundry\n")
    assert f"\nIron Sisters\nA message of {foundry.john.mention}\n🟡 Counts for nobody" in text
    line = await chat.relay.send("**Ann B**: gz")
    assert "Iron Sisters" not in "\n".join(await chat.read(line))
    assert ClanId(sister) != clan.id


# Who may ask


async def test_how_a_message_was_read_is_for_officers_and_the_speaker_for_all(foundry: Foundry) -> None:
    chat = await chat_of(foundry)
    line = await chat.relay.send("**Ann B**: gz")
    before = count_public(chat.channel)
    refused = await foundry.john.context_menu(chat.channel, "How was this read?", line)
    assert is_private(refused)
    assert text_of(refused).startswith("That is for officers")
    assert await chat.read(line, foundry.places.manager) == await chat.read(line)
    assert lines_of(await chat.speaker(line, foundry.john))[0].startswith("Ann B")
    assert count_public(chat.channel) == before


async def test_before_set_up_both_say_who_can_begin(fresh: Foundry) -> None:
    said = await fresh.john.send(fresh.general, "hello")
    for asker, menu in ((fresh.places.manager, "How was this read?"), (fresh.john, "Stats of speaker")):
        result = await asker.context_menu(fresh.general, menu, said)
        assert is_private(result)
        assert "No clan is set up" in text_of(result)
