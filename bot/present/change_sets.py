"""Sets of role changes: what one would do, how far it is, what came of it."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO

import discord

from bot.domain.change_sets import (
    ChangeItem,
    ChangeSet,
    ItemState,
    Preview,
    RoleChange,
    Roles,
    Tally,
    Undo,
    Why,
    tally,
)
from bot.domain.ids import UserId
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, safe_cell
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago

_BAR = 12
_ROOM = DESCRIPTION_LIMIT - 700
KINDS: Mapping[str, str] = {
    "role_sync": "Role sync",
    "promotion": "Promotions",
    "badges": "Badges that are over",
}
WHY = {
    Why.ABOVE_ME: "the role stands above mine",
    Why.ROLE_GONE: "the role was deleted",
    Why.NOT_HERE: "not in this server",
    Why.FORBIDDEN: "Discord does not let me",
    Why.LATE: "not done within a day",
    Why.CLAN_GONE: "the clan is followed no more",
}
MAY_NOT = "❌ I may not manage roles. Grant me **Manage Roles** in Server Settings → Roles."


def kind_name(one: ChangeSet) -> str:
    """What a set is, as a title."""
    name = KINDS.get(one.kind, one.kind.replace("_", " ").capitalize())
    return f"Undo: {name}" if one.undo_of is not None else name


def role_list(add: Iterable[int], remove: Iterable[int]) -> str:
    """Roles that are added, then those that are removed, each with its sign."""
    return " ".join([*(f"+<@&{role}>" for role in sorted(add)), *(f"−<@&{role}>" for role in sorted(remove))])


def mentions(roles: Iterable[int]) -> str:
    """Roles by their names."""
    return " ".join(f"<@&{role}>" for role in sorted(roles))


def change_line(change: RoleChange) -> str:
    """One user's change."""
    why = f"{SEPARATOR}{escape(change.label)}" if change.label else ""
    return f"<@{change.user}> {role_list(change.add, change.remove)}{why}"


def preview_counts(one: Preview) -> str:
    """What a set would do, in numbers: ``10 roles change · 1 above my role · 1 not linked``."""
    parts = [f"{counted(len(one.changes), 'member')} get other roles"]
    if len(one.changes) == 1:
        parts = ["1 member gets other roles"]
    if one.above_me:
        parts.append(f"{len(one.above_me)} above my role")
    if one.gone:
        parts.append(f"{counted(len(one.gone), 'role')} deleted in Discord")
    if one.not_here:
        parts.append(f"{len(one.not_here)} not in this server")
    if one.not_linked:
        parts.append(f"{len(one.not_linked)} not linked")
    return SEPARATOR.join(parts)


def preview_lines(one: Preview) -> list[str]:
    """Who gets and loses what, and what cannot be done."""
    lines = [change_line(change) for change in one.changes]
    lines += [f"⚠ <@{user}>: {mentions(roles)} above my role" for user, roles in one.above_me.items()]
    lines += [f"⚠ {escape(name)}: not linked" for name in one.not_linked]
    return lines


def preview_embed(title: str, one: Preview, *notes: str) -> discord.Embed:
    """A set before it is begun."""
    lines = preview_lines(one) or ["Nothing would change."]
    head = [preview_counts(one), *([] if one.may_manage else [MAY_NOT]), *notes]
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT),
        description=cut_units("\n".join([*head, "", fit_lines(lines, _ROOM)]), DESCRIPTION_LIMIT),
        colour=ATTENTION,
    )


def preview_csv(one: Preview, names: Mapping[UserId, str], roles: Mapping[int, str]) -> bytes:
    """Every change, one a line; UTF-8 with a mark, by which Excel knows it. No text can become a formula."""
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(("user id", "name", "gets", "loses", "why"))
    for change in one.changes:
        cells = (str(change.user), names.get(change.user, ""), _named(change.add, roles))
        table.writerow(map(safe_cell, (*cells, _named(change.remove, roles), change.label)))
    return out.getvalue().encode("utf-8-sig")


