"""One member for officers: names with dates, links, notes, decisions; and what a decision would change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import discord

from bot.domain.decisions import Decision, DecisionKind
from bot.domain.dossiers import Asked, Claim, Dossier, Evidence, FactCounts, LinkedUser
from bot.domain.identity import Held
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT, ATTENTION
from bot.present.times import ago, on_day

ORIGINS = {
    "roster": "seen on the roster",
    "name change": "WOM's name changes",
    "officer": "an officer",
    "import": "the old records",
    "folded name": "the old records, which knew no spaces",
}
"""Where it comes from that somebody held a name. A new origin is shown by its own name."""


def dossier_page(dossier: Dossier, asked: Asked | None = None) -> discord.Embed:
    """A member's dossier. ``asked`` is the question by name and moment that it answers, if it was one."""
    lines = [_standing(dossier)]
    if asked is not None:
        lines.insert(0, _answer(asked, dossier))
    lines += ["", "**Names**", *(_hold(one) for one in reversed(dossier.names))]
    lines += ["", "**Discord**", *(_user(one) for one in dossier.users)]
    if not dossier.users:
        lines.append("Nobody has linked this account.")
    if dossier.notes:
        lines += ["", "**Notes**"]
        lines += [f"{escape(one.text)} · <@{one.by}>, {on_day(one.at)}" for one in dossier.notes]
    if dossier.decisions:
        lines += ["", "**Decided by officers**", *map(decision_line, dossier.decisions)]
    if dossier.conflicts:
        lines += ["", "⚠️ A name is disputed: `/member identity review`."]
    small = f"\n-# shows under this account: {_facts(dossier.facts)}"
    description = fit_lines(lines, DESCRIPTION_LIMIT - len(small)) + small
    title = cut_units(escape(dossier.name), TITLE_LIMIT)
    return discord.Embed(title=title, description=description, colour=ACCENT)


def nobody_page(asked: Asked) -> discord.Embed:
    """Nobody held the name at the moment that was asked for."""
    return discord.Embed(description=_answer(asked, None), colour=ATTENTION)


def _answer(asked: Asked, dossier: Dossier | None) -> str:
    name, day = escape(asked.name), on_day(asked.moment)
    if asked.disputed:
        return f"On {day}, two members claim **{name}**. Until it is decided it is nobody's."
    if dossier is None:
        return f"On {day}, nobody of this clan is known to have held **{name}**."
    return f"On {day}, **{name}** was {escape(dossier.name)}."


def _standing(dossier: Dossier) -> str:
    if dossier.left_at is not None:
        stay = f"left {on_day(dossier.left_at)}"
    elif dossier.joined_at is None:
        stay = "joined at an unknown time"
    else:
        said = " (an officer's date)" if dossier.joined_corrected else ""
        stay = f"joined {on_day(dossier.joined_at)}{said}"
    rank = [] if dossier.rank is None else [rank_name(dossier.rank)]
    return " · ".join([*rank, dossier.account_type.replace("_", " ").title(), stay])


def _hold(held: Held) -> str:
    origin = ORIGINS.get(held.origin, held.origin)
    return f"**{escape(held.display)}** · {span_words(held.start, held.end)} · {origin}"


def span_words(start: datetime | None, end: datetime | None) -> str:
    """From when to when a name was held; None is open."""
    if start is None and end is None:
        return "for all that is known"
    if end is None:
        return f"since {on_day(start)}" if start else "still"
    return f"until {on_day(end)}" if start is None else f"{on_day(start)} to {on_day(end)}"


def _user(linked: LinkedUser) -> str:
    standing = "verified" if linked.verified else "claimed"
    others = f" · also {', '.join(map(escape, linked.others))}" if linked.others else ""
    return f"<@{linked.user}> · {standing}{' · main account' if linked.is_main else ''}{others}"


def _facts(facts: FactCounts) -> str:
    seen = "no snapshot"
    if facts.first_snapshot and facts.last_snapshot:
        seen = (
            f"{counted(facts.snapshots, 'snapshot')} "
            f"({on_day(facts.first_snapshot)} to {on_day(facts.last_snapshot)})"
        )
    return f"{counted(facts.all, 'message')} ({facts.month:,} in the last 30 days), {seen}"


def evidence_page(evidence: Evidence, number: int, of: int) -> discord.Embed:
    """A conflict for officers to decide: A is who was known under the name, B who claims it."""
    conflict = evidence.conflict
    claimed = f"Two members claim **{escape(conflict.key)}**, {span_words(conflict.start, conflict.end)}."
    lines = [
        f"{claimed} Until it is decided it is nobody's.",
        "",
        *_side("🅰️", evidence.holder),
        *_side("🅱️", evidence.claimant),
        f"In the clan chat under this name: {_lines(evidence)}",
        {
            True: "XP goes on from one to the other: they may be one account.",
            False: "XP falls from one to the other: they are not one account.",
            None: "Whether XP goes on from one to the other is not known.",
        }[evidence.continues],
        "-# What is decided can be undone at any time.",
    ]
    title = f"Who is {escape(conflict.key)}? ({number} of {of})"
    description = fit_lines(lines, DESCRIPTION_LIMIT)
    return discord.Embed(title=cut_units(title, TITLE_LIMIT), description=description, colour=ATTENTION)


