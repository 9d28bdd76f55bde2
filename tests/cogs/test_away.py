"""``/away`` and ``/member away``: noted, private, excepted, over by themselves."""

from datetime import timedelta

import pytest

from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.quiet import gone_quiet, letters, verify
from tests.cogs.reading import buttons_of, is_private, lines_of, message_of, text_of
from tests.cogs.world import ANN, CY, JOHN


@pytest.mark.both_databases
async def test_an_absence_excepts_ends_by_itself_and_is_reminded_of(
    foundry: Foundry,
) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    shown = await foundry.john.slash(foundry.commands, "away", until="in 3 days", because="the *sea*")
    assert is_private(shown)
    lines = lines_of(shown)
    assert lines[:2] == ["Away", "Away until <t> (<t>): the *sea*"]
    assert lines[3] == f"-# holds for {JOHN}: time away never counts as quiet"
    assert lines[4].startswith(f"-# ⚠ does not hold for {CY} yet: only claimed")
    listed = await foundry.places.officer.slash(channel, "inactive")
    assert JOHN not in text_of(listed)
    assert "1 away, new or safe" in text_of(listed)
    await foundry.restart(later=timedelta(days=3, minutes=1))
    await foundry.env.advance_time(600)
    (letter,) = letters(foundry.john)
    assert letter.startswith("Back again?\nYour time away from Iron Foundry ended <t>: welcome back!")
    await foundry.env.advance_time(601)
    (message,) = foundry.john.user.dm_channel.history()
    assert len(letters(foundry.john)) == 1
    await foundry.john.user.click(message, label="Away 30 more days")
    assert "You are noted as away until <t>" in letters(foundry.john)[0]
    mine = await foundry.john.slash(foundry.commands, "away")
    await foundry.john.click(message_of(mine), label="I'm back")
    assert "You are not noted as away." in text_of(mine)


async def test_who_only_claims_an_account_excuses_nobody(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    await foundry.places.stranger.slash(foundry.commands, "link", name=ANN)
    shown = await foundry.places.stranger.slash(foundry.commands, "away", until="30 days")
    assert f"⚠ does not hold for {ANN} yet: only claimed" in text_of(shown)
    listed = await foundry.places.officer.slash(channel, "inactive")
    assert lines_of(listed)[1].startswith(ANN)
    unlinked = await foundry.ann.slash(foundry.commands, "away", until="30 days")
    assert "/link" in text_of(unlinked)
    assert is_private(unlinked)


@pytest.mark.parametrize("until", ["someday", "2025-01-01", "in 3 years"])
async def test_an_end_that_will_not_do_is_refused_with_a_step_further(foundry: Foundry, until: str) -> None:
    refused = await foundry.john.slash(foundry.commands, "away", until=until)
    assert text_of(refused).startswith(f"I cannot use “{until}” as the end of an absence")
    assert "in 2 weeks" in text_of(refused)


async def test_officers_note_it_for_others_and_end_it_after_a_restart(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    refused = await foundry.john.slash(channel, "member away", member=ANN, until="2 weeks")
    assert "officer" in text_of(refused)
    shown = await officer.slash(channel, "member away", member=ANN, until="2 weeks", because="exams")
    assert lines_of(shown) == [
        f"{ANN} is away",
        "Away until <t> (<t>): exams",
        f"-# noted by <@{officer.id}>, ends by itself",
    ]
    listed = await officer.slash(channel, "inactive")
    assert ANN not in text_of(listed)
    await foundry.restart()
    await foundry.places.manager.click(message_of(shown), label="They are back")
    assert lines_of(shown) == ["Away", f"{ANN} is back."]
    listed = await officer.slash(channel, "inactive")
    assert lines_of(listed)[1].startswith(ANN) is False, "time away is not counted"
    none = await officer.slash(channel, "member away", member=ANN)
    assert (lines_of(none)[1], buttons_of(none)) == (f"{ANN} is not noted as away.", {})


async def test_away_for_longer_shortens_no_absence(foundry: Foundry) -> None:
    await colleagues(foundry)
    await gone_quiet(foundry)
    await foundry.john.slash(foundry.commands, "away", until="in 3 days")
    await foundry.restart(later=timedelta(days=3, minutes=1))
    await foundry.env.advance_time(600)
    (message,) = foundry.john.user.dm_channel.history()
    await foundry.john.slash(foundry.commands, "away", until="in 90 days", because="sailing")
    before = await foundry.john.slash(foundry.commands, "away")
    await foundry.john.user.click(message, label="Away 30 more days")
    assert "You are noted as away until <t>" in letters(foundry.john)[0]
    mine = await foundry.john.slash(foundry.commands, "away")
    assert message_of(mine).embeds[0].description == message_of(before).embeds[0].description
    assert "sailing" in text_of(mine)


async def test_a_note_takes_the_place_of_all_that_last(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    await officer.slash(channel, "member away", member=ANN, until="90 days")
    await foundry.john.slash(foundry.commands, "away", until="80 days")
    await verify(foundry, foundry.john.id, ANN)
    await foundry.john.slash(foundry.commands, "away", until="in 3 days")
    await foundry.restart(later=timedelta(days=4))
    for name in (ANN, JOHN):
        assert "is not noted as away" in text_of(await officer.slash(channel, "member away", member=name))
