"""``/help``: what somebody can do here, by role."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import discord

from bot.present.text import (
    DESCRIPTION_LIMIT,
    EMBED_LIMIT,
    TITLE_LIMIT,
    cut_units,
    escape,
    fit_lines,
    split_lines,
    units,
)
from bot.present.theme import ACCENT, ATTENTION


class Audience(IntEnum):
    """Who a command is for. Each may do what those before it may."""

    MEMBER = 1
    OFFICER = 2
    MANAGER = 3


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command as help lists it.

    ``name`` is without the slash, ``id`` Discord's number of the synced command, which
    makes the name clickable. ``menu`` is for commands of the Apps menu, whose name is
    pressed and not typed.
    """

    name: str
    does: str
    audience: Audience = Audience.MEMBER
    id: int | None = None
    menu: bool = False


_HEADINGS = {
    Audience.MEMBER: "For everybody",
    Audience.OFFICER: "For officers",
    Audience.MANAGER: "For whoever manages the server",
}


def help_pages(
    commands: Iterable[CommandHelp], audience: Audience, *, clan_name: str | None, linked: bool = True
) -> list[discord.Embed]:
    """What somebody of this audience can do; first, what is to be done before it works.

    As many parts of one message as it takes. ``clan_name`` is None while no clan is set up.
    ``linked`` is whether the reader has told which account is theirs.
    """
    allowed = [command for command in commands if command.audience <= audience]
    lines = _first_step(audience, set_up=clan_name is not None, linked=linked)
    for section in Audience:
        mine = [command for command in allowed if command.audience is section]
        if mine:
            lines += ["", f"**{_HEADINGS[section]}**", *(_line(command) for command in mine)]
    title = f"What I can do for {escape(clan_name)}" if clan_name else "What I can do"
    colour = ACCENT if clan_name else ATTENTION
    heading = cut_units(title, TITLE_LIMIT)
    # Discord counts the parts of a message together.
    text = fit_lines(lines, EMBED_LIMIT - units(heading)).strip()
    # A heading stays with what it is about.
    sections = text.split("\n\n")
    first, *others = [
        part for section in sections for part in split_lines(section.split("\n"), DESCRIPTION_LIMIT)
    ]
    return [
        discord.Embed(title=heading, colour=colour, description=first),
        *(discord.Embed(colour=colour, description=part) for part in others),
    ]


def _first_step(audience: Audience, *, set_up: bool, linked: bool) -> list[str]:
    if not set_up and audience is Audience.MANAGER:
        return ["No clan is set up here yet. Start with `/setup`: it takes a minute and your clan's name."]
    if not set_up:
        return ["No clan is set up here yet. Somebody with Manage Server can do it with `/setup`."]
    if not linked:
        return ["Start with `/link`: then I know which account is yours."]
    return []


def _line(command: CommandHelp) -> str:
    if command.menu:
        return f"Apps → *{escape(command.name)}*: {command.does}"
    shown = f"</{command.name}:{command.id}>" if command.id is not None else f"`/{command.name}`"
    return f"{shown} {command.does}"
