"""Who may be about to leave, for officers alone: lists with the evidence of each, and one person.

Words are kind: nobody is blamed, and what is not known is said to be so.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import discord

from bot.domain.at_risk import Hit, Judged, LeftOut, Listed, Mute, Risk, RiskReport, Sign, joined_at
from bot.domain.cards import DayPoint
from bot.domain.rules.judging import Finding, Outcome
from bot.domain.rules.terms import Check
from bot.domain.usual import RECENT_WEEKS, Beginning, Pace
from bot.present.numbers import counted, short
from bot.present.requirements import requirement
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, rank_name, units
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZE: Final = 8
TITLES: Final = {
    Risk.FADING: "Fading",
    Risk.NEWCOMER: "Quiet newcomers",
    Risk.OFFICER: "Quiet officers",
    Risk.WATCH: "By your watch rules",
    Risk.MUTED: "Muted",
}
_EXPLAINED: Final = {
    Risk.FADING: "the last 14 days came to a third at most of their own usual",
    Risk.NEWCOMER: "7 to 45 days in the clan: no word yet, or a third at most of their first week",
    Risk.OFFICER: "ranks and roles of officers: nothing seen for 14 days, or a third of their own usual",
    Risk.WATCH: "who meets a `watch` of `/rules`, beyond doubt",
    Risk.MUTED: "on no other list until then",
}
_XP, _CHAT = "experience", "messages"
_EVIDENCE: Final = 600
_OUT: Final = {
    LeftOut.AWAY: "away now, so on no list",
    LeftOut.WAS_AWAY: "was away or answered within the last 14 days, so on no list",
    LeftOut.SAFE: "on the safe list of `/inactive`, so on no list",
    LeftOut.UNKNOWN: "Discord does not tell whether their roles make them safe, so on no list",
}


def pages(number: int) -> int:
    """How many pages so many people take; none takes one."""
    return max(1, -(-number // PAGE_SIZE))


def on_page(report: RiskReport, risk: Risk, page: int) -> list[Listed]:
    """Who is on a page, the first being 0; one out of range is the nearest there is."""
    found = report.of(risk)
    first = min(max(page, 0), pages(len(found)) - 1) * PAGE_SIZE
    return found[first : first + PAGE_SIZE]


def risk_page(report: RiskReport, risk: Risk, page: int, polled_at: datetime | None) -> discord.Embed:
    """A page of a list, with the evidence for each."""
    lines = [line for one in on_page(report, risk, page) for line in _listed(one, risk)]
    small = "\n".join(("", *(f"-# {line}" for line in _small(report, risk, polled_at))))
    number, everybody = len(report.of(risk)), counted(len(report.people), "person", "people")
    return discord.Embed(
        title=f"{TITLES[risk]}{SEPARATOR}{number} of {everybody}",
        description=fit_lines(lines or [_nobody(report, risk)], DESCRIPTION_LIMIT - units(small)) + small,
        colour=ACCENT,
    )


def _nobody(report: RiskReport, risk: Risk) -> str:
    if risk is Risk.WATCH and not report.watches:
        return "Your rules watch nothing yet. A file for `/rules import` can have a `watch:` part."
    return "Nobody."


def _small(report: RiskReport, risk: Risk, polled_at: datetime | None) -> Iterator[str]:
    yield _EXPLAINED[risk]
    if risk is not Risk.MUTED:
        xp, chat = report.measured
        yield f"known of the last 14 days: XP of {xp} people, chat of {chat}; what is not known lists nobody"
    relay = "" if report.has_relay else f"{SEPARATOR}no relay: the game's chat is not heard"
    yield f"Wise Old Man read {ago(polled_at)}{SEPARATOR}covering rule{relay}"


def _listed(one: Listed, risk: Risk) -> Iterator[str]:
    yield SEPARATOR.join(_head(one.judged))
    if risk is Risk.MUTED and one.mute is not None:
        yield f"-# \u2003{mute_words(one.mute)}"
    elif risk is Risk.WATCH:
        for hit in one.hits:
            yield cut_units(f"-# \u2003{_hit(hit)}", _EVIDENCE)
    else:
        yield f"-# \u2003{SEPARATOR.join(evidence(one.judged))}"


def _head(judged: Judged) -> Iterator[str]:
    lead = judged.person.lead
    yield f"**{escape(lead.name)}**"
    if lead.role is not None:
        yield escape(rank_name(lead.role))
    others = len(judged.person.accounts) - 1
    if others:
        yield f"and {counted(others, 'account')} more"


def mute_words(mute: Mute) -> str:
    """Until when somebody is muted, and by whom."""
    until = "for good" if mute.until is None else f"until {on_day(mute.until)}"
    return f"muted {until} by <@{mute.by}>, {ago(mute.at)}"


def evidence(judged: Judged) -> Iterator[str]:
    """What speaks for a list and what against it, on each clock apart; ▼ marks what fell."""
    if judged.risk is Risk.NEWCOMER:
        yield f"joined {ago(joined_at(judged.person))}"
        if Sign.NO_CHAT in judged.signs:
            yield "no word in chat yet"
        xp, chat = judged.first_xp, judged.first_chat
        if xp is not None:
            yield f"{_mark(judged, Sign.XP_FELL)}XP {_since_first(xp, _XP)}"
        if chat is not None and Sign.NO_CHAT not in judged.signs:
            where = "chat" if judged.person.user is not None else "chat in game"
            yield f"{_mark(judged, Sign.CHAT_FELL)}{where} {_since_first(chat, _CHAT)}"
        return
    if Sign.SILENT in judged.signs:
        yield "no gains and no word for 14 days"
    yield f"{_mark(judged, Sign.XP_FELL)}XP {_against_usual(judged.xp, _XP, weekly=' a week')}"
    if judged.person.user is None:
        yield "chat not known: no verified link"
    else:
        yield f"{_mark(judged, Sign.CHAT_FELL)}chat {_against_usual(judged.chat, _CHAT)}"


def _mark(judged: Judged, sign: Sign) -> str:
    return "▼ " if sign in judged.signs else ""


def _against_usual(pace: Pace, measure: str, weekly: str = "") -> str:
    lately = "not known"
    if pace.recent is not None:
        lately = f"{short(round(pace.recent / RECENT_WEEKS), measure)}{weekly}"
    if pace.usual is None:
        return lately
    return f"{lately}, usually {short(pace.usual, measure)} ({counted(len(pace.known), 'week')})"


def _since_first(one: Beginning, measure: str) -> str:
    lately = "not known" if one.weekly is None else f"{short(one.weekly, measure)} a week"
    # What was gained before the first reading after they joined is not known.
    more = "+" if measure == _XP else ""
    return f"{lately}, first week {short(one.first, measure)}{more}"


def _hit(hit: Hit) -> str:
    told = SEPARATOR.join(requirement(one) for one in _checks(hit.finding))
    return f"{escape(hit.says)}: {told}" if told else escape(hit.says)


def _checks(finding: Finding) -> Iterator[Finding]:
    """The single numbers by which a rule was met."""
    if isinstance(finding.condition, Check):
        if finding.value is not None and finding.outcome is Outcome.PASS:
            yield finding
        return
    for part in finding.parts:
        if part.outcome is Outcome.PASS:
            yield from _checks(part)


def risk_about(one: Listed) -> discord.Embed:
    """One person: where they are listed, what that rests on, and whether they are muted."""
    judged = one.judged
    lines = [" ".join(("Listed as", _lists(one))), *(f"▫️ {line}" for line in evidence(judged))]
    lines += [f"▫️ {_hit(hit)}" for hit in one.hits]
    if one.mute is not None:
        lines.append(f"🔕 {mute_words(one.mute)}")
    if judged.left_out is not None:
        lines.append(f"⏸ {_OUT[judged.left_out]}")
    small = [
        "usual is the middle of the 8 weeks before the last 14 days, as far as they were observed",
        "the dashed line is what is usual" if judged.xp.known or judged.chat.known else "",
        "in Discord only what a verified link tells; every account of theirs counts",
    ]
    body = "\n".join([*lines, *(f"-# {line}" for line in small if line)])
    title = SEPARATOR.join(escape(account.name) for account in judged.person.accounts)
    return discord.Embed(
        title=cut_units(title, 250), description=cut_units(body, DESCRIPTION_LIMIT), colour=ACCENT
    )


def _lists(one: Listed) -> str:
    found = [title for risk, title in TITLES.items() if one.is_in(risk)]
    return ", ".join(f"**{title}**" for title in found) or "nothing now"


def risk_points(judged: Judged) -> Sequence[DayPoint]:
    """Ten weeks for the chart, each by its first day; what was not observed is a gap."""
    return [
        DayPoint(xp.start.date(), xp.number, chat.number)
        for xp, chat in zip(judged.xp.weeks, judged.chat.weeks, strict=True)
    ]
