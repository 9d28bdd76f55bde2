"""The schema for editors accepts what is read, and refuses what is misspelt."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.domain.rules.files import read_rules, write_rules
from bot.domain.rules.language import RuleSet
from bot.domain.rules.presets import PRESETS

LADDER = ["member", "recruit", "corporal", "sergeant"]
LOOSE = """
ranks:
  - name: a
    order: 1
    discord_role: 1234
    requires: b
    demote: after 14 days
    when:
      all:
        - {field: ehb, over: 30, at_least: 2.5k}
        - {field: [cox, tob], at_least: {share: {of: {field: ehp}, times: 2}}}
        - {not: {field: rank, is: [x, y]}}
  - {name: b, order: 2, wom_role: b, demote: never, when: {field: messages, over: 30d, top: {percent: 10}}}
"""


def faults(text: str) -> list[Any]:
    schema = RuleSet.model_json_schema()
    Draft202012Validator.check_schema(schema)
    return list(Draft202012Validator(schema).iter_errors(yaml.safe_load(text)))  # pyright: ignore[reportUnknownMemberType] -- its stub is unfinished


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_file_that_is_written_is_right_by_the_schema(preset: Any) -> None:
    assert faults(write_rules(preset.rules(LADDER))) == []


def test_what_is_read_in_another_spelling_is_right_too() -> None:
    read_rules(LOOSE)
    assert faults(LOOSE) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("wom_role: b", "womrole: b"), ("order: 1", "order: high"), ("over: 30,", "ovr: 30,")],
)
def test_what_is_misspelt_is_marked(right: str, wrong: str) -> None:
    assert right in LOOSE
    assert faults(LOOSE.replace(right, wrong))
