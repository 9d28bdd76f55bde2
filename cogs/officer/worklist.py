"""``/officer worklist``: what is to be done in the game itself, to be ticked off."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

import discord
from discord import ButtonStyle, Interaction, SelectOption, TextStyle, app_commands
from discord.ui import Button, Item, Label, Modal, Select, TextInput, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId
from bot.domain.worklist import Step, StepGroup, StepId, StepKind, grouped, named
from bot.logs import new_trace
from bot.present.text import cut_units
from bot.present.worklist import group_name, names_of, pages, worklist_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, handle_error, may_turn, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, is_private_here, require_officer

ItemT = TypeVar("ItemT", bound=Item[Any])

CHOICES: Final = 25
"""The most that a select holds."""
NO_RANK: Final = "-"
LONGEST_LIST: Final = 4_000
_KINDS: Final = {"p": StepKind.PROMOTE, "d": StepKind.DEMOTE, "r": StepKind.REMOVE}
_LETTERS: Final = {kind: letter for letter, kind in _KINDS.items()}
_GROUP = r"(?P<kind>[pdr]):(?P<rank>-|[a-z0-9_]{1,40})"
_STATE = rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):{_GROUP}:(?P<page>{NUMBER}):(?P<seen>{NUMBER})"


@dataclass(frozen=True, slots=True)
class Shown:
    """Which page of which group a message shows, who asked for it, and the newest step that is on it."""

    asker: int
    clan: ClanId
    group: StepGroup
    page: int
    seen: StepId

    def __str__(self) -> str:
        return ":".join(
            (
                pack(self.asker),
                pack(self.clan),
                written(self.group),
                pack(self.page),
                pack(self.seen),
            )
        )

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        clan, group = ClanId(unpack(match["clan"])), read_group(f"{match['kind']}:{match['rank']}")
        return cls(unpack(match["asker"]), clan, group, unpack(match["page"]), StepId(unpack(match["seen"])))


def written(group: StepGroup) -> str:
    """A group as buttons and lists carry it."""
    return f"{_LETTERS[group.kind]}:{group.rank or NO_RANK}"


def read_group(text: str) -> StepGroup:
    """The inverse of :func:`written`."""
    letter, rank = text.split(":")
    return StepGroup(_KINDS[letter], None if rank == NO_RANK else rank)


async def worklist_screen(
    services: Services, clan: Clan, asker: int, wanted: StepGroup | None = None, page: int = 0
) -> tuple[discord.Embed, View | None]:
    """A page as it is now: of the wanted group while something of it waits, else of the first one."""
    groups = grouped(await services.worklist.open_steps(clan), clan.role_order)
    last = await services.worklist.last_done(clan)
    group = wanted if wanted in groups else next(iter(groups), None)
    embed = worklist_page(groups, group, page if group == wanted else 0, last)
    if group is None:
        return embed, None
    steps = groups[group]
    page = min(page, pages(steps) - 1) if group == wanted else 0
    shown = Shown(asker, clan.id, group, page, max(step.id for step in steps))
    return embed, view_of(*_items(shown, groups))


def _items(shown: Shown, groups: Mapping[StepGroup, Sequence[Step]]) -> Iterator[Item[Any]]:
    steps = groups[shown.group]
    if len(groups) > 1:
        yield GroupSelect(shown, groups)
    yield StepsButton(shown, "all", f"All done ({len(names_of(steps)) or len(steps)})", ButtonStyle.success)
    yield StepsButton(shown, "but", "Except…", ButtonStyle.primary)
    yield StepsButton(shown, "drop", "Drop…", ButtonStyle.secondary)
    last = pages(steps) - 1
    if last:
        back, on = replace(shown, page=max(shown.page - 1, 0)), replace(shown, page=min(shown.page + 1, last))
        yield PageButton(back, "back", "◀", disabled=shown.page == 0)
        yield PageButton(shown, "here", f"{shown.page + 1}/{last + 1}", disabled=True)
        yield PageButton(on, "on", "▶", disabled=shown.page == last)


class WorklistItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they are for officers, and show the list anew."""

    shown: Shown

    async def turn(self, interaction: Interaction[Any], clan: Clan, group: StepGroup, page: int) -> None:
        """Show a page in the message, or privately to whoever did not ask for it."""
        own = may_turn(interaction, self.shown.asker)
        embed, view = await worklist_screen(self.services, clan, interaction.user.id, group, page)
        if own:
            await interaction.response.edit_message(embed=embed, view=view)
        else:
            await answer(interaction, private=True, embed=embed, view=view)


