"""What a feed says of each thing, and what officers choose of it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import discord

from bot.domain.achievements import MAXED
from bot.domain.broadcasts import BroadcastKind
from bot.domain.clans import Clan
from bot.domain.competitions import Contest, ContestNews
from bot.domain.feed import (
    FOR_OFFICERS,
    LEAST,
    FeedItem,
    FeedKind,
    FeedSetting,
    least_of,
)
from bot.domain.summaries import Leader
from bot.present.achievements import milestone, team
from bot.present.numbers import PARTIAL, counted, exact, short
from bot.present.records import record_line
from bot.present.summary import clock
from bot.present.text import (
    AUTHOR_LIMIT,
    DESCRIPTION_LIMIT,
    UNBROKEN,
    clip,
    cut_units,
    escape,
    fit_lines,
    rank_name,
    sentence,
    tidy,
)
from bot.present.theme import ACCENT, MEDALS, SEPARATOR
from bot.present.times import ago

KINDS: Final = {
    FeedKind.NINETY_NINES: ("🎉", "99s"),
    FeedKind.MILESTONES: ("🏅", "Other milestones: 200M, kills, efficiency"),
    FeedKind.RANK_UPS: ("⬆", "Promotions"),
    FeedKind.JOINS: ("👋", "New and returning members"),
    FeedKind.RENAMES: ("✏", "Renames, with the former name"),
    FeedKind.DROPS: ("💎", "Drops and raids' loot"),
    FeedKind.PETS: ("🐾", "Pets"),
    FeedKind.ACHIEVEMENTS: ("📜", "Other achievements: combat, diaries, quests, logs"),
    FeedKind.BESTS: ("⏱", "Personal bests"),
    FeedKind.RECORDS: ("🏆", "Records of a day, a week or a month"),
    FeedKind.COMPETITIONS: ("🏁", "Competitions: start, last hours, result"),
    FeedKind.LEAVERS: ("🚪", "Leavers: for officers"),
}
_NEWS: Final = {ContestNews.BEGUN: "🏁", ContestNews.ENDING: "⏳", ContestNews.OVER: "🏆"}
_TITLE_COLUMNS: Final = 50
_LED: Final = 5
"""So many of those that share the first three places are named."""
_MOST: Final = 15
"""Lines in one message; a burst says how many more there were."""


def feed_post(items: Sequence[FeedItem], clan_name: str | None = None) -> discord.Embed:
    """What is new, a line each, the oldest first; with the clan's name where a server has several."""
    lines = [feed_line(one) for one in items[:_MOST]]
    rest = len(items) - _MOST
    if rest > 0:
        lines.append(f"-# and {rest} more")
    embed = discord.Embed(description=fit_lines(lines, DESCRIPTION_LIMIT), colour=ACCENT)
    return embed if clan_name is None else embed.set_author(name=cut_units(tidy(clan_name), AUTHOR_LIMIT))


def said_in(embed: discord.Embed) -> str:
    """A digest of what a message tells, the same of what is sent and of what Discord gives back.

    Of several clans of a server it is of whom it tells, too: they may tell the same.
    """
    lines = [line.strip() for line in (embed.description or "").strip().splitlines()]
    if embed.author.name:
        lines.insert(0, embed.author.name.strip())
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


def feed_line(one: FeedItem) -> str:
    """One thing."""
    emoji = KINDS[one.kind][0] if one.news is None else _NEWS[one.news]
    return f"{emoji} {_said(one) if one.announced is None else _announced(one)}"


def _said(one: FeedItem) -> str:
    """What was seen at Wise Old Man, or worked out."""
    name = f"**{escape(one.name)}**"
    match one.kind:
        case FeedKind.NINETY_NINES:
            return f"{name} has reached 99 {one.metric.name if one.metric else ''}"
        case FeedKind.MILESTONES:
            return f"{name} has {_milestone(one)}"
        case FeedKind.RANK_UPS:
            return f"{name} is {escape(rank_name(one.after))} now"
        case FeedKind.JOINS:
            return f"welcome {'back ' if one.before else ''}{name}"
        case FeedKind.RENAMES:
            return f"{escape(one.before or '')} is called **{escape(one.after or '')}** now"
        case FeedKind.LEAVERS:
            return f"{name} has left{f', {escape(rank_name(one.before))}' if one.before else ''}"
        case _:
            return _contest(one) if one.record is None else record_line(one.record)


def _announced(one: FeedItem) -> str:
    """What the game announced."""
    name, after = f"**{escape(one.name)}**", escape(one.after or "")
    match one.kind:
        case FeedKind.BESTS:
            time = "" if one.value is None else f" in {clock(one.value)}"
            return f"{name}: {after}{time}{team(one.of)}"
        case FeedKind.PETS:
            kills = f" at {counted(one.value, 'kill')}" if one.value else ""
            return f"{name}: {after}{kills}"
        case FeedKind.ACHIEVEMENTS:
            return f"{name} has {_achievement(one)}"
        case FeedKind.LEAVERS:
            return f"{name} was expelled by {escape(one.before or '')}"
        case _:
            worth = f" ({short(one.value, 'experience')} coins)" if one.value else ""
            return f"{name}: {after}{worth}"


