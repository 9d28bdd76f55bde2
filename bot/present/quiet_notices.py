"""Notices to who is quiet: the preview, the message itself, how far they are, and the answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import discord

from bot.domain.clans import Clan
from bot.domain.ladder import LadderSettings, Notice, Placed, Reply, Round
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, unbroken, units
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago, on_day

REPLIES: Final = {Reply.BACK: "I'm back", Reply.AWAY: "Away 30 days", Reply.QUIT: "I've quit"}
_NAMES: Final = 1_500
_UNTOLD: Final = "tell them in game"


def notice_text(clan_name: str, settings: LadderSettings) -> str:
    """What every receiver reads first; the officers' own words, where they chose some."""
    if settings.text:
        return settings.text
    return (
        f"Hello! At {escape(clan_name)} we have not seen you for a while, and hope that all is well. "
        "How are things? One press is enough."
    )


def notice(clan_name: str, name: str, text: str, until: datetime | None) -> discord.Embed:
    """The private message. ``until`` is when officers look again."""
    small = f"\n\n-# It is about your account {escape(name)}. Only the officers see what you answer."
    if until is not None:
        small += f" They look again {ago(until)}; playing or talking is an answer too."
    return discord.Embed(
        title=cut_units(f"{escape(clan_name)} misses you", 256),
        description=cut_units(text, DESCRIPTION_LIMIT - units(small)) + small,
        colour=ACCENT,
    )


def preview(
    clan_name: str, settings: LadderSettings, linked: Sequence[Placed], unlinked: Sequence[Placed]
) -> discord.Embed:
    """What would be sent, and to whom."""
    text = notice_text(clan_name, settings)
    lines = [f"> {line}" for line in text.splitlines()]
    grace = counted(settings.grace_days, "day")
    lines += [
        f"with the buttons {', '.join(f'*{one}*' for one in REPLIES.values())}; then {grace} of grace",
        "",
        f"**In private to {len(linked)}**",
        _names(linked) or "nobody",
    ]
    if unlinked:
        lines += ["", f"**Not linked, {len(unlinked)}: {_UNTOLD}**", _names(unlinked)]
    small = "\n-# Nothing is sent before you press. Whoever is linked only by a claim is not linked."
    return discord.Embed(
        title=f"Notices to {counted(len(linked), 'person', 'people')}",
        description=fit_lines(lines, DESCRIPTION_LIMIT - units(small)) + small,
        colour=ATTENTION,
    )


def _names(people: Sequence[Placed]) -> str:
    return cut_units(", ".join(escape(one.judged.person.lead.name) for one in people), _NAMES)


def round_message(round_: Round) -> discord.Embed:
    """How far notices are, or what came of them: "11 delivered, 4 closed, 3 failed, 22 not linked"."""
    outcome = ", ".join(
        unbroken(f"{round_.counts.get(one, 0)} {words}")
        for one, words in (
            (Notice.DELIVERED, "delivered"),
            (Notice.CLOSED, "closed"),
            (Notice.FAILED, "failed"),
            (Notice.UNLINKED, "not linked"),
            (Notice.OVER, "needed no more"),
        )
        if round_.counts.get(one) or one is Notice.DELIVERED
    )
    untold = sum(round_.counts.get(one, 0) for one in (Notice.CLOSED, Notice.FAILED, Notice.UNLINKED))
    lines = [outcome + (f": {_UNTOLD}" if untold and not round_.left else "")]
    if round_.left:
        lines.append(f"{round_.left} to go")
    elif round_.unlinked:
        lines += ["", "**Not linked**", cut_units(", ".join(map(escape, round_.unlinked)), _NAMES)]
    lines.append(f"-# sent by <@{round_.asked_by}>, {ago(round_.asked_at)}")
    if not round_.left:
        lines.append("-# closed: they take no private messages. Their answers show in `/inactive`.")
    return discord.Embed(
        title="Notices" + (" are being sent…" if round_.left else " are sent"),
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def thanks(reply: Reply, clan_name: str, until: datetime | None) -> str:
    """What a receiver reads after an answer."""
    clan = escape(clan_name)
    match reply:
        case Reply.BACK:
            return f"Welcome back! The officers of {clan} know it now."
        case Reply.AWAY:
            when = f" until {on_day(until)}" if until is not None else ""
            return f"Enjoy your time off! You are noted as away{when}; nothing of it counts as quiet."
        case Reply.QUIT:
            return f"Thank you for telling us, and for the time at {clan}. All the best!"


def answered(clan: Clan, name: str, user: int, reply: Reply, until: datetime | None) -> discord.Embed:
    """What officers are told of an answer."""
    when = f", until {on_day(until)}" if until is not None else ""
    follows = {
        Reply.BACK: "They are off the list.",
        Reply.AWAY: "They are excepted until then.",
        Reply.QUIT: "They wait for your decision in `/inactive`.",
    }[reply]
    return discord.Embed(
        title=cut_units(SEPARATOR.join((escape(name), REPLIES[reply])), 256),
        description=f"<@{user}> answered the notice of {escape(clan.name)}{when}. {follows}",
        colour=ATTENTION if reply is Reply.QUIT else ACCENT,
    )


def recalled(clan_name: str, names: Sequence[str]) -> discord.Embed:
    """What officers are told of who was to be removed, and is to be no more."""
    return discord.Embed(
        title="Not to be removed any more",
        description=(
            f"{cut_units(', '.join(map(escape, names)), _NAMES)}: to be removed from {escape(clan_name)}, "
            "but seen again, away, safe or new in the clan since, so the step is off `/officer worklist`."
        ),
        colour=ATTENTION,
    )
