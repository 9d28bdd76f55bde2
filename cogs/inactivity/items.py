"""What is pressed and chosen in ``/inactive``: lists, pages, one person, decisions, csv."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import discord
from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, Item, Select, View

from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, MemberId
from bot.domain.ladder import Choice, Placed, Quiet, Stage
from bot.present.inactivity import TITLES, on_page, pages, person_page, quiet_csv, quiet_page
from bot.present.quiet_notices import notice_text, preview, round_message
from bot.present.text import cut_units, rank_name
from bot.services.quiet_notices import fingerprint, receivers
from bot.services.registry import Services
from cogs.answers import answer, is_private, may_turn, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.inactivity.settings import settings_screen
from cogs.inactivity.shown import STATE, Shown, read, roles_of
from cogs.officers import OfficersItem
from cogs.refreshing import refresher_of

if TYPE_CHECKING:
    from cogs.inactivity.cog import InactivityCog

ItemT = TypeVar("ItemT", bound=Item[Any])

COG: Final = "InactivityCog"
AT_ONCE: Final = 100
"""How many accounts Wise Old Man is asked for by one press: as many as a private answer lives for."""
_CHOICES: Final = {Choice.REMOVE: "Remove", Choice.MORE: "More time", Choice.KEEP: "Keep: safe"}
_PROMPTS: Final = {Choice.REMOVE: "Remove from the clan…", Choice.MORE: "Give more time…"}
_STYLES: Final = {Choice.REMOVE: ButtonStyle.danger}
_ABLE: Final = {
    Stage.QUIET: (Choice.MORE, Choice.KEEP),
    Stage.WAITING: (Choice.MORE, Choice.KEEP),
    Stage.DECIDE: tuple(Choice),
}


async def screen(
    services: Services, interaction: Interaction[Any], clan: Clan, shown: Shown
) -> tuple[discord.Embed, View | None]:
    """A page as it is now; one past the end is the last one."""
    quiet = await read(services, interaction, clan, shown.days)
    return quiet_page(quiet, shown.stage, shown.page), view_of(*_items(quiet, shown))


def _items(quiet: Quiet, shown: Shown) -> Iterator["QuietItem[Any]"]:
    yield StageSelect(shown, quiet)
    yield from _ways(shown, len(quiet.of(shown.stage)))
    people = on_page(quiet, shown.stage, shown.page)
    if not people:
        return
    yield PersonSelect(shown, people)
    match shown.stage:
        case Stage.QUIET:
            yield QuietButton(shown, "tell", "Send notices…", row=3, style=ButtonStyle.primary)
        case Stage.UNKNOWN if quiet.unchecked:
            number = min(len(quiet.unchecked), AT_ONCE)
            yield QuietButton(shown, "ask", f"Refresh these {number}", row=3, style=ButtonStyle.primary)
        case Stage.DECIDE:
            yield DecideSelect(shown, Choice.REMOVE, people)
            yield DecideSelect(shown, Choice.MORE, people)
        case _:
            pass


def _ways(shown: Shown, number: int) -> Iterator["QuietButton"]:
    last = pages(number) - 1
    page = min(shown.page, last)
    yield QuietButton(replace(shown, page=max(page - 1, 0)), "back", "◀", disabled=page == 0)
    yield QuietButton(replace(shown, page=page), "here", f"{page + 1}/{last + 1}", disabled=True)
    yield QuietButton(replace(shown, page=min(page + 1, last)), "on", "▶", disabled=page == last)
    yield QuietButton(replace(shown, page=page), "csv", "CSV", disabled=not number)
    yield QuietButton(replace(shown, page=page), "set", "Settings")


class QuietItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they are for officers, and turn the asker's message; others get their own."""

    shown: Shown

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Do what the item is for."""
        await self.turn(interaction, clan, self.shown)

    async def turn(self, interaction: Interaction[Any], clan: Clan, shown: Shown) -> None:
        """Show a page in the message, or privately to whoever did not ask for it."""
        if may_turn(interaction, shown.asker):
            embed, view = await screen(self.services, interaction, clan, shown)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        own = replace(shown, asker=interaction.user.id)
        embed, view = await screen(self.services, interaction, clan, own)
        await answer(interaction, private=True, embed=embed, view=view)

    async def everybody(self, interaction: Interaction[Any], clan: Clan) -> Quiet:
        """Everybody as they are now."""
        return await read(self.services, interaction, clan, self.shown.days)


class QuietButton(
    QuietItem[Button[View]], template=rf"qb:{STATE}:(?P<way>back|here|on|show|csv|set|tell|ask)"
):
    """Leads to a page, or to what can be done with a list."""

    def __init__(
        self,
        shown: Shown,
        way: str,
        label: str = "…",
        *,
        disabled: bool = False,
        row: int = 1,
        style: ButtonStyle = ButtonStyle.secondary,
    ) -> None:
        custom_id = f"qb:{shown}:{way}"
        super().__init__(Button(label=label, custom_id=custom_id, disabled=disabled, row=row, style=style))
        self.shown, self.clan = shown, shown.clan
        self.way = way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        match self.way:
            case "csv":
                quiet = await self.everybody(interaction, clan)
                name = f"inactive-{self.shown.stage}-{quiet.now:%Y-%m-%d}.csv"
                file = discord.File(BytesIO(quiet_csv(quiet, self.shown.stage)), name)
                await answer(interaction, private=True, file=file)
            case "set":
                embed, view = await settings_screen(self.services, clan)
                await answer(interaction, private=is_private(interaction), embed=embed, view=view)
            case "tell":
                await self._preview(interaction, clan)
            case "ask":
                await self._refresh(interaction, clan)
            case _:
                await self.turn(interaction, clan, self.shown)

    async def _preview(self, interaction: Interaction[Any], clan: Clan) -> None:
        quiet = await self.everybody(interaction, clan)
        linked, unlinked = receivers(quiet)
        send = SendButton(clan.id, self.shown.days, fingerprint(quiet), len(linked))
        embed = preview(clan.name, quiet.settings, linked, unlinked)
        view = view_of(send, DropButton(clan.id))
        await answer(interaction, private=is_private(interaction), embed=embed, view=view)

    async def _refresh(self, interaction: Interaction[Any], clan: Clan) -> None:
        wanted = (await self.everybody(interaction, clan)).unchecked[:AT_ONCE]
        if not wanted:
            await self.turn(interaction, clan, self.shown)
            return
        again = QuietButton(replace(self.shown, page=0), "show", "Show the list")
        await refresher_of(interaction).begin(interaction, clan, wanted, again)


def cog_of(interaction: Interaction[Any]) -> "InactivityCog":
    """Who works in the background."""
    return cast("InactivityCog", interaction.client.get_cog(COG))


class SendButton(
    OfficersItem[Button[View]],
    template=rf"qn:(?P<clan>{NUMBER}):(?P<days>{NUMBER}):(?P<seen>{NUMBER})",
):
    """Sends the notices that a preview shows, if those people are quiet still."""

    def __init__(self, clan: ClanId, days: int | None, seen: int, number: int = 0) -> None:
        custom_id = f"qn:{pack(clan)}:{pack(days or 0)}:{pack(seen)}"
        label = f"Send to {number}" if number else "Note them as told in game"
        super().__init__(Button(label=label, style=ButtonStyle.danger, custom_id=custom_id))
        self.clan = clan
        self.days = days
        self.seen = seen

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["days"]) or None, unpack(match["seen"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        settings = await self.services.ladder.settings(clan)
        text = notice_text(clan.name, settings)
        round_ = await self.services.quiet_notices.send(
            clan, user_of(interaction), self.days, roles_of(interaction), self.seen, text
        )
        await interaction.response.edit_message(embed=round_message(round_), view=None)
        await cog_of(interaction).sender.begin(interaction, clan, round_)


class DropButton(OfficersItem[Button[View]], template=rf"qx:(?P<clan>{NUMBER})"):
    """Sends nothing."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(Button(label="Cancel", custom_id=f"qx:{pack(clan)}"))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        del clan
        await interaction.response.edit_message(content="Nothing was sent.", embed=None, view=None)


