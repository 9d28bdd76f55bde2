"""What is for officers refuses everybody else, privately, and changes nothing: every command, every button.

Walks the whole tree and every kind of button, so that a new one that forgets to ask is found here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import simcord
from discord import (
    ActionRow,
    AppCommandOptionType,
    AppCommandType,
    Component,
    ComponentType,
    Message,
    SelectMenu,
    SelectOption,
    TextChannel,
    app_commands,
)
from discord.ui import Select, View
from sqlalchemy import select

from bot.app import BUTTONS
from bot.domain.errors import NotPermitted
from bot.domain.ids import GuildId, UserId
from bot.domain.worklist import NewStep, StepKind
from bot.present.errors import explain
from bot.present.help import Audience
from cogs.away import BackButton
from cogs.buttons import Stateful, pack, view_of
from cogs.compare import CompareButton
from cogs.competition import ContestButton, ContestSelect
from cogs.inactivity.replies import ReminderButton, ReplyButton
from cogs.leaderboard import BoardButton, MetricSelect, PeriodSelect
from cogs.links import AccountSelect, PanelButton
from cogs.officers import OfficersItem
from cogs.posts.boards import BoardRefresh
from cogs.posts.items import SummaryButton
from cogs.records import PageSelect
from cogs.setup.items import SetupItem
from cogs.stats import CardButton
from db.models import Base
from db.queries import clans
from tests.cogs.conftest import Foundry
from tests.cogs.reading import Answer, answer_of, count_public, is_private, message_of, text_of
from tests.cogs.world import ANN, JOHN
from tests.present.makers import plain

REFUSAL = plain(explain(NotPermitted("officer")))
FOR_MEMBERS = frozenset(
    [
        "away",
        "compare",
        "competition",
        "help",
        "leaderboard",
        "link",
        "nextrank",
        "privacy",
        "proof",
        "records",
        "stats",
    ]
) | {"Clan stats", "Stats of speaker"}
"""What everybody may use. Anything else is for officers, or for who manages the server."""
MEMBERS_ITEMS = frozenset(
    {BoardButton, MetricSelect, PeriodSelect, CardButton, CompareButton, AccountSelect, PanelButton}
    | {
        BackButton,
        ReminderButton,
        ReplyButton,
        SummaryButton,
        ContestButton,
        ContestSelect,
        BoardRefresh,
        PageSelect,
    }
)
"""Buttons and lists for everybody, or for whoever asked. Any other is for officers."""
GUESSES = {
    "kind": ("review", "p"),
    "action": ("v",),
    "which": ("all",),
    "key": ("-", "ann b"),
    "name": ("-",),
    "day": ("2026-01-15",),
}
"""What stands in a custom id where a number or the first of several words would not do."""
AnyItem = Stateful[Any]


def commands_for(foundry: Foundry, audience: Audience) -> list[app_commands.Command[Any, ..., Any]]:
    return [
        one
        for one in foundry.bot.tree.walk_commands()
        if isinstance(one, app_commands.Command) and audience_of(one.root_parent or one) is audience
    ]


def menus_for(foundry: Foundry, audience: Audience) -> list[app_commands.ContextMenu]:
    kinds = (AppCommandType.user, AppCommandType.message)
    menus = [menu for kind in kinds for menu in foundry.bot.tree.get_commands(type=kind)]
    return [one for one in menus if audience_of(one) is audience]


def audience_of(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu,
) -> Audience:
    if command.default_permissions is not None and command.default_permissions.manage_guild:
        return Audience.MANAGER
    return Audience(command.extras.get("audience", Audience.MEMBER))


def every_item(of: type[AnyItem] = Stateful) -> Iterator[type[AnyItem]]:
    """Each kind of button and list of the bot's own, registered or not; other tests make some too."""
    for one in of.__subclasses__():
        if one.__module__.startswith("cogs.") and one.__discord_ui_compiled_template__.pattern != r"(?!)":
            yield one
        yield from every_item(one)


