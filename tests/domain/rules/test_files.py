"""Rule sets as files: what is written is read again, and what cannot be read says where and why."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.desk_errors import RuleProblem, RulesUnreadable
from bot.domain.metrics import ALL_METRICS, Metric, MetricKind
from bot.domain.rules.files import LARGEST, read_data, read_rules, write_rules
from bot.domain.rules.language import RuleSet
from bot.domain.rules.presets import PRESETS
from bot.domain.rules.terms import Check
from tests.domain.rules.made import ORDER, rule_sets

HEAD = "ranks:\n  - name: a\n    order: 1\n    wom_role: member\n    when: "


def problems(text: str) -> list[tuple[int, str, str]]:
    """Everything that is wrong with a file."""
    with pytest.raises(RulesUnreadable) as caught:
        read_rules(text)
    return [(one.line, one.place, one.reason) for one in caught.value.problems]


def reason(when: str) -> str:
    """The one thing that is wrong with a condition in the fifth line."""
    ((line, _, why),) = problems(HEAD + when)
    assert line == 5
    return why


def test_a_file_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []
    monkeypatch.setattr(yaml.reader.Reader, "__init__", _told(begun))
    read_rules(HEAD + "{field: linked}")
    assert len(begun) == 1


def _told(begun: list[object]) -> Callable[[Any, str], None]:
    begin = yaml.reader.Reader.__init__

    def told(reader: Any, text: str) -> None:
        begun.append(reader)
        begin(reader, text)

    return told


@given(rule_sets())
def test_what_is_written_is_read_again(rules: RuleSet) -> None:
    written = write_rules(rules)
    again = read_rules(written)
    assert again == rules == read_data(rules.data())
    assert again.data() == rules.data(), "stored again it stays what it was"
    assert write_rules(again) == written


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read_again(name: str) -> None:
    rules = PRESETS[name].rules([*reversed(ORDER), *(f"rank_{number}" for number in range(8))])
    assert read_rules(write_rules(rules)) == rules


def test_a_file_is_as_a_person_would_write_it() -> None:
    rules = read_rules(
        HEAD + "{all: [{field: EHB, at_least: 2.50}, {field: [cox, Zulrah], combine: max, more_than: 1k}]}"
    )
    assert write_rules(rules).splitlines() == [
        "ranks:",
        "  - name: a",
        "    order: 1",
        "    wom_role: member",
        "    when:",
        "      all:",
        "        - {field: ehb, at_least: 2.5}",
        "        - {field: [chambers_of_xeric, zulrah], combine: max, more_than: 1000}",
    ]
    assert write_rules(RuleSet()) == "ranks: []\n"


@pytest.mark.parametrize(
    ("written", "is_"),
    [
        ("250", "250"),
        ("'1,000'", "1000"),
        ("'1,250,000.5'", "1250000.5"),
        ("'1,500k'", "1500000"),
        ("10k", "10000"),
        ("2.5M", "2500000"),
        ("1_000", "1000"),
        ("0.1", "0.1"),
        ("0.00001", "0.00001"),
        ("1.0e+3", "1000"),
        ("999999999999999.123456", "999999999999999.1"),
        ("'999999999999999.123456'", "999999999999999.123456"),
        ("1000000000000000", "1000000000000000"),
        ("1000000000000.0", "1000000000000"),
    ],
)
def test_a_number_is_read_as_people_write_it_and_stays_what_it_is(written: str, is_: str) -> None:
    rules = read_rules(f"{HEAD}{{field: ehb, at_least: {written}}}")
    check = rules.ranks[0].when
    assert isinstance(check, Check)
    assert check.at_least == Decimal(is_)
    assert read_rules(write_rules(rules)) == rules == read_data(rules.data())


@pytest.mark.parametrize(
    "written",
    ["-1", "yes", ".inf", ".nan", "1e3", "''", "12k5", "1.1234567", "٣", "null x", "'1,5m'", "'10,00'"],
)
def test_what_is_no_number_is_refused(written: str) -> None:
    assert reason(f"{{field: ehb, at_least: {written}}}") == "must be a number such as 250, 10k or 2.5m"


@pytest.mark.parametrize(
    "written", ["1000000000000001", "9" * 40, "0x" + "f" * 6000, "1.0e+300", "2000000000m"]
)
def test_no_number_is_larger_than_anything_in_the_game(written: str) -> None:
    assert reason(f"{{field: ehb, at_least: {written}}}") in (
        "must be 1,000,000,000,000,000 at most",
        "must be a number such as 250, 10k or 2.5m",
    )


def test_everything_that_is_wrong_is_said_with_its_line() -> None:
    text = """ranks:
  - name: Big Boss
    order: ten
    when:
      all:
        - {field: ehbb, at_least: 2}
        - {field: ehb, at_least: {mean: {}, median: {}}}
        - {any: []}
  - name: b
    order: 2
    colour: red
    wom_role: x
    when: {not: {field: messages, over: 9999d, at_least: lots}}
