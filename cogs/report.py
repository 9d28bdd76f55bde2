"""``/report``: the clan as a workbook, csv or json, for officers."""

import asyncio
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO
from typing import Any, Final, Self, TypeVarTuple

import discord
import structlog
from discord import Interaction, SelectOption, app_commands
from discord.ext import commands
from discord.ui import Select, View

from bot.domain.clan_charts import MOST_BARS, Ranked, gathered
from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.periods import read_period
from bot.domain.reports import ClanReport, ReportKind
from bot.present.clan_charts import heatmap_chart, quadrants_chart, trend_chart, weeks_measured
from bot.present.report_files import clan_json, csv_files
from bot.present.reports import CHARTS, KINDS, Instead, in_parts, parcels, progress_page, report_page
from bot.present.text import rank_name
from bot.present.times import period_label
from bot.present.workbook import Look, workbook
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from bot.services.reports import STEPS
from cogs.answers import answer, clan_of, think
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.charts import show_chart, show_ranked
from cogs.inactivity.shown import roles_of
from cogs.leaderboard import period_choices
from cogs.officers import FOR_OFFICERS, OfficersItem, is_private_here, require_officer
from cogs.presence import presence_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Args = TypeVarTuple("Args")

DEFAULT_PERIOD: Final = "30d"