def custom_id(kind: type[AnyItem], asker: int, clan: int) -> str:
    """Some custom id of this kind, as somebody would find it under a message of their own."""
    known = {"asker": (pack(asker),), "clan": (pack(clan),), **GUESSES}

    def value(group: re.Match[str]) -> str:
        body = group["body"]
        candidates = (*known.get(group["name"], ()), "1", *body.split("|"), body[1:2])
        return next((one for one in candidates if re.fullmatch(body, one)), "?")

    pattern = kind.__discord_ui_compiled_template__.pattern
    made = re.sub(r"\(\?P<(?P<name>\w+)>(?P<body>(?:[^()\[]|\[[^]]*\])*)\)", value, pattern)
    assert re.fullmatch(pattern, made), f"tell in GUESSES what stands in a custom id of {kind.__name__}"
    return made


def as_posted(kind: type[AnyItem], made: str) -> View:
    """A message's one button or list, made from its id as after a restart."""
    match = kind.__discord_ui_compiled_template__.fullmatch(made)
    assert match is not None
    item = kind.read(match)
    inner: object = item.item
    if isinstance(inner, Select):
        cast("Select[View]", inner).options = [SelectOption(label="x", value="x")]
    view = view_of(item)
    assert view is not None
    return view


def children(row: Component) -> Sequence[Component]:
    """What stands in a row of a message."""
    return row.children if isinstance(row, ActionRow) else ()


def options_of(
    foundry: Foundry, command: app_commands.Command[Any, ..., Any], *, every: bool
) -> dict[str, Any]:
    """Something for each option that is needed, or for every one."""
    kinds = AppCommandOptionType
    values: dict[AppCommandOptionType, Any] = {
        kinds.string: JOHN,
        kinds.boolean: True,
        kinds.user: foundry.ann,
        kinds.channel: foundry.general,
        kinds.role: foundry.places.guild.roles["Officer"],
        kinds.attachment: ("file.txt", b"text"),
    }
    return {
        one.display_name: one.choices[0].value if one.choices else values.get(one.type, one.min_value or 1)
        for one in command.parameters
        if one.required or every
    }


async def everything_stored(foundry: Foundry) -> dict[str, list[str]]:
    async with foundry.services.database.read() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in await session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }


def refuses(shown: Answer, what: str, words: str = REFUSAL) -> None:
    assert text_of(shown) == words, what
    assert is_private(shown), what


async def strangers(foundry: Foundry) -> tuple[simcord.MemberActor, ...]:
    """Somebody of no account, and somebody who claimed the account of the clan's highest rank."""
    clan = await foundry.clan()
    found = await foundry.services.lookup.by_name(clan, JOHN)
    assert found.member.wom_role == clan.role_order[1], "the highest rank that anybody has"
    return foundry.places.stranger, foundry.john


def test_every_button_is_for_members_or_asks_who_presses() -> None:
    kinds = set(every_item())
    assert kinds >= MEMBERS_ITEMS
    assert set(BUTTONS) <= kinds
    others = {one for one in kinds - MEMBERS_ITEMS if not issubclass(one, OfficersItem | SetupItem)}
    assert {one.__name__ for one in others} == {"DoIt"}, "which asks by itself"
    for one in kinds:
        if issubclass(one, OfficersItem):
            assert "press" not in vars(one), f"{one.__name__} may forget to ask"


async def test_whatever_is_not_for_members_says_for_whom_it_is(foundry: Foundry) -> None:
    names = {one.qualified_name.split()[0] for one in commands_for(foundry, Audience.MEMBER)}
    names |= {one.name for one in menus_for(foundry, Audience.MEMBER)}
    assert names <= FOR_MEMBERS, "is that for everybody?"
    assert {one.qualified_name for one in commands_for(foundry, Audience.MANAGER)} == {"setup"}


