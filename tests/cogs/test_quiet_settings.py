"""What officers choose in the settings of ``/inactive`` is theirs, and nothing else goes with it."""

from typing import Any

import pytest
from simcord import ResponseMessage

from bot.domain.clans import Clan
from bot.domain.ids import UserId
from bot.domain.ladder import LadderSettings
from bot.services.ladder import Ladder
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import message_of, text_of
from tests.cogs.test_inactivity import custom_id, field_of, value_of
from tests.cogs.world import ANN, CY, JOHN


async def settings_of(foundry: Foundry) -> LadderSettings:
    return await foundry.services.ladder.settings(await foundry.clan())


async def begun(foundry: Foundry, **changes: Any) -> ResponseMessage:
    """The settings as an officer sees them, after a colleague's changes."""
    channel, officer = await colleagues(foundry), foundry.places.officer
    await foundry.services.ladder.change(await foundry.clan(), UserId(1), **changes)
    shown = await officer.slash(channel, "inactive")
    return message_of(await officer.click(message_of(shown), label="Settings"))


async def test_ranks_that_are_not_offered_stay_safe(foundry: Foundry) -> None:
    shown = await begun(foundry, safe_ranks=frozenset({"onyx", "a_rank_of_old"}))
    await foundry.places.officer.select(shown, ["member"], custom_id=custom_id(shown, "qk:"))
    assert (await settings_of(foundry)).safe_ranks == {"member", "a_rank_of_old"}


async def test_the_bots_own_words_are_nobodys_choice(foundry: Foundry) -> None:
    officer, shown = foundry.places.officer, await begun(foundry)
    asked = await officer.click(shown, label="Words…")
    assert asked.modal is not None
    words = asked.modal["components"][0]["component"]["value"]
    await officer.submit_modal(asked, {field_of(asked): words})
    assert (await settings_of(foundry)).text is None
    asked = await officer.click(shown, label="Words…")
    await officer.submit_modal(asked, {field_of(asked): "Hi!"})
    assert (await settings_of(foundry)).text == "Hi!"
    assert "Hi!" in text_of(shown)


async def test_whom_a_colleague_made_safe_just_now_stays_safe(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clan, lookup = await foundry.clan(), foundry.services.lookup
    ann, cy, john = [(await lookup.by_name(clan, name)).member.id for name in (ANN, CY, JOHN)]
    shown = await begun(foundry, safe_members=frozenset({ann, john}))
    change = Ladder.change

    async def after_a_colleague(self: Ladder, clan: Clan, by: UserId, **changes: Any) -> LadderSettings:
        await change(self, clan, UserId(1), safe_members=frozenset({ann, cy, john}))
        return await change(self, clan, by, **changes)

    monkeypatch.setattr(Ladder, "change", after_a_colleague)
    off = value_of(shown, "qi:", ANN)
    await foundry.places.officer.select(shown, [off], custom_id=custom_id(shown, "qi:"))
    assert (await settings_of(foundry)).safe_members == {cy, john}
