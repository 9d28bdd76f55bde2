"""Checks a leaderboard's page, and the private answer of My place."""

import re
from collections.abc import Iterator
from dataclasses import replace

from demo.check.asked import Asked
from demo.check.numbers import age, gain, short
from demo.check.oracle import Board, Row
from demo.check.text import STAMP, Screen, parts
from demo.check.wording import heading_problem, stamp_problem

_MEDALS = {"🥇": 1, "🥈": 2, "🥉": 3}
_ROW = re.compile(
    r"(?P<place>🥇|🥈|🥉|\d+) +(?P<partial>≈ )?(?P<name>.+?) · (?P<value>[+-]?\d[\d,.]*[KMBT]?|—)"
    r"(?: \((?P<age>[^()]+)\))?"
)
_PAGE = re.compile(r"(\d+) ?/ ?(\d+)")
_MEASURED = re.compile(r"\d+ of \d+ measured")
_LISTENING_LAG = 120
"""Seconds that the stored end of what was heard may lie behind."""
_OTHERS = re.compile(r"([\d,]+) messages? not linked to a member")


def check_board(screen: Screen, asked: Asked, *, own: bool = False) -> Iterator[str]:
    """What is wrong with a page, in words; nothing for a right one.

    Who wrote nothing stands on the page of a member's ``own`` place only.
    """
    label, *heading = parts(screen.title)
    metric = asked.metric(label)
    wanted = asked.options.get("metric")
    if metric is None or (wanted and asked.metric(str(wanted)) != metric):
        yield f"the board is of {label!r}, asked for was {wanted!r}"
        return
    for part in heading:
        if part != asked.oracle.header.clan:
            yield from heading_problem(part, asked)
    board = asked.board(metric)
    rows = [found for found in map(_ROW.fullmatch, screen.lines) if found is not None]
    named = replace(board, rows=tuple(row for row in board.rows if own or metric != "messages" or row.value))
    yield from _check_rows(rows, named, metric, screen, asked)
    if not any(_MEASURED.search(line) for line in screen.lines):
        yield "the board does not say how many are measured"
    for line in screen.lines:
        if _ROW.fullmatch(line) is None:
            yield from _check_small(line, board, metric, asked)


def _check_rows(
    rows: list[re.Match[str]], board: Board, metric: str, screen: Screen, asked: Asked
) -> Iterator[str]:
    if not rows and board.rows:
        yield f"no row can be read, {len(board.rows)} members are measured"
        return
    right = _page(board.rows, len(rows), screen)
    if len(right) != len(rows):
        yield f"the page has {len(rows)} rows, should have {len(right)}"
    for found, row in zip(rows, right, strict=False):
        expected = _written(row, metric, asked)
        if not _same(found, expected):
            yield f"{found[0]!r} should be {expected}"