async def test_every_command_for_officers_refuses_everybody_else_and_changes_nothing(
    foundry: Foundry,
) -> None:
    commands = commands_for(foundry, Audience.OFFICER)
    assert len(commands) > 15
    people = await strangers(foundry)
    message = await foundry.john.send(foundry.general, "hello")
    await foundry.services.ingest.flush()
    before = await everything_stored(foundry)
    said = [count_public(one) for one in (foundry.commands, foundry.general)]
    for number, command in enumerate(commands):
        for every in (False, True):
            who = people[(number + every) % 2]
            options = options_of(foundry, command, every=every)
            shown = await who.slash(foundry.commands, command.qualified_name, **options)
            refuses(shown, f"/{command.qualified_name} {options}")
    for menu in menus_for(foundry, Audience.OFFICER):
        for who in people:
            target = foundry.ann if menu.type is AppCommandType.user else message
            refuses(await who.context_menu(foundry.general, menu.name, target), menu.name)
    assert [count_public(one) for one in (foundry.commands, foundry.general)] == said
    assert await everything_stored(foundry) == before


async def test_every_button_for_officers_refuses_everybody_else_and_changes_nothing(
    foundry: Foundry,
) -> None:
    channel, clan = foundry.bot.get_channel(foundry.general.id), await foundry.clan()
    assert isinstance(channel, TextChannel)
    people = await strangers(foundry)
    posted: list[tuple[simcord.MemberActor, str, str, Message]] = []
    kinds = sorted(set(every_item()) - MEMBERS_ITEMS, key=lambda one: one.__name__)
    for number, kind in enumerate(one for one in kinds if not issubclass(one, SetupItem)):
        who = people[number % 2]
        made = custom_id(kind, who.id, clan.id)
        posted.append((who, kind.__name__, made, await channel.send("x", view=as_posted(kind, made))))
    assert len(posted) > 20
    before, said = await everything_stored(foundry), count_public(foundry.general)
    values: dict[ComponentType, Any] = {
        ComponentType.string_select: "x",
        ComponentType.role_select: foundry.places.guild.roles["Officer"],
        ComponentType.user_select: foundry.ann,
        ComponentType.channel_select: foundry.general,
    }
    for who, kind, id_, message in posted:
        (pressed,) = [one for row in message.components for one in children(row)]
        if isinstance(pressed, SelectMenu):
            press = who.select(message, [values[pressed.type]], custom_id=id_)
        else:
            press = who.click(message, custom_id=id_)
        refuses(await press, kind)
    assert await everything_stored(foundry) == before
    assert count_public(foundry.general) == said


async def test_who_is_no_officer_any_more_submits_no_form(foundry: Foundry) -> None:
    """A form stays open for minutes, and the officers' roles may change meanwhile."""
    olaf, clan = foundry.places.officer, await foundry.clan()
    member = (await foundry.services.lookup.by_name(clan, ANN)).member.id
    await foundry.services.worklist.add(clan, [NewStep(StepKind.REMOVE, member, "x")], UserId(olaf.id))
    worklist = await olaf.slash(foundry.commands, "officer worklist")
    proofs = await olaf.slash(foundry.commands, "member proof")
    accounts = await olaf.slash(foundry.commands, "member link", user=foundry.ann)
    kinds = await olaf.click(message_of(proofs), label="Kinds…")
    forms = [
        await olaf.click(message_of(shown), label=label)
        for shown, label in (
            (worklist, "Except…"),
            (worklist, "Drop…"),
            (kinds, "Add a kind…"),
            (accounts, "Link an account…"),
        )
    ]
    guild = GuildId(foundry.places.guild.id)
    settings = await foundry.services.clans.settings(guild)
    async with foundry.services.database.write() as session:
        await clans.save_guild_settings(session, replace(settings, officer_roles=frozenset()))
    before = await everything_stored(foundry)
    for form in forms:
        assert form.modal is not None
        given: dict[str, Any] = {}
        for one in form.modal["components"]:
            field = one["component"]
            choices = field.get("options")
            given[field["custom_id"]] = [choices[0]["value"]] if choices else "7"
        refuses(answer_of(await olaf.submit_modal(form, given)), form.modal["title"])
    assert await everything_stored(foundry) == before
