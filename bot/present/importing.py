"""An import's report, for a terminal: what became of every row, and why."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Final

from bot.domain.imports import ImportState, Tally

TOP: Final = 15
"""Names that are listed of those that belong to nobody."""


def report(state: ImportState, *, rehearsal: bool) -> str:
    """The report of an import that is done, or of what one would do."""
    taken = "would be taken" if rehearsal else "taken"
    lines = [
        f"{'rows':<12}{'read':>10}{taken:>16}{'known before':>14}{'refused':>10}",
        *(_row(name, tally) for name, tally in _tables(state)),
        "",
        *_owners("Members", state.members, "matched with the roster", "known from the old system only"),
        *_owners("Snapshots", state.snapshots, "attributed", "of nobody known"),
        *_owners("Messages", state.messages, "attributed", "of nobody known"),
        f"Boss rows: {state.bosses.taken:,} used; the others say again what their snapshots say.",
        f"Coverage: {len(state.channels)} channels, each from its first message to its last.",
    ]
    for name, tally in _tables(state):
        lines += _listed(f"{name}, refused", tally.refused)
        lines += _listed(f"{name}, taken all the same", tally.notes)
    for name, tally in (("Snapshots", state.snapshots), ("Messages", state.messages)):
        lines += _listed(f"{name} of nobody known, by name", _top(tally.unresolved), len(tally.unresolved))
    if state.relays:
        lines += ["", "Authors taken for relays of the game's chat, since they wrote under many names:"]
        lines += [f"  {author}" for author in state.relays[:TOP]]
        lines += _more(len(state.relays))
    if state.ambiguous:
        lines += ["", "Members who may be several on the roster, left to officers (/member identity merge):"]
        lines += [f"  {name}" for name in state.ambiguous[:TOP]]
        lines += _more(len(state.ambiguous))
    return "\n".join(lines)


def _tables(state: ImportState) -> Iterator[tuple[str, Tally]]:
    yield "Members", state.members
    yield "Aliases", state.aliases
    yield "Snapshots", state.snapshots
    yield "Boss rows", state.bosses
    yield "Messages", state.messages


def _row(name: str, tally: Tally) -> str:
    refused = sum(tally.refused.values())
    return f"{name:<12}{tally.read:>10,}{tally.taken:>16,}{tally.known:>14,}{refused:>10,}"


def _owners(name: str, tally: Tally, attributed: str, others: str) -> Iterable[str]:
    of = tally.taken + tally.known
    yield f"{name}: {tally.attributed:,} of {of:,} {attributed}, {of - tally.attributed:,} {others}."


def _listed(title: str, counts: Mapping[str, int], of: int | None = None) -> list[str]:
    """One line a reason or a name, the most frequent first; nothing where there is none."""
    if not counts:
        return []
    width = max(len(f"{number:,}") for number in counts.values())
    listed = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ["", f"{title}:", *(f"  {number:>{width},}  {what}" for what, number in listed), *_more(of or 0)]


def _top(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(nlargest(TOP, counts.items(), key=lambda pair: pair[1]))


def _more(of: int) -> list[str]:
    return [f"  and {of - TOP:,} more"] if of > TOP else []
