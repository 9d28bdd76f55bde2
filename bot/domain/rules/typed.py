"""Requirements and ranks as officers type them into forms, as plain data for the language to check."""

import re
from typing import Any, Final

from bot.domain.rules.terms import LIFETIME, WORDS

IS, TOP, TOP_PERCENT = "is", "top", "top_percent"
"""Comparisons beside those of :data:`bot.domain.rules.terms.COMPARISONS`."""
_EVIDENCE = re.compile(r"evidence[\s:]+(?P<kind>[a-z0-9_ ]+)")
_LEVEL: Final = " level"
_OWN_LEVEL: Final = "total level"


def requirement_data(
    field: str, comparison: str, threshold: str, window: str, accounts: str
) -> dict[str, Any]:
    """A requirement: several fields are joined by +, ``… level`` is a skill's level, words have commas.

    ``evidence quest_cape`` asks for a kind of evidence. A lifetime is no window, and the account
    itself is what is asked unless something else is said.
    """
    data = _field(field)
    if window != LIFETIME:
        data["over"] = window
    if accounts != "own":
        data["accounts"] = accounts
    wanted = threshold.strip()
    if data["field"] in [[word.value] for word in WORDS] or comparison == IS:
        words = [one.strip() for one in wanted.split(",") if one.strip()]
        return {**data, "is": words} if words else data
    if comparison == TOP:
        return {**data, "top": {"count": int(wanted) if wanted.isdecimal() else wanted}}
    if comparison == TOP_PERCENT:
        return {**data, "top": {"percent": wanted.removesuffix("%").strip()}}
    return {**data, comparison: wanted}


def _field(text: str) -> dict[str, Any]:
    folded = " ".join(text.split()).casefold()
    evidence = _EVIDENCE.fullmatch(folded)
    if evidence is not None:
        return {"field": ["evidence"], "kind": evidence["kind"].strip().replace(" ", "_")}
    if folded.endswith(_LEVEL) and folded != _OWN_LEVEL:
        return {"field": _split(folded.removesuffix(_LEVEL)), "measure": "level"}
    return {"field": _split(folded)}


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split("+") if one.strip()]


def number_or_text(text: str) -> int | str:
    """A whole number where it is one, for the language to refuse what is not."""
    return int(text.strip()) if text.strip().isdecimal() else text.strip()


def words_of(text: str) -> list[str]:
    """What is separated by commas."""
    return [one.strip() for one in text.split(",") if one.strip()]


def name_of(text: str) -> str:
    """A rank's name as rules call it: ``Short Green Guy`` is short_green_guy."""
    return "_".join(text.casefold().replace("-", " ").split())