class GroupSelect(WorklistItem[Select[View]], template=rf"wg:{_STATE}"):
    """Chooses among the ranks, and removals."""

    def __init__(self, shown: Shown, groups: Mapping[StepGroup, Sequence[Step]] | None = None) -> None:
        options = [
            SelectOption(
                label=cut_units(f"{group_name(group)} ({len(steps)})", 100),
                value=written(group),
                default=group == shown.group,
            )
            for group, steps in list((groups or {}).items())[:CHOICES]
        ]
        super().__init__(Select(custom_id=f"wg:{shown}", options=options, row=0))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.turn(interaction, clan, read_group(self.item.values[0]), 0)


class PageButton(WorklistItem[Button[View]], template=rf"wp:{_STATE}:(?P<way>back|here|on)"):
    """Leads to a page of a group."""

    def __init__(self, shown: Shown, way: str, label: str = "…", *, disabled: bool = False) -> None:
        super().__init__(Button(label=label, custom_id=f"wp:{shown}:{way}", disabled=disabled, row=2))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.turn(interaction, clan, self.shown.group, self.shown.page)


class StepsButton(WorklistItem[Button[View]], template=rf"wk:{_STATE}:(?P<action>all|but|drop)"):
    """Ticks a group off, all of it or but for some, or takes some of it from the list.

    Only what was on the list when the button was drawn: nobody ticks off what they did not see.
    """

    def __init__(
        self, shown: Shown, action: str, label: str = "…", style: ButtonStyle = ButtonStyle.secondary
    ) -> None:
        super().__init__(Button(label=label, style=style, custom_id=f"wk:{shown}:{action}", row=1))
        self.shown, self.clan = shown, shown.clan
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["action"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        services, shown = self.services, self.shown
        if self.action == "all":
            await services.worklist.tick_all(clan, shown.group, user_of(interaction), seen=shown.seen)
            embed, view = await worklist_screen(services, clan, shown.asker, shown.group)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        steps = await services.worklist.seen(clan, shown.group, shown.seen)
        await interaction.response.send_modal(StepsModal(services, clan, shown, self.action, steps))


class StepsModal(Modal):
    """Asks which members of a group are meant: by a list of at most 25, else by their names."""

    def __init__(
        self, services: Services, clan: Clan, shown: Shown, action: str, steps: Sequence[Step]
    ) -> None:
        title = "All done, except…" if action == "but" else "Need not be done"
        super().__init__(title=title, timeout=900)
        self.services, self.clan, self.shown, self.action, self.steps = services, clan, shown, action, steps
        by_member = {step.member: step.name for step in steps}
        self.field: Select[Any] | TextInput[Any] = (
            _choice(by_member) if len(by_member) <= CHOICES else _names_field()
        )
        text = "Who is not done yet?" if action == "but" else "Who is taken from the list?"
        hint = "The others are ticked off." if action == "but" else "The others stay on it."
        self.add_item(Label(text=text, description=hint, component=self.field))

    def chosen(self) -> set[MemberId]:
        """Who was chosen, or named."""
        if isinstance(self.field, Select):
            return {MemberId(unpack(value)) for value in self.field.values}
        return named(self.field.value, self.steps)

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Do it, and show what is left."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            await require_officer(self.services, interaction)
            worklist, shown, user = self.services.worklist, self.shown, user_of(interaction)
            chosen = self.chosen()
            if self.action == "but":
                await worklist.tick_all(self.clan, shown.group, user, seen=shown.seen, but=chosen)
            else:
                await worklist.drop(self.clan, shown.group, chosen, user, seen=shown.seen)
            embed, view = await worklist_screen(self.services, self.clan, shown.asker, shown.group)
            await interaction.response.edit_message(embed=embed, view=view)

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


def _choice(names: Mapping[MemberId, str]) -> Select[Any]:
    options = [SelectOption(label=cut_units(name, 100), value=pack(member)) for member, name in names.items()]
    return Select(options=options, min_values=1, max_values=len(options))


def _names_field() -> TextInput[Any]:
    return TextInput(
        style=TextStyle.paragraph, placeholder="Jo hn, Ann B", min_length=1, max_length=LONGEST_LIST
    )


WORKLIST_ITEMS = (GroupSelect, PageButton, StepsButton)


def worklist_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def worklist(interaction: Interaction[Any]) -> None:
        """What is to be done in the game: names to copy and tick off."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        embed, view = await worklist_screen(services, clan, interaction.user.id)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    return officers_command(worklist)
