"""``/stats``: a member's card, and the apps-menu command that shows it of a user."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any, Self

import discord
import structlog
from discord import Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.cards import MemberCard
from bot.domain.clans import Clan
from bot.domain.errors import NotLinked
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.metrics import MetricKind
from bot.domain.periods import read_moment, read_period
from bot.present.card import member_card
from bot.present.chart import member_chart
from bot.present.theme import SEPARATOR
from bot.present.times import period_label
from bot.services.lookup import Found
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from cogs.answers import clan_of, guild_of, is_bot_channel, is_private, may_turn, think, user_of
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
from cogs.leaderboard import moment_choices, period_choices

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DEFAULT_PERIOD = "7d"
PERIODS = {"7d": "7d", "30d": "30d", "year": "Year"}
CHART = "chart.png"
BARS = 10
"""How many skills or bosses are drawn: what was gained least tells least."""

_STATE = (
    rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<period>[\w.-]+):(?P<as_of>{NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card's buttons know. ``as_of`` is None for the present."""

    asker: int
    clan: ClanId
    member: MemberId
    period: str
    as_of: datetime | None = None

    def __str__(self) -> str:
        numbers = (pack(self.asker), pack(self.clan), pack(self.member))
        return ":".join((*numbers, self.period, pack_moment(self.as_of)))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(
            asker=unpack(match["asker"]),
            clan=ClanId(unpack(match["clan"])),
            member=MemberId(unpack(match["member"])),
            period=match["period"],
            as_of=unpack_moment(match["as_of"]),
        )


async def chart_of(services: Services, clan: Clan, card: MemberCard) -> discord.File | None:
    """The card's chart; None where there are no days to draw, or drawing failed."""
    if not any(point.xp is not None or point.messages is not None for point in card.days):
        return None
    try:
        png = await services.renderer.render(member_chart, card.days, card.name, guild=clan.guild)
    except RenderFailedError as failure:
        # The numbers are the answer; the picture only goes with them.
        log.warning("chart_left_out", clan_id=clan.id, reason=failure.reason)
        return None
    return discord.File(BytesIO(png), CHART)


async def show_card(
    services: Services,
    interaction: Interaction[Any],
    shown: Shown,
    found: Found | None = None,
    *,
    private: bool,
    edit: bool = False,
    post: bool = False,
) -> None:
    """Answer with a card, turn the message to it, or post what is private.

    The numbers are read first, so that whatever can be refused is refused privately; only
    then is the answer deferred, because a chart may take longer than Discord waits.
    """
    clan = await services.clans.by_id(shown.clan, guild_of(interaction))
    found = found or await services.lookup.by_id(clan, shown.member)
    period = read_period(shown.period, now=shown.as_of or services.clock(), zone=clan.zone)
    card = await services.stats.card(clan, found, period, shown.as_of)
    if post:
        left = view_of(*card_buttons(shown, private=True, posted=True))
        await interaction.response.edit_message(view=left)
    elif edit and not interaction.response.is_done():
        await interaction.response.defer()
    elif not interaction.response.is_done():
        await think(interaction, private=private)
    chart = await chart_of(services, clan, card)
    embed = member_card(card, clan.zone, as_of=shown.as_of is not None)
    if chart is not None:
        embed.set_image(url=f"attachment://{CHART}")
    view = view_of(*card_buttons(shown, private=private))
    attachments = [chart] if chart else []
    if edit:
        await interaction.edit_original_response(embed=embed, view=view, attachments=attachments)
    else:
        await interaction.followup.send(
            embed=embed,
            view=view or View(),
            files=attachments,
            ephemeral=private,
            allowed_mentions=discord.AllowedMentions.none(),
        )


def card_buttons(shown: Shown, *, private: bool, posted: bool = False) -> list["CardButton"]:
    """The usual periods, Update now, and for a private card Post here, once."""
    buttons = [
        CardButton(replace(shown, period=code), "show", disabled=code == shown.period) for code in PERIODS
    ]
    if shown.as_of is None:
        buttons.append(CardButton(shown, "update"))
    if private:
        buttons.append(CardButton(shown, "post", label=POSTED if posted else None, disabled=posted))
    return [*buttons, CardButton(shown, "skills", row=1), CardButton(shown, "bosses", row=1)]


_LABELS = {"update": "Update now", "post": POST, "skills": "Skills", "bosses": "Bosses"}
_KINDS = {"skills": MetricKind.SKILL, "bosses": MetricKind.BOSS}


