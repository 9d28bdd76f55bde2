"""What ``/report`` says beside its files, and how files are handed over within Discord's limits."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

import discord

from bot.domain.periods import label_of
from bot.domain.reports import ClanReport, ReportKind
from bot.present.card import rule_words
from bot.present.numbers import counted
from bot.present.text import escape
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day

KINDS: Final = {
    ReportKind.ALL: "Everything",
    ReportKind.ROSTER: "Roster",
    ReportKind.GAINS: "Gains by skill and boss",
    ReportKind.ACTIVITY: "Activity: messages by day",
    ReportKind.CHANGES: "Changes: joins, leaves, ranks, names",
    ReportKind.PROMOTIONS: "Promotions",
    ReportKind.INACTIVE: "Inactive",
}
_STEPS: Final = (
    "Reading who is in the clan",
    "Reading the roster's figures and messages",
    "Reading everybody's gains",
    "Setting everybody against the rank rules",
    "Looking for who is quiet",
    "Writing the files",
)
FILES_A_MESSAGE: Final = 10
CHARTS: Final = {
    "trend": "The clan by week: XP and messages",
    "hours": "When we talk: weekday and hour",
    "quadrants": "Messages against XP, by member",
    "ranks": "Members by rank",
    "tenure": "Members by time in the clan",
}


class Instead(Enum):
    """What is handed over where what was asked for cannot be, in the words for it."""

    NO_WORKBOOK = (
        "⚠️ I could not write the workbook now, so these are its tables as csv, the same numbers. "
        "For the workbook use `/report` again in a minute."
    )
    SHEETS = "The workbook is larger than a file may be here, so each of its sheets is a workbook of its own."
    TABLES = "As one file this is larger than a file may be here, so it is tables as csv, the same numbers."


def progress_page(step: int) -> discord.Embed:
    """How far a report is; ``step`` counts from 0 up to the number of steps."""
    done = min(step, len(_STEPS) - 1)
    bar = "▰" * done + "▱" * (len(_STEPS) - done)
    return discord.Embed(description=f"{bar} {_STEPS[done]}…", colour=ACCENT)


def report_page(report: ClanReport, files: int, instead: Instead | None = None) -> discord.Embed:
    """What is in the files, how old it is, by which rule its gains are, and what was handed over instead."""
    counts = [counted(len(report.roster), "member")]
    if report.changes:
        counts.append(counted(len(report.changes), "change"))
    if report.promotions:
        ready = sum(1 for one in report.promotions if one.readiness == "ready")
        counts.append(f"{ready} ready for promotion")
    lines = [SEPARATOR.join(counts)]
    if instead is not None:
        lines.append(instead.value)
    if files > FILES_A_MESSAGE:
        lines.append(f"{files} files, in several messages.")
    if report.collecting_since is None:
        lines.append("Messages are not known: I listen to no channel yet.")
    elif report.collecting_since > report.period.start:
        lines.append(f"Messages are counted since {on_day(report.collecting_since)}.")
    checked = "WOM has not looked yet" if report.checked_at is None else f"checked {ago(report.checked_at)}"
    small = SEPARATOR.join((checked, rule_words(report.period), "what is empty is not known"))
    return discord.Embed(
        title=f"{escape(report.clan_name)}{SEPARATOR}{label_of(report.period.code)}",
        description="\n".join([*lines, f"-# {small}"]),
        colour=ACCENT,
    )


def parcels(files: Mapping[str, bytes], limit: int) -> list[dict[str, bytes]]:
    """The files in messages of at most ten and ``limit`` bytes. None may be larger than that."""
    found: list[dict[str, bytes]] = [{}]
    for name, data in files.items():
        size = sum(map(len, found[-1].values()))
        if found[-1] and (len(found[-1]) == FILES_A_MESSAGE or size + len(data) > limit):
            found.append({})
        found[-1][name] = data
    return found


def in_parts(name: str, table: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """A csv file in as few files as fit, each with the headings; one that fits is left as it is."""
    if len(table) <= limit:
        yield name, table
        return
    head, *lines = table.splitlines(keepends=True)
    parts: list[list[bytes]] = [[]]
    size = len(head)
    for line in lines:
        if parts[-1] and size + len(line) > limit:
            parts.append([])
            size = len(head)
        parts[-1].append(line)
        size += len(line)
    stem = name.removesuffix(".csv")
    for number, part in enumerate(parts, start=1):
        yield f"{stem}-{number}-of-{len(parts)}.csv", b"".join([head, *part])
