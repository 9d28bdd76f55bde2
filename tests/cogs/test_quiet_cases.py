"""Cases that end, answers that stand, and notices that are needed no more, as people meet them."""

from datetime import timedelta

import simcord

from bot.domain.ids import UserId
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.quiet import LATER, gone_quiet, letters
from tests.cogs.reading import Answer, lines_of, message_of, text_of
from tests.cogs.test_inactivity import custom_id, look_at, sent, value_of, wom_at
from tests.cogs.world import JOHN, NOW, player_id


async def listed(foundry: Foundry, channel: simcord.ChannelHandle, stage: str) -> Answer:
    """A list of ``/inactive`` as it is now."""
    shown = await foundry.places.officer.slash(channel, "inactive")
    await look_at(foundry.places.officer, shown, stage)
    return shown


async def test_who_has_quit_awaits_officers_though_they_play_on(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    await sent(foundry, channel)
    (message,) = foundry.john.user.dm_channel.history()
    await foundry.john.user.click(message, label="I've quit")
    wom = wom_at(NOW + LATER)
    wom.record(player_id(wom, JOHN), {"overall": 999_000_000}, wom.now() + timedelta(hours=1), level=2_100)
    wom.now = lambda: NOW + LATER + timedelta(hours=2)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=2))
        await foundry.env.settle()
        shown = await listed(foundry, channel, "decide")
        assert lines_of(shown)[0] == "For your decision · 1 of 26 people"
        assert "says: I've quit" in text_of(shown)
        await foundry.bot.close()


async def test_whoever_is_excused_before_their_notice_goes_out_gets_none(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    shown = await officer.slash(channel, "inactive")
    preview = message_of(await officer.click(message_of(shown), label="Send notices…"))
    await officer.click(preview, label="Send to 1")
    await foundry.john.slash(foundry.commands, "away", until="in 3 days")
    await foundry.env.advance_time(6)
    assert letters(foundry.john) == []
    said = text_of(preview).replace("\xa0", " ")
    assert "0 delivered, 1 not linked, 1 needed no more" in said
    assert "Notices are sent" in said


async def test_the_buttons_of_a_notice_are_for_who_owns_the_account_now(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    await sent(foundry, channel)
    (message,) = foundry.john.user.dm_channel.history()
    john = (await foundry.services.lookup.by_name(await foundry.clan(), JOHN)).member.id
    await foundry.services.links.remove(await foundry.clan(), UserId(foundry.john.id), john)
    refused = await foundry.john.user.click(message, label="Away 30 days")
    assert text_of(refused).startswith(f"{JOHN} is not verified as your account any more")
    assert "/link" in text_of(refused)
    assert JOHN in text_of(await listed(foundry, channel, "waiting"))


async def test_who_is_away_since_it_was_decided_is_to_be_removed_no_more(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    await foundry.services.ladder.change(await foundry.clan(), UserId(officer.id), notices=False)
    shown = await listed(foundry, channel, "decide")
    await officer.select(message_of(shown), [value_of(shown, "qd:", JOHN)], custom_id=custom_id(shown, "qd:"))
    assert JOHN in text_of(await listed(foundry, channel, "remove"))
    await foundry.places.manager.slash(channel, "member away", member=JOHN, until="2 weeks")
    assert JOHN not in text_of(await listed(foundry, channel, "remove"))
    assert JOHN in text_of(await listed(foundry, channel, "excepted"))