def _named(roles: Iterable[int], names: Mapping[int, str]) -> str:
    return ", ".join(names.get(role, str(role)) for role in sorted(roles))


def progress_embed(one: ChangeSet, how_far: Tally, waits: str | None = None) -> discord.Embed:
    """How far a set is; ``waits`` says why it does not go on."""
    done = how_far.all - how_far.waiting
    filled = _BAR if not how_far.all else done * _BAR // how_far.all
    lines = [f"`{'█' * filled}{'░' * (_BAR - filled)}` {done} of {how_far.all}", _begun(one)]
    if waits is not None:
        lines.insert(1, f"⏸ {waits}")
    return discord.Embed(
        title=_title(one), description="\n".join(lines), colour=ACCENT if waits is None else ATTENTION
    )


def result_embed(one: ChangeSet, items: Sequence[ChangeItem]) -> discord.Embed:
    """What came of a set: in numbers, then whatever did not go as wished, then who got what."""
    counts = tally(items)
    parts = [f"{counted(counts.changed, 'member')} changed"]
    if counts.done > counts.changed:
        parts.append(f"{counts.done - counts.changed} had it already")
    if counts.skipped:
        parts.append(f"{counts.skipped} left out")
    if counts.failed:
        parts.append(f"{counts.failed} failed")
    if counts.waiting:
        parts.append(f"{counts.waiting} waiting")
    lines = [SEPARATOR.join(parts), _begun(one)]
    if one.undone_by is not None:
        lines.append("-# This was undone.")
    problems = [_problem(item) for item in items if item.why is not None]
    changed = [_changed(item) for item in items if item.touched]
    body = fit_lines([*problems, *changed], _ROOM)
    attention = counts.failed or (one.closed_why not in (None, Why.COMPLETE))
    return discord.Embed(
        title=_title(one),
        description=cut_units("\n".join([*lines, *(["", body] if body else [])]), DESCRIPTION_LIMIT),
        colour=ATTENTION if attention else ACCENT,
    )


def _title(one: ChangeSet) -> str:
    label = f"{SEPARATOR}{escape(one.label)}" if one.label else ""
    return cut_units(f"{kind_name(one)}{label}", TITLE_LIMIT)


def _begun(one: ChangeSet) -> str:
    return f"-# <@{one.by}> · {ago(one.made_at)} · number {one.id}"


def _problem(item: ChangeItem) -> str:
    mark = "❌" if item.state is ItemState.FAILED else "⚠"
    return f"{mark} <@{item.user}>: {WHY.get(item.why or Why.COMPLETE, 'not done')}"


def _changed(item: ChangeItem) -> str:
    """Before → after, as far as the set changed it."""
    return change_line(RoleChange(item.user, item.added, item.removed, item.change.label))


def undo_embed(one: ChangeSet, undo: Undo, *notes: str) -> discord.Embed:
    """What undoing a set changes, and what it leaves."""
    lines = list(_undo_lines(undo)) or ["Nothing of it is left as it was made."]
    head = [f"{counted(len(undo.changes), 'member')} get back what was before.", *notes]
    return discord.Embed(
        title=cut_units(f"Undo {kind_name(one)}, number {one.id}?", TITLE_LIMIT),
        description=cut_units("\n".join([*head, "", fit_lines(lines, _ROOM)]), DESCRIPTION_LIMIT),
        colour=ATTENTION,
    )


def _undo_lines(undo: Undo) -> Iterator[str]:
    for user, roles in undo.kept.items():
        yield f"⚠ <@{user}>: {mentions(roles)} changed since, and stays as it is"
    for user in undo.not_here:
        yield f"⚠ <@{user}>: not in this server"
    for change in undo.changes:
        yield change_line(change)


def roles_words(before: Roles, after: Roles) -> str:
    """Roles before and after, in words."""
    return f"{mentions(before) or '—'} → {mentions(after) or '—'}"
