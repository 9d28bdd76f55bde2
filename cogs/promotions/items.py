"""The lists of ``/promotions``: turned, chosen from, explained, held."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Self, TypeVar

import discord
from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, Item, Select, View

from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, MemberId
from bot.domain.promotions import Pick, Ready
from bot.domain.rules.holds import Hold
from bot.present.promotions import (
    PAGE_SIZE,
    TITLES,
    PromotionList,
    goal_of,
    held_lines,
    overview_title,
    pages,
    promotions_page,
    ready_lines,
    under_way_lines,
    unknown_lines,
    why_page,
)
from bot.present.text import cut_units
from bot.present.theme import SEPARATOR
from bot.present.times import ago
from bot.services.promotions.overview import Overview
from bot.services.registry import Services
from cogs.answers import answer, may_turn, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.officers import OfficersItem, is_private_here
from cogs.presence import presence_of
from cogs.promotions.batches import show_proposal
from cogs.refreshing import refresher_of

ItemT = TypeVar("ItemT", bound=Item[Any])

_STATE = rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<which>[rubhw]):(?P<page>{NUMBER})"
HOLDS: Final = (7, 30)
"""Days for which a press holds somebody."""
_LABEL: Final = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """Which page of which list a message shows, and who asked for it."""

    asker: int
    clan: ClanId
    which: PromotionList = PromotionList.READY
    page: int = 0

    def __str__(self) -> str:
        return f"{pack(self.asker)}:{pack(self.clan)}:{self.which.value}:{pack(self.page)}"

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        asker, clan = unpack(match["asker"]), ClanId(unpack(match["clan"]))
        return cls(asker, clan, PromotionList(match["which"]), unpack(match["page"]))


async def screen(
    services: Services, clan: Clan, guild: discord.Guild | None, shown: Shown
) -> tuple[discord.Embed, View | None]:
    """A page as it is now; one past the end is the last one."""
    found = await services.promotions.overview(clan, await presence_of(guild))
    counts = _counts(found)
    page = min(shown.page, pages(counts[shown.which]) - 1)
    looked = [f"oldest look {ago(found.checked_at)}"] if found.checked_at else []
    small = SEPARATOR.join([*looked, "covering rule"])
    title = overview_title(counts, shown.which)
    embed = promotions_page(title, _lines(found, shown.which, page), shown.which, counts, small)
    return embed, view_of(*_items(found, replace(shown, page=page), counts))


def _counts(found: Overview) -> dict[PromotionList, int]:
    return {
        PromotionList.READY: len(found.ready),
        PromotionList.UNKNOWN: len(found.unknown),
        PromotionList.BELOW: len(found.below),
        PromotionList.HELD: len(found.held),
        PromotionList.UNDER_WAY: len(found.under_way),
    }


def members_of(found: Overview, which: PromotionList) -> Sequence[Ready]:
    """Those of a list of whom it is told what they are to get."""
    lists = {
        PromotionList.READY: found.ready,
        PromotionList.UNKNOWN: found.unknown,
        PromotionList.BELOW: found.below,
    }
    return lists.get(which, ())


def _lines(found: Overview, which: PromotionList, page: int) -> list[str]:
    part = slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)
    match which:
        case PromotionList.UNKNOWN:
            return unknown_lines(found.unknown[part])
        case PromotionList.HELD:
            return held_lines([(name, hold) for _, name, hold in found.held[part]])
        case PromotionList.UNDER_WAY:
            return under_way_lines(found.under_way[part])
        case _:
            return ready_lines(members_of(found, which), found.assessed.at, page)


def _items(found: Overview, shown: Shown, counts: Mapping[PromotionList, int]) -> Iterator[Item[Any]]:
    number = counts[shown.which]
    yield ListSelect(shown, counts)
    named = _named(found, shown)
    if shown.which in (PromotionList.READY, PromotionList.BELOW) and named:
        yield ChooseSelect(shown, named)
    if named:
        yield AboutSelect(shown, named)
    if number > PAGE_SIZE:
        last = pages(number) - 1
        back, on = replace(shown, page=max(shown.page - 1, 0)), replace(shown, page=min(shown.page + 1, last))
        yield PageButton(back, "back", "◀", disabled=shown.page == 0)
        yield PageButton(shown, "here", f"{shown.page + 1}/{last + 1}", disabled=True)
        yield PageButton(on, "on", "▶", disabled=shown.page == last)
    if shown.which in (PromotionList.READY, PromotionList.BELOW) and number:
        label = f"Promote all {number}" if shown.which is PromotionList.READY else f"Demote all {number}"
        yield PageButton(shown, "all", label, ButtonStyle.success)
    if shown.which is PromotionList.UNKNOWN and number:
        yield PageButton(shown, "refresh", f"Refresh these {number}", ButtonStyle.primary)


def _named(found: Overview, shown: Shown) -> list[tuple[MemberId, str, str]]:
    """Everybody on the page, with what they are to get."""
    part = slice(shown.page * PAGE_SIZE, (shown.page + 1) * PAGE_SIZE)
    if shown.which is PromotionList.HELD:
        return [(member, name, "held") for member, name, _ in found.held[part]]
    listed = members_of(found, shown.which)[part]
    return [(one.member, one.name, f"→ {goal_of(one.verdict)}") for one in listed]


class PromotionsItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they are for officers, and turn the asker's message; others get their own."""

    shown: Shown

    async def turn(self, interaction: Interaction[Any], clan: Clan, shown: Shown) -> None:
        """Show a page in the message, or privately to whoever did not ask for it."""
        if may_turn(interaction, shown.asker):
            embed, view = await screen(self.services, clan, interaction.guild, shown)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        own = replace(shown, asker=interaction.user.id)
        embed, view = await screen(self.services, clan, interaction.guild, own)
        await answer(interaction, private=True, embed=embed, view=view)