class StageSelect(QuietItem[Select[View]], template=rf"qs:{STATE}"):
    """Chooses among the lists."""

    def __init__(self, shown: Shown, quiet: Quiet | None = None) -> None:
        options = [
            SelectOption(
                label=title if quiet is None else f"{title} ({len(quiet.of(one))})",
                value=one,
                default=one is shown.stage,
            )
            for one, title in TITLES.items()
        ]
        super().__init__(Select(custom_id=f"qs:{shown}", options=options, row=0))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        stage = Stage(self.item.values[0])
        await self.turn(interaction, clan, replace(self.shown, stage=stage, page=0))


class PersonSelect(QuietItem[Select[View]], template=rf"qp:{STATE}"):
    """Shows one person, to one officer."""

    def __init__(self, shown: Shown, people: Sequence[Placed] = ()) -> None:
        select = Select[View](
            custom_id=f"qp:{shown}", placeholder="Look at one…", options=person_options(people), row=2
        )
        super().__init__(select)
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        member = MemberId(unpack(self.item.values[0]))
        embed, view = await person_screen(self.services, interaction, clan, member, self.shown.days)
        await answer(interaction, private=True, embed=embed, view=view)


def person_options(people: Sequence[Placed]) -> list[SelectOption]:
    """People in a list of choices, by the account that stands for each."""
    return [
        SelectOption(
            label=cut_units(one.judged.person.lead.name, 100),
            description=cut_units(rank_name(one.judged.person.lead.role), 100),
            value=pack(one.judged.person.lead.member),
        )
        for one in people
    ] or [SelectOption(label="…")]


