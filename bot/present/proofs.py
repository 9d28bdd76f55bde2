"""Proofs: for who submits them, for officers who decide them, and what can be proved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import discord

from bot.domain.proofs import MyProofs, Proof, ProofKind, ProofState
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines, units
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago, on_day

PAGE_SIZE = 4
"""As many as have a row of buttons each."""
_NOTE = 300
_MARKS = {
    ProofState.WAITING: ("⏳", "waits for officers"),
    ProofState.APPROVED: ("✅", "approved"),
    ProofState.REFUSED: ("✖", "not accepted"),
    ProofState.WITHDRAWN: ("↩", "taken back"),
    ProofState.EXPIRED: ("⌛", "expired"),
}


def what_of(one: Proof, kinds: Mapping[str, ProofKind]) -> str:
    """What a proof says: ``Combat achievements: Elite``. Not escaped."""
    kind = kinds.get(one.kind)
    name = kind.name if kind else one.kind
    return name if one.value is None else f"{name}: {one.value}"


def mark_of(one: Proof, now: datetime) -> str:
    """The sign of what became of a proof."""
    return _MARKS[one.state(now)][0]


def my_proofs_page(mine: MyProofs, now: datetime) -> discord.Embed:
    """Somebody's own proofs, and what can be proved."""
    several = len(mine.accounts) > 1
    listed = [line for one in mine.proofs for line in _listed(one, mine.kinds, now, named=several)]
    below = "\n".join(("", *_steps(mine)))
    text = fit_lines(listed or [_nothing(mine)], DESCRIPTION_LIMIT - units(below))
    return discord.Embed(title="My proofs", description=text + below, colour=ACCENT)


def _nothing(mine: MyProofs) -> str:
    if mine.accounts:
        return "You have proved nothing yet."
    if mine.claimed:
        names = ", ".join(f"**{escape(name)}**" for name in mine.claimed)
        return (
            f"Proofs need a verified account, and {names} is only claimed so far. `/link` shows how to "
            "verify it."
        )
    return "Proofs need a verified account. Tell me with `/link` which one is yours, and have it verified."


def _steps(mine: MyProofs) -> Iterator[str]:
    if mine.submitted is not None:
        yield "Officers will look at it, and I tell you what they say, if you take messages from this server."
    usable = [kind for kind in mine.kinds.values() if not kind.retired]
    if mine.accounts and usable:
        yield "-# `/proof kind note` submits one: " + ", ".join(map(_kind, usable))


def _kind(kind: ProofKind) -> str:
    values = f" ({escape(kind.values[0])} … {escape(kind.values[-1])})" if len(kind.values) > 1 else ""
    return escape(kind.name) + values


def _listed(one: Proof, kinds: Mapping[str, ProofKind], now: datetime, *, named: bool) -> Iterator[str]:
    state = one.state(now)
    mark, words = _MARKS[state]
    about = [f"{mark} **{escape(what_of(one, kinds))}**", *([escape(one.name)] if named else []), words]
    if state is ProofState.APPROVED and one.expires_at is not None:
        about.append(f"until {on_day(one.expires_at)}")
    yield SEPARATOR.join(about)
    said = [f"“{escape(cut_units(one.note, _NOTE))}”"] if one.note else []
    yield f"-# \u2003{SEPARATOR.join([*said, on_day(one.submitted_at)])}"


def proof_notice(one: Proof, kinds: Mapping[str, ProofKind], now: datetime) -> discord.Embed:
    """What officers are to decide, or what became of it."""
    waits = one.state(now) is ProofState.WAITING
    lines = list(_asked(one, kinds))
    if not waits:
        lines += _outcome(one, now)
    title = "Is that proved?" if waits else "Proof"
    return discord.Embed(title=title, description="\n".join(lines), colour=ATTENTION if waits else ACCENT)


def _asked(one: Proof, kinds: Mapping[str, ProofKind], *, named: bool = True) -> Iterator[str]:
    name = [f"**{escape(one.name)}**"] if named else []
    yield SEPARATOR.join((*name, escape(what_of(one, kinds))))
    if one.note:
        yield f"“{escape(cut_units(one.note, _NOTE))}”"
    entered = "entered by" if one.by_officer else "from"
    yield f"-# {entered} <@{one.submitted_by}>, {ago(one.submitted_at)}"
    if one.approved is None and one.owner != one.submitted_by:
        yield "⚠ the account is not verified as theirs any more"


