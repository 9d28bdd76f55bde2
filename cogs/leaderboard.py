"""``/leaderboard``: who gained or has the most, page by page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import discord
from discord import Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, Select, View

from bot.domain.clan_charts import Ranked
from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.leaderboards import Board
from bot.domain.metrics import OFFERED_METRICS, OVERALL, find_metric, metric, suggest_metrics
from bot.domain.periods import label_of, read_period, suggest_periods
from bot.present.board import PAGE_SIZE, leaderboard_page, my_place, named, page_of, pages
from bot.present.numbers import label
from bot.present.times import period_label
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, is_bot_channel, is_private, may_turn, user_of
from cogs.buttons import (
    NUMBER,
    POST,
    POSTED,
    Stateful,
    pack,
    pack_moment,
    unpack,
    unpack_moment,
    view_of,
)
from cogs.charts import show_ranked

DEFAULT_PERIOD = "week"
CHOICES = 25
"""The most that Discord shows in a select or an autocomplete."""

_STATE = (
    rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<metric>\w+):(?P<period>[\w.-]+)"
    rf":(?P<as_of>{NUMBER}):(?P<page>{NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a leaderboard's buttons know. ``as_of`` is None for the present."""

    asker: int
    clan: ClanId
    metric: str
    period: str
    as_of: datetime | None = None
    page: int = 0

    def __str__(self) -> str:
        numbers = (pack(self.asker), pack(self.clan))
        return ":".join((*numbers, self.metric, self.period, pack_moment(self.as_of), pack(self.page)))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(
            asker=unpack(match["asker"]),
            clan=ClanId(unpack(match["clan"])),
            metric=match["metric"],
            period=match["period"],
            as_of=unpack_moment(match["as_of"]),
            page=unpack(match["page"]),
        )


async def read_board(services: Services, clan: Clan, shown: Shown) -> Board:
    """The leaderboard that a message shows, as of now or of its moment."""
    period = read_period(shown.period, now=shown.as_of or services.clock(), zone=clan.zone)
    found = find_metric(shown.metric, await services.leaderboards.metrics())
    return await services.leaderboards.top(clan, found, period, shown.as_of)


def board_page(
    clan: Clan, board: Board, shown: Shown, *, private: bool, posted: bool = False, own: bool = False
) -> tuple[discord.Embed, View | None]:
    """One page as an embed with its buttons. A private one offers to be posted, once.

    The pages of a member's ``own`` place are of everybody with a place.
    """
    last = pages(board, own=own) - 1
    shown = replace(shown, page=min(shown.page, last))
    embed = leaderboard_page(board, shown.page, clan.zone, as_of=shown.as_of is not None)
    buttons = [
        BoardButton(shown, "back", disabled=shown.page == 0),
        BoardButton(shown, "page", label=f"{shown.page + 1}/{last + 1}", disabled=True),
        BoardButton(shown, "next", disabled=shown.page == last),
        BoardButton(shown, "mine"),
    ]
    if private:
        buttons.append(BoardButton(shown, "post", label=POSTED if posted else None, disabled=posted))
    if named(board):
        buttons.append(BoardButton(shown, "chart"))
    return embed, view_of(*buttons, MetricSelect(shown), PeriodSelect(shown))


async def show_board(
    services: Services, interaction: Interaction[Any], shown: Shown, *, private: bool, edit: bool = False
) -> None:
    """Answer with a page, or turn the message to it."""
    clan = await services.clans.by_id(shown.clan, guild_of(interaction))
    board = await read_board(services, clan, shown)
    embed, view = board_page(clan, board, shown, private=private)
    if edit:
        await interaction.response.edit_message(embed=embed, view=view)
    else:
        await answer(interaction, private=private, embed=embed, view=view)


async def post_board(services: Services, interaction: Interaction[Any], shown: Shown) -> None:
    """Show a private page to everybody; what is private can be posted once."""
    clan = await services.clans.by_id(shown.clan, guild_of(interaction))
    board = await read_board(services, clan, shown)
    _, left = board_page(clan, board, shown, private=True, posted=True)
    await interaction.response.edit_message(view=left)
    embed, view = board_page(clan, board, shown, private=False)
    await answer(interaction, private=False, embed=embed, view=view)


async def turn(services: Services, interaction: Interaction[Any], before: Shown, after: Shown) -> None:
    """Turn the page for its asker; anybody else gets a private copy."""
    if may_turn(interaction, before.asker):
        await show_board(services, interaction, after, private=is_private(interaction), edit=True)
        return
    own = replace(after, asker=interaction.user.id)
    await show_board(services, interaction, own, private=True)


_LABELS: Mapping[str, str] = {
    "back": "◀",
    "next": "▶",
    "mine": "My place",
    "post": POST,
    "page": "…",
    "chart": "Chart",
}


