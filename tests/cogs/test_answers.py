"""What goes wrong is told privately, whatever was promised before, and logged where nobody foresaw it."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

import discord
import pytest
import structlog
from discord import Interaction, app_commands
from discord.ui import Button, View

from bot.domain.errors import NotSetUp
from cogs.answers import answer, think
from cogs.buttons import Stateful
from cogs.officers import require_officer
from tests.cogs.conftest import Foundry
from tests.cogs.reading import answer_of, count_public, is_private, message_of, sent_after, text_of

Handled = Interaction[Any]


class Fault(Exception):
    """Something that nobody foresaw."""


class Breaking(Stateful[Button[View]], template="breaking"):
    """A button that is broken."""

    def __init__(self) -> None:
        super().__init__(Button(label="Break", custom_id="breaking"))

    @classmethod
    def read(cls, match: re.Match[str]) -> "Breaking":
        del match
        return cls()

    async def press(self, interaction: Handled) -> None:
        raise Fault("pressed")


async def give(foundry: Foundry, callback: Callable[[Handled], Coroutine[Any, Any, None]]) -> None:
    """Add a command under the function's name to the bot, and tell Discord."""
    command: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name=callback.__name__, description="A command of this test.", callback=callback
    )
    foundry.bot.tree.add_command(command)
    await foundry.bot.sync_commands(force=True)


def trace_of(text: str) -> str:
    found = re.search(r"this number: `([0-9a-f]+)`", text)
    assert found is not None, text
    return found[1]


def logged_traces(logs: list[Any], event: str) -> list[str]:
    return [entry["trace_id"] for entry in logs if entry["event"] == event]


@pytest.fixture
def logs() -> Any:
    """Everything logged, with the trace that it was logged under."""
    merge = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merge]) as captured:
        yield captured


@pytest.mark.parametrize("promised", ["nothing", "private", "public", "answered"])
async def test_a_fault_of_a_command_is_private_and_found_in_the_log(
    foundry: Foundry, logs: list[Any], promised: str
) -> None:
    async def fail(interaction: Handled) -> None:
        if promised == "answered":
            await answer(interaction, private=False, content="the answer")
        elif promised != "nothing":
            await think(interaction, private=promised == "private")
        raise Fault("command")

    await give(foundry, fail)
    result = await foundry.john.slash(foundry.commands, "fail")
    told = sent_after(result) if promised in {"public", "answered"} else answer_of(result)
    assert is_private(told)
    assert text_of(told).startswith("Something broke on my side; nothing was changed by halves.")
    assert logged_traces(logs, "interaction_failed") == [trace_of(text_of(told))]
    assert count_public(foundry.commands) == (1 if promised == "answered" else 0)
    foundry.forgive(Fault)


async def test_a_refusal_is_worded_and_no_fault(foundry: Foundry, logs: list[Any]) -> None:
    async def refuse(interaction: Handled) -> None:
        await think(interaction, private=False)
        raise NotSetUp

    await give(foundry, refuse)
    result = await foundry.john.slash(foundry.commands, "refuse")
    assert is_private(sent_after(result))
    assert "No clan is set up" in text_of(sent_after(result))
    assert count_public(foundry.commands) == 0
    assert logged_traces(logs, "interaction_failed") == []


async def test_a_fault_of_a_button_is_private_and_found_in_the_log(foundry: Foundry, logs: list[Any]) -> None:
    async def show(interaction: Handled) -> None:
        view = View(timeout=None)
        view.add_item(Breaking())
        await answer(interaction, private=False, content="a button", view=view)

    foundry.bot.add_dynamic_items(Breaking)
    await give(foundry, show)
    shown = await foundry.john.slash(foundry.commands, "show")
    pressed = await foundry.ann.click(message_of(shown), label="Break")
    assert is_private(pressed)
    assert logged_traces(logs, "interaction_failed") == [trace_of(text_of(pressed))]


async def test_a_command_that_changed_meanwhile_says_so(foundry: Foundry) -> None:
    foundry.bot.tree.remove_command("help")
    result = await foundry.john.slash(foundry.commands, "help")
    assert is_private(result)
    assert "out of date. Use the command again" in text_of(result)
    foundry.forgive(app_commands.CommandNotFound)


async def test_who_may_not_is_told_by_whom_it_can_be_done(foundry: Foundry) -> None:
    @app_commands.checks.has_permissions(manage_guild=True)
    async def manage(interaction: Handled) -> None:
        await answer(interaction, private=False, content="done")

    await give(foundry, manage)
    result = await foundry.john.slash(foundry.commands, "manage")
    assert is_private(result)
    assert text_of(result) == "That is for people with Manage Server. Ask one of them."
    foundry.forgive(app_commands.CheckFailure)


async def test_an_answer_that_cannot_be_delivered_ends_in_the_log(foundry: Foundry, logs: list[Any]) -> None:
    foundry.env.inject_error("POST", "/interactions/*/*/callback", status=404)
    await foundry.john.slash(foundry.commands, "stats", player="Jo hm")
    assert logged_traces(logs, "answer_not_delivered")
    foundry.forgive(discord.NotFound)


async def test_nobody_is_ever_pinged(foundry: Foundry) -> None:
    async def shout(interaction: Handled) -> None:
        await answer(interaction, private=False, content=f"@everyone {foundry.john.mention}")

    await give(foundry, shout)
    message = message_of(await foundry.john.slash(foundry.commands, "shout")).message
    assert not message.mention_everyone
    sent: list[Any] = [one.json for one in foundry.env.http_requests if one.path.endswith("/callback")]
    assert [one["data"]["allowed_mentions"] for one in sent] == [{"parse": []}]


async def test_officers_are_who_has_the_role_or_manages_the_server(foundry: Foundry) -> None:
    async def secret(interaction: Handled) -> None:
        await require_officer(foundry.services, interaction)
        await answer(interaction, private=False, content="for officers' eyes")

    await give(foundry, secret)
    places = foundry.places
    for officer in (places.officer, places.manager):
        assert text_of(await officer.slash(foundry.commands, "secret")) == "for officers' eyes"
    refused = await places.john.slash(foundry.commands, "secret")
    assert is_private(refused)
    assert text_of(refused).startswith("That is for officers. Ask one")
