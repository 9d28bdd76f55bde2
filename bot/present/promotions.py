"""Promotions as officers see them: lists, why, what would happen, how far it is; and the announcement."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby

import discord

from bot.domain.change_sets import Preview
from bot.domain.promotions import HAD_IT, Batch, Ending, Promotion, Ready, Stage, Witness
from bot.domain.rules.bounds import Gap
from bot.domain.rules.holds import Hold
from bot.domain.rules.ladder import Verdict
from bot.present.change_sets import preview_counts
from bot.present.numbers import UNKNOWN, counted
from bot.present.requirements import GAPS, lines_of, tally
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZE = 20


class PromotionList(StrEnum):
    """Which of the clan a page shows. In buttons, so a value is never renamed."""

    READY = "r"
    UNKNOWN = "u"
    BELOW = "b"
    HELD = "h"
    UNDER_WAY = "w"


TITLES = {
    PromotionList.READY: "Ready",
    PromotionList.UNKNOWN: "Unknown",
    PromotionList.BELOW: "Below their rank",
    PromotionList.HELD: "Held",
    PromotionList.UNDER_WAY: "Under way",
}
_MARKS = {
    PromotionList.UNKNOWN: "❔",
    PromotionList.HELD: "⏸",
    PromotionList.BELOW: "▼",
    PromotionList.UNDER_WAY: "⏳",
}
_NOBODY = {
    PromotionList.READY: "Nobody has earned another rank.",
    PromotionList.UNKNOWN: "Of nobody it is unknown.",
    PromotionList.BELOW: "Everybody meets their rank, or has not failed it for long enough.",
    PromotionList.HELD: "Nobody is held.",
    PromotionList.UNDER_WAY: "No promotion is under way.",
}
_STAGES = {
    Stage.APPROVED: "approved",
    Stage.DISCORD: "Discord role given",
    Stage.IN_GAME: "done in the game",
    Stage.AT_WOM: "set at Wise Old Man",
    Stage.ENDED: "over",
}
_NOTES = {
    "not-linked": "not linked",
    "no-change": "no role in Discord changes",
    "may-not": "I may not manage roles",
    "above-me": "their Discord role stands above mine",
    "role-gone": "the Discord role was deleted",
    "not-here": "not in this server",
    "forbidden": "Discord did not let me change roles",
    "late": "Discord did not answer within a day",
}
_ENDINGS = {
    Ending.CONFIRMED: "✅",
    Ending.CANCELLED: "↩ taken back",
    Ending.UNCONFIRMED: "❔ nobody confirmed it for 14 days",
    Ending.LEFT: "left the clan",
}
_WITNESSES = {
    Witness.RELAY: "seen in the chat",
    Witness.WOM: "seen at Wise Old Man",
    Witness.NOBODY_NEEDED: "a badge",
}


def pages(number: int) -> int:
    """How many pages so many members take; none takes one."""
    return max(1, -(-number // PAGE_SIZE))


def goal_of(verdict: Verdict) -> str:
    """The rank that is to be had, as people read it."""
    return rank_name(verdict.rank.wom_role or verdict.rank.name)


def overview_title(counts: Mapping[PromotionList, int], which: PromotionList) -> str:
    """``12 ready``, or the name of another list with its number."""
    if which is PromotionList.READY:
        return f"{counts[which]} ready"
    return SEPARATOR.join((TITLES[which], str(counts[which])))


def promotions_page(
    title: str, lines: Sequence[str], which: PromotionList, counts: Mapping[PromotionList, int], *small: str
) -> discord.Embed:
    """One list, with the numbers of the others below."""
    marks = {
        PromotionList.UNKNOWN: "❔",
        PromotionList.HELD: "⏸",
        PromotionList.BELOW: "▼",
        PromotionList.UNDER_WAY: "⏳",
    }
    others = [
        f"{mark} {counts[one]} {TITLES[one].lower()}"
        for one, mark in marks.items()
        if counts[one] and one is not which
    ]
    below = [SEPARATOR.join(others)] if others else []
    foot = "".join(f"\n-# {line}" for line in (*below, *small) if line)
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT),
        description=fit_lines(lines or [_NOBODY[which]], DESCRIPTION_LIMIT - len(foot) - 10) + foot,
        colour=ATTENTION if lines and which in (PromotionList.READY, PromotionList.BELOW) else ACCENT,
    )


def ready_lines(rows: Sequence[Ready], now: datetime, page: int | None = None) -> list[str]:
    """Who has earned a rank, under headings of ranks: how much is met, since when, what is against it.

    All of them, or those of a page; a heading says how many the rank has on all pages.
    """
    totals = Counter(goal_of(one.verdict) for one in rows)
    shown = rows if page is None else rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    lines: list[str] = []
    for goal, members in groupby(shown, key=lambda one: goal_of(one.verdict)):
        listed = list(members)
        mark = "▼" if listed[0].failed else "→"
        lines.append(f"**{mark} {escape(goal)}** ({totals[goal]})")
        lines += [_ready(one, now) for one in listed]
    return lines


def _ready(one: Ready, now: datetime) -> str:
    met, of = tally(one.shown.finding)
    parts = [escape(one.name), f"{met}/{of}"]
    if one.since is not None:
        what, days = "below" if one.failed else "ready", (now - one.since).days
        parts.append(f"{what} for {days} d" if days else f"{what} for less than a day")
    if not one.linked:
        parts.append("⚠ not linked")
    return SEPARATOR.join(parts)


def unknown_lines(rows: Sequence[Ready]) -> list[str]:
    """Of whom it is not known, and why."""
    return [
        SEPARATOR.join((escape(one.name), f"→ {escape(goal_of(one.verdict))}", _why(one.verdict.finding.why)))
        for one in rows
    ]


def _why(gap: Gap | None) -> str:
    return UNKNOWN if gap is None else GAPS[gap]


def held_lines(rows: Sequence[tuple[str, Hold]]) -> list[str]:
    """Who is held, until when, and by whom."""
    return [
        SEPARATOR.join(
            (
                escape(name),
                "exempt" if hold.until is None else f"until {on_day(hold.until)}",
                f"by <@{hold.by}> {ago(hold.at)}",
                *([escape(hold.note)] if hold.note else []),
            )
        )
        for name, hold in rows
    ]


def under_way_lines(made: Sequence[Promotion]) -> list[str]:
    """How far each promotion is, and what keeps it."""
    return [SEPARATOR.join(_far(one)) for one in made]


def _far(one: Promotion) -> Iterator[str]:
    goal = rank_name(one.to_role or one.rank)
    yield f"{escape(one.name)} → {escape(goal)}"
    if one.ending is not None:
        is_badge = one.to_role is None and one.ending is Ending.UNCONFIRMED
        yield "❔ not given for 14 days" if is_badge else _ENDINGS[one.ending]
        if is_badge and one.discord_note is not None:
            yield _NOTES.get(one.discord_note, one.discord_note)
        if one.confirmed_by is not None:
            yield _WITNESSES[one.confirmed_by]
        elif one.ending is Ending.CANCELLED and one.wom_set_at is not None:
            yield _STAGES[Stage.AT_WOM]
        if one.ending is Ending.CANCELLED and one.wom_failure is not None:
            yield f"⚠ Wise Old Man: {escape(one.wom_failure)}"
        return
    yield _STAGES[one.stage]
    if one.discord_at is None and one.discord_note == HAD_IT:
        yield "has the Discord role already"
    elif one.discord_at is None and one.discord_note is not None:
        yield f"⚠ {_NOTES.get(one.discord_note, one.discord_note)}"
    if one.wom_failure is not None:
        yield f"⚠ Wise Old Man: {escape(one.wom_failure)}"


def why_page(one: Ready, hold: Hold | None) -> discord.Embed:
    """Every requirement of one member's next rank, or of the one they no longer meet."""
    goal = escape(goal_of(one.verdict))
    lines = [f"**{escape(rank_name(one.role))} → {goal}**", *lines_of(one.shown.finding, {})]
    small = [f"so since {on_day(one.since)}"] if one.since is not None else []
    if hold is not None:
        small += held_lines([(one.name, hold)])
    lines += [f"-# {line}" for line in small]
    return discord.Embed(
        title=cut_units(escape(one.name), TITLE_LIMIT),
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def proposal(
    rows: Sequence[Ready], roles: Preview, gone: Sequence[str], now: datetime, *, has_code: bool
) -> discord.Embed:
    """What would happen: whose rank, whose Discord roles, and what officers have to do in the game."""
    lines = ready_lines(rows, now)
    small = [preview_counts(roles)]
    if not roles.may_manage:
        small.append("I may not manage roles: nobody's would change")
    if gone:
        small.append(f"left out, since it is so no more: {escape(', '.join(gone))}")
    steps = [one for one in rows if one.verdict.rank.wom_role is not None]
    if steps:
        small.append(f"then {counted(len(steps), 'step')} in the game, on the worklist")
        small.append(
            "Wise Old Man's role is set once you ticked it off"
            if has_code
            else "without the group's code Wise Old Man's role is yours to set"
        )
    foot = "".join(f"\n-# {line}" for line in small)
    return discord.Embed(
        title=f"Change the rank of {counted(len(rows), 'member')}?",
        description=fit_lines(lines or ["Nobody is left."], DESCRIPTION_LIMIT - len(foot) - 10) + foot,
        colour=ATTENTION,
    )


def batch_page(batch: Batch, made: Sequence[Promotion]) -> discord.Embed:
    """What an officer approved, how far each of it is, and what is to be done next."""
    steps_back = any(one.ending is Ending.CANCELLED and one.ticked_at for one in made)
    lines = under_way_lines(made)
    small = [f"approved by <@{batch.approved_by}> {ago(batch.approved_at)}"]
    if batch.undone_by is not None:
        small.append(f"taken back by <@{batch.undone_by}> {ago(batch.undone_at)}")
        if steps_back:
            small.append("what was done in the game: `/officer worklist` has it the other way round")
    elif any(one.ended_at is None and one.ticked_at is None and one.to_role for one in made):
        small.append("then in the game: `/officer worklist` has the names")
    if batch.announced_at is not None:
        small.append(f"announced {ago(batch.announced_at)}")
    foot = "".join(f"\n-# {line}" for line in small)
    return discord.Embed(
        title=f"{counted(len(made), 'change')} of rank",
        description=fit_lines(lines, DESCRIPTION_LIMIT - len(foot) - 10) + foot,
        colour=ACCENT,
    )


def announcement(made: Sequence[Promotion], clan_name: str) -> discord.Embed:
    """What everybody reads: who has which rank now. Only who rose is named."""
    ranked = sorted(made, key=lambda one: (one.to_role or one.rank, one.name.casefold()))
    lines: list[str] = []
    for goal, members in groupby(ranked, key=lambda one: rank_name(one.to_role or one.rank)):
        names = ", ".join(f"**{escape(one.name)}**" for one in members)
        lines.append(f"⬆ {escape(goal)}: {names}")
    return discord.Embed(
        title=cut_units(f"New ranks in {escape(clan_name)}", TITLE_LIMIT),
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT,
    )
