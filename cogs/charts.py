"""Charts as answers: private to whoever asked, and without one the reason."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, Final, TypeVarTuple

import discord
import structlog
from discord import Interaction

from bot.domain.clan_charts import Ranked
from bot.domain.clans import Clan
from bot.present.clan_charts import ranked_chart
from bot.present.numbers import COVERS_LESS
from bot.present.theme import ACCENT, SEPARATOR
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from cogs.answers import answer, think

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Args = TypeVarTuple("Args")

FILE: Final = "chart.png"
NOT_DRAWN: Final = "I could not draw that now. Try again in a minute."


async def show_chart(
    services: Services,
    interaction: Interaction[Any],
    clan: Clan,
    small: str,
    draw: Callable[[*Args], bytes],
    *args: *Args,
) -> None:
    """Answer with a picture and a small line below it."""
    if not interaction.response.is_done():
        await think(interaction, private=True)
    try:
        drawn = await services.renderer.render(draw, *args, guild=clan.guild)
    except RenderFailedError as failure:
        log.warning("chart_left_out", clan_id=clan.id, reason=failure.reason)
        await answer(interaction, private=True, content=NOT_DRAWN)
        return
    embed = discord.Embed(description=f"-# {small}", colour=ACCENT).set_image(url=f"attachment://{FILE}")
    await answer(interaction, private=True, embed=embed, file=discord.File(BytesIO(drawn), FILE))


async def show_ranked(
    services: Services,
    interaction: Interaction[Any],
    clan: Clan,
    title: str,
    small: str,
    rows: Sequence[Ranked],
    measure: str,
) -> None:
    """Answer with bars, or with words where there is nothing to draw; below, what a mark on them means."""
    if not rows:
        await answer(interaction, private=True, content=f"Nothing to draw: {small}.")
        return
    if any(row.partial for row in rows):
        small += f"{SEPARATOR}{COVERS_LESS}"
    await show_chart(services, interaction, clan, small, ranked_chart, tuple(rows), title, measure)
