"""``/rules simulate``: what the rules would have done, with its progress and a way to end it."""

import re
from io import BytesIO
from typing import Any, Final, Self

import discord
import structlog
from discord import ButtonStyle, Interaction, app_commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.desk_errors import NoDraft
from bot.domain.ids import ClanId
from bot.domain.rules.language import RuleSet
from bot.domain.simulation.result import Simulated
from bot.present.chart import weeks_chart
from bot.present.simulation import interrupted_page, progress_page, simulation_csv, simulation_page
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from cogs.answers import answer, clan_of, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.member.command import officers_command
from cogs.officers import OfficersItem, is_private_here, require_officer
from cogs.presence import presence_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DAYS: Final = 180
_FEWEST, _MOST = 7, 730
_CHART, _TABLE = "simulation.png", "simulation.csv"


class CancelSimulation(OfficersItem[Button[View]], template=rf"rc:(?P<clan>{NUMBER})"):
    """Ends what runs, for any officer."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(Button(label="Cancel", style=ButtonStyle.danger, custom_id=f"rc:{pack(clan)}"))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        if self.services.simulations.cancel(clan.guild):
            # Whoever runs it says in the message that it is over.
            await interaction.response.defer()
            return
        await interaction.response.edit_message(embed=interrupted_page(), view=None)


def simulate_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    @app_commands.describe(
        days=f"How many days back; {DAYS}, if you leave it out",
        draft="Your draft instead of what counts",
    )
    async def simulate(
        interaction: Interaction[Any],
        days: app_commands.Range[int, _FEWEST, _MOST] = DAYS,
        draft: bool = False,
    ) -> None:
        """Run the rank rules over the past: who would have been promoted when, against what happened."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        rules = await _rules(services, interaction, clan, draft=draft)
        await run(services, interaction, clan, rules, days, draft=draft)

    return officers_command(simulate)


async def _rules(services: Services, interaction: Interaction[Any], clan: Clan, *, draft: bool) -> RuleSet:
    if not draft:
        return (await services.eligibility.rules(clan)).rules
    found = (await services.drafts.desk(clan, user_of(interaction))).draft
    if found is None:
        raise NoDraft
    return found.rules


async def run(
    services: Services, interaction: Interaction[Any], clan: Clan, rules: RuleSet, days: int, *, draft: bool
) -> None:
    """Answer with how far it is, and at last with the result in the same message.

    Raises:
        SimulationRunning: another one runs.
    """
    services.simulations.require_free(clan.guild)
    private = await is_private_here(services, interaction)
    view = view_of(CancelSimulation(clan.id))
    await answer(interaction, private=private, embed=progress_page(0, days), view=view)

    async def tell(share: float) -> None:
        try:
            await interaction.edit_original_response(embed=progress_page(share, days))
        except discord.HTTPException as failure:
            # The message may be gone; what is worked out is then told to nobody, and harms nobody.
            log.info("progress_not_shown", reason=str(failure))

    found = await services.simulations.run(
        clan, rules, await presence_of(interaction.guild), days, user_of(interaction), tell
    )
    if found is None:
        over = progress_page(0, days, cancelled=True)
        await interaction.edit_original_response(embed=over, view=None)
        return
    embed = simulation_page(found, days, draft=draft)
    files = [discord.File(BytesIO(simulation_csv(found)), _TABLE)]
    chart = await _chart(services, clan, found)
    if chart is not None:
        embed.set_image(url=f"attachment://{_CHART}")
        files.append(chart)
    await interaction.edit_original_response(embed=embed, view=None, attachments=files)


async def _chart(services: Services, clan: Clan, found: Simulated) -> discord.File | None:
    try:
        png = await services.renderer.render(weeks_chart, found.weeks, "Promotions", guild=clan.guild)
    except RenderFailedError as failure:
        log.warning("chart_left_out", clan_id=clan.id, reason=failure.reason)
        return None
    return discord.File(BytesIO(png), _CHART)