class BoardButton(
    Stateful[Button[View]], template=rf"lb:{_STATE}:(?P<action>back|next|mine|post|page|chart)"
):
    """A button under a leaderboard."""

    def __init__(
        self, shown: Shown, action: str, *, label: str | None = None, disabled: bool = False
    ) -> None:
        style = discord.ButtonStyle.primary if action == "post" else discord.ButtonStyle.secondary
        super().__init__(
            Button(
                label=label or _LABELS[action],
                style=style,
                custom_id=f"lb:{shown}:{action}",
                disabled=disabled,
                row=3 if action == "chart" else 0,
            )
        )
        self.shown = shown
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        if self.action == "mine":
            await self._tell_place(interaction)
        elif self.action == "chart":
            await self._draw(interaction)
        elif self.action == "post":
            await post_board(self.services, interaction, self.shown)
        else:
            step = 1 if self.action == "next" else -1
            page = max(0, self.shown.page + step)
            await turn(self.services, interaction, self.shown, replace(self.shown, page=page))

    async def _draw(self, interaction: Interaction[Any]) -> None:
        """The page as bars, for whoever pressed."""
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        board = await read_board(self.services, clan, self.shown)
        rows = [
            Ranked(f"{row.place}. {row.entry.name}", row.entry.value or 0, row.entry.is_partial)
            for row in named(board)[self.shown.page * PAGE_SIZE :][:PAGE_SIZE]
        ]
        period = period_label(board.period, clan.zone, as_of=self.shown.as_of is not None)
        name = label(board.metric)
        await show_ranked(self.services, interaction, clan, name, period, rows, board.metric.measure)

    async def _tell_place(self, interaction: Interaction[Any]) -> None:
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        found = await self.services.lookup.of_user(clan, user_of(interaction), interaction.user.display_name)
        board = await read_board(self.services, clan, self.shown)
        member = found.member.id
        place = my_place(board, member, clan.zone, as_of=self.shown.as_of is not None)
        page = page_of(board, member)
        if page is None:
            await answer(interaction, private=True, content=place)
            return
        own = replace(self.shown, asker=interaction.user.id, page=page)
        embed = leaderboard_page(board, page, clan.zone, highlight=member, as_of=own.as_of is not None)
        _, view = board_page(clan, board, own, private=True, own=True)
        await answer(interaction, private=True, content=place, embed=embed, view=view)


class MetricSelect(Stateful[Select[View]], template=rf"lb:{_STATE}:metric"):
    """Another metric for the same period."""

    def __init__(self, shown: Shown) -> None:
        now = metric(shown.metric)
        offered = suggest_metrics("", OFFERED_METRICS, CHOICES)
        if now not in offered:
            offered = [now, *offered[: CHOICES - 1]]
        options = [
            discord.SelectOption(label=one.name, value=one.key, default=one.key == now.key) for one in offered
        ]
        super().__init__(Select(custom_id=f"lb:{shown}:metric", options=options, row=1))
        self.shown = shown

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        after = replace(self.shown, metric=self.item.values[0], page=0)
        await turn(self.services, interaction, self.shown, after)


class PeriodSelect(Stateful[Select[View]], template=rf"lb:{_STATE}:period"):
    """Another period for the same metric."""

    def __init__(self, shown: Shown) -> None:
        usual = {code: label for label, code in suggest_periods("")}
        own = usual.get(shown.period, label_of(shown.period))
        # Two spellings of one period, such as 7d and week, would be offered under the same name.
        others = {code: label for code, label in usual.items() if label != own}
        offered = {shown.period: own, **others} if shown.period not in usual else usual
        options = [
            discord.SelectOption(label=label, value=code, default=code == shown.period)
            for code, label in offered.items()
        ]
        super().__init__(Select(custom_id=f"lb:{shown}:period", options=options, row=2))
        self.shown = shown

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        after = replace(self.shown, period=self.item.values[0], page=0)
        await turn(self.services, interaction, self.shown, after)


class LeaderboardCog(commands.Cog):
    """Leaderboards of everything that is measured."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        metric="XP, kills, messages, raids, streaks, the clan's score, or any skill or boss",
        period="How far back: week, 30d, this-month, 2026-10, all…",
        as_of="How it stood then: yesterday, 2026-11-01, 3 days ago",
    )
    async def leaderboard(
        self,
        interaction: Interaction[Any],
        metric: str = OVERALL.key,
        period: str = DEFAULT_PERIOD,
        as_of: str | None = None,
    ) -> None:
        """Who gained the most, or has the most in all."""
        clan = await clan_of(self.services, interaction)
        asked = await self.services.leaderboards.read(clan, metric, period, as_of, now=self.services.clock())
        shown = Shown(
            asker=interaction.user.id,
            clan=clan.id,
            metric=asked.metric.key,
            period=asked.period.code,
            as_of=asked.as_of,
        )
        settings = await self.services.clans.settings(clan.guild)
        await show_board(self.services, interaction, shown, private=not is_bot_channel(interaction, settings))

    @leaderboard.autocomplete("metric")
    async def _metrics(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        known = await self.services.leaderboards.metrics()
        return [app_commands.Choice(name=one.name, value=one.key) for one in suggest_metrics(current, known)]

    @leaderboard.autocomplete("period")
    async def _periods(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return period_choices(current)

    @leaderboard.autocomplete("as_of")
    async def _moments(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return moment_choices(current)


_MOMENTS = ("yesterday", "3 days ago", "7 days ago", "30 days ago", "90 days ago", "365 days ago")


def moment_choices(typed: str) -> list[app_commands.Choice[str]]:
    """Usual moments that fit what was typed so far; what is typed can be sent as it is."""
    wanted = typed.strip().casefold()
    return [app_commands.Choice(name=one.capitalize(), value=one) for one in _MOMENTS if wanted in one]


def period_choices(typed: str) -> list[app_commands.Choice[str]]:
    """Periods that fit what was typed so far."""
    return [app_commands.Choice(name=label, value=code) for label, code in suggest_periods(typed)[:CHOICES]]