class PageButton(PromotionsItem[Button[View]], template=rf"pr:{_STATE}:(?P<way>back|here|on|all|refresh)"):
    """Leads to a page, to all of a list, or to WOM."""

    def __init__(
        self,
        shown: Shown,
        way: str,
        label: str = "…",
        style: ButtonStyle = ButtonStyle.secondary,
        *,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            Button(label=label, style=style, custom_id=f"pr:{shown}:{way}", disabled=disabled, row=3)
        )
        self.shown, self.clan, self.way = shown, shown.clan, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if self.way not in ("all", "refresh"):
            await self.turn(interaction, clan, self.shown)
            return
        found = await self.services.promotions.overview(clan, await presence_of(interaction.guild))
        listed = members_of(found, self.shown.which)
        if not listed:
            raise Outdated
        if self.way == "refresh":
            again = PageButton(replace(self.shown, page=0), "here", "Look again", ButtonStyle.primary)
            wanted = [one.member for one in listed]
            await refresher_of(interaction).begin(interaction, clan, wanted, again)
            return
        picks = [Pick(one.member, one.verdict.rank.name) for one in listed]
        await show_proposal(self.services, interaction, clan, picks)


class ListSelect(PromotionsItem[Select[View]], template=rf"pl:{_STATE}"):
    """Chooses among the lists."""

    def __init__(self, shown: Shown, counts: Mapping[PromotionList, int] | None = None) -> None:
        numbers = counts or dict.fromkeys(PromotionList, 0)
        options = [
            SelectOption(label=f"{title} ({numbers[one]})", value=one.value, default=one is shown.which)
            for one, title in TITLES.items()
        ]
        super().__init__(Select(custom_id=f"pl:{shown}", options=options, row=0))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        which = PromotionList(self.item.values[0])
        await self.turn(interaction, clan, replace(self.shown, which=which, page=0))


def _options(named: Sequence[tuple[MemberId, str, str]]) -> list[SelectOption]:
    found = [
        SelectOption(label=cut_units(name, _LABEL), value=str(member), description=cut_units(goal, _LABEL))
        for member, name, goal in named
    ]
    return found or [SelectOption(label="…", value="0")]


class ChooseSelect(PromotionsItem[Select[View]], template=rf"pc:{_STATE}"):
    """Some of a page: whom to promote."""

    def __init__(self, shown: Shown, named: Sequence[tuple[MemberId, str, str]] = ()) -> None:
        options = _options(named)
        what = "promote" if shown.which is PromotionList.READY else "demote"
        select = Select[View](
            custom_id=f"pc:{shown}",
            placeholder=f"Choose whom to {what}…",
            options=options,
            max_values=len(options),
            row=1,
        )
        super().__init__(select)
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        chosen = {MemberId(int(value)) for value in self.item.values}
        found = await self.services.promotions.overview(clan, await presence_of(interaction.guild))
        listed = [one for one in members_of(found, self.shown.which) if one.member in chosen]
        if len(listed) < len(chosen):
            raise Outdated
        picks = [Pick(one.member, one.verdict.rank.name) for one in listed]
        await show_proposal(self.services, interaction, clan, picks)


class AboutSelect(PromotionsItem[Select[View]], template=rf"pa:{_STATE}"):
    """One of a page: why, and what else can be done."""

    def __init__(self, shown: Shown, named: Sequence[tuple[MemberId, str, str]] = ()) -> None:
        select = Select[View](
            custom_id=f"pa:{shown}", placeholder="Why? Hold, exempt…", options=_options(named), row=2
        )
        super().__init__(select)
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        member = MemberId(int(self.item.values[0]))
        embed, view = await about(self.services, clan, interaction.guild, member)
        private = await is_private_here(self.services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)


async def about(
    services: Services, clan: Clan, guild: discord.Guild | None, member: MemberId
) -> tuple[discord.Embed, View | None]:
    """Why one member is where they are, and what officers can do about it.

    Raises:
        Outdated: they are in no list any more.
    """
    found = await services.promotions.overview(clan, await presence_of(guild))
    one = found.told_of(member)
    if one is None:
        raise Outdated
    hold = found.assessed.holds.get(member)
    acts = ["release"] if hold is not None else [*(f"hold{days}" for days in HOLDS), "exempt"]
    return why_page(one, hold), view_of(*(HoldButton(clan.id, member, act) for act in acts))


_ACTS: Final = {
    "hold7": "Hold 7 days",
    "hold30": "Hold 30 days",
    "exempt": "Exempt",
    "release": "Hold no more",
}


class HoldButton(
    OfficersItem[Button[View]],
    template=rf"ph:(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<act>hold7|hold30|exempt|release)",
):
    """Holds a member back from every promotion, or does so no more."""

    def __init__(self, clan: ClanId, member: MemberId, act: str) -> None:
        custom_id = f"ph:{pack(clan)}:{pack(member)}:{act}"
        super().__init__(Button(label=_ACTS[act], custom_id=custom_id, style=ButtonStyle.secondary))
        self.clan, self.member, self.what = clan, member, act

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), MemberId(unpack(match["member"])), match["act"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        by, now = user_of(interaction), self.services.clock()
        if self.what == "release":
            await self.services.eligibility.release(clan, [self.member], by)
        else:
            days = int(self.what.removeprefix("hold")) if self.what != "exempt" else None
            until = None if days is None else now + timedelta(days=days)
            await self.services.eligibility.hold(clan, [self.member], Hold(until, by, now))
        embed, view = await about(self.services, clan, interaction.guild, self.member)
        await interaction.response.edit_message(embed=embed, view=view)


LIST_ITEMS = (PageButton, ListSelect, ChooseSelect, AboutSelect, HoldButton)
