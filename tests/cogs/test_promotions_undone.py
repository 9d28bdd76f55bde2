"""Promotions that are taken back: in Discord, in the game and at WOM, from either place, and for good."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import simcord
from simcord import InteractionResult, ResponseMessage

from bot.domain.change_sets import ChangeSetId
from bot.domain.desk_errors import ChangeSetUndone
from bot.domain.ids import UserId
from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import ROLE_CALLS, gave, last_of, role_calls, roles_of, states
from tests.cogs.desk import colleagues
from tests.cogs.reading import buttons_of, lines_of, message_of, text_of
from tests.cogs.test_promotions import KEY, custom_id, proposed, ranks, with_rules
from tests.cogs.test_role_sync import verify
from tests.cogs.world import ANN, GROUP, NOW, Clock, player_id, restored_wom
from tests.simulator import as_bot


class Polled:
    """Ann's Discord role follows her rank, which is polled every five minutes."""

    def __init__(self, foundry: Foundry, wom: SimulatedWom, desk: simcord.ChannelHandle) -> None:
        self.foundry, self.wom, self.desk = foundry, wom, desk

    @property
    def at_wom(self) -> str | None:
        return self.wom.groups[GROUP].members[player_id(self.wom, ANN)].role

    @property
    def in_discord(self) -> set[str]:
        return roles_of(self.foundry, self.foundry.ann)

    async def poll(self) -> None:
        await self.foundry.env.advance_time(301)

    async def promoted(self) -> ResponseMessage:
        preview = await proposed(self.foundry, self.desk, ANN)
        done = await self.foundry.places.officer.click(message_of(preview), label="Do it")
        await self.foundry.env.settle()
        return message_of(done)

    async def worklist(self) -> str:
        return text_of(await self.foundry.places.officer.slash(self.desk, "officer worklist"))

    async def tick(self) -> None:
        officer = self.foundry.places.officer
        steps = await officer.slash(self.desk, "officer worklist")
        await officer.click(message_of(steps), label="All done (1)")
        await self.foundry.env.settle()

    async def undone(self, batch: ResponseMessage) -> None:
        await self.foundry.places.officer.click(batch, label="Undo")
        await self.foundry.env.settle()


@asynccontextmanager
async def followed(foundry: Foundry, *, code: bool = True) -> AsyncGenerator[Polled]:
    """Role sync is on, and Ann is a member whose link is verified."""
    wom = restored_wom(Clock(NOW))
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, secret_key=KEY, poll_minutes=5)
        desk = await colleagues(foundry)
        officer, clan = UserId(foundry.places.officer.id), await foundry.clan()
        await verify(foundry, foundry.ann.id, ANN)
        await with_rules(foundry)
        await ranks(foundry)
        with as_bot(foundry.env):
            await foundry.services.role_sync.choose(clan, officer, enabled=True)
            if code:
                await foundry.services.setting_up.set_code(clan, wom.groups[GROUP].code, officer)
        made = Polled(foundry, wom, desk)
        await made.poll()
        assert made.in_discord == {"Member"}
        yield made
        await foundry.bot.close()


async def test_what_was_set_at_wom_is_set_back_and_role_sync_waits_for_it(foundry: Foundry) -> None:
    async with followed(foundry) as ann:
        batch = await ann.promoted()
        await ann.tick()
        await ann.poll()
        assert (ann.at_wom, ann.in_discord) == ("onyx", {"Onyx"})
        await ann.undone(batch)
        assert "`/officer worklist` has it the other way round" in text_of(batch)
        await ann.poll()
        assert (ann.at_wom, ann.in_discord) == ("onyx", {"Member"})
        assert "▼ Member (1)" in await ann.worklist()
        await ann.tick()
        assert ann.at_wom == "member"
        await ann.poll()
        assert ann.in_discord == {"Member"}
        assert "Nothing is to be done in the game." in await ann.worklist()
        # WOM has shown it: its word counts again.
        ann.wom.change_role(GROUP, player_id(ann.wom, ANN), "onyx", NOW + timedelta(hours=1))
        await ann.poll()
        assert ann.in_discord == {"Onyx"}


async def test_a_confirmed_promotion_has_a_way_back_too(foundry: Foundry) -> None:
    async with followed(foundry) as ann:
        batch = await ann.promoted()
        ann.wom.change_role(GROUP, player_id(ann.wom, ANN), "onyx", NOW)
        await ann.poll()
        await foundry.places.officer.click(batch, label="Look again")
        assert lines_of(batch)[1] == "Ann B → Onyx · ✅ · seen at Wise Old Man"
        await ann.undone(batch)
        assert lines_of(batch)[1] == "Ann B → Onyx · ↩ taken back"
        assert "▼ Member (1)" in await ann.worklist()
        await ann.poll()
        assert ann.in_discord == {"Member"}
        await ann.tick()
        assert ann.at_wom == "member"


