"""A member's card."""

from datetime import datetime
from zoneinfo import ZoneInfo

import discord

from bot.domain.cards import Chat, Figure, MemberCard
from bot.domain.periods import Period, PeriodKind, Rule
from bot.present.numbers import PARTIAL, TODAY, UNKNOWN, counted, duration, figure, label, short
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, unbroken
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day, period_label

_PLAIN_TYPES = frozenset({"", "regular", "unknown"})


def member_card(card: MemberCard, zone: ZoneInfo, *, as_of: bool = False) -> discord.Embed:
    """What a member did in the card's period, and what the account has in all.

    Without a plus where the period is all time. ``as_of`` as in :func:`period_label`. The
    chart, if there is one, is set as the embed's image by whoever sends it.
    """
    lines = _lines(card, period_label(card.period, zone, as_of=as_of), as_of=as_of)
    return discord.Embed(title=_title(card), colour=ACCENT, description=fit_lines(lines, DESCRIPTION_LIMIT))


def rule_words(period: Period) -> str:
    """How the numbers were read, for the last small line."""
    if period.kind is PeriodKind.TOTAL:
        return "totals"
    return unbroken("WOM's rule" if period.rule is Rule.WOM else "covering rule")


def _title(card: MemberCard) -> str:
    """Name, rank, account type and tenure, of what is known; an ordinary account has no type."""
    parts = [escape(card.name)]
    if card.rank and card.is_member:
        parts.append(escape(card.rank))
    if card.account_type.casefold() not in _PLAIN_TYPES:
        parts.append(escape(card.account_type.replace("_", " ").capitalize()))
    if card.joined_at is not None and card.is_member and card.joined_at <= card.period.end:
        parts.append(_tenure(card.joined_at, card.period.end))
    return cut_units(SEPARATOR.join(parts), TITLE_LIMIT)


def _tenure(joined: datetime, until: datetime) -> str:
    stay = duration(joined, until)
    return stay if stay != TODAY else f"joined {stay}"


def _lines(card: MemberCard, heading: str, *, as_of: bool) -> list[str]:
    total = card.period.kind is PeriodKind.TOTAL
    return [
        *_farewell(card),
        f"**{heading}**",
        *_figures(card.figures, total=total),
        *_chat(card.chat),
        *_highlights(card.highlights, total=total),
        f"Total {short(card.total_xp, 'experience')}{SEPARATOR}level {short(card.total_level, 'level')}",
        *_small_print(card, as_of=as_of),
    ]


def _farewell(card: MemberCard) -> list[str]:
    if card.is_member:
        return []
    if card.left_at is None:
        later = f": joined {on_day(card.joined_at)}" if card.joined_at else ""
        return [f"Not in the clan then{later}"]
    known = card.joined_at is not None and card.joined_at < card.left_at
    stay = f" after {duration(card.joined_at, card.left_at)} with us" if card.joined_at and known else ""
    return [f"Left {on_day(card.left_at)}{stay}"]


def _figures(figures: tuple[Figure, ...], *, total: bool) -> list[str]:
    """The first has a line with its place; the others share one."""
    if not figures:
        return []
    first, *others = figures
    lines = [SEPARATOR.join([_named(first, total=total), *_place(first.place, first.of)])]
    if others:
        lines.append(SEPARATOR.join(_named(other, total=total) for other in others))
    return lines


def _named(one: Figure, *, total: bool) -> str:
    mark = f"{PARTIAL} " if one.measured_from is not None and one.value is not None else ""
    value = f"**{figure(one.value, one.metric.measure, total=total)}**"
    # A long name may break, but not before its number.
    return label(one.metric) + unbroken(f" {mark}{value}")


def _place(place: int | None, of: int) -> list[str]:
    return [] if place is None else [f"#{place} of {of}"]


def _chat(chat: Chat) -> list[str]:
    since = f"collecting since {on_day(chat.collecting_since)}" if chat.collecting_since else ""
    if chat.total is None:
        return [SEPARATOR.join(filter(None, (f"Chat **{UNKNOWN}**", since)))]
    days = [unbroken(f"{chat.days} of {counted(chat.of_days, 'day')}")] if chat.of_days else []
    place = [] if chat.place is None else [f"#{chat.place}"]
    lines = [SEPARATOR.join([f"Chat **{short(chat.total, 'messages')}**", *place, *days])]
    parts = f"in game {short(chat.in_game, 'messages')}{SEPARATOR}Discord {short(chat.discord, 'messages')}"
    lines.append(f"\u2003{parts}")
    if since:
        lines.append(f"\u2003{since}")
    return lines


def _highlights(highlights: tuple[Figure, ...], *, total: bool) -> list[str]:
    return [SEPARATOR.join(_named(one, total=total) for one in highlights)] if highlights else []


def _small_print(card: MemberCard, *, as_of: bool) -> list[str]:
    lines = [f"-# {escape(note)}" for note in card.notes]
    late = [one.measured_from for one in (*card.figures, *card.highlights) if one.measured_from is not None]
    if late:
        lines.append(f"-# {PARTIAL} first reading {on_day(max(late))}")
    if card.checked_at is None:
        step = "no reading until then" if as_of else "no reading yet: press **Update now**"
        return [*lines, f"-# {step}"]
    if all(one.value is None for one in card.figures):
        lines.append(f"-# {UNKNOWN} this needs two readings; more come with every poll")
    return [*lines, f"-# checked {ago(card.checked_at)}{SEPARATOR}{rule_words(card.period)}"]
