"""``/help`` by role, and the document of every command."""

import re
from pathlib import Path
from typing import Any

from discord import AppCommandType, app_commands

from bot.present.help import Audience
from cogs.officers import FOR_OFFICERS
from tests.cogs.conftest import Foundry
from tests.cogs.reading import is_private, message_of, text_of

MEMBERS = ("compare", "help", "leaderboard", "link", "stats")
OFFICERS = ("member accounts", "member link", "member panel")
DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"


def commands_of(foundry: Foundry) -> list[app_commands.Command[Any, ..., Any]]:
    return [one for one in foundry.bot.tree.walk_commands() if isinstance(one, app_commands.Command)]


def document_sections() -> dict[str, str]:
    """The document by its commands' headings."""
    text = DOCUMENT.read_text("utf-8")
    return dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))


async def test_a_member_sees_every_command_of_theirs_and_none_of_others(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "help")
    assert is_private(result)
    text = text_of(result)
    assert text.startswith("What I can do for Iron Foundry\nFor everybody")
    for name in MEMBERS:
        assert f"</{name}:" in text
    assert "Apps → *Clan stats*: a member's card" in text
    assert "Apps → *Stats of speaker*: the card of whoever speaks" in text
    assert "/setup" not in text
    assert "/member" not in text
    assert "How was this read?" not in text
    assert "Link account" not in text


async def test_who_manages_the_server_sees_every_command_of_the_tree(foundry: Foundry) -> None:
    text = text_of(await foundry.places.manager.slash(foundry.commands, "help"))
    listed = {one.qualified_name for one in commands_of(foundry)}
    assert set(re.findall(r"</([\w -]+):\d+>", text)) == listed
    assert {*MEMBERS, *OFFICERS, "setup"} <= listed
    assert "For whoever manages the server" in text


async def test_an_officer_sees_what_officers_may_do(foundry: Foundry) -> None:
    text = text_of(await foundry.places.officer.slash(foundry.commands, "help"))
    assert "/setup" not in text
    assert "</stats:" in text
    assert "Apps → *Who is this?*: names, links and notes of their main account" in text
    assert "Apps → *How was this read?*: for whom a message counts, and why" in text
    for name in OFFICERS:
        assert f"</{name}:" in text
    assert "Apps → *Link account*: their accounts" in text


async def test_commands_can_be_clicked_after_a_restart_too(foundry: Foundry) -> None:
    await foundry.restart()
    text = text_of(await foundry.john.slash(foundry.commands, "help"))
    (id_,) = re.findall(r"</stats:(\d+)>", text)
    synced = {one.name: one.id for one in await foundry.bot.tree.fetch_commands()}
    assert synced["stats"] == int(id_)


async def test_help_says_what_to_do_first(foundry: Foundry) -> None:
    unlinked = text_of(await foundry.ann.slash(foundry.commands, "help"))
    assert "Start with `/link`: then I know which account is yours." in unlinked
    linked = text_of(await foundry.john.slash(foundry.commands, "help"))
    assert "Start with" not in linked


async def test_before_set_up_help_says_who_can_begin(fresh: Foundry) -> None:
    member = await fresh.john.slash(fresh.commands, "help")
    assert is_private(member)
    assert "Somebody with Manage Server can do it with `/setup`" in text_of(member)
    manager = await fresh.places.manager.slash(fresh.commands, "help")
    assert "Start with `/setup`: it takes a minute" in text_of(manager)
    assert message_of(manager).embeds[0].title == "What I can do"


async def test_every_command_and_option_is_in_the_document_and_nothing_else(fresh: Foundry) -> None:
    sections = document_sections()
    documented = {
        heading.strip("`/"): set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
        for heading, text in sections.items()
        if heading.startswith("`/")
    }
    known = {
        one.qualified_name: {option.display_name for option in one.parameters} for one in commands_of(fresh)
    }
    assert documented == known
    menus = {
        one.name
        for kind in (AppCommandType.user, AppCommandType.message)
        for one in fresh.bot.tree.get_commands(type=kind)
    }
    assert {heading.strip("*") for heading in sections if heading.startswith("*")} == menus


async def test_the_document_keeps_officers_menus_apart_as_help_does(fresh: Foundry) -> None:
    parts = re.split(r"^## ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    officers = next(part for part in parts if part.startswith("For officers"))
    theirs = {
        one.name
        for kind in (AppCommandType.user, AppCommandType.message)
        for one in fresh.bot.tree.get_commands(type=kind)
        if one.extras.get("audience") is Audience.OFFICER
    }
    assert {heading.strip("*") for heading in re.findall(r"^### (\*.+)$", officers, re.MULTILINE)} == theirs


async def test_the_document_says_who_sees_a_command(fresh: Foundry) -> None:
    parts = re.split(r"^## ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    managers = next(part for part in parts if part.startswith("For those with Manage Server"))
    officers = next(part for part in parts if part.startswith("For officers"))
    everybody = next(part for part in parts if part.startswith("For everybody"))
    for command in commands_of(fresh):
        needed = command.default_permissions
        for_all = officers if command.extras == FOR_OFFICERS else everybody
        section = managers if needed is not None and needed.manage_guild else for_all
        assert f"### `/{command.qualified_name}`" in section


async def test_every_command_and_option_is_described(fresh: Foundry) -> None:
    for command in commands_of(fresh):
        assert command.description
        assert command.description != "…"
        assert all(option.description != "…" for option in command.parameters), command.name


def test_examples_of_the_document_use_options_that_exist() -> None:
    sections = document_sections()
    examples = re.findall(r"^    /([a-z ]+?)((?: \w+:.*)?)$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert len(examples) > 5
    for name, rest in examples:
        for option in re.findall(r"(\w+):(?!\d)", rest):
            assert f"| `{option}` |" in sections[f"`/{name}`"], (name, option)
