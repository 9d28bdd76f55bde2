"""The screens of ``/setup`` around its checklist: finding the clan, choosing, confirming."""

from collections.abc import Iterable, Sequence

import discord

from bot.domain.clans import Clan
from bot.domain.setup import GroupChoice
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape
from bot.present.theme import ACCENT, ATTENTION

OPTION_LIMIT = 100
"""Characters in a select's or an autocomplete's line."""


def welcome() -> discord.Embed:
    """Before any clan is linked."""
    return screen(
        "Welcome to ClanStats",
        "Which clan is this server's? I follow it at Wise Old Man, count its messages here, and answer "
        "`/stats` and `/leaderboard`.",
        "-# You need its name or its number there: the last part of its address on wiseoldman.net/groups.",
    )


def is_this_it(choice: GroupChoice, linked: Sequence[Clan]) -> discord.Embed:
    """One group, to be confirmed."""
    lines = [
        f"**[{escape(choice.name)}](https://wiseoldman.net/groups/{choice.group})**",
        f"{counted(choice.members, 'member')} · WOM group {choice.group}",
    ]
    if linked:
        names = ", ".join(escape(clan.name) for clan in linked[:5])
        lines.append(f"-# It will be followed beside {names}; commands stay about {escape(linked[0].name)}.")
    return screen("Is this your clan?", *lines)


def which_one(text: str, choices: Sequence[GroupChoice]) -> discord.Embed:
    """Several groups whose names hold what was typed."""
    return screen(
        "Which one is it?",
        f"{counted(len(choices), 'group')} at Wise Old Man fit “{escape(cut_units(text, 60))}”.",
        "-# Not among them? Search for its whole name, or its number.",
    )


def group_option(choice: GroupChoice) -> str:
    """A group as one line of a list."""
    members = f" · {counted(choice.members, 'member')} · {choice.group}"
    return cut_units(" ".join(choice.name.split()), OPTION_LIMIT - len(members)) + members


def gone() -> discord.Embed:
    """After the last clan was unlinked."""
    return screen(
        "No clan is followed here any more",
        "What was stored is kept, and linking the clan again takes it up.",
    )


_CHOICES = {
    "officer_roles": (
        "Officers' roles",
        "Whoever has one of these roles may use the officers' commands. Those with Manage Server may anyway.",
    ),
    "officer_channel": (
        "Officers' channel",
        "In it, officers' answers are ordinary messages that colleagues see. Elsewhere they stay private.",
    ),
    "bot_channels": (
        "Bot channels",
        "In these channels, answers are public. Elsewhere they are private, with **Post here**.",
    ),
    "included": (
        "Channels that count",
        "Messages in these channels count, and nowhere else. Choose none, and every text channel counts.",
    ),
    "excluded": (
        "Channels that never count",
        "Messages in these channels, and in their threads, do not count.",
    ),
}
CHOOSING = tuple(_CHOICES)
"""What a server can choose by a select."""


def choose(what: str, chosen: int, shown: int) -> discord.Embed:
    """A select for one of :data:`CHOOSING`; of ``chosen`` channels it can show only ``shown``."""
    title, text = _CHOICES[what]
    lines = [text]
    if chosen > shown:
        lines.append(
            f"-# ⚠ {chosen} are chosen now, and a list holds {shown}: choosing here replaces them all."
        )
    return screen(title, *lines)


def choose_days(chosen: int) -> discord.Embed:
    """A select for how many days of messages are read back."""
    now = "nothing is read back" if chosen == 0 else f"{counted(chosen, 'day')} are read back"
    return screen(
        "Days of history",
        f"How far back I read this server's messages: now {now}. More days are read at once, which takes "
        "a while where much is said. With fewer, nothing is forgotten; only new channels are read less far.",
    )


def days_option(days: int) -> str:
    """A number of days as one line of a list."""
    return "None: only what is written from now on" if days == 0 else counted(days, "day")


def unlink_screen(clan: Clan) -> discord.Embed:
    """Before a clan is unlinked."""
    return screen(
        f"Stop following {escape(clan.name)}?",
        "I stop reading its channels and its group, and commands no longer find it. Nothing is "
        "deleted: linking it again takes everything up.",
        attention=True,
    )


def screen(title: str, *paragraphs: str, attention: bool = False) -> discord.Embed:
    """A screen with these paragraphs, those that are empty left out."""
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT),
        description=cut_units("\n".join(_given(paragraphs)), DESCRIPTION_LIMIT),
        colour=ATTENTION if attention else ACCENT,
    )


def _given(paragraphs: Iterable[str]) -> list[str]:
    return [paragraph for paragraph in paragraphs if paragraph]
