"""The screens on which officers choose what is posted, and what they are told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import discord

from bot.domain.clans import Clan
from bot.domain.feed import FeedKind
from bot.domain.ids import ChannelId
from bot.domain.post_settings import StoredSchedule
from bot.domain.posts import GivenUp, Post
from bot.domain.schedules import LATE_BY, Cadence, Part, read_key
from bot.present.board import weights_line
from bot.present.feed import KINDS as FEED_KINDS
from bot.present.notices import lacking_words
from bot.present.numbers import counted
from bot.present.text import escape
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import at_moment

NAMES: Final = {Cadence.WEEKLY: "Weekly summary", Cadence.MONTHLY: "Monthly summary"}
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS: Final = {
    Part.TOTALS: "The clan's XP against the time before",
    Part.XP: "First three by XP",
    Part.EHP: "First three by EHP",
    Part.EHB: "First three by EHB",
    Part.KILLS: "First three by boss kills",
    Part.CHAT: "First three by messages",
    Part.IMPROVED: "Who gained much more than usual",
    Part.MILESTONES: "99s and other milestones",
    Part.DROPS: "Drops, raids' loot and pets",
    Part.BESTS: "Personal bests",
    Part.RANKS: "Promotions",
    Part.WELCOME: "New members",
    Part.RENAMES: "Renames, with the former name",
    Part.RECORDS: "Records of the last year",
    Part.CHART: "The chart of XP and messages by day",
    Part.SCORE: "First three by the clan's score",
    Part.RAIDS: "First three by raids",
    Part.DIVERSITY: "First three by different bosses",
    Part.STREAKS: "First three by days in a row with a message",
    Part.BOSS: "The boss that the clan killed most",
    Part.HOUR: "The clan's favourite hour",
    Part.QUIET: "The quietest killer",
}
_TRIED: Final = {
    Cadence.WEEKLY: "the seven days before today",
    Cadence.MONTHLY: "the month before this one",
}
_STOPPED: Final = {
    "no_channel": "its channel is gone",
    "forbidden": "I may not post in its channel any more",
    "unreadable": "I may not look in its channel whether it is there",
}


def posts_screen(
    clan: Clan, schedules: Mapping[Cadence, StoredSchedule], weights: Mapping[str, int]
) -> discord.Embed:
    """Everything that can be posted, and whether it is."""
    lines = [f"{_mark(one)} **{NAMES[cadence]}**: {state(one)}" for cadence, one in schedules.items()]
    lines.append("**Events…** are told one by one, **Boards…** keep themselves up to date.")
    lines.append(f"**Score…** is what the clan's score is made of: {weights_line(weights)}.")
    lines.append(
        "-# Nothing is posted until you switch it on. **Try it**, under each, shows it to you alone."
    )
    return discord.Embed(
        title=f"Posts{SEPARATOR}{escape(clan.name)}", description="\n".join(lines), colour=ACCENT
    )


def schedule_screen(
    clan: Clan, one: StoredSchedule, next_at: datetime | None, *, is_heard: bool | None = True
) -> discord.Embed:
    """One summary: where, when, what, for whom.

    ``is_heard`` is whether a mention reaches the role that is to be mentioned, None where it is gone.
    """
    where = f"<#{one.channel}>" if one.channel else "no channel chosen yet"
    whom = f"<@&{one.mention}>" if one.mention else "nobody"
    kept = [PARTS[part] for part in PARTS if part in one.parts]
    lines = [
        f"{_mark(one)} {state(one)}",
        f"**Where** {where}",
        f"**When** {when(one)}, {clan.zone.key}",
        f"**Mentions** {whom}",
        f"**Tells of** {counted(len(kept), 'thing')} of {len(PARTS)}",
    ]
    if one.mention and is_heard is None:
        lines.append("⚠ That role is gone: nobody is mentioned.")
    elif one.mention and not is_heard:
        lines.append(
            f"⚠ I cannot mention {whom}: make it mentionable, or give my role *Mention Everyone*. Until then "
            "it is named, and nobody is notified."
        )
    if next_at is not None:
        lines.append(f"-# Next {at_moment(next_at)}. It tells of the whole days before, each once.")
    return discord.Embed(title=NAMES[one.cadence], description="\n".join(lines), colour=ACCENT)


def when(one: StoredSchedule) -> str:
    """The day and the time: ``Mondays 09:00``, ``the 1st of the month 18:30``."""
    if one.cadence is Cadence.WEEKLY:
        return f"{WEEKDAYS[one.day]}s {one.at:%H:%M}"
    return f"{ordinal(one.day)} of the month {one.at:%H:%M}"


def ordinal(day: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    ending = "th" if 10 < day % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def state(one: StoredSchedule) -> str:
    """Whether it is posted, and why not."""
    if one.stopped is not None:
        return f"switched off, since {_STOPPED.get(one.stopped, one.stopped)}"
    if one.since is None:
        return "off"
    return f"{when(one)} in <#{one.channel}>"


def _mark(one: StoredSchedule) -> str:
    return "❌" if one.stopped is not None else "✅" if one.since is not None else "⚪"


def stopped_notice(
    clan: Clan, cadence: Cadence, why: str, channel: ChannelId, missing: Sequence[str] = ()
) -> discord.Embed:
    """To officers: a summary was switched off. ``missing`` are permissions that I lack in its channel."""
    if missing:
        described = (
            f"In <#{channel}> my role lacks {lacking_words(missing)}. Give it back, or choose another "
            "channel; `/setup` → **Posts** switches it on again."
        )
    else:
        described = (
            f"I could not post it: {_STOPPED.get(why, why)}. `/setup` → **Posts** chooses another channel "
            "and switches it on again."
        )
    return discord.Embed(
        title=f"{NAMES[cadence]} of {escape(clan.name)}: switched off",
        description=described,
        colour=ATTENTION,
    )


def given_up_notice(clan: Clan, post: Post, why: GivenUp, *, is_on: bool) -> discord.Embed:
    """To officers: one summary is not known to have been sent. ``is_on`` is whether there is a next one."""
    cadence, day = read_key(post.key)
    hours = LATE_BY // timedelta(hours=1)
    found = f"could not be posted within {hours} hours"
    match why:
        case GivenUp.UNKNOWN:
            found = f"may have been posted in <#{post.channel}>: no answer came, and I may not look there"
        case GivenUp.NO_CHANNEL:
            found += ": its channel is gone"
        case _ if post.tries:
            found += f": {counted(post.tries, 'attempt')} failed"
        case _:
            # An attempt is stored before anything else is done: without one nobody was there.
            found += ": I was away when it was due"
    state = "may have been posted" if why is GivenUp.UNKNOWN else "not posted"
    coming = "The next one comes as usual" if is_on else "It is switched off by now"
    return discord.Embed(
        title=f"{NAMES[cadence]} of {escape(clan.name)}: {state}",
        description=(
            f"The one of {day.isoformat()} {found}. {coming}; `/setup` → **Posts** → **Try it** shows you "
            f"{_TRIED[cadence]}."
        ),
        colour=ATTENTION,
    )


def feed_stopped_notice(
    clan: Clan, kinds: Sequence[FeedKind], channel: ChannelId, *, gone: bool, missing: Sequence[str] = ()
) -> discord.Embed:
    """To officers: what was told of in a channel is told of no more; ``missing`` as for a summary."""
    names = ", ".join(words[1] for kind, words in FEED_KINDS.items() if kind in kinds)
    place = "`/setup` → **Posts** → **Events…**"
    why = f"{_STOPPED['no_channel' if gone else 'forbidden']}. {place} chooses another"
    if missing:
        why = (
            f"in <#{channel}> my role lacks {lacking_words(missing)}. Give it back, or choose another "
            f"channel; {place} switches it on again"
        )
    return discord.Embed(
        title=f"Events feed of {escape(clan.name)}: switched off",
        description=f"{names}: {why}.",
        colour=ATTENTION,
    )
