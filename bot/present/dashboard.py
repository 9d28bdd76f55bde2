"""What officers are told of their clan's pages."""

import discord

from bot.domain.dashboards import DashboardState
from bot.present.numbers import age
from bot.present.text import escape
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago

_SHOWN = (
    "Everybody who has the address would see the members' names, former names, ranks, account types, when "
    "they joined, levels, XP, kills, EHP, EHB, numbers of messages, streaks and records, at which hours the "
    "clan talks and how many are active. Officers, by a link of their own, see who is quiet and who is to be "
    "promoted, with their other accounts, whether a link is verified and the note on who is held. "
    "Which Discord user somebody is and who left are on no page."
)
_NOT_SERVED = (
    "This bot serves no pages. Its operator switches that on with `DASHBOARD_PORT` (docs/dashboard.md), or "
    "writes them into a folder: `clanstats export site DIR`."
)


def dashboard_page(clan: str, state: DashboardState, officers_link: str | None) -> discord.Embed:
    """The state, and where to go. ``officers_link`` is the reader's own, None while the pages are off."""
    return discord.Embed(
        title=f"Pages{SEPARATOR}{escape(clan)}",
        description="\n".join(_lines(state, officers_link)),
        colour=ACCENT,
    )


def _lines(state: DashboardState, officers_link: str | None) -> list[str]:
    if not state.served:
        return [_NOT_SERVED]
    if state.public_since is None or officers_link is None:
        return [f"⚪ Off: nobody sees pages of this clan.\n{_SHOWN}", "-# Switching takes Manage Server."]
    return [
        f"✅ Public since {ago(state.public_since)}",
        f"[The clan's pages]({state.address}) for everybody who has the address: {state.address}",
        f"[Officers' pages]({officers_link}) for you alone: who is quiet, promotions",
        f"-# Your link lasts {age(state.lasts)}, while you are an officer. Whoever has it is taken for you.",
    ]
