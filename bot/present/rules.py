"""Rank rules for officers: what counts, what a draft says, and what saving it would change."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import discord

from bot.domain.ids import MemberId, UserId
from bot.domain.rules.changes import Difference, Oddities, Pair, RuleChanges
from bot.domain.rules.files import write_rules
from bot.domain.rules.language import Rank, RuleSet, checks_in
from bot.present.numbers import counted
from bot.present.requirements import asked
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, rank_name, tidy
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago

FILE, SCHEMA = "rules.yaml", "rules.schema.json"
_NAMES, _FEW = 8, 3
"""Members named of a rank, where there is one rank or two, and where there are more."""
_RANKS = 30


def rules_file(rules: RuleSet, clan: str, number: int, by: str, at: datetime) -> bytes:
    """The rules as a file, with a head that says whose they are."""
    head = [
        f"# yaml-language-server: $schema={SCHEMA}",
        f"# Rank rules of {tidy(clan)}, version {number}",
        f"# saved by {tidy(by)} on {at:%Y-%m-%d %H:%M} UTC",
        "# Change it and send it back with /rules import: nothing counts before you save it there.",
    ]
    return "\n".join([*head, "", write_rules(rules)]).encode()


def schema_file() -> bytes:
    """What may stand in such a file, for editors that complete and check while one types."""
    return json.dumps(RuleSet.model_json_schema(), indent=2).encode()


def overview(
    clan: str,
    rules: RuleSet,
    version: int,
    saved_at: datetime | None,
    saved_by: UserId | None,
    *,
    draft: bool,
) -> discord.Embed:
    """All ranks, the highest first, and whether this is a draft."""
    lines = [_rank_line(one) for one in reversed(rules.ranks)][:_RANKS] or [
        "There are no rank rules yet. Begin with a ready-made set, or with a rank of your own."
    ]
    if len(rules.ranks) > _RANKS:
        lines.append(f"… and {counted(len(rules.ranks) - _RANKS, 'rank')} more")
    if rules.watch:
        says = ", ".join(escape(one.says) for one in rules.watch)
        lines += ["", cut_units(f"**Looks after** {says}", 600)]
    small = _state(version, saved_at, saved_by)
    if draft:
        small = f"your draft: nothing counts before you save it{SEPARATOR}{small}"
    return _page(f"{escape(clan)}{SEPARATOR}rank rules", [*lines, f"-# {small}"], waits=draft)


def _state(version: int, saved_at: datetime | None, saved_by: UserId | None) -> str:
    if saved_at is None:
        return "none were ever saved"
    return f"version {version}, saved {ago(saved_at)} by <@{saved_by}>"


def _rank_line(rank: Rank) -> str:
    number = sum(1 for _ in checks_in(rank.when))
    gives = SEPARATOR.join(_gives(rank))
    return f"**{escape(rank_name(rank.name))}**{SEPARATOR}{counted(number, 'requirement')}{SEPARATOR}{gives}"


def _gives(rank: Rank) -> Iterator[str]:
    if rank.wom_role:
        yield f"WOM {escape(rank_name(rank.wom_role))}"
    if rank.discord_role:
        role = rank.discord_role
        yield f"<@&{role}>" if role.isdecimal() else f"Discord {escape(role)}"


def rank_page(rank: Rank, *, draft: bool) -> discord.Embed:
    """One rank: what it takes, and everything else that is said of it."""
    lines = [*asked(rank.when), "", *(f"-# {one}" for one in _details(rank))]
    if draft:
        lines.append("-# your draft: nothing counts before you save it")
    return _page(escape(rank_name(rank.name)), lines, waits=draft)


def _details(rank: Rank) -> Iterator[str]:
    yield SEPARATOR.join((f"order {rank.order}", *_gives(rank)))
    if rank.requires:
        yield f"only for who holds {' or '.join(escape(rank_name(one)) for one in rank.requires)}"
    if rank.min_days_in_rank:
        yield f"after {counted(rank.min_days_in_rank, 'day')} in the rank before"
    if rank.wom_role:
        after = "never" if rank.demote is None else f"after {counted(rank.demote, 'day')} of not meeting it"
        yield f"demoted {after}"
    if rank.badge_days is not None:
        yield f"kept {counted(rank.badge_days, 'day')} after it was last met"
    if rank.exempt:
        yield f"never offered to, nor taken from: {escape(', '.join(rank.exempt))}"


def preview_page(
    changes: RuleChanges,
    today: Difference,
    members: int,
    names: Mapping[MemberId, str],
    odd: Oddities,
    *,
    replaced: bool = False,
    overtaken: tuple[int, UserId | None] | None = None,
) -> discord.Embed:
    """What saving the draft changes in the rules, and to whom it makes a difference today.

    ``overtaken`` is the version, and by whom, that was saved since the draft was begun.
    """
    lines = [*_changed(changes), "", *_different(today, members, names)]
    if odd.wom_roles:
        lines.append(f"⚠ The clan has no rank {_listed(map(rank_name, odd.wom_roles))} at WOM.")
    if odd.discord_roles:
        lines.append(f"⚠ This server has no role {_listed(odd.discord_roles)}.")
    if overtaken is not None:
        lines.append(f"⚠ <@{overtaken[1]}> saved version {overtaken[0]} since you began: it cannot be saved.")
    if replaced:
        lines.append("-# your former draft was replaced")
    lines.append("-# nothing counts before you save it")
    return _page("Your draft", lines, waits=True)


def _listed(names: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(escape(one) for one in names)


def _changed(changes: RuleChanges) -> Iterator[str]:
    for sign, names in (
        ("🟢 new", changes.added),
        ("🔴 gone", changes.removed),
        ("🟡 changed", changes.changed),
    ):
        if names:
            shown = cut_units(", ".join(escape(rank_name(one)) for one in names), 700)
            yield f"{sign}: {shown}"
    if changes.watches:
        yield f"🟡 looked after: {_listed([rank_name(one) for one in changes.watches])}"
    if not changes:
        yield "The rules stay what they are."


def _different(today: Difference, members: int, names: Mapping[MemberId, str]) -> Iterator[str]:
    yield f"**Today, of {counted(members, 'member')}**"
    if not today:
        yield "it makes no difference to anybody"
    yield from _pairs("✅ would be earned", today.gained, names)
    yield from _pairs("❌ no longer earned", today.lost, names)
    yield from _pairs("▼ would no longer meet their rank", today.falling, names)
    yield from _pairs("❔ would be unknown", today.unknown, names)


def _pairs(title: str, pairs: Sequence[Pair], names: Mapping[MemberId, str]) -> Iterator[str]:
    """By rank, with as many names as fit on a phone."""
    if not pairs:
        return
    yield f"{title}: {len(pairs)}"
    by_rank: dict[str, list[str]] = {}
    for member, rank in pairs:
        by_rank.setdefault(rank, []).append(names[member])
    most = _NAMES if len(by_rank) <= 2 else _FEW
    for rank, those in by_rank.items():
        named = sorted(those, key=str.casefold)
        shown = _listed(named[:most])
        more = f" and {len(named) - most} more" if len(named) > most else ""
        yield f"\u2003{escape(rank_name(rank))} ({len(named)}): {shown}{more}"


def note_of(changes: RuleChanges) -> str:
    """What a version changed, in a line, as it is kept with it."""
    parts = (("new", changes.added), ("gone", changes.removed), ("changed", changes.changed))
    told = [f"{word} {', '.join(names)}" for word, names in (*parts, ("watch", changes.watches)) if names]
    return cut_units("; ".join(told), 200)


def saved_page(number: int, changes: RuleChanges | None = None) -> discord.Embed:
    """The draft counts now."""
    lines = [f"Version {number} counts from now on. What counted before is kept under **Versions**."]
    return _page("Saved", [*lines, *(_changed(changes) if changes else ())], waits=False)


def discarded_page() -> discord.Embed:
    """The draft is gone."""
    return _page("Discarded", ["Your draft is gone. What counts stays as it is."], waits=False)


def versions_page(versions: Sequence[tuple[int, datetime, UserId, str]]) -> discord.Embed:
    """What was saved, the newest first."""
    lines = [
        SEPARATOR.join(
            part for part in (f"**{number}**", ago(at), f"<@{by}>", escape(note) if note else "") if part
        )
        for number, at, by, note in versions
    ] or ["None were ever saved."]
    return _page("Versions", [*lines, "-# choose one to make it your draft and look at it"], waits=False)


def _page(title: str, lines: Sequence[str], *, waits: bool) -> discord.Embed:
    return discord.Embed(
        title=cut_units(title, TITLE_LIMIT),
        description=fit_lines(lines, DESCRIPTION_LIMIT),
        colour=ATTENTION if waits else ACCENT,
    )