class CardButton(Stateful[Button[View]], template=rf"st:{_STATE}:(?P<action>show|update|post|skills|bosses)"):
    """A button under a card."""

    def __init__(
        self, shown: Shown, action: str, *, label: str | None = None, disabled: bool = False, row: int = 0
    ) -> None:
        style = discord.ButtonStyle.primary if action == "post" else discord.ButtonStyle.secondary
        label = label or _LABELS.get(action) or PERIODS.get(shown.period, shown.period)
        custom_id = f"st:{shown}:{action}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id, disabled=disabled, row=row))
        self.shown = shown
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["action"])

    async def _draw(self, interaction: Interaction[Any], kind: MetricKind) -> None:
        """What was gained of each skill or boss, for whoever pressed."""
        clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
        found = await self.services.lookup.by_id(clan, self.shown.member)
        as_of = self.shown.as_of
        period = read_period(self.shown.period, now=as_of or self.services.clock(), zone=clan.zone)
        rows = await self.services.clan_charts.gains_of(clan, found.member.id, period, kind)
        small = period_label(period, clan.zone, as_of=as_of is not None)
        if len(rows) > BARS:
            small += f"{SEPARATOR}the {BARS} largest of {len(rows)}"
        title = f"{found.member.name}{SEPARATOR}{_LABELS[self.action]}"
        measure = "experience" if kind is MetricKind.SKILL else "kills"
        await show_ranked(self.services, interaction, clan, title, small, rows[:BARS], measure)

    async def press(self, interaction: Interaction[Any]) -> None:
        if self.action == "post":
            await show_card(self.services, interaction, self.shown, private=False, post=True)
            return
        if self.action in _KINDS:
            await self._draw(interaction, _KINDS[self.action])
            return
        edit = may_turn(interaction, self.shown.asker)
        if self.action == "update":
            clan = await self.services.clans.by_id(self.shown.clan, guild_of(interaction))
            # WOM asks the game's hiscores: that takes seconds. Refusals follow privately.
            await (interaction.response.defer() if edit else think(interaction, private=True))
            await self.services.refreshing.update_member(clan, self.shown.member)
        if edit:
            await show_card(
                self.services, interaction, self.shown, private=is_private(interaction), edit=True
            )
        else:
            own = replace(self.shown, asker=interaction.user.id)
            await show_card(self.services, interaction, own, private=True)


class StatsCog(commands.Cog):
    """Members' cards."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        player="Whose card, by any name they ever had; you, if you leave it out",
        period="How far back: 7d, month, this-week, 2026-10…",
        as_of="How it stood then: yesterday, 2026-11-01, 3 days ago",
    )
    async def stats(
        self,
        interaction: Interaction[Any],
        player: str | None = None,
        period: str = DEFAULT_PERIOD,
        as_of: str | None = None,
    ) -> None:
        """A member's card: gains, chat and a chart."""
        clan = await clan_of(self.services, interaction)
        now = self.services.clock()
        moment = None if as_of is None else read_moment(as_of, now=now, zone=clan.zone)
        read = read_period(period, now=moment or now, zone=clan.zone)
        if player is None:
            found = await self.services.lookup.of_user(
                clan, user_of(interaction), interaction.user.display_name
            )
        else:
            found = await self.services.lookup.by_name(clan, player, at=moment)
        settings = await self.services.clans.settings(clan.guild)
        shown = Shown(interaction.user.id, clan.id, found.member.id, read.code, moment)
        private = not is_bot_channel(interaction, settings)
        await show_card(self.services, interaction, shown, found, private=private)

    @stats.autocomplete("player")
    async def _players(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)

    @stats.autocomplete("period")
    async def _periods(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return period_choices(current)

    @stats.autocomplete("as_of")
    async def _moments(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return moment_choices(current)


async def player_choices(
    services: Services, interaction: Interaction[Any], typed: str
) -> list[app_commands.Choice[str]]:
    """Members whose present or former name fits what was typed; none before the server is set up."""
    clans = await services.clans.of_guild(guild_of(interaction))
    names = await services.lookup.suggest(clans[0], typed) if clans else []
    return [app_commands.Choice(name=name, value=name) for name in names]


def clan_stats_menu(services: Services) -> app_commands.ContextMenu:
    """The apps-menu command on a user: their card, for the asker alone."""

    @app_commands.guild_only()
    async def clan_stats(interaction: Interaction[Any], user: discord.Member) -> None:
        clan = await clan_of(services, interaction)
        try:
            found = await services.lookup.of_user(clan, UserId(user.id), user.display_name)
        except NotLinked as error:
            raise NotLinked(error.user_name, is_asker=user.id == interaction.user.id) from error
        shown = Shown(interaction.user.id, clan.id, found.member.id, DEFAULT_PERIOD)
        await show_card(services, interaction, shown, found, private=True)

    extras = {"does": "a member's card, only for you"}
    return app_commands.ContextMenu(name="Clan stats", callback=clan_stats, extras=extras)
