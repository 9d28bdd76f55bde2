"""What is wrong with the settings, all of it at once, in words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import BaseModel, SecretStr, ValidationError

_WORDS = {
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "string_type": "should be a text",
    "path_type": "should be a path",
}


@dataclass(frozen=True)
class Problem:
    """One key, what is wrong with it, where it came from and an example of what would do."""

    key: str
    wrong: str
    example: str = ""
    origin: str = ""

    def __str__(self) -> str:
        source = f" ({self.origin})" if self.origin else ""
        example = f"\n    for example: {self.example}" if self.example else ""
        return f"{self.key}: {self.wrong}{source}{example}"


class SettingsError(Exception):
    """Some settings cannot be used; ``problems`` holds all of them together."""

    def __init__(self, problems: Collection[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def example_of(model: type[BaseModel], key: str) -> str:
    """A line that would do for the key: ``POLL_MINUTES=30``."""
    examples = model.model_fields[key.lower()].examples or [""]
    return f"{key.upper()}={examples[0]}"


def unknown_key(model: type[BaseModel], key: str, origin: str) -> Problem:
    """A key that no setting has, with the nearest one that exists."""
    names = [name.upper() for name in model.model_fields]
    near = get_close_matches(key.upper(), names, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Problem(
        key, f"is no setting of ClanStats{hint}", example_of(model, near[0]) if near else "", origin
    )


def problems_of(
    model: type[BaseModel], error: ValidationError, values: Mapping[str, object], origins: Mapping[str, str]
) -> list[Problem]:
    """Pydantic's findings as problems. The value is quoted, unless it may be a secret."""
    found: dict[str, Problem] = {}
    for finding in error.errors(include_url=False, include_input=False):
        name = str(finding["loc"][0])
        cause = finding.get("ctx", {}).get("error")
        wrong = str(cause or _WORDS.get(finding["type"]) or finding["msg"].removeprefix("Input "))
        if not _may_be_secret(model, name):
            wrong += f", not {str(values.get(name))!r}"
        found.setdefault(name, Problem(name.upper(), wrong, example_of(model, name), origins.get(name, "")))
    return list(found.values())


def _may_be_secret(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields[name]
    return not field.repr or SecretStr.__name__ in str(field.annotation)
