"""Sets of role changes in Discord: carried out, interrupted, refused, undone."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import discord
import pytest

from bot.domain.desk_errors import ChangeSetRunning
from bot.domain.ids import UserId
from bot.services.change_sets import ChangeSets
from cogs.change_sets import CannotGoOn, ChangeSetsCog
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import ROLE_CALLS, change, gave, last_of, role_calls, roles_of, started, states
from tests.cogs.desk import colleagues
from tests.cogs.reading import is_private, message_of, text_of

ROLE: Final = ROLE_CALLS
ABOVE: Final = 99


async def test_who_changes_is_one_call_each_and_undoing_gives_back_what_was(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    guild, john, ann = foundry.places.guild, foundry.john, foundry.ann
    officer, stranger = foundry.places.officer, foundry.places.stranger
    ruby, onyx = guild.create_role("Ruby"), guild.create_role("Onyx")
    above = guild.create_role("Above", position=ABOVE)
    await gave(foundry, john, ruby)
    await gave(foundry, stranger, onyx)
    made = await started(
        foundry,
        change(john, add=(onyx,), remove=(ruby,), label="Jo hn: onyx"),
        change(ann, add=(onyx,)),
        change(stranger, add=(onyx,)),
        change(foundry.places.manager, add=(above,)),
        channel=desk.id,
    )
    assert role_calls(foundry) == 2
    assert (roles_of(foundry, john), roles_of(foundry, ann)) == ({"Onyx"}, {"Onyx"})
    assert await states(foundry, made.id) == [
        ("done", None), ("done", None), ("done", None), ("skipped", "above-me"),
    ]  # fmt: skip
    reasons = [one.reason for one in foundry.env.http_requests if one.reason]
    assert any("Jo hn: onyx" in reason and str(officer.id) in reason for reason in reasons)
    shown = text_of(last_of(desk))
    assert "2 members changed · 1 had it already · 1 left out" in shown
    assert "the role stands above mine" in shown

    refused = await john.click(last_of(desk), label="Undo")
    assert "officer" in text_of(refused)
    previews = [await one.click(last_of(desk), label="Undo") for one in (officer, foundry.places.manager)]
    assert all(map(is_private, previews))
    assert "2 members get back what was before" in text_of(previews[0])
    await foundry.restart()
    await officer.click(message_of(previews[0]), label="Undo it")
    late = await foundry.places.manager.click(message_of(previews[1]), label="Undo it")
    assert f"<@{officer.id}> undid that" in text_of(late)
    assert role_calls(foundry) == 4
    assert (roles_of(foundry, john), roles_of(foundry, ann)) == ({"Ruby"}, set())
    assert roles_of(foundry, stranger) == {"Onyx"}, "who had it already keeps it"
    assert "Undo: Promotions" in text_of(last_of(desk))


async def test_what_somebody_changed_since_is_left_and_named(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    guild, john, ann = foundry.places.guild, foundry.john, foundry.ann
    ruby, onyx = guild.create_role("Ruby"), guild.create_role("Onyx")
    await gave(foundry, john, ruby)
    both = change(john, add=(onyx,), remove=(ruby,))
    await started(foundry, both, change(ann, add=(onyx,)), channel=desk.id)
    await gave(foundry, john, ruby)
    preview = await foundry.places.officer.click(last_of(desk), label="Undo")
    assert f"<@{john.id}>: <@&{ruby.id}> changed since, and stays as it is" in text_of(preview)
    await gave(foundry, ann, ruby)
    await foundry.places.officer.click(message_of(preview), label="Undo it")
    assert (roles_of(foundry, john), roles_of(foundry, ann)) == ({"Ruby"}, {"Ruby"})


def crash(kind: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends at this step, before or after it is stored."""
    when, method = kind.split()
    real: Callable[..., Awaitable[Any]] = getattr(ChangeSets, method)
    calls = 0

    async def crashing(self: ChangeSets, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            raise ConnectionAbortedError
        result = await real(self, *args)
        if calls == number:
            raise ConnectionAbortedError
        return result

    monkeypatch.setattr(ChangeSets, method, crashing)


CRASHES = [
    ("after note_message", 1),
    ("before note_calling", 1), ("after note_calling", 1), ("before finish", 1), ("after finish", 1),
    ("before note_calling", 2), ("after note_calling", 2), ("before finish", 2), ("after finish", 2),
    ("before close", 1),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "number"), CRASHES)