watch:
  - {name: w, says: '', when: {at_least: 3, of: [{field: linked}]}}
"""
    assert problems(text) == [
        (2, "ranks 1 › name", "must be small letters, digits and _"),
        (3, "ranks 1 › order", "must be a whole number"),
        (6, "ranks 1 › when › all 1", "nothing is called 'ehbb'; did you mean EHB?"),
        (7, "ranks 1 › when › all 2 › at_least", "needs one of mean, median and share, such as mean: {}"),
        (8, "ranks 1 › when › all 3 › any", "is empty"),
        (11, "ranks 2 › colour", "is not known here"),
        (
            13,
            "ranks 2 › when › not › over",
            "must be lifetime, joining, rank, or days from 1 to 730 such as 30d",
        ),
        (13, "ranks 2 › when › not › at_least", "must be a number such as 250, 10k or 2.5m"),
        (15, "watch 1 › says", "is empty"),
        (15, "watch 1 › when", "asks for more than there are"),
    ]


def test_a_list_of_wrong_things_is_not_called_empty_and_twenty_problems_are_enough() -> None:
    assert problems("ranks:\n  - 5\n") == [
        (2, "ranks 1", "must be a mapping, such as {field: ehb, at_least: 250}")
    ]
    assert len(problems("ranks:\n" + "  - 5\n" * 50)) == 20


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "the file is empty"),
        ("# only words\n", 1, "the file is empty"),
        ("[]", 1, "must begin with ranks:"),
        ("null", 1, "must begin with ranks:"),
        ("ranks:\n\t- a", 2, "not YAML: found character '\\t' that cannot start any token"),
        ("ranks: []\n\0", 2, "not YAML: the character U+0000"),
        ("ranks: []\n\ud800", 2, "not YAML: the character U+D800"),
        ("ranks: []\n---\nranks: []", 2, "not YAML: but found another document"),
        ("ranks: []\nranks: []", 2, "is there twice"),
        ("ranks: []\nx: &a 1\ny: *a", 3, "* is an alias: write it out"),
        ("ranks:\n  - !!python/object/apply:os.system [ls]", 2, "! is a tag: leave it out"),
        ("ranks:\n  - !!bool x", 2, "! is a tag: leave it out"),
        ("ranks:\n  - !!timestamp x", 2, "! is a tag: leave it out"),
        ("ranks: []\n? [a]\n: b", 2, "a list or a mapping is no name of anything"),
        ("? " * 300, 1, "a list or a mapping is no name of anything"),
        ("ranks:\n  - 2001-13-45", 2, "not YAML: this is no value"),
        ("ranks:\n  - " + "9" * 5000, 2, "not YAML: this is no value"),
        ("ranks: []\nx: " + "[" * 60 + "]" * 60, 2, "it is nested too deeply"),
        ("- " * 3000, 1, "not YAML: it is nested too deeply"),
        ("ranks: []\n" + " " * LARGEST, 1, "longer than 200,000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_rule_file_says_why_and_where(text: str, line: int, why: str) -> None:
    ((found, _, reason),) = problems(text)
    assert (found, reason) == (line, why)


def test_aliases_cannot_make_a_small_file_large() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
    )
    assert problems(bomb) == [(2, "", "* is an alias: write it out")]


def _spoiled(text: str, dice: random.Random) -> str:
    """The text with a few characters or lines changed."""
    bits = [
        "\t",
        "\0",
        "&a ",
        "*a",
        "!!set ",
        "!!python/object:x.y ",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "? ",
        "9" * 30,
    ]
    bits += [
        "null",
        "~",
        "'",
        '"',
        "#",
        "|",
        ">",
        "%",
        "\n",
        "  ",
        "é",
        "\u2028",
        "1e999",
        "0x" + "f" * 50,
        "<<: ",
        "=",
    ]
    for _ in range(dice.randrange(1, 5)):
        place = dice.randrange(len(text) + 1)
        match dice.randrange(4):
            case 0:
                text = text[:place] + dice.choice(bits) + text[place:]
            case 1:
                text = text[:place] + text[place + dice.randrange(1, 12) :]
            case 2:
                lines = text.splitlines(keepends=True)
                dice.shuffle(lines)
                text = "".join(lines)
            case _:
                words = text.split(" ")
                words[dice.randrange(len(words))] = dice.choice(bits)
                text = " ".join(words)
    return text


def read_or_told(text: str) -> None:
    """It is read, and then can be kept; or it is said in which line it is wrong."""
    told: tuple[RuleProblem, ...] = ()
    try:
        rules = read_rules(text)
    except RulesUnreadable as refused:
        told = refused.problems or (RuleProblem(0, "", ""),)
    else:
        assert read_data(rules.data()) == rules
    lines = sum(text.count(one) for one in "\n\r\x85\u2028\u2029") + 1
    assert all(1 <= one.line <= lines and one.reason for one in told)


@given(rule_sets() | st.sampled_from([one.rules(ORDER[::-1]) for one in PRESETS.values()]), st.integers(0))
def test_a_spoiled_file_is_read_or_told_and_nothing_else(rules: RuleSet, seed: int) -> None:
    read_or_told(_spoiled(write_rules(rules), random.Random(seed)))  # noqa: S311 -- a test


@given(st.text() | st.text(alphabet="ranks:[]{}&*!?|>-#%@`'\"\n\t 0123456789.ex_", max_size=60))
def test_no_text_does_anything_else(text: str) -> None:
    read_or_told(text)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["ranks", "name", "when", "field", "all", "of", "at_least", "top", "is", "order"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_json)
def test_no_stored_data_does_anything_else(data: object) -> None:
    try:
        rules = read_data(data)
    except RulesUnreadable:
        return
    assert read_data(rules.data()) == rules


def test_a_boss_that_only_this_clan_has_seen_can_be_named() -> None:
    new = Metric("the_new_boss", "The New Boss", MetricKind.BOSS, "kills")
    text = HEAD + "{field: The New Boss, at_least: 5}"
    assert problems(text)[0][2].startswith("nothing is called 'The New Boss'")
    check = read_rules(text, [*ALL_METRICS, new]).ranks[0].when
    assert isinstance(check, Check)
    assert check.field == ("the_new_boss",)


def test_problems_of_stored_data_have_no_line() -> None:
    with pytest.raises(RulesUnreadable) as caught:
        read_data({"ranks": 5})
    assert caught.value.problems == (RuleProblem(0, "ranks", "must be a list"),)


def test_editors_get_a_schema() -> None:
    schema = RuleSet.model_json_schema()
    assert {"ranks", "watch"} == set(schema["properties"])
