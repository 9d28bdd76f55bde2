"""``/officer roster`` as officers use it: lists, pages, csv."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import (
    Answer,
    answer_of,
    buttons_of,
    components_of,
    is_private,
    lines_of,
    message_of,
    text_of,
)
from tests.cogs.world import ANN, CY, DEE, FINN, JOHN, LEFT


def names_of(shown: Answer) -> list[str]:
    """Whom a page names; headings and small lines are none."""
    return [
        line.split(" · ")[0] for line in lines_of(shown)[1:] if not line.startswith("-#") and "(" not in line
    ]


def select(shown: Answer, start: str) -> str:
    return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))


async def test_members_stand_by_rank_with_when_they_were_seen(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    shown = await foundry.places.officer.slash(channel, "officer roster")
    assert not is_private(shown)
    lines = lines_of(shown)
    assert lines[:4] == [
        "Everyone · 26",
        "Onyx (1)",
        "Jo hn · Ironman · 1 y 2 mo",
        f"-#  🎮 <t> · 💬 <t> · ❔ <@{foundry.john.id}>",
    ]
    assert lines[4] == "Member (25)"
    assert "-#  🎮 <t> · 💬 — · not linked" in lines
    assert buttons_of(shown)["1/3"] is False


async def test_it_is_turned_after_a_restart_and_others_get_their_own(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    shown = await foundry.places.officer.slash(channel, "officer roster")
    await foundry.restart()
    first = names_of(shown)
    await foundry.places.officer.click(message_of(shown), label="▶")
    second = names_of(shown)
    assert len(first) == len(second) == 10
    assert not set(first) & set(second)
    copy = await foundry.places.manager.click(message_of(shown), label="▶")
    assert is_private(copy)
    assert names_of(shown) == second
    refused = await foundry.john.click(message_of(shown), label="◀")
    assert "officer" in text_of(refused)


@pytest.mark.parametrize(
    ("which", "names"),
    [("left", [LEFT]), ("new", [DEE]), ("unlinked", None), ("stale", [FINN])],
)
async def test_a_list_shows_only_who_belongs_to_it(
    foundry: Foundry, which: str, names: list[str] | None
) -> None:
    shown = await foundry.places.officer.slash(foundry.commands, "officer roster", filter=which)
    assert is_private(shown)
    if names is None:
        assert lines_of(shown)[0] == "Not linked · 24"
        assert JOHN not in text_of(shown)
        assert CY not in names_of(shown)
    else:
        assert names_of(shown) == names


async def test_lists_and_ranks_are_chosen_in_the_message(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    officer = foundry.places.officer
    shown = await officer.slash(channel, "officer roster", rank="Onyx")
    assert names_of(shown) == [JOHN]
    await officer.select(message_of(shown), ["member"], custom_id=select(shown, "ok:"))
    assert lines_of(shown)[0] == "Everyone · Member · 25"
    await officer.select(message_of(shown), ["left"], custom_id=select(shown, "ow:"))
    assert lines_of(shown)[0] == "Left · Member · 1"
    await officer.select(message_of(shown), ["-"], custom_id=select(shown, "ok:"))
    await officer.select(message_of(shown), ["all"], custom_id=select(shown, "ow:"))
    assert lines_of(shown)[0] == "Everyone · 26"


async def test_the_csv_holds_everybody_of_the_list(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    shown = await foundry.places.officer.slash(channel, "officer roster")
    given = await foundry.places.officer.click(message_of(shown), label="CSV")
    assert is_private(given)
    (file,) = answer_of(given).attachments
    assert file.filename == "roster-2026-01-15.csv"
    rows = list(csv.DictReader(StringIO((await file.read()).decode("utf-8-sig"))))
    assert len(rows) == 26
    by_name = {row["name"]: row for row in rows}
    john, ann = by_name[JOHN], by_name[ANN]
    assert (john["rank"], john["link"], john["Discord users"]) == ("Onyx", "claimed", str(foundry.john.id))
    assert john["last gain"] == "2026-01-15 10:00", "as of the last poll, and not of the first"
    assert john["last message in Discord"].startswith("2026-01-1")
    assert (ann["link"], ann["last message in Discord"]) == ("", "")
    assert ann["last message in game"]
    assert by_name[FINN]["checked by WOM"] == ""


async def test_what_wom_has_not_looked_at_is_said_to_be_no_sign_of_inactivity(foundry: Foundry) -> None:
    await foundry.restart(later=timedelta(days=8))
    shown = await foundry.places.officer.slash(foundry.commands, "officer roster", filter="stale")
    assert lines_of(shown)[0] == "Not updated · 26"
    assert "WOM looked <t>" in text_of(shown)
    assert "no sign of inactivity" in text_of(shown)


async def test_a_rank_that_nobody_knows_gets_a_step_further(foundry: Foundry) -> None:
    refused = await foundry.places.officer.slash(foundry.commands, "officer roster", rank="Onix")
    assert text_of(refused) == "The clan has no rank “Onix”. Did you mean Onyx?"
    members = await foundry.john.slash(foundry.commands, "officer roster")
    assert "officer" in text_of(members)
    assert is_private(members)
