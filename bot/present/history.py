"""What officers did, in words: who, what, when, and from what to what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import discord

from bot.domain.change_sets import ChangeSet
from bot.domain.decisions import Decision
from bot.domain.history import Action, Changes, Entry, HistoryPage
from bot.domain.ids import MemberId
from bot.present.change_sets import kind_name
from bot.present.dossier import decision_line
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, fit_lines, rank_name
from bot.present.theme import ACCENT, SEPARATOR
from bot.present.times import ago, on_day

_LONGEST = 300
NOTHING = "—"
_WORDS: Mapping[str, str] = {
    "clan_linked": "followed a clan",
    "clan_unlinked": "stopped following a clan",
    "default_clan": "changed the default clan",
    "relay_used": "chose a relay",
    "relays_dropped": "dropped relays",
    "doubles_within": "changed when two relays' lines are one",
    "link_verified": "verified a link",
    "link_refused": "refused a claim",
    "link_removed": "removed a link",
    "link_panel_posted": "posted the button for links",
    "member_note": "noted something",
    "member_joined": "corrected when a member joined",
    "mass_leave": "decided on a mass leave",
    "past_wanted": "asked for history from before the bot",
    "past_cancelled": "cancelled the history from before the bot",
    "role_sync": "changed role sync",
    "rules_saved": "saved rank rules",
    "promoted": "approved",
    "promotions_undone": "took back",
    "promotions_announced": "announced",
    "held": "held back",
    "released": "holds back no more",
    "worklist_added": "put on the worklist",
    "worklist_ticked": "did in the game",
    "worklist_dropped": "took off the worklist",
    "absence": "noted an absence",
    "inactivity_decided": "decided on a quiet member",
    "inactivity_notices": "sent notices to who is quiet",
    "inactivity_settings": "changed who counts as quiet",
    "proof_kind": "changed what can be proved",
    "risk_muted": "muted in the lists of who may be about to leave",
    "risk_unmuted": "unmuted in the lists of who may be about to leave",
    "change_set_retried": "tried again what failed",
    "posts_changed": "changed what I post",
    "dashboard": "switched the public pages",
    "nicknames_follow": "changed whether nicknames follow",
    "officer_roles": "changed the officers' roles",
    "officer_channel": "changed the officers' channel",
    "bot_channels": "changed the bot's channels",
    "included": "changed the channels that count",
    "excluded": "changed the channels that never count",
    "backfill_days": "changed how far messages are read back",
}
_LISTS = frozenset({"members", "steps"})
_FEW = 4
_HIDDEN = frozenset({"clan_id", "kind", "before", "after"})


def history_page(shown: HistoryPage) -> discord.Embed:
    """A page of it, the newest first."""
    lines = [entry_line(entry, shown.names) for entry in shown.entries]
    return discord.Embed(
        title=f"Who did what{SEPARATOR}{shown.number:,}",
        description=fit_lines(lines or ["Nobody did anything yet."], DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def entry_line(entry: Entry, names: Mapping[MemberId, str]) -> str:
    """One entry."""
    if isinstance(entry, Changes):
        return _changes(entry)
    if isinstance(entry, Decision):
        return f"🪪 {decision_line(entry)}"
    what = _WORDS.get(entry.action, entry.action.replace("_", " "))
    parts = list(_details(entry, names))
    details = f": {', '.join(parts)}" if parts else ""
    return cut_units(f"<@{entry.by}> {what}{details} · {ago(entry.at)}", _LONGEST)


def _changes(entry: Changes) -> str:
    one, counts = entry.of, entry.tally
    parts = [counted(counts.done, "member"), f"number {one.id}"]
    if counts.skipped or counts.failed:
        parts.insert(1, f"{counts.skipped + counts.failed} not")
    if one.is_open:
        parts.insert(0, f"⏳ {counts.all - counts.waiting} of {counts.all} done")
    parts.append(ago(one.made_at))
    said = f"🎭 <@{one.by}> **{kind_name(one)}**{_label(one)}{SEPARATOR}{SEPARATOR.join(parts)}"
    return f"~~{said}~~ undone" if one.undone_by is not None else said


def _label(one: ChangeSet) -> str:
    return f" {escape(one.label)}" if one.label else ""


def option_words(entry: Changes | Decision) -> str:
    """An entry as one line of a list of what can be opened."""
    if isinstance(entry, Changes):
        return f"{kind_name(entry.of)}, number {entry.of.id}"
    return f"Who is who: {entry.kind.value}, number {entry.id}"


def _details(entry: Action, names: Mapping[MemberId, str]) -> Iterator[str]:
    detail = entry.detail
    for key, value in detail.items():
        if key in {"member", "member_id"}:
            yield f"**{escape(names.get(MemberId(int(value or 0)), 'a member'))}**"
        elif key == "user":
            yield f"<@{value}>"
        elif key == "change_set":
            yield f"number {value}"
        elif key in _LISTS and isinstance(value, list):
            yield _members(cast("list[Any]", value), names)
        elif key == "ranks" and isinstance(value, list):
            yield from _ranks(*value)  # pyright: ignore[reportUnknownArgumentType] -- as it was stored
        elif key not in _HIDDEN:
            yield _said(key, value)
    if "before" in detail or "after" in detail:
        kind = entry.action
        yield f"{_value(kind, detail.get('before'))} → {_value(kind, detail.get('after'))}"


def _members(listed: Sequence[Any], names: Mapping[MemberId, str]) -> str:
    """Some of several members, with what changed of each where that is told."""
    found: list[str] = []
    for one in listed[:_FEW]:
        about = cast("dict[str, Any]", one) if isinstance(one, dict) else {"member_id": one}
        name = names.get(MemberId(int(about["member_id"])), "a member")
        after = about.get("after")
        found.append(f"**{escape(name)}**{f' → {escape(rank_name(after))}' if after else ''}")
    more = len(listed) - len(found)
    return ", ".join([*found, *([f"and {more} more"] if more else [])])


def _said(key: str, value: Any) -> str:
    """A setting from what to what; else what it was set to."""
    if isinstance(value, list) and len(value) == 2:  # pyright: ignore[reportUnknownArgumentType] -- JSON
        before, after = value  # pyright: ignore[reportUnknownVariableType] -- JSON
        name = "" if key in _WORDS else f"{key.replace('_', ' ')} "
        return f"{name}{_value(key, before)} → {_value(key, after)}"
    return _value(key, value)


def _ranks(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    for rank in sorted({*before, *after}):
        old, new = before.get(rank), after.get(rank)
        if old != new:
            yield f"{escape(rank_name(rank))} {_value('roles', old)} → {_value('roles', new)}"


_MENTIONS: Mapping[str, Callable[[Any], str]] = {
    "roles": lambda one: f"<@&{one}>",
    "officer_roles": lambda one: f"<@&{one}>",
    "linked": lambda one: f"<@&{one}>",
    "guest": lambda one: f"<@&{one}>",
    "channel": lambda one: f"<#{one}>",
    "officer_channel": lambda one: f"<#{one}>",
    "bot_channels": lambda one: f"<#{one}>",
    "included": lambda one: f"<#{one}>",
    "excluded": lambda one: f"<#{one}>",
    "author": lambda one: f"<@{one}>",
}


def _value(key: str, value: Any) -> str:
    """A stored value as people read it; nothing is a dash."""
    if value is None or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "on" if value else "off"
    mention = _MENTIONS.get(key)
    if mention is not None:
        each = cast("list[Any]", value) if isinstance(value, list) else [value]
        return " ".join(map(mention, each))
    if isinstance(value, str):
        return _moment(value) or escape(value)
    return escape(str(value))


def _moment(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return on_day(moment) if moment.tzinfo else None