async def person_screen(
    services: Services, interaction: Interaction[Any], clan: Clan, member: MemberId, days: int | None
) -> tuple[discord.Embed, View | None]:
    """One person, with what can be decided of them now."""
    quiet = await read(services, interaction, clan, days)
    placed = quiet.by_member(member)
    if placed is None:
        raise Outdated
    steps = await services.ladder.steps(clan, placed.judged.person.members)
    buttons = [DecideButton(clan.id, member, days, choice) for choice in _ABLE.get(placed.stage, ())]
    return person_page(quiet, placed, steps), view_of(*buttons) if buttons else None


class DecideSelect(QuietItem[Select[View]], template=rf"qd:{STATE}:(?P<choice>remove|more)"):
    """Decides of some people of a page."""

    def __init__(self, shown: Shown, choice: Choice, people: Sequence[Placed] = ()) -> None:
        options = person_options(people)
        select = Select[View](
            custom_id=f"qd:{shown}:{choice}",
            placeholder=_PROMPTS[choice],
            options=options,
            max_values=len(options),
            row=3 if choice is Choice.REMOVE else 4,
        )
        super().__init__(select)
        self.shown, self.clan = shown, shown.clan
        self.choice = choice

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), Choice(match["choice"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        leads = [MemberId(unpack(one)) for one in self.item.values]
        by, roles = user_of(interaction), roles_of(interaction)
        await self.services.ladder.decide(clan, leads, self.choice, by, self.shown.days, roles)
        # Whoever decided, the list is everybody's.
        embed, view = await screen(self.services, interaction, clan, self.shown)
        await interaction.response.edit_message(embed=embed, view=view)


class DecideButton(
    OfficersItem[Button[View]],
    template=rf"qo:(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<days>{NUMBER}):(?P<choice>remove|more|keep)",
):
    """Decides of one person."""

    def __init__(self, clan: ClanId, member: MemberId, days: int | None, choice: Choice) -> None:
        custom_id = f"qo:{pack(clan)}:{pack(member)}:{pack(days or 0)}:{choice}"
        style = _STYLES.get(choice, ButtonStyle.secondary)
        super().__init__(Button(label=_CHOICES[choice], style=style, custom_id=custom_id))
        self.clan, self.member, self.days, self.choice = clan, member, days, choice

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        clan, member = ClanId(unpack(match["clan"])), MemberId(unpack(match["member"]))
        return cls(clan, member, unpack(match["days"]) or None, Choice(match["choice"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        by, roles = user_of(interaction), roles_of(interaction)
        await self.services.ladder.decide(clan, [self.member], self.choice, by, self.days, roles)
        embed, view = await person_screen(self.services, interaction, clan, self.member, self.days)
        await interaction.response.edit_message(embed=embed, view=view)


LIST_ITEMS = (QuietButton, SendButton, DropButton, StageSelect, PersonSelect, DecideSelect, DecideButton)
