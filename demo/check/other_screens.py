"""Checks the comparison, the checklist of the set-up, and that no other screen holds unchecked numbers."""

import re
from collections.abc import Iterator
from datetime import timedelta

from demo.check.asked import Asked
from demo.check.chat import speaker_in
from demo.check.known import Person
from demo.check.numbers import gain, short
from demo.check.readings import Gain
from demo.check.text import STAMP, Screen, mentions, numbers_left, parts
from demo.check.wording import heading_problem, stamp_problem

_CODE = re.compile(
    r"To verify [^,]+, say !link \d{4} in the clan chat with that account\. "
    r"The code ends <t:(?P<end>\d+):R>\."
)
"""A one-time code is made by chance; that it ends within a quarter of an hour is not."""
_CODE_LASTS = timedelta(minutes=15)
_LINK = re.compile(r"\[[^\]]+\]\(https://wiseoldman\.net/groups/\d+\)")


def check_compare(screen: Screen, asked: Asked) -> Iterator[str]:
    """Each table: a row a member, a column a metric, a star at the most."""
    for heading in parts(screen.title)[1:]:
        yield from heading_problem(heading, asked)
    if not screen.tables:
        yield "a comparison without a table"
    people: list[Person | None] = []
    for table in screen.tables:
        header, *rows = table.split("\n")
        metrics = [asked.metric(label) for label in re.split(r"\s{2,}", header.strip())]
        # A name holds no two blanks in a row, and before a value there are two at least.
        divided = [row.partition("  ") for row in rows]
        people = [asked.oracle.knowledge.named(name, asked.now) for name, _, _ in divided]
        for column, metric in enumerate(metrics):
            cells = [values.split() for _, _, values in divided]
            yield from _check_column(metric, [cell[column : column + 1] for cell in cells], people, asked)
    looked = [asked.oracle.readings(who.player, asked.now).last_at(asked.span.end) for who in people if who]
    for line in screen.lines:
        if STAMP.search(line):
            yield from stamp_problem(line, [max(filter(None, looked), default=None)], asked)
        elif numbers_left(line, asked.names()):
            yield from heading_problem(line, asked)


def _check_column(
    metric: str | None, cells: list[list[str]], people: list[Person | None], asked: Asked
) -> Iterator[str]:
    if metric is None or None in people:
        yield f"a comparison of something or somebody unknown: {metric!r}, {people!r}"
        return
    figures = [_figure(person, metric, asked) for person in people if person is not None]
    known = [figure.value for figure in figures if figure.value is not None]
    for cell, figure in zip(cells, figures, strict=True):
        most = len(known) > 1 and figure.value == max(known) and figure.value != min(known)
        write = short if asked.rule == "total" else gain
        partial = figure.since is not None and figure.value is not None
        star = "*" if most and not partial else ""
        expected = f"{'≈' if partial else ''}{write(figure.value, metric)}{star}"
        if cell != [expected]:
            yield f"{metric}: {cell} should be {expected!r}"


def _figure(person: Person, metric: str, asked: Asked) -> Gain:
    span = asked.span
    card = asked.oracle.card(person.player, span.start, span.end, asked.rule, asked.now)
    if metric == "messages":
        return Gain(card.messages)
    return card.gains.get(metric) or Gain(None)


_FIXED = {"Load 90 days": "90", "take away only roles": "2"}
"""Numbers that are the same for every clan, by the words beside them."""


