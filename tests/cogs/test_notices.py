"""What officers are told in their channel without asking: quietly, and each thing once."""

import pytest
import simcord

from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, dispute, polled
from tests.cogs.reading import answer_of, is_private, lines_of, text_of
from tests.cogs.world import ANN, CY, DEE, FINN, GROUP, LEFT, NOW, OTHERS, Clock, player_id, restored_wom
from tests.present.makers import plain


def said_in(channel: simcord.ChannelHandle) -> list[str]:
    """What stands in a channel, the oldest first."""
    return [
        plain("\n".join(f"{embed.title}\n{embed.description}" for embed in message.embeds))
        for message in sorted(channel.history(), key=lambda one: one.id)
        if message.embeds
    ]


async def test_a_name_in_dispute_is_told_once_and_silently(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await dispute(foundry)
    for _ in range(2):
        async with polled(foundry):
            pass
    (text,) = said_in(channel)
    assert text.startswith("Whose name is this?\nann b · Ann B or Jo hn, since <t>\n-# Until you decide")
    (message,) = [one for one in channel.history() if one.embeds]
    assert message.flags.silent


@pytest.mark.both_databases
async def test_its_button_shows_officers_the_evidence_after_a_restart(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await dispute(foundry)
    async with polled(foundry):
        pass
    await foundry.restart()
    (message,) = [one for one in channel.history() if one.embeds]
    refused = await foundry.john.click(message, label="Review")
    assert is_private(refused)
    assert "officer" in text_of(refused)
    shown = await foundry.places.officer.click(message, label="Review")
    assert is_private(shown)
    assert lines_of(answer_of(shown))[0] == "Who is ann b? (1 of 1)"


async def test_many_names_share_one_message(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await dispute(foundry, ANN, CY, DEE, FINN)
    async with polled(foundry):
        (text,) = said_in(channel)
    assert text.startswith("Whose names are these? (4)")


async def test_what_had_no_channel_is_told_when_there_is_one(foundry: Foundry) -> None:
    await dispute(foundry)
    async with polled(foundry):
        pass
    channel = await colleagues(foundry)
    foundry.env.inject_error("POST", "/channels/*/messages", status=403)
    async with polled(foundry):
        assert said_in(channel) == []
    async with polled(foundry):
        assert len(said_in(channel)) == 1


async def test_who_comes_back_is_announced_with_their_past(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    clock = Clock(NOW)
    wom = restored_wom(clock)
    await foundry.places.officer.slash(channel, "member note", member=LEFT, text="owes us a bond")
    wom.join(GROUP, player_id(wom, LEFT), "onyx", NOW)
    wom.join(GROUP, wom.add_player("Newcomer"), "member", NOW)
    for _ in range(2):
        async with polled(foundry, wom):
            pass
    (text,) = said_in(channel)
    assert text.splitlines() == [
        "Gone Girl is back",
        "Back since <t> as Onyx",
        "Was with us <t> to <t> (1 y 1 mo), last as Member",
        "1 note by officers",
    ]
    await foundry.restart()
    (message,) = [one for one in channel.history() if one.embeds]
    shown = await foundry.places.officer.click(message, label="Who is this?")
    assert is_private(shown)
    assert "owes us a bond" in text_of(shown)


async def test_who_never_left_is_not_announced(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    wom = restored_wom(Clock(NOW))
    gone = player_id(wom, OTHERS[0])
    wom.leave(GROUP, gone, NOW)
    async with polled(foundry, wom):
        pass
    wom.join(GROUP, gone, "member", NOW)
    async with polled(foundry, wom):
        assert said_in(channel) == []
