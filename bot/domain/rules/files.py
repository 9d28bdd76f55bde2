"""Rule sets as YAML files: read with the line of whatever is wrong, and written again."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import yaml
from pydantic import ValidationError

from bot.domain.desk_errors import RuleProblem, RulesUnreadable
from bot.domain.metrics import ALL_METRICS, Metric
from bot.domain.rules.language import Rank, RuleSet
from bot.domain.rules.terms import Check

ReadT = TypeVar("ReadT")
LARGEST: Final = 200_000
"""Characters of a file: a clan's rules take a few thousand."""
_MOST_PROBLEMS: Final = 20
_DEEPEST: Final = 40
_TAGS: Final = frozenset({"check", "some", "amount", "relative"})
"""What pydantic puts into a place besides what is written there."""

_yaml = cast("Any", yaml)
"""Its stubs do not know what these functions take and give."""
Place = tuple[str | int, ...]


def read_rules(text: str, known: Iterable[Metric] = ALL_METRICS) -> RuleSet:
    """A rule set out of a YAML file. The largest takes seconds: the event loop is no place for it.

    Raises:
        RulesUnreadable: with the line and the reason of everything that is wrong.
    """
    data, lines = _parse(text)
    if not isinstance(data, dict):
        raise RulesUnreadable((RuleProblem(1, "", "must begin with ranks:"),))
    return read_data(data, known, lines)


def read_rank(text: str, known: Iterable[Metric] = ALL_METRICS) -> Rank:
    """One rank out of a text, written as in a file.

    Raises:
        RulesUnreadable: as :func:`read_rules`.
    """
    data, lines = _parse(text)
    return _read(Rank.model_validate, data, known, lines)


def read_check(data: Any, known: Iterable[Metric] = ALL_METRICS) -> Check:
    """One requirement out of plain data.

    Raises:
        RulesUnreadable: every problem is in line 0.
    """
    return _read(Check.model_validate, data, known, {})


def _parse(text: str) -> tuple[Any, dict[Place, int]]:
    """Plain data, and the line of each of its places."""
    if len(text) > LARGEST:
        raise RulesUnreadable((RuleProblem(1, "", f"longer than {LARGEST:,} characters"),))
    # PyYAML tells the place of such a character, but not its line.
    if odd := _yaml.reader.Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise RulesUnreadable((RuleProblem(line, "", f"not YAML: the character U+{ord(odd[0]):04X}"),))
    try:
        loader: Any = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise RulesUnreadable((RuleProblem(1, "", "the file is empty"),))
        lines = dict(_lines(root, ()))
        return loader.construct_document(root), lines
    except (yaml.YAMLError, RecursionError) as failure:
        raise RulesUnreadable((_not_yaml(failure),)) from failure


def read_data(
    data: Any, known: Iterable[Metric] = ALL_METRICS, lines: dict[Place, int] | None = None
) -> RuleSet:
    """A rule set out of plain data, as it is stored.

    Raises:
        RulesUnreadable: as :func:`read_rules`; without ``lines`` every problem is in line 0.
    """
    return _read(RuleSet.model_validate, data, known, lines or {})


def _read(
    validate: Callable[..., ReadT], data: Any, known: Iterable[Metric], lines: dict[Place, int]
) -> ReadT:
    try:
        return validate(data, context=tuple(known))
    except ValidationError as failure:
        problems = _problems(failure, lines)
        raise RulesUnreadable(tuple(problems[:_MOST_PROBLEMS])) from failure