def check_setup(screen: Screen, asked: Asked) -> Iterator[str]:
    """The counts of the checklist; every other number must be in a name or a channel's mention."""
    oracle = asked.oracle
    ids = {channel.id for channel in oracle.header.channels}
    for line in screen.lines:
        strange = [found for found in mentions(line) if found not in ids]
        if strange:
            yield f"{line!r} mentions {strange}, which is no channel of the server"
        found = numbers_left(line, asked.names())
        if "WOM group" in line:
            yield from _expect(line, found, [f"{len(_members(asked)):,}", str(oracle.header.group)])
        elif "understood" in line:
            yield from _check_understood(line, found, asked)
        elif "match a Discord role" in line:
            names = {role.name for role in oracle.header.discord_roles}
            held = _ranks(asked)
            matched = 0 if asked.elsewhere else sum(name in names for name in held)
            yield from _expect(line, found, [str(matched), str(len(held))])
        elif "History:" in line:
            yield from _expect(line, found, [f"{_history_days(asked):,}"])
        elif STAMP.search(line):
            polled = asked.now if asked.elsewhere else oracle.knowledge.horizon(asked.now)
            yield from stamp_problem(line, [polled], asked)
        elif _unexplained(line, found):
            yield f"unexplained {line!r}"


def _unexplained(line: str, found: list[str]) -> bool:
    """Whether a line holds numbers, and not just the one that it always has."""
    return bool(found) and found != [number for words, number in _FIXED.items() if words in line]


def _expect(line: str, found: list[str], right: list[str]) -> Iterator[str]:
    if [number.rstrip(".,") for number in found] != right:
        yield f"{line!r} should hold {right}"


def _check_understood(line: str, found: list[str], asked: Asked) -> Iterator[str]:
    """Of the newest lines of the relay, as many as the screen says it looked at."""
    relay = asked.oracle.header.relay
    said = [message for message in asked.oracle.knowledge.story.messages if message.at <= asked.now]
    lines = [message for message in said if message.channel == relay.channel]
    lines = [message for message in lines if relay.author in (message.webhook, message.author)]
    read, of = (int(number.replace(",", "")) for number in found[:2])
    newest = lines[-of:]
    understood = sum(_understood(message.content) for message in newest)
    if len(newest) != of or read != understood:
        yield f"{line!r} should be {understood} of at most {len(lines)}"


def _understood(content: str) -> bool:
    """The made-up relay writes nothing but chat lines and the game's own words."""
    return speaker_in(content) is not None or re.search(r" (?:has|received) ", content) is not None


def _members(asked: Asked) -> list[Person]:
    """A server that is set up only now never knew who was about to leave."""
    known = asked.oracle.knowledge
    return known.at_wom(asked.now) if asked.elsewhere else known.members(asked.now)


def _ranks(asked: Asked) -> set[str]:
    """The names of the ranks that somebody holds."""
    horizon = asked.now if asked.elsewhere else asked.oracle.knowledge.horizon(asked.now)
    held = {person.role_by(horizon) for person in _members(asked)}
    return {role.name for role in asked.oracle.header.roles if role.key in held}


def _history_days(asked: Asked) -> int:
    """Since when messages were heard."""
    heard = [] if asked.elsewhere else asked.oracle.knowledge.story.observed
    return (asked.now - min((item.since for item in heard), default=asked.now)) // timedelta(days=1)


def check_group(screen: Screen, asked: Asked) -> Iterator[str]:
    """The group that is to be confirmed: as many members as it has at WOM, and its number."""
    group = str(asked.oracle.header.group)
    for line in screen.lines:
        found = numbers_left(line, asked.names())
        if "WOM group" in line:
            yield from _expect(line, found, [f"{len(asked.oracle.knowledge.at_wom(asked.now)):,}", group])
        elif found and not (_LINK.search(line) and found == [group]):
            yield f"unexplained {line!r}"


def check_words(screen: Screen, asked: Asked) -> Iterator[str]:
    """A screen of words: no number may be in it but in names, mentions and options."""
    given = {str(value) for value in asked.options.values()}
    for line in [screen.title, *screen.lines, *screen.tables]:
        if code := _CODE.fullmatch(line):
            yield from _check_code(line, int(code["end"]), asked)
        elif STAMP.search(line) or _unexplained(line, numbers_left(line, asked.names() | given)):
            yield f"unexplained {line!r}"


def _check_code(line: str, end: int, asked: Asked) -> Iterator[str]:
    left = end - asked.now.timestamp()
    if not 0 < left <= _CODE_LASTS.total_seconds():
        yield f"{line!r} should end within {_CODE_LASTS}, not in {left} s"
