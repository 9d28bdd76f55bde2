"""Officers' lists of links, a page at a time: what waits, what is suggested, who is missing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

import discord
from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, Item, Select, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.link_review import Claim, LinkList, fingerprint
from bot.domain.suggestions import Suggestion
from bot.present import links as screens
from bot.present.text import cut_units
from bot.services.registry import Services
from cogs.answers import answer, may_turn
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.people import officer_of, people_of
from cogs.officers import OfficersItem

ItemT = TypeVar("ItemT", bound=Item[Any])

_STATE = rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<kind>[a-z]+):(?P<page>{NUMBER})"
_PAIR = rf"(?P<user>{NUMBER}):(?P<member>{NUMBER})"
_LABEL = 100
_BUTTON = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """Which page of which list a message shows, and who asked for it."""

    asker: int
    clan: ClanId
    kind: LinkList
    page: int = 0

    def __str__(self) -> str:
        return ":".join((pack(self.asker), pack(self.clan), self.kind, pack(self.page)))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        clan = ClanId(unpack(match["clan"]))
        return cls(unpack(match["asker"]), clan, LinkList(match["kind"]), unpack(match["page"]))


async def screen(
    services: Services, interaction: Interaction[Any], clan: Clan, shown: Shown
) -> tuple[discord.Embed, View | None]:
    """A page as it is now. Lists shrink while officers work: a page past the end is the last one."""
    review = services.link_review
    people, complete = await people_of(interaction)
    items: Iterator[Item[Any]] = iter(())
    match shown.kind:
        case LinkList.REVIEW:
            claims = await review.claims(clan, people)
            number, embed = len(claims), screens.review_page(claims, shown.page, complete=complete)
            items = _claim_buttons(shown, claims)
        case LinkList.SUGGESTED:
            found = await review.suggestions(clan, people)
            number, embed = len(found), screens.suggestions_page(found, shown.page, complete=complete)
            items = _suggestion_items(shown, found)
        case LinkList.UNSEEN:
            unseen = await review.unseen(clan, people)
            number, embed = len(unseen), screens.unseen_page(unseen, shown.page, complete=complete)
        case LinkList.TALK:
            talk = await review.talk(clan, people)
            number = len(talk.talkers)
            embed = screens.talk_page(
                talk.talkers,
                shown.page,
                since=talk.since,
                observed_since=talk.observed_since,
                complete=complete,
            )
    return embed, view_of(*items, *_ways(shown, number))


def _claim_buttons(shown: Shown, claims: Sequence[Claim]) -> Iterator["ClaimButton"]:
    first = screens.first_of(shown.kind, shown.page, len(claims))
    on_page = claims[first : first + screens.PAGE_SIZES[shown.kind]]
    for row, one in enumerate(on_page):
        yield ClaimButton(shown, "v", one.user, one.member, f"{first + row + 1} Verify {one.name}", row)
        yield ClaimButton(shown, "r", one.user, one.member, f"{first + row + 1} Refuse", row)


def _suggestion_items(shown: Shown, found: Sequence[Suggestion]) -> Iterator["AcceptSome | AcceptExact"]:
    first = screens.first_of(shown.kind, shown.page, len(found))
    on_page = found[first : first + screens.PAGE_SIZES[shown.kind]]
    if on_page:
        yield AcceptSome(shown, on_page)
    exact = [one for one in found if one.exact]
    if exact:
        yield AcceptExact(shown, fingerprint(exact), len(exact))


def _ways(shown: Shown, number: int) -> Iterator["ListButton"]:
    """Back and on, then the other lists."""
    last = screens.pages(shown.kind, number) - 1
    page = min(shown.page, last)
    if last > 0:
        yield ListButton(replace(shown, page=max(page - 1, 0)), "back", "◀", disabled=page == 0)
        yield ListButton(replace(shown, page=min(page + 1, last)), "on", "▶", disabled=page == last)
    for kind in LinkList:
        if kind is not shown.kind:
            yield ListButton(replace(shown, kind=kind, page=0), "list", screens.TITLES[kind])


class ListItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they are for officers, and show the list anew when they are done."""

    shown: Shown

    async def show_again(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Bring the message up to date: whoever decided, the list is everybody's."""
        embed, view = await screen(self.services, interaction, clan, self.shown)
        await interaction.response.edit_message(embed=embed, view=view)


class ListButton(ListItem[Button[View]], template=rf"ml:{_STATE}:(?P<way>back|on|list)"):
    """Leads to a page. A message is turned by whoever asked for it; others get their own, privately."""

    def __init__(self, shown: Shown, way: str, label: str = "…", *, disabled: bool = False) -> None:
        super().__init__(Button(label=label, custom_id=f"ml:{shown}:{way}", disabled=disabled, row=4))
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if may_turn(interaction, self.shown.asker):
            await self.show_again(interaction, clan)
            return
        own = replace(self.shown, asker=interaction.user.id)
        embed, view = await screen(self.services, interaction, clan, own)
        await answer(interaction, private=True, embed=embed, view=view)


class ClaimButton(ListItem[Button[View]], template=rf"mv:{_STATE}:(?P<action>[vr]):{_PAIR}"):
    """Verifies a claim, or refuses it."""

    def __init__(
        self, shown: Shown, action: str, user: UserId, member: MemberId, label: str = "…", row: int = 0
    ) -> None:
        custom_id = f"mv:{shown}:{action}:{pack(user)}:{pack(member)}"
        style = ButtonStyle.success if action == "v" else ButtonStyle.danger
        super().__init__(Button(label=cut_units(label, _BUTTON), style=style, custom_id=custom_id, row=row))
        self.shown, self.clan = shown, shown.clan
        self.action = action
        self.user = user
        self.member = member

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        user, member = UserId(unpack(match["user"])), MemberId(unpack(match["member"]))
        return cls(Shown.read(match), match["action"], user, member)

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        review = self.services.link_review
        decide = review.verify if self.action == "v" else review.refuse
        await decide(clan, officer_of(interaction), self.user, self.member)
        await self.show_again(interaction, clan)


class AcceptExact(ListItem[Button[View]], template=rf"ma:{_STATE}:(?P<seen>{NUMBER})"):
    """Accepts every exact suggestion, if they are those that were shown."""

    def __init__(self, shown: Shown, seen: int, number: int = 0) -> None:
        super().__init__(
            Button(
                label=f"Accept all exact ({number})",
                style=ButtonStyle.success,
                custom_id=f"ma:{shown}:{pack(seen)}",
                row=1,
            )
        )
        self.shown, self.clan = shown, shown.clan
        self.seen = seen

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), unpack(match["seen"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        people, _ = await people_of(interaction)
        linked = await self.services.link_review.accept_exact(
            clan, officer_of(interaction), people, self.seen
        )
        await self.show_again(interaction, clan)
        await answer(interaction, private=True, content=screens.accepted(linked))


class AcceptSome(ListItem[Select[View]], template=rf"mc:{_STATE}"):
    """Accepts what is chosen of a page."""

    def __init__(self, shown: Shown, found: Sequence[Suggestion] = ()) -> None:
        options = [suggestion_option(one, with_name=True) for one in found]
        super().__init__(
            Select(
                custom_id=f"mc:{shown}",
                placeholder="Accept one or several…",
                options=options,
                max_values=max(1, len(options)),
                row=0,
            )
        )
        self.shown, self.clan = shown, shown.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        people, _ = await people_of(interaction)
        pairs = {read_pair(value) for value in self.item.values}
        linked = await self.services.link_review.accept(clan, officer_of(interaction), people, pairs)
        await self.show_again(interaction, clan)
        await answer(interaction, private=True, content=screens.accepted(linked))


def suggestion_option(one: Suggestion, *, with_name: bool) -> SelectOption:
    """A suggestion in a list of choices."""
    label = f"{one.name} ← {one.nickname}" if with_name else one.name
    return SelectOption(
        label=cut_units(label, _LABEL),
        value=f"{pack(one.user)}:{pack(one.member)}",
        emoji="✅" if one.exact else "❔",
    )


def read_pair(value: str) -> tuple[UserId, MemberId]:
    """What the value of :func:`suggestion_option` stands for."""
    user, member = value.split(":")
    return UserId(unpack(user)), MemberId(unpack(member))


LIST_ITEMS = (ListButton, ClaimButton, AcceptExact, AcceptSome)
