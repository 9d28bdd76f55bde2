"""What officers chose for who is quiet."""

from collections.abc import Iterator, Mapping

import discord

from bot.domain.ids import MemberId
from bot.domain.ladder import LadderSettings
from bot.present.inactivity import limits
from bot.present.numbers import counted
from bot.present.quiet_notices import notice_text
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT

_NAMES = 600


def settings_page(clan_name: str, settings: LadderSettings, names: Mapping[MemberId, str]) -> discord.Embed:
    """The ladder of a clan and its exceptions."""
    return discord.Embed(
        title=cut_units(f"Who is quiet at {escape(clan_name)}: the rules", TITLE_LIMIT),
        description=fit_lines(list(_lines(clan_name, settings, names)), DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def _lines(clan_name: str, settings: LadderSettings, names: Mapping[MemberId, str]) -> Iterator[str]:
    yield f"**Limit** {limits(settings)} without a sign on any clock"
    if settings.notices:
        yield (
            f"**Then** a private notice by an officer's press, {counted(settings.grace_days, 'day')} of "
            "grace, the officers' decision"
        )
    else:
        yield "**Then** the officers' decision; no notices"
    ranks = ", ".join(escape(rank_name(one)) for one in sorted(settings.safe_ranks))
    yield f"**Safe ranks** {ranks or 'none'}"
    roles = " ".join(f"<@&{role}>" for role in sorted(settings.safe_roles))
    yield f"**Safe Discord roles** {roles or 'none'}"
    safe = sorted(names.get(one, f"#{one}") for one in settings.safe_members)
    yield f"**Safe members** {cut_units(', '.join(map(escape, safe)), _NAMES) or 'none'}"
    if settings.notices:
        yield "**A notice says**"
        yield from (f"> {line}" for line in notice_text(clan_name, settings).splitlines())
        yield ""  # or what follows would read as a part of the quotation
    yield "-# Discord roles count for verified links only. New members and who is away are excepted anyway."
