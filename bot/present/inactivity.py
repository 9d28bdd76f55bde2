"""Who is quiet, for officers: lists with the evidence of each, one person, the csv."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Final

import discord

from bot.domain.inactivity import LOOKED_WITHIN, Judged, Person, Standing
from bot.domain.ladder import Case, LadderSettings, Notice, Placed, Quiet, Reply, Stage, Step
from bot.present.doubts import doubt_text
from bot.present.numbers import UNKNOWN, age, counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, rank_name, safe_cell, units
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZE: Final = 8
TITLES: Final = {
    Stage.QUIET: "Quiet",
    Stage.WAITING: "Told, and in grace",
    Stage.DECIDE: "For your decision",
    Stage.REMOVE: "To be removed",
    Stage.UNKNOWN: "Not known",
    Stage.EXCEPTED: "Away, new or safe",
}
"""The lists, in the order of the ladder."""
_EXPLAINED: Final = {
    Stage.QUIET: "no sign on any clock for the whole limit, counting observed time only",
    Stage.WAITING: "they were told, and have until the time given; being seen ends it by itself",
    Stage.DECIDE: "nothing is done until you choose",
    Stage.REMOVE: "they are on `/officer worklist`; until it is done in the game they stay on the roster",
    Stage.UNKNOWN: "unknown is no sign of inactivity: nobody here is a candidate",
    Stage.EXCEPTED: "nobody here is a candidate",
}
_SAFE: Final = {"member": "on the safe list", "rank": "rank is safe", "role": "Discord role is safe"}
_REPLIES: Final = {
    Reply.BACK: "says: I'm back",
    Reply.AWAY: "says: away 30 days",
    Reply.QUIT: "says: I've quit",
}
_NOTICES: Final = {
    Notice.PENDING: "notice is on its way",
    Notice.TRYING: "notice is on its way",
    Notice.DELIVERED: "told in private",
    Notice.CLOSED: "takes no private messages: tell them in game",
    Notice.FAILED: "notice failed: tell them in game",
    Notice.UNLINKED: "not linked: tell them in game",
    Notice.OVER: "notice was needed no more",
}
_STEPS: Final = {
    "flagged": "flagged as quiet",
    "delivered": "told in private",
    "closed": "takes no private messages",
    "failed": "the notice failed",
    "unlinked": "not linked: to be told in game",
    "said back": "said: I'm back",
    "said away": "said: away 30 days",
    "said quit": "said: I've quit",
    "seen": "seen again",
    "away": "away",
    "left": "left the clan",
    "remove": "to be removed",
    "more": "given more time",
    "recalled": "not to be removed any more, and off the worklist",
    "keep": "kept, and safe from now on",
    "same": "one member with somebody whose earlier flag goes on",
}
COLUMNS: Final = (
    "name", "accounts", "rank", "list", "limit in days", "last gain", "checked by WOM",
    "last line in game", "last message in Discord", "Discord user", "why",
)  # fmt: skip


def pages(number: int) -> int:
    """How many pages so many people take; none takes one."""
    return max(1, -(-number // PAGE_SIZE))


def on_page(quiet: Quiet, stage: Stage, page: int) -> list[Placed]:
    """Who is on a page, the first being 0; one out of range is the nearest there is."""
    found = quiet.of(stage)
    first = min(max(page, 0), pages(len(found)) - 1) * PAGE_SIZE
    return found[first : first + PAGE_SIZE]


def quiet_page(quiet: Quiet, stage: Stage, page: int) -> discord.Embed:
    """A page of a list, with the evidence for each."""
    lines = [line for one in on_page(quiet, stage, page) for line in _person(quiet, one)]
    small = "\n".join(("", f"-# {_EXPLAINED[stage]}", *_small(quiet, stage)))
    number, everybody = len(quiet.of(stage)), counted(len(quiet.people), "person", "people")
    title = f"{TITLES[stage]}{SEPARATOR}{number} of {everybody}"
    return discord.Embed(
        title=title,
        description=fit_lines(lines or ["Nobody."], DESCRIPTION_LIMIT - units(small)) + small,
        colour=ATTENTION if stage is Stage.DECIDE and lines else ACCENT,
    )


def _small(quiet: Quiet, stage: Stage) -> Iterator[str]:
    if stage is Stage.QUIET:
        yield f"-# limit: {limits(quiet.settings) if quiet.days is None else counted(quiet.days, 'day')}"
    others = [
        f"{len(quiet.of(one))} {TITLES[one].casefold()}"
        for one in TITLES
        if one is not stage and quiet.of(one)
    ]
    if others:
        yield f"-# beside them: {', '.join(others)}"
    looks = [one.judged.person.checked_at for one in quiet.people]
    latest = max((one for one in looks if one is not None), default=None)
    yield f"-# Wise Old Man last looked {ago(latest)}" + (
        "" if quiet.has_relay else " · no relay: the game's chat is not heard"
    )


def limits(settings: LadderSettings) -> str:
    """The limits of a clan in words: the usual one, then those of ranks."""
    ranks = [f"{escape(rank_name(rank))} {days}" for rank, days in sorted(settings.by_rank.items())]
    return ", ".join((counted(settings.days, "day"), *ranks))


def _person(quiet: Quiet, one: Placed) -> Iterator[str]:
    person = one.judged.person
    about = [f"**{escape(person.lead.name)}**"]
    if len(person.accounts) > 1:
        about[0] += f" +{counted(len(person.accounts) - 1, 'alt')}"
    about.append(escape(rank_name(person.lead.role)))
    if person.user is not None:
        about.append(f"<@{person.user}>")
    yield SEPARATOR.join(about)
    yield f"-# \u2003{SEPARATOR.join(evidence(one.judged, quiet.now, has_relay=quiet.has_relay))}"
    why = list(_why(one))
    if why:
        yield f"-# \u2003{SEPARATOR.join(why)}"


def evidence(judged: Judged, now: datetime, *, has_relay: bool) -> Iterator[str]:
    """What each clock says of a person; what is unknown is said to be."""
    person = judged.person
    checked = person.checked_at
    if checked is None:
        yield "🎮 gains unknown, never checked"
    elif person.gained_at is None:
        still = [one.still_since for one in person.accounts if one.still_since is not None]
        since = f" since {on_day(max(still))}" if still else ""
        yield f"🎮 no gain seen{since}, checked {ago(checked)}"
    elif now - checked > LOOKED_WITHIN:
        yield f"🎮 gained {ago(person.gained_at)}, checked {ago(checked)}"
    elif checked > person.gained_at:
        yield f"🎮 no gains for {age(checked - person.gained_at)}, checked {ago(checked)}"
    else:
        yield f"🎮 gained {ago(person.gained_at)}"
    if has_relay:
        yield f"clan chat {ago(person.said_at)}" if person.said_at else "no line in clan chat"
    if person.user is None:
        yield "💬 unknown: not linked"
    else:
        yield f"💬 {ago(person.wrote_at)}" if person.wrote_at else "💬 no message"


def _why(one: Placed) -> Iterator[str]:
    judged, case = one.judged, one.case
    match judged.standing:
        case Standing.ABSENT:
            because = f": {escape(cut_units(judged.person.because, 100))}" if judged.person.because else ""
            until = judged.person.absent_until
            yield f"away until {on_day(until)}{because}" if until else "away"
        case Standing.NEW:
            yield f"new: in the clan less than {counted(judged.limit.days, 'day')}"
        case Standing.SAFE:
            yield _SAFE.get(judged.person.safe or "", "safe")
        case Standing.UNKNOWN:
            days = judged.limit.days
            yield from (
                f"❔ {doubt_text(doubt, days, escape(doubt.name), on_day)}" for doubt in judged.doubts[:3]
            )
        case _:
            pass
    if case is not None:
        yield from _case(case)


def _case(case: Case) -> Iterator[str]:
    if case.closed_at is not None:
        yield f"decided by <@{case.closed_by}>, {ago(case.closed_at)}"
        return
    if case.reply is not None:
        yield f"{_REPLIES[case.reply]}, {ago(case.replied_at)}"
    if case.notice is not None:
        yield _NOTICES[case.notice]
    if case.grace_until is not None:
        yield f"time until {on_day(case.grace_until)}"


def person_page(quiet: Quiet, one: Placed, steps: Sequence[Step]) -> discord.Embed:
    """One person: every account, every clock, and what happened on the ladder."""
    person = one.judged.person
    lines = list(_person(quiet, one))
    for account in person.accounts[1:10]:
        gained = ago(account.gained_at) if account.gained_at else UNKNOWN
        checked = f"checked {ago(account.checked_at)}"
        lines.append(f"**{escape(account.name)}** · last gain {gained}, {checked}")
    if steps:
        lines += ["", "**What happened**", *(_step(step) for step in steps[-15:])]
    return discord.Embed(
        title=f"{escape(person.lead.name)} · {TITLES.get(one.stage, 'seen within the limit')}",
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def _step(step: Step) -> str:
    who = f", <@{step.by}>" if step.by is not None else ""
    return f"-# {on_day(step.at)} · {_STEPS.get(step.what, step.what)}{who}"


def quiet_csv(quiet: Quiet, stage: Stage) -> bytes:
    """A list, one line a person; times in UTC, empty where unknown. UTF-8 with a mark, for Excel."""
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in quiet.of(stage):
        table.writerow(safe_cell(cell) for cell in _cells(one))
    return out.getvalue().encode("utf-8-sig")


def _cells(one: Placed) -> Iterator[str]:
    person = one.judged.person
    yield person.lead.name
    yield ", ".join(account.name for account in person.accounts)
    yield rank_name(person.lead.role)
    yield TITLES[one.stage]
    yield str(one.judged.limit.days)
    yield from (_utc(at) for at in _moments(person))
    yield "" if person.user is None else str(person.user)
    reasons = Counter(doubt.why.value.replace("_", " ") for doubt in one.judged.doubts)
    yield "; ".join(reasons) or one.judged.standing.value


def _moments(person: Person) -> tuple[datetime | None, ...]:
    return person.gained_at, person.checked_at, person.said_at, person.wrote_at


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