class Format(StrEnum):
    """What the answer is made as."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class ChartSelect(OfficersItem[Select[View]], template=rf"rc:(?P<clan>{NUMBER}):(?P<period>[\w.-]+)"):
    """Draws the clan over the report's period, for whoever chooses."""

    def __init__(self, clan: ClanId, period: str) -> None:
        options = [SelectOption(label=label, value=value) for value, label in CHARTS.items()]
        custom_id = f"rc:{pack(clan)}:{period}"
        super().__init__(Select(custom_id=custom_id, placeholder="Draw…", options=options))
        self.clan, self.period = clan, period

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["period"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await think(interaction, private=True)
        charts = self.services.clan_charts
        period = read_period(self.period, now=self.services.clock(), zone=clan.zone)
        small = period_label(period, clan.zone)
        match self.item.values[0]:
            case "hours":
                hours = await charts.hours(clan, period)
                await self._draw(interaction, clan, small, heatmap_chart, hours, "When we talk", small)
            case "quadrants":
                spots = await charts.quadrants(clan, period)
                told = f"{small} · dashed: the clan's medians"
                await self._draw(interaction, clan, told, quadrants_chart, spots, "Messages and XP", small)
            case "trend":
                weeks = await charts.trend(clan)
                await self._draw(
                    interaction, clan, weeks_measured(weeks), trend_chart, weeks, "The clan by week"
                )
            case "ranks":
                held = [Ranked(rank_name(role), number) for role, number in await charts.ranks(clan)]
                rows = gathered(held, MOST_BARS, "other ranks")
                await show_ranked(
                    self.services, interaction, clan, "Members by rank", "now", rows, "messages"
                )
            case _:
                rows = await charts.tenures(clan)
                title = "Members by tenure"
                await show_ranked(self.services, interaction, clan, title, "now", rows, "messages")

    async def _draw(
        self,
        interaction: Interaction[Any],
        clan: Clan,
        small: str,
        draw: Callable[[*Args], bytes],
        *args: *Args,
    ) -> None:
        await show_chart(self.services, interaction, clan, small, draw, *args)


class ReportCog(commands.Cog):
    """Reports of the whole clan."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @app_commands.command(extras=FOR_OFFICERS)
    @app_commands.guild_only()
    @app_commands.rename(form="format")
    @app_commands.describe(
        kind="What is in it; everything, if you leave it out",
        period="Over which time gains, activity and changes are: 30d, last-month, 2026-10…",
        form="A workbook for Excel and its like, or plain data",
        look="The workbook's colours",
    )
    @app_commands.choices(
        kind=[app_commands.Choice(name=name, value=kind.value) for kind, name in KINDS.items()],
        form=[app_commands.Choice(name=one.value, value=one.value) for one in Format],
        look=[app_commands.Choice(name=one.value.capitalize(), value=one.value) for one in Look],
    )
    async def report(
        self,
        interaction: Interaction[Any],
        kind: str = ReportKind.ALL.value,
        period: str = DEFAULT_PERIOD,
        form: str = Format.XLSX.value,
        look: str = Look.DARK.value,
    ) -> None:
        """The whole clan as a workbook, csv or json: roster, gains, activity, changes, promotions."""
        await require_officer(self.services, interaction)
        clan = await clan_of(self.services, interaction)
        read = read_period(period, now=self.services.clock(), zone=clan.zone)
        private = await is_private_here(self.services, interaction)
        await answer(interaction, private=private, embed=progress_page(0))

        async def tell(step: int) -> None:
            try:
                await interaction.edit_original_response(embed=progress_page(step))
            except discord.HTTPException as failure:
                # The message may be gone; what is made is then told to nobody, and harms nobody.
                log.info("progress_not_shown", reason=str(failure))

        presence = await presence_of(interaction.guild)
        made = await self.services.reports.clan(
            clan, read, presence, roles_of(interaction), ReportKind(kind), tell
        )
        await tell(STEPS)
        limit = interaction.guild.filesize_limit if interaction.guild else 0
        wanted = ReportKind(kind)
        try:
            files, instead = await self._files(clan, made, wanted, Format(form), Look(look), limit)
        except RenderFailedError as failure:
            # The numbers are the answer, and csv needs no render process.
            log.warning("workbook_left_out", clan_id=clan.id, reason=failure.reason)
            files, instead = await _csv(made, wanted, limit), Instead.NO_WORKBOOK
        embed = report_page(made, len(files), instead)
        await _hand_over(interaction, clan.id, made, embed, files, limit, private=private)

    async def _files(
        self, clan: Clan, made: ClanReport, kind: ReportKind, form: Format, look: Look, limit: int
    ) -> tuple[dict[str, bytes], Instead | None]:
        """None larger than Discord takes: a workbook is split into its sheets, and at last into csv.

        Raises:
            RenderFailedError: the workbook was not written.
        """
        day = f"{made.made_at.astimezone(made.zone):%Y-%m-%d}"
        if form is Format.XLSX:
            split = list(KINDS)[1:] if kind is ReportKind.ALL else []
            for kinds, instead in (([kind], None), (split, Instead.SHEETS)):
                books = {
                    f"clan-{one.value}-{day}.xlsx": await self.services.renderer.render(
                        workbook, made, [one], look, guild=clan.guild
                    )
                    for one in kinds
                }
                if books and all(len(book) <= limit for book in books.values()):
                    return books, instead
        if form is Format.JSON:
            document = await asyncio.to_thread(clan_json, made, kind)
            if len(document) <= limit:
                return {f"clan-{kind.value}-{day}.json": document}, None
        return await _csv(made, kind, limit), None if form is Format.CSV else Instead.TABLES

    @report.autocomplete("period")
    async def _periods(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return period_choices(current)


async def _csv(made: ClanReport, kind: ReportKind, limit: int) -> dict[str, bytes]:
    whole = await asyncio.to_thread(csv_files, made, [kind])
    return {name: part for table, data in whole.items() for name, part in in_parts(table, data, limit)}


async def _hand_over(
    interaction: Interaction[Any],
    clan: ClanId,
    made: ClanReport,
    embed: discord.Embed,
    files: Mapping[str, bytes],
    limit: int,
    *,
    private: bool,
) -> None:
    """Attach the files: the first in place of the progress, what Discord does not take at once after it."""
    first, *others = parcels(files, limit)
    view = view_of(ChartSelect(clan, made.period.code))
    await interaction.edit_original_response(embed=embed, attachments=_attached(first), view=view)
    for parcel in others:
        await answer(interaction, private=private, files=_attached(parcel))


def _attached(parcel: Mapping[str, bytes]) -> list[discord.File]:
    return [discord.File(BytesIO(data), name) for name, data in parcel.items()]
