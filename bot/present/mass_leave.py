"""The notice that officers get of a mass leave."""

import discord

from bot.domain.mass_leaves import LeaveVerdict, MassLeave
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape
from bot.present.theme import ACCENT, ATTENTION
from bot.present.times import ago, at_moment

LABELS = {LeaveVerdict.LEFT: "They left", LeaveVerdict.NOT_TRUE: "Not true"}
_SHOWN = 20
_FOLLOWS = {
    LeaveVerdict.LEFT: "They left when they were last seen on the roster.",
    LeaveVerdict.NOT_TRUE: "They stay members until the roster shows them again.",
}


def mass_leave_notice(one: MassLeave) -> discord.Embed:
    """What is missing and what follows, or what became of it."""
    names = ", ".join(escape(name) for name in one.names[:_SHOWN])
    more = f" and {len(one.names) - _SHOWN} more" if len(one.names) > _SHOWN else ""
    since = at_moment(one.seen_at)
    clan = escape(one.clan_name)
    lines = [f"{one.missing} of {one.active} members of {clan} are missing from the roster since {since}."]
    if names and one.ended_at is None:
        lines.append(names + more)
    lines += _outcome(one)
    waits = one.verdict is None and one.ended_at is None
    return discord.Embed(
        title="Did they all leave?",
        description=cut_units("\n".join(lines), DESCRIPTION_LIMIT),
        colour=ATTENTION if waits else ACCENT,
    )


def _outcome(one: MassLeave) -> list[str]:
    if one.verdict is not None and one.decided_by is not None:
        said = f"**{LABELS[one.verdict]}** · <@{one.decided_by}>, {ago(one.decided_at)}"
        healed = one.ended_at is not None and one.verdict is LeaveVerdict.NOT_TRUE
        return [said, "The roster is as before again." if healed else _FOLLOWS[one.verdict]]
    if one.ended_at is not None:
        return [f"The roster is sane again, {ago(one.ended_at)}. Nobody was taken for a leaver by this."]
    return ["That many at once may be a sync that broke, so nobody counts as having left until you say so."]
