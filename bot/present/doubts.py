"""Why it is not known whether somebody is quiet, in words."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.inactivity import Doubt, Why


def doubt_text(doubt: Doubt, days: int, name: str, day: Callable[[datetime], str]) -> str:
    """One reason; ``days`` is the limit, ``name`` the account's as it is shown, ``day`` writes a date."""
    observed = 0 if doubt.observed is None else doubt.observed.days
    since = f"since {day(doubt.since)}" if doubt.since else "yet"
    return {
        Why.NEVER_CHECKED: f"Wise Old Man never looked at {name}",
        Why.UNCHECKED: f"{name} not checked {since}",
        Why.NO_START: f"no reading of {name} to count from",
        Why.GAINS_SHORT: f"{name} observed without gains for {observed} of {days} days",
        Why.NAME_DISPUTED: f"a name of {name} is in dispute",
        Why.GAME_UNHEARD: f"the clan chat was not heard {since}",
        Why.GAME_SHORT: f"clan chat: {observed} of {days} silent days were heard",
        Why.DISCORD_UNHEARD: f"Discord was not listened to {since}",
        Why.DISCORD_SHORT: f"Discord: {observed} of {days} silent days were listened to",
        Why.JOIN_UNKNOWN: f"when {name} joined is not known",
        Why.ROLES_UNKNOWN: "Discord does not tell me their roles, of which some are safe",
    }[doubt.why]
