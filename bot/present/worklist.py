"""The worklist: names to copy into the game, and what became of them."""

from collections.abc import Iterator, Mapping, Sequence

import discord

from bot.domain.worklist import Step, StepGroup, StepKind
from bot.present.numbers import counted
from bot.present.text import DESCRIPTION_LIMIT, cut_units, escape, rank_name, units, verbatim
from bot.present.theme import ACCENT, ATTENTION, SEPARATOR
from bot.present.times import ago

PAGE_SIZE = 100
CHUNK = 20
"""Names that are copied at once."""
_SHOWN = 12
_SAID = {
    StepKind.PROMOTE: "Set their rank to {rank} in the game, then tick them off.",
    StepKind.DEMOTE: "Set their rank to {rank} in the game, then tick them off.",
    StepKind.REMOVE: "Remove them in the game, then tick them off: their leaving is expected then.",
}


def group_name(group: StepGroup) -> str:
    """What a group is called: ``→ Onyx``, ``▼ Ruby``, ``Remove``."""
    if group.kind is StepKind.REMOVE:
        return "Remove"
    return f"{'→' if group.kind is StepKind.PROMOTE else '▼'} {rank_name(group.rank)}"


def names_of(steps: Sequence[Step]) -> list[str]:
    """The names to be copied, each once: of who is on the roster still."""
    return list(dict.fromkeys(step.name for step in steps if not step.gone))


def pages(steps: Sequence[Step]) -> int:
    """How many pages a group takes; an empty one takes one."""
    return max(1, -(-len(names_of(steps)) // PAGE_SIZE))


def worklist_page(
    groups: Mapping[StepGroup, Sequence[Step]], shown: StepGroup | None, page: int, last: Sequence[Step]
) -> discord.Embed:
    """One group's names in blocks that can be copied; ``last`` is what was ticked off last.

    ``shown`` is None where nothing waits. A page out of range is the nearest there is.
    """
    number = sum(map(len, groups.values()))
    below = "".join(f"\n-# {line}" for line in _small(groups, shown, last))
    lines = "Nothing is to be done in the game." if shown is None else _group(groups[shown], shown, page)
    return discord.Embed(
        title=SEPARATOR.join(("To do in the game", *([str(number)] if number else []))),
        description=cut_units(lines, DESCRIPTION_LIMIT - units(below)) + below,
        colour=ATTENTION if number else ACCENT,
    )


def _group(steps: Sequence[Step], group: StepGroup, page: int) -> str:
    names = names_of(steps)
    first = min(max(page, 0), pages(steps) - 1) * PAGE_SIZE
    on_page = names[first : first + PAGE_SIZE]
    chunks = (on_page[start : start + CHUNK] for start in range(0, len(on_page), CHUNK))
    # Each block begins on a line of its own, or Discord takes two fences for one.
    blocks = "\n".join("```\n" + "\n".join(map(verbatim, chunk)) + "\n```" for chunk in chunks)
    heading = f"**{escape(group_name(group))}** ({len(names)})"
    said = _SAID[group.kind].format(rank=escape(rank_name(group.rank)))
    return f"{heading}\n{said}\n{blocks}"


def _small(
    groups: Mapping[StepGroup, Sequence[Step]], shown: StepGroup | None, last: Sequence[Step]
) -> Iterator[str]:
    gone = list(dict.fromkeys(step.name for step in groups[shown] if step.gone)) if shown else []
    if gone:
        yield f"On the roster no more: {_some(gone)}. **All done** ticks them off too."
    if last:
        names, done = list(dict.fromkeys(step.name for step in last)), last[0]
        what = " and ".join(dict.fromkeys(escape(group_name(step.group)) for step in last))
        yield f"✅ <@{done.done_by}> ticked off {what}, {ago(done.done_at)}: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = f" and {counted(len(names) - _SHOWN, 'other')}" if len(names) > _SHOWN else ""
    return ", ".join(map(escape, names[:_SHOWN])) + more
