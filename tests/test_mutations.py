"""Every trap's test has a mutation that it kills; ``make mutants`` tries them."""

import ast
from pathlib import Path

import pytest

from tests.mutations import MUTATIONS, OF_DOMAIN, Mutation

SERVICES = Path(__file__).parent / "services"


def test_every_traps_test_has_a_mutation() -> None:
    named = {
        node.name
        for file in SERVICES.glob("test_traps_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_")
    }
    assert named == {one.test for one in MUTATIONS if one.file not in OF_DOMAIN}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.test)
def test_what_a_mutation_changes_stands_once(mutation: Mutation) -> None:
    assert mutation.text.count(mutation.fragment) == 1
    assert mutation.fragment != mutation.replacement