def _outcome(one: Proof, now: datetime) -> Iterator[str]:
    if one.decided_by is not None and not one.by_officer:
        said = "Approved" if one.approved else "Refused"
        yield f"**{said}**{SEPARATOR}<@{one.decided_by}>, {ago(one.decided_at)}"
    if one.withdrawn_by is not None:
        yield f"**Taken back**{SEPARATOR}<@{one.withdrawn_by}>, {ago(one.withdrawn_at)}"
    elif one.approved and one.expires_at is not None:
        yield f"-# counts until {on_day(one.expires_at)}" if now < one.expires_at else "-# expired"


def pages(number: int) -> int:
    """How many pages so many waiting proofs take; none takes one."""
    return max(1, -(-number // PAGE_SIZE))


def on_page(proofs: Sequence[Proof], page: int) -> Sequence[Proof]:
    """Those of a page; one out of range is the nearest there is."""
    first = min(max(page, 0), pages(len(proofs)) - 1) * PAGE_SIZE
    return proofs[first : first + PAGE_SIZE]


def queue_page(proofs: Sequence[Proof], kinds: Mapping[str, ProofKind], page: int) -> discord.Embed:
    """What waits for officers, a page at a time; the numbers are those of the buttons."""
    blocks = [
        f"{number}. " + "\n".join(_asked(one, kinds)) for number, one in enumerate(on_page(proofs, page), 1)
    ]
    return discord.Embed(
        title=SEPARATOR.join(("Proofs to look at", str(len(proofs)))),
        description=fit_lines(blocks or ["Nothing waits for you."], DESCRIPTION_LIMIT),
        colour=ATTENTION if proofs else ACCENT,
    )


def member_proofs_page(
    name: str, proofs: Sequence[Proof], kinds: Mapping[str, ProofKind], now: datetime
) -> discord.Embed:
    """Everything about one member, for officers, the newest first."""
    lines = [
        f"{mark_of(one, now)} "
        + "\n".join((*_asked(one, kinds, named=one.name != name), *_outcome(one, now)))
        for one in proofs
    ]
    return discord.Embed(
        title=cut_units(SEPARATOR.join((escape(name), counted(len(proofs), "proof"))), TITLE_LIMIT),
        description=fit_lines(lines or ["Nothing is proved of this account."], DESCRIPTION_LIMIT),
        colour=ACCENT,
    )


def kinds_page(kinds: Iterable[ProofKind]) -> discord.Embed:
    """What can be proved, for officers."""
    lines = [line for kind in kinds for line in _described(kind)]
    small = (
        "\n-# Rules read proofs by kind. A kind that is switched off takes no new ones; old ones count on."
    )
    return discord.Embed(
        title="What can be proved",
        description=fit_lines(lines, DESCRIPTION_LIMIT - units(small)) + small,
        colour=ACCENT,
    )


def _described(kind: ProofKind) -> Iterator[str]:
    ends = "counts for ever" if kind.expires_days is None else f"counts {counted(kind.expires_days, 'day')}"
    off = ["off"] if kind.retired else []
    yield SEPARATOR.join((f"**{escape(kind.name)}**", f"`{kind.key}`", ends, *off))
    if kind.values:
        yield f"-# \u2003{', '.join(map(escape, kind.values))}"


def decided_message(one: Proof, kinds: Mapping[str, ProofKind], clan_name: str) -> str:
    """What a member is told in a private message."""
    what, name, clan = escape(what_of(one, kinds)), escape(one.name), escape(clan_name)
    if one.approved:
        until = f" It counts until {on_day(one.expires_at)}." if one.expires_at else ""
        return f"Officers of {clan} approved your proof: **{what}**, for {name}.{until}"
    return (
        f"Officers of {clan} did not accept your proof: **{what}**, for {name}. If you wonder why, ask one; "
        "you can submit it again with `/proof` there."
    )
