"""``/report``: the clan as a workbook, csv or json, for officers."""

from collections.abc import Mapping
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

import discord
import structlog
from discord import Interaction, app_commands
from discord.ext import commands

from bot.domain.clans import Clan
from bot.domain.periods import read_period
from bot.domain.reports import ClanReport, ReportKind
from bot.present.report_files import clan_json, csv_files
from bot.present.reports import KINDS, in_parts, parcels, progress_page, report_page
from bot.present.workbook import Look, workbook
from bot.services.registry import Services
from bot.services.reports import STEPS
from cogs.answers import answer, clan_of
from cogs.inactivity.shown import roles_of
from cogs.leaderboard import period_choices
from cogs.officers import FOR_OFFICERS, is_private_here, require_officer
from cogs.presence import presence_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DEFAULT_PERIOD: Final = "30d"


class Format(StrEnum):
    """What the answer is made as."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


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
        made = await self.services.reports.clan(clan, read, presence, roles_of(interaction), tell)
        await tell(STEPS)
        limit = interaction.guild.filesize_limit if interaction.guild else 0
        files = await self._files(clan, made, ReportKind(kind), Format(form), Look(look), limit)
        await _hand_over(interaction, made, files, limit, private=private)

    async def _files(
        self, clan: Clan, made: ClanReport, kind: ReportKind, form: Format, look: Look, limit: int
    ) -> dict[str, bytes]:
        """None larger than Discord takes: a workbook is split into its sheets, and at last into csv."""
        day = f"{made.made_at.astimezone(made.zone):%Y-%m-%d}"
        if form is Format.XLSX:
            for kinds in ([kind], list(KINDS)[1:]):
                books = {
                    f"clan-{one.value}-{day}.xlsx": await self.services.renderer.render(
                        workbook, made, [one], look, guild=clan.guild
                    )
                    for one in kinds
                }
                if all(len(book) <= limit for book in books.values()):
                    return books
        if form is Format.JSON and len(document := clan_json(made)) <= limit:
            return {f"clan-{day}.json": document}
        whole = csv_files(made, [kind])
        return {name: part for table, data in whole.items() for name, part in in_parts(table, data, limit)}

    @report.autocomplete("period")
    async def _periods(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return period_choices(current)


async def _hand_over(
    interaction: Interaction[Any], made: ClanReport, files: Mapping[str, bytes], limit: int, *, private: bool
) -> None:
    """Attach the files: the first in place of the progress, what Discord does not take at once after it."""
    first, *others = parcels(files, limit)
    embed = report_page(made, len(files))
    await interaction.edit_original_response(embed=embed, attachments=_attached(first))
    for parcel in others:
        await answer(interaction, private=private, files=_attached(parcel))


def _attached(parcel: Mapping[str, bytes]) -> list[discord.File]:
    return [discord.File(BytesIO(data), name) for name, data in parcel.items()]