def _contest(one: FeedItem) -> str:
    """What is news of a competition, with its first three where they are known."""
    contest = one.contest
    if contest is None:
        return escape(one.name)
    title = f"[**{escape(clip(contest.title, _TITLE_COLUMNS))}**](https://wiseoldman.net/competitions/{contest.id})"
    what = escape(" + ".join(metric.name for metric in contest.metrics))
    match one.news:
        case ContestNews.BEGUN:
            return f"{title} has begun: {what}, ends {ago(contest.ends_at)}"
        case ContestNews.ENDING:
            return f"{title} ends {ago(contest.ends_at)}{_leaders(one, contest)}"
        case _:
            return f"{title} is over: {what}{_leaders(one, contest)}"


def _leaders(one: FeedItem, contest: Contest) -> str:
    """The first three places, each with a medal but for what is partial; in a line of their own."""
    if one.leaders is None:
        return f"{SEPARATOR}Wise Old Man has the standings"
    if not one.leaders:
        return (
            f"{SEPARATOR}nobody has gained anything yet"
            if one.news is ContestNews.ENDING
            else f"{SEPARATOR}nobody gained anything"
        )
    measure = contest.metrics[0].measure
    shown = [
        f"{_medal(row)}{UNBROKEN}{escape(row.name)} {short(row.value, measure)}" for row in one.leaders[:_LED]
    ]
    rest = len(one.leaders) - _LED
    more = f" and {rest} more" if rest > 0 else ""
    return f"\n{SEPARATOR.join(shown)}{more}"


def _medal(row: Leader) -> str:
    return PARTIAL if row.is_partial else MEDALS[row.place]


def _achievement(one: FeedItem) -> str:
    """What the game announced that is neither a drop nor a level."""
    after, tier = escape(one.after or ""), escape((one.before or "").title())
    match one.announced:
        case BroadcastKind.COMBAT_TIER:
            return f"completed the {tier} combat achievements"
        case BroadcastKind.DIARY:
            return f"completed the {tier} {after} diary"
        case BroadcastKind.COLLECTION_LOG:
            done, total = exact(one.value, "score"), exact(one.of, "score")
            return f"{done} of {total} items in the collection log: {after}"
        case _:
            return f"completed {after}"


def _milestone(one: FeedItem) -> str:
    title = one.after or ""
    reached = "" if one.metric is None else milestone(one.metric, one.value, title)
    return reached if title == MAXED else f"reached {reached}"


def feed_screen(clan: Clan, on: Mapping[FeedKind, FeedSetting], hindered: str | None = None) -> discord.Embed:
    """Every kind, and where it is told of; ``hindered`` says what keeps those for officers from it."""
    lines = [
        f"{'✅' if kind in on else '⚪'} {label}{_where(on.get(kind), hindered)}"
        for kind, (_, label) in KINDS.items()
    ]
    lines.append("-# Nothing from before it is switched on is told. What comes in a burst is one message.")
    title = f"Events feed{SEPARATOR}{escape(clan.name)}"
    return discord.Embed(title=title, description="\n".join(lines), colour=ACCENT)


def kind_screen(kind: FeedKind, setting: FeedSetting | None, hindered: str | None = None) -> discord.Embed:
    """One kind; ``hindered`` says what keeps those for officers from it."""
    if setting is None:
        lines = ["Off. It begins as soon as you choose a channel."]
    elif hindered and kind in FOR_OFFICERS:
        lines = [sentence(hindered)]
    else:
        lines = [f"Told of in <#{setting.channel}>."]
    lines += _limit(kind, setting)
    if kind in FOR_OFFICERS:
        lines.append("It goes to the officers' channel, and nowhere else; without one it waits.")
    return discord.Embed(title=KINDS[kind][1], description="\n".join(lines), colour=ACCENT)


def _limit(kind: FeedKind, setting: FeedSetting | None) -> list[str]:
    """What of a kind is told, where that is not everything."""
    if kind not in LEAST:
        return []
    least = least_of(kind, setting)
    amount = short(least, "experience")
    match kind:
        case FeedKind.DROPS:
            return [f"Worth at least {amount} coins, or of unknown worth."]
        case FeedKind.MILESTONES:
            return [f"Those of XP from {amount} on." if least else "Those of XP from the first on."]
        case _:
            every = f"every {amount} items of a collection log" if least > 1 else "every item of a log"
            return [f"Hard and elite diaries; {every}. Quests and combat as the game announces them."]


def _where(setting: FeedSetting | None, hindered: str | None) -> str:
    if setting is None:
        return ""
    place = hindered if hindered and setting.kind in FOR_OFFICERS else f"<#{setting.channel}>"
    return f"{SEPARATOR}{place}"