def _side(letter: str, claim: Claim) -> list[str]:
    dossier = claim.dossier
    names = ", ".join(
        f"{escape(one.display)} ({span_words(one.start, one.end)})" for one in dossier.names[-3:]
    )
    return [
        f"{letter} **{escape(dossier.name)}** · {_standing(dossier)}",
        f"{names or 'no undisputed name'} · {_facts(dossier.facts)}",
        "",
    ]


def _lines(evidence: Evidence) -> str:
    if evidence.first_line is None or evidence.last_line is None:
        return "nothing."
    said = counted(evidence.lines, "message")
    return f"{said}, {on_day(evidence.first_line)} to {on_day(evidence.last_line)}."


def all_decided() -> discord.Embed:
    """No conflict waits."""
    return discord.Embed(description="No name is disputed. Nothing waits for a decision.", colour=ACCENT)


def decision_line(decision: Decision) -> str:
    """One decision in words, with who made it and when."""
    said = f"`{decision.id}` {_decided(decision)} · <@{decision.made_by}>, {on_day(decision.made_at)}"
    if decision.undone_at is None:
        return said
    return f"~~{said}~~ undone by <@{decision.undone_by}>, {on_day(decision.undone_at)}"


def _decided(decision: Decision) -> str:
    detail = decision.detail

    def name(key: str) -> str:
        return f"**{escape(str(detail.get(key)))}**"

    def moment(key: str) -> datetime | None:
        return datetime.fromisoformat(str(detail[key])) if detail.get(key) else None

    if decision.kind is DecisionKind.MERGE:
        return f"{name('member_name')} is {name('into_name')}"
    if decision.kind is DecisionKind.SPLIT:
        at = moment("at")
        return f"{name('name')} was somebody else before {on_day(at) if at else '?'}"
    whose = f"was {name('member_name')}" if detail.get("member") else "was nobody of this clan"
    return f"the name {name('name')} {whose}, {span_words(moment('from'), moment('to'))}"


def decisions_pages(decisions: Sequence[Decision]) -> discord.Embed:
    """Every decision, the newest first."""
    lines = [decision_line(one) for one in decisions]
    if not lines:
        lines = ["Officers have decided nothing yet. `/member identity merge`, `split` and `alias` do."]
    return discord.Embed(
        title="Who is who: decisions", description=fit_lines(lines, DESCRIPTION_LIMIT), colour=ACCENT
    )


def merge_preview(gone: str, kept: str, facts: FactCounts) -> discord.Embed:
    """What a merge would change, before it is made."""
    return _preview(
        f"{escape(gone)} is {escape(kept)}",
        [
            f"Under **{escape(kept)}** will show too: {_facts(facts)}.",
            f"**{escape(gone)}** is then found as a former name of {escape(kept)}.",
        ],
    )


def split_preview(name: str, moment: datetime, facts: FactCounts) -> discord.Embed:
    """What a split would change, before it is made."""
    return _preview(
        f"{escape(name)} was somebody else before",
        [
            f"Before {on_day(moment)} it was another account, which then left: {_facts(facts)}.",
            f"All from then on stays with **{escape(name)}**.",
        ],
    )


def alias_preview(
    name: str, member: str | None, start: datetime | None, end: datetime | None
) -> discord.Embed:
    """What an officer's say on a name would change, before it is made."""
    whose = "nobody of this clan" if member is None else f"**{escape(member)}**"
    return _preview(
        f"Who was {escape(name)}",
        [
            f"**{escape(name)}** was {whose}, {span_words(start, end)}.",
            "The in-game chat said under this name in that time counts accordingly.",
        ],
    )


def _preview(title: str, lines: Iterable[str]) -> discord.Embed:
    small = "-# Nothing is rewritten: it can be undone at any time, to the last number."
    return discord.Embed(title=title, description="\n".join([*lines, small]), colour=ATTENTION)


def decided_page(decision: Decision) -> discord.Embed:
    """A decision that was just made, or undone."""
    title = "Decided" if decision.undone_at is None else "Undone"
    return discord.Embed(title=title, description=decision_line(decision), colour=ACCENT)


def noted(name: str, at: datetime) -> str:
    """A note was kept."""
    return f"Noted about **{escape(name)}**, {ago(at)}. `/member whois` shows it."


def join_corrected(name: str, joined_at: datetime | None) -> str:
    """A join date was corrected, or the correction taken back."""
    if joined_at is None:
        return f"WOM's date counts again for when **{escape(name)}** joined."
    return f"**{escape(name)}** joined {on_day(joined_at)}. It counts until they leave."