@pytest.mark.parametrize("how", ["time", "dropped"])
async def test_the_rank_before_is_expected_for_fourteen_days_or_until_the_step_is_dropped(
    foundry: Foundry, how: str
) -> None:
    async with followed(foundry, code=False) as ann:
        batch = await ann.promoted()
        await ann.tick()
        ann.wom.change_role(GROUP, player_id(ann.wom, ANN), "onyx", NOW)
        await ann.undone(batch)
        await ann.poll()
        assert ann.in_discord == {"Member"}
        if how == "dropped":
            officer = foundry.places.officer
            steps = await officer.slash(ann.desk, "officer worklist")
            form = await officer.click(message_of(steps), label="Drop…")
            assert form.modal is not None
            (label,) = form.modal["components"]
            field = label["component"]
            values = {field["custom_id"]: [one["value"] for one in field["options"]]}
            await officer.submit_modal(form, values)
            await ann.poll()
        else:
            await foundry.restart(later=timedelta(days=13), poll_minutes=5)
            await foundry.env.settle()
            assert ann.in_discord == {"Member"}
            await foundry.restart(later=timedelta(days=1), poll_minutes=5)
            await foundry.env.settle()
        assert ann.in_discord == {"Onyx"}


async def test_who_was_promoted_anew_is_not_set_back(foundry: Foundry) -> None:
    async with followed(foundry) as ann:
        batch = await ann.promoted()
        await ann.tick()
        await ann.undone(batch)
        await ann.promoted()
        assert ann.in_discord == {"Onyx"}
        await ann.poll()
        assert (ann.at_wom, ann.in_discord) == ("onyx", {"Onyx"})


@pytest.mark.both_databases
async def test_undone_from_the_history_the_promotions_are_taken_back_too(foundry: Foundry) -> None:
    async with followed(foundry) as ann:
        batch, officer = await ann.promoted(), foundry.places.officer
        await ann.tick()
        shown = await opened(foundry, ann.desk, ChangeSetId(2))
        preview = await officer.click(message_of(shown), label="Undo")
        assert "The promotions are taken back with it" in text_of(preview)
        await officer.click(message_of(preview), label="Undo it")
        await foundry.env.settle()
        assert ann.in_discord == {"Member"}
        await ann.poll()
        assert ann.in_discord == {"Member"}
        assert "▼ Member (1)" in await ann.worklist()
        looked = await officer.click(batch, label="Look again")
        assert "taken back by" in text_of(looked)
        assert buttons_of(batch) == {}
        # What took them back is not undone by itself: the promotions would stay as they are.
        undo = await opened(foundry, ann.desk, ChangeSetId(3))
        assert text_of(undo).startswith("Undo: Promotions")
        assert "Undo" not in buttons_of(undo)


async def opened(foundry: Foundry, desk: simcord.ChannelHandle, number: ChangeSetId) -> InteractionResult:
    """An officer opens a set of role changes in the history."""
    officer = foundry.places.officer
    shown = await officer.slash(desk, "officer history")
    return await officer.select(message_of(shown), [f"c:{number}"], custom_id=custom_id(shown, "oh:open"))


async def test_what_was_undone_is_not_tried_again(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    await ranks(foundry)
    await verify(foundry, foundry.ann.id, ANN)
    foundry.env.inject_error("PUT", ROLE_CALLS, status=403, code=50013)
    officer = foundry.places.officer
    batch = await officer.click(message_of(await proposed(foundry, desk, ANN)), label="Do it")
    await foundry.env.settle()
    assert await states(foundry, ChangeSetId(1)) == [("failed", "forbidden")]
    failed = last_of(desk)
    calls = role_calls(foundry)
    await officer.click(message_of(batch), label="Undo")
    await foundry.env.settle()
    refused = await officer.click(failed, label="Try again")
    assert text_of(refused).startswith(f"<@{officer.id}> undid that")
    with pytest.raises(ChangeSetUndone):
        await foundry.services.change_sets.retry(await foundry.clan(), ChangeSetId(1), UserId(officer.id))
    shown = await opened(foundry, desk, ChangeSetId(1))
    assert "This was undone." in text_of(shown)
    assert buttons_of(shown) == {}
    assert (role_calls(foundry), roles_of(foundry, foundry.ann)) == (calls, set())


async def test_a_promotion_whose_role_was_given_up_says_so(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    await ranks(foundry)
    await verify(foundry, foundry.ann.id, ANN)
    foundry.env.inject_error("PUT", ROLE_CALLS, status=500, times=None)
    officer = foundry.places.officer
    batch = await officer.click(message_of(await proposed(foundry, desk, ANN)), label="Do it")
    await foundry.env.settle()
    foundry.env.backend.faults.clear()
    await foundry.restart(later=timedelta(days=1))
    await officer.click(message_of(batch), label="Look again")
    assert lines_of(batch)[1] == "Ann B → Onyx · approved · ⚠ Discord did not answer within a day"


async def test_nothing_is_taken_back_while_discord_does_not_tell_who_is_there(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    await with_rules(foundry)
    member, _ = await ranks(foundry)
    await verify(foundry, foundry.ann.id, ANN)
    await gave(foundry, foundry.ann, member)
    officer = foundry.places.officer
    batch = await officer.click(message_of(await proposed(foundry, desk, ANN)), label="Do it")
    await foundry.env.settle()

    async def untold(*_: object) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr("cogs.guild_people.told", untold)
        refused = await officer.click(message_of(batch), label="Undo")
    assert "who is in this server" in text_of(refused)
    assert roles_of(foundry, foundry.ann) == {"Onyx"}
    await officer.click(message_of(batch), label="Undo")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {"Member"}
