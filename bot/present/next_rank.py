"""A member's way up, for their own eyes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import discord

from bot.domain.rules.bounds import Gap
from bot.domain.rules.judging import Finding, Outcome
from bot.domain.rules.ladder import Verdict
from bot.domain.rules.pace import TimeLeft
from bot.domain.rules.terms import Check, Own
from bot.present.requirements import lines_of, tally
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day


def next_rank_page(
    name: str,
    role: str | None,
    path: Sequence[Verdict],
    earned: Verdict | None,
    left: Mapping[int, TimeLeft],
    since: Mapping[str, datetime],
    checked_at: datetime | None,
    *,
    knows_rank: bool,
) -> discord.Embed:
    """The next rank with every requirement, and the one after it; ``left`` is how long each takes.

    Where the rules offer nothing it is said why.
    """
    title = f"{escape(name)}{SEPARATOR}{escape(rank_name(role))}"
    lines = list(_lines(role, path, earned, left, since, knows_rank=knows_rank))
    age = f"-# checked {ago(checked_at)}{SEPARATOR}covering rule{SEPARATOR}seen by you alone"
    shown = fit_lines(lines, DESCRIPTION_LIMIT - len(age) - 1)
    return discord.Embed(title=cut_units(title, TITLE_LIMIT), description=f"{shown}\n{age}", colour=ACCENT)


def _lines(
    role: str | None,
    path: Sequence[Verdict],
    earned: Verdict | None,
    left: Mapping[int, TimeLeft],
    since: Mapping[str, datetime],
    *,
    knows_rank: bool,
) -> Iterator[str]:
    if not path:
        yield _nothing(role, knows_rank=knows_rank)
        return
    before = escape(rank_name(role))
    for place, verdict in enumerate(path):
        goal = _goal(verdict)
        met, of = tally(verdict.finding)
        yield f"**{before} → {goal}**{SEPARATOR}{met} of {of}"
        if place and verdict.rank.min_days_in_rank:
            yield f"▫️ {verdict.rank.min_days_in_rank} days as {before} first"
        yield from lines_of(verdict.finding, left)
        if verdict.outcome is Outcome.PASS and place == 0:
            met_since = since.get(verdict.rank.name)
            when = f" since {on_day(met_since)}" if met_since is not None else ""
            which = "officers see it in their list"
            if earned is not None and earned.rank is not verdict.rank:
                which = f"officers see you in their list for **{_goal(earned)}**, which is met too"
            yield f"🎉 All of it is met{when}: {which}."
        before = goal
    if any(_needs_link(verdict.finding) for verdict in path):
        yield "-# A link counts here once it is verified: `/link` shows how."


def _needs_link(finding: Finding) -> bool:
    """Whether something is not met or not known for want of a verified link."""
    condition = finding.condition
    asked = isinstance(condition, Check) and condition.own is Own.LINKED and finding.outcome is Outcome.FAIL
    return asked or finding.why is Gap.NOT_LINKED or any(_needs_link(part) for part in finding.parts)


def _goal(verdict: Verdict) -> str:
    return escape(rank_name(verdict.rank.wom_role or verdict.rank.name))


def _nothing(role: str | None, *, knows_rank: bool) -> str:
    if role is None:
        return "Which rank you hold is not known: WOM has not told me."
    if knows_rank:
        return "There is no rank above yours that is earned by numbers."
    return "Your rank is not one that the clan's rules promote from."