def write_rules(rules: RuleSet) -> str:
    """A file from which the same rules are read; short lists stay in their line."""
    text = io.StringIO()
    yaml.dump(rules.data() or {"ranks": []}, text, _Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text.getvalue()


class _Loader(yaml.SafeLoader):
    """Says where a value is that is none, such as the 13th month's first day.

    Aliases are refused, since a few of them can stand for millions of values, and so are tags:
    no value of a rule needs one.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = cast("Any", super()).peek_event()
        line = int(event.start_mark.line) + 1
        if isinstance(event, yaml.AliasEvent):
            raise RulesUnreadable((RuleProblem(line, "", "* is an alias: write it out"),))
        if getattr(event, "tag", None) is not None:
            raise RulesUnreadable((RuleProblem(line, "", "! is a tag: leave it out"),))
        return cast("Any", super()).compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return cast("Any", super()).construct_object(node, deep)
        except ValueError as failure:
            raise _yaml.constructor.ConstructorError(
                None, None, "this is no value", node.start_mark
            ) from failure


def write_rank(rank: Rank) -> str:
    """One rank as it stands in a file."""
    text = io.StringIO()
    yaml.dump(rank.data(), text, _Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text.getvalue()


class _Dumper(yaml.SafeDumper):
    """Indents lists, and keeps in one line what holds nothing but plain values."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 -- PyYAML's signature
        super().increase_indent(flow, indentless=False)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        keys = [key.value for key, _ in node.value]
        node.flow_style = "field" in keys and all(_is_short(value) for _, value in node.value)
        return node

    def represent_sequence(
        self,
        tag: str,
        sequence: Any,
        flow_style: bool | None = None,
    ) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = all(isinstance(one, yaml.ScalarNode) for one in node.value)
        return node


def _is_short(node: yaml.Node) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return True
    if isinstance(node, yaml.SequenceNode):
        return all(isinstance(one, yaml.ScalarNode) for one in node.value)
    return isinstance(node, yaml.MappingNode) and all(_is_short(one) for _, one in node.value)


def _not_yaml(failure: Exception) -> RuleProblem:
    mark = getattr(failure, "problem_mark", None)
    line = 1 if mark is None else int(mark.line) + 1
    why = getattr(failure, "problem", None) or "it is nested too deeply"
    return RuleProblem(line, "", f"not YAML: {why}")


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    """Where every value begins. A key that is there twice is refused: YAML would forget the first."""
    line = node.start_mark.line + 1
    yield place, line
    if len(place) > _DEEPEST:
        raise RulesUnreadable((RuleProblem(line, "", "it is nested too deeply"),))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise RulesUnreadable((RuleProblem(at, "", "a list or a mapping is no name of anything"),))
            name = str(key.value)
            if name in seen:
                raise RulesUnreadable((RuleProblem(at, name, "is there twice"),))
            seen.add(name)
            yield from _lines(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index))


@dataclass(frozen=True, slots=True)
class _Found:
    place: Place
    reason: str


def _problems(failure: ValidationError, lines: dict[Place, int]) -> list[RuleProblem]:
    """What is wrong, in the order of the lines. What lies inside of a wrong value is said once."""
    found = [_Found(_written(one["loc"]), _reason(one)) for one in failure.errors(include_url=False)]
    found = [one for one in found if not (one.reason == _EMPTY and _has_inner(one.place, found))]
    problems = [RuleProblem(_nearest(one.place, lines), _name(one.place), one.reason) for one in found]
    return sorted(dict.fromkeys(problems), key=lambda one: one.line)


def _has_inner(place: Place, found: Sequence[_Found]) -> bool:
    """Whether something inside is wrong: a list of wrong things is empty to pydantic."""
    return any(len(one.place) > len(place) and one.place[: len(place)] == place for one in found)


def _written(place: Sequence[str | int]) -> Place:
    """A place as it is written: shapes that pydantic names are left out."""
    kept: list[str | int] = []
    for part in place:
        is_shape = part in _TAGS or (part in ("all", "any", "not") and kept and kept[-1] == part)
        if not is_shape:
            kept.append(part)
    return tuple(kept)


def _nearest(place: Place, lines: dict[Place, int]) -> int:
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 0


def _name(place: Place) -> str:
    """What people call a place: ``ranks 2 › when › all 1 › at_least``."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(str(part))
    return " › ".join(words)


_EMPTY: Final = "is empty"
_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "too_short": _EMPTY,
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping, such as {field: ehb, at_least: 250}",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_too_long": "is too long",
    "string_too_short": _EMPTY,
    "string_pattern_mismatch": "must be small letters, digits and _",
}


def _reason(error: Any) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "literal_error":
        return f"must be {error['ctx']['expected'].replace(chr(39), '')}"
    return _WORDS.get(error["type"]) or re.sub(r"^(Input|Value|Tuple) should", "must", error["msg"])
