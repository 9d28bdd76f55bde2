"""Checks a member's card: every number on it, and that the highlights are the highest."""

import re
from collections.abc import Iterator
from datetime import datetime

from demo.check.asked import Asked
from demo.check.known import Person
from demo.check.numbers import gain, short, tenure
from demo.check.oracle import Card
from demo.check.readings import NOT_BOSSES, SKILLS
from demo.check.text import DASH, STAMP, Screen, numbers_left, parts
from demo.check.wording import heading_problem, stamp_problem

_FIGURE = re.compile(rf"(?P<label>\D.*?) (?P<partial>≈ )?(?P<value>[+-]?\d[\d,.]*[KMBT]?|{DASH})")
_PLACE = re.compile(r"#(\d+)(?: of (\d+))?")


def check_card(screen: Screen, asked: Asked) -> Iterator[str]:
    """What is wrong with a card, in words; nothing for a right one."""
    person = _about(screen, asked)
    if person is None:
        yield f"a card about nobody known: {screen.title!r}"
        return
    card = asked.oracle.card(
        person.player, asked.span.start, asked.span.end, asked.rule, asked.now, asked.as_of
    )
    yield from _check_title(screen.title, card, asked)
    shown: set[str] = set()
    for line in screen.lines:
        yield from _check_line(line, card, asked, shown)
    yield from _check_missing(shown, card, gains=asked.rule != "total")


def _about(screen: Screen, asked: Asked) -> Person | None:
    """Who was asked for must be who is shown."""
    wanted = asked.options.get("player") or asked.options.get("name")
    if wanted:
        return asked.oracle.knowledge.named(str(wanted), asked.now)
    return asked.own() or asked.oracle.knowledge.named(parts(screen.title)[0], asked.now)


def _check_title(title: str, card: Card, asked: Asked) -> Iterator[str]:
    name, *rest = parts(title)
    if name != card.name:
        yield f"the card is about {name!r}, asked for was {card.name!r}"
    roles = {role.key: role.name for role in asked.oracle.header.roles}
    if card.role is not None and roles.get(card.role, card.role) not in rest:
        yield f"rank {roles.get(card.role)!r} is not in {title!r}"
    returned = [at for at, inside in card.person.comings if inside and at <= asked.now]
    since = [card.person.joined, *returned]
    allowed = {tenure(start, asked.span.end) for start in since}
    stays = [part for part in rest if re.search(r"\d", part)]
    if any(part not in allowed for part in stays):
        yield f"tenure {stays} should be one of {sorted(allowed)}"


def _check_line(line: str, card: Card, asked: Asked, shown: set[str]) -> Iterator[str]:
    tokens = parts(line)
    if tokens[0].startswith("Chat "):
        shown.add("messages")
        yield from _check_chat(tokens, card, asked)
    elif tokens[0].startswith("in game "):
        yield from _check_sides(tokens, card)
    elif tokens[0].startswith("Total "):
        shown.add("total")
        expected = [
            f"Total {short(card.total_xp, 'overall')}",
            f"level {short(card.total_level, 'total_level')}",
        ]
        if tokens != expected:
            yield f"{line!r} should be {' · '.join(expected)!r}"
    elif STAMP.search(line):
        yield from _check_stamps(line, card, asked)
    elif _FIGURE.fullmatch(tokens[0]) and asked.metric(_label(tokens[0])) is not None:
        for token in tokens:
            yield from _check_token(token, tokens, card, asked, shown)
    elif numbers_left(line, asked.names()):
        yield from heading_problem(line, asked)


def _label(token: str) -> str:
    found = _FIGURE.fullmatch(token)
    return found["label"] if found else ""


def _check_token(token: str, tokens: list[str], card: Card, asked: Asked, shown: set[str]) -> Iterator[str]:
    metric = asked.metric(_label(token))
    place = _PLACE.fullmatch(token)
    if place is not None:
        first = asked.metric(_label(tokens[0])) or ""
        right, of = card.places.get(first, (None, 0))
        if (place[1], place[2] or str(of)) != (str(right), str(of)):
            yield f"{first} has place {token!r}, should be #{right} of {of}"
        return
    found = _FIGURE.fullmatch(token)
    if found is None or metric is None:
        yield f"unexplained {token!r}"
        return
    shown.add(metric)
    right = card.gains.get(metric)
    write = short if asked.rule == "total" else gain
    value = write(right.value if right else None, metric)
    if found["value"] != value:
        yield f"{metric} reads {found['value']!r}, should be {value!r}"
    if bool(found["partial"]) != bool(right and right.since):
        yield f"{metric}: the mark ≈ is wrong in {token!r}"


def _check_chat(tokens: list[str], card: Card, asked: Asked) -> Iterator[str]:
    total = card.messages
    expected = {f"Chat {short(total, 'messages')}"}
    if total is not None and card.of_days:
        expected.add(f"{card.days} of {card.of_days} day{'s' if card.of_days > 1 else ''}")
    if card.chat_place is not None and (total or any(_PLACE.fullmatch(token) for token in tokens)):
        of = len(asked.board("messages").rows)
        given = next((token for token in tokens if _PLACE.fullmatch(token)), "")
        expected.add(f"#{card.chat_place} of {of}" if " of " in given else f"#{card.chat_place}")
    said = {token for token in tokens if not token.startswith("collecting since")}
    if said != expected:
        yield f"{' · '.join(tokens)!r} should say {sorted(expected)}"


def _check_sides(tokens: list[str], card: Card) -> Iterator[str]:
    wrote = card.in_discord or card.silence
    main = DASH if wrote is None else short(wrote, "messages")
    discord = {"main": [main], "none": [DASH], "second": ["0", DASH]}[card.links]
    right = [[f"in game {short(card.in_game, 'messages')}", f"Discord {side}"] for side in discord]
    if tokens not in right:
        yield f"{' · '.join(tokens)!r} should be {' · '.join(right[0])!r}"


def _check_stamps(line: str, card: Card, asked: Asked) -> Iterator[str]:
    late = [one.since for one in card.gains.values() if one.since is not None]
    left = [at for at, inside in card.person.comings if not inside]
    starts = [item.since for item in asked.oracle.knowledge.story.observed]
    moments: list[datetime | None] = [card.checked_at]
    if line.startswith("Left "):
        moments = list(left)
        stays = {f"after {tenure(card.person.joined, at)} with us" for at in left}
        if " after " in line and not any(stay in line for stay in stays):
            yield f"{line!r} should say one of {sorted(stays)}"
        return
    if "first reading" in line:
        moments = [max(late)] if late else []
    elif "collecting since" in line:
        moments = list(starts)
    yield from stamp_problem(line, moments, asked)


def _check_missing(shown: set[str], card: Card, *, gains: bool) -> Iterator[str]:
    """The figures that a card leads with, and of gains the largest of a skill and of a boss."""
    for needed in ("overall", "ehp", "ehb", "boss_kills", "messages", "total"):
        if needed not in shown:
            yield f"the card does not show {needed}"
    for bosses in (False, True):
        best = card.best(bosses)
        of = [name for name in shown if name in card.gains and _is_boss(name) == bosses]
        values = [card.gains[name].value for name in of if bosses or name in SKILLS]
        if gains and best > 0 and best not in values:
            kind = "boss" if bosses else "skill"
            yield f"the largest gain of a {kind}, {best:,}, is not among {sorted(of)}"


def _is_boss(metric: str) -> bool:
    return metric not in NOT_BOSSES | {"boss_kills"}