def _page(rows: tuple[Row, ...], count: int, screen: Screen) -> tuple[Row, ...]:
    """The rows that belong on this page; without a page number it is the first."""
    labels = [found for found in map(_PAGE.fullmatch, screen.labels) if found is not None]
    if not labels or not count:
        return rows[:count]
    page, of = int(labels[0][1]), int(labels[0][2])
    size = count
    if page == of and of > 1:
        size, rest = divmod(len(rows) - count, of - 1)
        if rest or count > size:
            return ()
    return rows[(page - 1) * size : page * size] if -(-len(rows) // size) == of else ()


def _written(row: Row, metric: str, asked: Asked) -> dict[str, str]:
    total = asked.rule == "total"
    return {
        "place": str(row.place),
        "partial": "≈" if row.since else "",
        "name": row.name,
        "value": short(row.value, metric) if total else gain(row.value, metric),
        "age": age(asked.span.end - row.since) if row.since and not total else "",
    }


def _same(found: re.Match[str], expected: dict[str, str]) -> bool:
    place = str(_MEDALS.get(found["place"], found["place"]))
    medal = found["place"] in _MEDALS
    shown = {
        "place": place,
        "partial": (found["partial"] or "").strip(),
        "name": found["name"],
        "value": found["value"],
        "age": found["age"] or "",
    }
    return shown == expected and not (medal and shown["partial"])


def _check_small(line: str, board: Board, metric: str, asked: Asked) -> Iterator[str]:
    others = _OTHERS.fullmatch(line)
    if others is not None:
        if others[1] != f"{board.unattributed:,}":
            yield f"{line!r} should be {board.unattributed:,} messages"
    elif _MEASURED.search(line):
        expected = f"{len(board.rows)} of {board.members} measured"
        if expected not in parts(line):
            yield f"{line!r} should be {expected!r}"
        rest = " · ".join(part for part in parts(line) if not _MEASURED.fullmatch(part))
        if metric == "messages":
            yield from _heard_until(rest, asked)
        else:
            yield from stamp_problem(rest, [board.checked_at], asked)
    elif "collecting since" in line:
        yield from stamp_problem(line, [item.since for item in asked.oracle.knowledge.story.observed], asked)
    elif STAMP.search(line):
        yield from stamp_problem(line, [], asked)
    elif re.search(r"\d", line) and parts(line) != [asked.oracle.header.clan]:
        yield from heading_problem(line, asked)


def _heard_until(line: str, asked: Asked) -> Iterator[str]:
    """A board of messages is as fresh as the listening, which goes on until the question is put."""
    observed = [item.at for item in asked.oracle.knowledge.story.observed if item.at <= asked.now]
    last = min(max(observed, default=asked.now), asked.span.end)
    for found in map(int, STAMP.findall(line)):
        lag = asked.span.end.timestamp() - found
        if found != int(last.timestamp()) and not -1 < lag < _LISTENING_LAG:
            yield f"{line!r} should be {asked.span.end}, or at least {last}"
    yield from stamp_problem(STAMP.sub("", line), [], asked)


_MINE = re.compile(r"You are #(?P<place>\d+) of (?P<of>\d+) with (?P<value>\S+?)\.")
_NO_PLACE = "You have no place yet"
_BEHIND = re.compile(r"(?P<gap>\S+) behind #(?P<place>\d+), (?P<name>.+)\.")


def is_my_place(screen: Screen) -> bool:
    """Whether the screen is the answer of My place."""
    return any(_MINE.fullmatch(line) or line.startswith(_NO_PLACE) for line in screen.lines)


def check_my_place(screen: Screen, asked: Asked) -> Iterator[str]:
    """The asker's place, what it takes to the next one up, and nothing else in numbers."""
    about = screen.title or screen.lines[0]
    metric, person = asked.metric(parts(about)[0]), asked.own()
    if metric is None or person is None:
        yield f"My place of {about!r} for somebody unknown"
        return
    board = asked.board(metric)
    row = board.row_of(person.name_by(asked.oracle.knowledge.horizon(asked.now)))
    placed = any(_MINE.fullmatch(line) for line in screen.lines)
    if placed != (row is not None):
        yield (
            "somebody without a place was given one"
            if placed
            else f"the place #{row and row.place} is not told"
        )
    if row is None or not placed:
        return
    yield from _check_place(screen.lines, board, row, metric, asked)
    if screen.title:
        yield from check_board(_without(screen, _MINE, _BEHIND), asked, own=True)


def _check_place(lines: list[str], board: Board, row: Row, metric: str, asked: Asked) -> Iterator[str]:
    write = short if asked.rule == "total" else gain
    ahead = [other for other in board.rows if other.place < row.place]
    for line in lines:
        mine, behind = _MINE.fullmatch(line), _BEHIND.fullmatch(line)
        if mine is not None:
            expected = (str(row.place), str(len(board.rows)), write(row.value, metric))
            if mine.groups() != expected:
                yield f"{line!r} should say {expected}"
        elif behind is not None and ahead:
            next_up = ahead[-1]
            gap = short(next_up.value - row.value, metric)
            if behind.groups() != (gap, str(next_up.place), next_up.name):
                yield f"{line!r} should be {gap} behind #{next_up.place}, {next_up.name}"
        elif "first reading" in line:
            yield from stamp_problem(line, [row.since], asked)
        elif _ROW.fullmatch(line) is None:
            yield from _check_small(line, board, metric, asked)


def _without(screen: Screen, *forms: re.Pattern[str]) -> Screen:
    """The page below the answer: what comes after the lines of these forms."""
    last = max(
        number for number, line in enumerate(screen.lines) if any(form.fullmatch(line) for form in forms)
    )
    return replace(screen, lines=screen.lines[last + 1 :])