async def test_a_restart_at_any_step_neither_loses_nor_doubles_a_change(
    foundry: Foundry, kind: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    guild, john, ann = foundry.places.guild, foundry.john, foundry.ann
    ruby, onyx = guild.create_role("Ruby"), guild.create_role("Onyx")
    await gave(foundry, john, ruby)
    with monkeypatch.context() as patch:
        crash(kind, number, patch)
        changes = change(john, add=(onyx,), remove=(ruby,)), change(ann, add=(onyx,))
        made = await started(foundry, *changes, channel=desk.id)
        one, _ = await foundry.services.change_sets.read((await foundry.clan()).id, made.id)
        assert one.is_open
    await foundry.restart()
    assert await states(foundry, made.id) == [("done", None), ("done", None)]
    assert role_calls(foundry) == 2
    assert len(desk.history()) == 1
    assert "2 members changed" in text_of(last_of(desk))
    preview = await foundry.places.officer.click(last_of(desk), label="Undo")
    await foundry.places.officer.click(message_of(preview), label="Undo it")
    assert (roles_of(foundry, john), roles_of(foundry, ann)) == ({"Ruby"}, set())


@pytest.mark.parametrize(("kind", "is_made"), [("before finish", True), ("after note_calling", False)])
async def test_what_was_asked_for_last_is_looked_up_before_a_lost_set_is_closed(
    foundry: Foundry, kind: str, is_made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await colleagues(foundry)
    guild, john, ann = foundry.places.guild, foundry.john, foundry.ann
    ruby, onyx = guild.create_role("Ruby"), guild.create_role("Onyx")
    await gave(foundry, john, ruby)
    with monkeypatch.context() as patch:
        crash(kind, 1, patch)
        changes = change(john, add=(onyx,), remove=(ruby,)), change(ann, add=(onyx,))
        made = await started(foundry, *changes, channel=desk.id)
    await foundry.restart(later=timedelta(days=1))
    left_out = ("skipped", "late")
    assert await states(foundry, made.id) == [("done", None) if is_made else left_out, left_out]
    assert role_calls(foundry) == is_made
    given = await foundry.services.change_sets.given((await foundry.clan()).id)
    assert given == ({UserId(john.id): {onyx.id}} if is_made else {})
    if is_made:
        preview = await foundry.places.officer.click(last_of(desk), label="Undo")
        await foundry.places.officer.click(message_of(preview), label="Undo it")
    assert (roles_of(foundry, john), roles_of(foundry, ann)) == ({"Ruby"}, set())


async def test_while_discord_does_not_answer_a_lost_set_is_neither_closed_nor_carried_on(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    onyx = foundry.places.guild.create_role("Onyx")
    with monkeypatch.context() as patch:
        crash("before finish", 1, patch)
        made = await started(foundry, change(foundry.john, add=(onyx,)), change(foundry.ann, add=(onyx,)))

    async def silent(*_: object) -> None:
        raise CannotGoOn("silent")

    with monkeypatch.context() as patch:
        patch.setattr(ChangeSetsCog, "_member", silent)
        await foundry.restart(later=timedelta(days=1))
        assert await states(foundry, made.id) == [("calling", None), ("waiting", None)]
    await foundry.env.advance_time(61)
    assert await states(foundry, made.id) == [("done", None), ("skipped", "late")]
    assert role_calls(foundry) == 1


@pytest.mark.both_databases
async def test_what_discord_refuses_is_said_and_can_be_tried_again(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    onyx = foundry.places.guild.create_role("Onyx")
    foundry.env.inject_error("PUT", ROLE, status=403, code=50013)
    made = await started(
        foundry, change(foundry.john, add=(onyx,)), change(foundry.ann, add=(onyx,)), channel=desk.id
    )
    assert await states(foundry, made.id) == [("failed", "forbidden"), ("done", None)]
    assert "Discord does not let me" in text_of(last_of(desk))
    waits = "1 change of roles that Discord refused"
    assert waits in text_of(await foundry.places.officer.slash(desk, "officer today"))
    result: Any = desk.history()[-2]
    await foundry.places.officer.click(result, label="Try again")
    assert waits not in text_of(await foundry.places.officer.slash(desk, "officer today"))
    assert await states(foundry, made.id) == [("done", None), ("done", None)]
    result = desk.history()[-3]
    assert "2 members changed" in text_of(result)
    assert [item.label for row in result.components for item in row.children] == ["Undo"]


async def test_a_deleted_role_and_who_left_are_left_out(foundry: Foundry) -> None:
    guild, john, ann = foundry.places.guild, foundry.john, foundry.ann
    onyx, ruby = guild.create_role("Onyx"), guild.create_role("Ruby")
    foundry.env.backend.delete_role(guild.id, ruby.id)
    guild.remove_member(ann)
    await foundry.env.settle()
    foundry.env.inject_error("PUT", ROLE, status=404, code=10011)
    made = await started(
        foundry,
        change(foundry.places.stranger, add=(onyx,)),
        change(john, add=(ruby,)),
        change(ann, add=(onyx,)),
        change(foundry.places.officer, add=(onyx,)),
    )
    assert await states(foundry, made.id) == [
        ("failed", "role-gone"), ("skipped", "role-gone"), ("skipped", "not-here"), ("done", None),
    ]  # fmt: skip


async def test_when_discord_does_not_answer_it_waits_and_goes_on(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    onyx = foundry.places.guild.create_role("Onyx")
    foundry.env.inject_error("PUT", ROLE, status=429)
    changes = change(foundry.john, add=(onyx,)), change(foundry.ann, add=(onyx,))
    made = await started(foundry, *changes, channel=desk.id)
    assert await states(foundry, made.id) == [("calling", None), ("waiting", None)]
    assert "I try again in a minute" in text_of(last_of(desk))
    with pytest.raises(ChangeSetRunning):
        await started(foundry, change(foundry.john, remove=(onyx,)))
    await foundry.env.advance_time(61)
    assert await states(foundry, made.id) == [("done", None), ("done", None)]
    assert "2 members changed" in text_of(last_of(desk))


async def test_without_manage_roles_it_waits_and_says_what_it_lacks(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    onyx = foundry.places.guild.create_role("Onyx")
    mine = next(
        role for role in foundry.env.backend.guilds[foundry.places.guild.id].roles.values() if role.managed
    )
    held = mine.permissions
    mine.permissions = discord.Permissions(send_messages=True, view_channel=True, embed_links=True).value
    await foundry.restart()
    made = await started(foundry, change(foundry.john, add=(onyx,)), channel=desk.id)
    assert "I lack Manage Roles" in text_of(last_of(desk))
    assert role_calls(foundry) == 0
    mine.permissions = held
    await foundry.restart()
    assert await states(foundry, made.id) == [("done", None)]


async def test_what_is_a_day_old_is_closed_with_its_reason(foundry: Foundry) -> None:
    onyx = foundry.places.guild.create_role("Onyx")
    foundry.env.inject_error("PUT", ROLE, status=500, times=None)
    made = await started(foundry, change(foundry.john, add=(onyx,)))
    foundry.env.backend.faults.clear()
    await foundry.restart(later=timedelta(days=1))
    assert await states(foundry, made.id) == [("skipped", "late")]
    assert role_calls(foundry) == 1
