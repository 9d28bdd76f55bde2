"""The pages that only officers see: who is quiet, and who has earned which rank."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.domain.reports import InactiveLine, PromotionLine
from bot.domain.site import OfficersSite
from bot.present.doubts import doubt_text
from bot.present.site import words
from bot.present.site.pages import Age, Way, frame
from bot.present.site.people import name_cell
from bot.present.site.tables import Cell, Head, Table
from bot.present.text import rank_name, tidy

WAYS: Final = (
    Way("officers/inactive.html", "Inactive"),
    Way("officers/promotions.html", "Promotions"),
)
_ROOT: Final = "../"
_ORDER: Final = {"quiet": 0, "absent": 1, "unknown": 2}


def officers_page(site: OfficersSite, path: str, until: datetime) -> str | None:
    """A page of :data:`WAYS`; None for any other path. ``until`` is when the reader's link ends."""
    if path == WAYS[0].path:
        title, table, says = "Inactive", _inactive(site), "Who is quiet or away, and of whom it is not known."
    elif path == WAYS[1].path:
        title, table, says = "Promotions", _promotions(site), "Whose rank officers have to decide on."
    else:
        return None
    context: dict[str, Any] = {"title": title, "table": table, "says": says, "nothing": _nothing(site, path)}
    made = words.minute(site.made_at, site.zone)
    lines = (
        f"Last poll of Wise Old Man: {words.minute(site.checked_at, site.zone)}.",
        f"Only officers see this page; your link to it ends {words.minute(until, site.zone)}.",
    )
    age = Age(made, words.stamp(site.made_at), words.city(site.zone), lines)
    return frame("officers.html", path, tidy(site.name), age, context, own_ways=WAYS)


def _nothing(site: OfficersSite, path: str) -> str:
    if path == WAYS[0].path:
        return "Nobody is quiet, away or unknown."
    return "Nobody's rank has to change." if site.promotions is not None else "No rules yet: /rules edit"


def _inactive(site: OfficersSite) -> Table:
    heads = [Head("Name", numeric=False), Head("Rank", numeric=False), Head("Known", numeric=False)]
    heads += [Head(name) for name in ("Last gain", "Last line in game", "Last message in Discord", "Checked")]
    heads += [Head("Why not known", numeric=False), Head("Other accounts", numeric=False)]
    listed = sorted(site.inactive, key=lambda one: (_ORDER[one.standing.value], one.name.casefold()))
    return Table("inactive", heads, [_inactive_row(one, site.zone) for one in listed], "Find a member")


def _inactive_row(one: InactiveLine, zone: ZoneInfo) -> list[Cell]:
    return [
        name_cell(one.member, one.name, _ROOT),
        _text(rank_name(one.role)),
        Cell(one.standing.value, _ORDER[one.standing.value]),
        *(_moment(at, zone) for at in (one.gained_at, one.said_at, one.wrote_at, one.checked_at)),
        _text("; ".join(_doubts(one, zone))),
        _text(", ".join(tidy(name) for name in one.others)),
    ]


def _doubts(one: InactiveLine, zone: ZoneInfo) -> Iterator[str]:
    return (
        doubt_text(doubt, one.days, tidy(doubt.name), lambda at: words.day(at, zone)) for doubt in one.doubts
    )


def _promotions(site: OfficersSite) -> Table:
    heads = [Head("Name", numeric=False), Head("List", numeric=False), Head("Rank now", numeric=False)]
    heads += [Head("Rank by the rules", numeric=False), Head("Met"), Head("Since")]
    heads += [Head("Verified link", numeric=False), Head("Note", numeric=False)]
    rows = [_promotion_row(one, site.zone) for one in site.promotions or ()]
    return Table("promotions", heads, rows, "Find a member")


def _promotion_row(one: PromotionLine, zone: ZoneInfo) -> list[Cell]:
    known = one.met is not None and one.conditions
    return [
        name_cell(one.member, one.name, _ROOT),
        _text(one.readiness.value),
        _text(rank_name(one.role)),
        _text(rank_name(one.rank) if one.rank else ""),
        Cell(f"{one.met} of {one.conditions}", one.met) if known else Cell(words.DASH, None),
        _moment(one.since, zone),
        _text("yes" if one.linked else "no"),
        _text(one.note),
    ]


def _text(text: str) -> Cell:
    return Cell(text, text.casefold()) if text else Cell(words.DASH, None)


def _moment(at: datetime | None, zone: ZoneInfo) -> Cell:
    return Cell(words.DASH, None) if at is None else Cell(words.minute(at, zone), at.timestamp())
