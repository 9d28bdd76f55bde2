"""``/compare`` as users see it."""

import pytest

from tests.cogs.conftest import Foundry
from tests.cogs.reading import (
    buttons_of,
    count_public,
    is_private,
    lines_of,
    message_of,
    sent_after,
    text_of,
)
from tests.cogs.world import ANN, CY, DEE, FORMER, JOHN, WIDEST

WEEK = [
    "Iron Foundry",
    "Side by side · Last 7 days",
    "```",
    "          XP    EHP",
    "Jo hn    +3M   +3.0",
    "Ann B    +9M*  +3.0",
    "```",
    "```",
    "         EHB  Kills",
    "Jo hn      0    +21*",
    "Ann B      0     +3",
    "```",
    "```",
    "        Chat",
    "Jo hn     10*",
    "Ann B      3",
    "```",
    "-# * the most · checked <t> · WOM's rule",
]


async def test_members_stand_side_by_side_in_public_in_the_bot_channel(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "compare", first=JOHN, second=ANN)
    assert not is_private(result)
    assert lines_of(result) == WEEK
    assert buttons_of(result) == {"7d": False, "30d": True, "Year": True, "Chart": True}


async def test_elsewhere_it_is_private_until_posted_once_even_after_a_restart(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.general, "compare", first=FORMER.lower(), second="ann_b")
    assert is_private(result)
    assert lines_of(result) == WEEK
    await foundry.restart()
    posted = sent_after(await foundry.john.click(message_of(result), label="Post here"))
    assert not is_private(posted)
    assert lines_of(posted) == WEEK
    assert buttons_of(result)["Posted"] is False
    assert count_public(foundry.general) == 1


async def test_its_asker_turns_it_and_others_get_a_copy(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "compare", first=JOHN, second=ANN)
    await foundry.restart()
    await foundry.john.click(message_of(result), label="30d")
    assert "Side by side · Last 30 days" in lines_of(result)
    copy = await foundry.ann.click(message_of(result), label="7d")
    assert is_private(copy)
    assert lines_of(copy) == WEEK
    assert "Side by side · Last 30 days" in lines_of(result)


async def test_a_newcomers_gain_is_marked_as_of_less_time(foundry: Foundry) -> None:
    text = text_of(await foundry.john.slash(foundry.commands, "compare", first=JOHN, second=DEE))
    row = next(line for line in text.splitlines() if line.startswith(DEE))
    assert row.removeprefix(DEE).split()[0] == "≈+1,000"
    assert "≈ part of the time" in text


async def test_a_newcomers_gain_is_marked_in_the_picture_too(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await foundry.john.slash(foundry.commands, "compare", first=JOHN, second=DEE)
    drawn = await foundry.john.click(message_of(shown), label="Chart")
    assert text_of(drawn) == "-# Last 7 days · ≈ part of the time"
    numbers = [text.get_text() for text in foundry.figure(monkeypatch).axes[0].texts]
    assert numbers == ["1", "3M", "2", "≈1,000"]


async def test_five_widest_names_fit_a_phone(foundry: Foundry) -> None:
    five = {"first": WIDEST, "second": JOHN, "third": ANN, "fourth": CY, "fifth": "Member 01"}
    result = await foundry.john.slash(foundry.commands, "compare", period="all", **five)
    assert not is_private(result)
    tables = text_of(result).split("```")[1::2]
    assert max(len(line) for table in tables for line in table.splitlines()) <= 30
    assert "Level" in text_of(result)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((JOHN, FORMER), "I can compare 2 to 5 players, and you gave 1 player. Name at least one more."),
        ((JOHN, "Jo hm"), "I know nobody called “Jo hm” in this clan. Did you mean Jo hn"),
        ((JOHN, "no;name"), "cannot be a RuneScape name"),
    ],
)
async def test_refusals_are_private(foundry: Foundry, names: tuple[str, str], expected: str) -> None:
    result = await foundry.john.slash(foundry.commands, "compare", first=names[0], second=names[1])
    assert is_private(result)
    assert expected in text_of(result)


async def test_before_set_up_it_says_who_can_do_what(fresh: Foundry) -> None:
    result = await fresh.john.slash(fresh.commands, "compare", first=JOHN, second=ANN)
    assert is_private(result)
    assert "No clan is set up" in text_of(result)
    assert await fresh.john.autocomplete(fresh.commands, "compare", "fifth", "j", first=JOHN) == []


async def test_every_player_option_offers_names(foundry: Foundry) -> None:
    for option in ("first", "second", "third", "fourth", "fifth"):
        found = await foundry.john.autocomplete(foundry.commands, "compare", option, "jo")
        assert found[0]["value"] == JOHN
    periods = await foundry.john.autocomplete(foundry.commands, "compare", "period", "last m")
    assert [one["value"] for one in periods] == ["last-month"]
