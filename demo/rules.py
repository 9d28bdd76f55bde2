"""The made-up clan's rank rules."""

from bot.domain.ids import GuildId, UserId
from bot.domain.rules.presets import PRESETS, ladder_of
from bot.services.eligibility.service import Eligibility
from demo.stage import Stage

PRESET = PRESETS["mixed"]


async def save_rules(stage: Stage) -> None:
    """Let the clan have a ready-made set, saved by an officer at the story's time."""
    services, clan_id = stage.bot.services, GuildId(stage.header.guild)
    clan = await services.clans.default(clan_id)
    officer = next(actor for actor in stage.linked() if stage.is_officer(actor.id))
    eligibility = Eligibility(services.database, services.statistics, lambda: stage.now)
    rules = PRESET.rules(ladder_of(clan.role_order))
    await eligibility.save(clan, rules, UserId(officer.id), PRESET.title, basis=0)
