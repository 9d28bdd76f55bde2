"""`as_of` through the commands: names, ranks, membership and places as they were then."""

from tests.cogs.conftest import Foundry
from tests.cogs.reading import lines_of, message_of, text_of
from tests.cogs.world import DEE, FORMER, JOHN, LEFT, TWICE

BEFORE_THE_RENAME = "2025-12-30"
"""The last poll that saw the old name was on the 31st: from then on it is the new one."""


async def test_a_board_of_then_has_the_members_and_the_names_of_then(foundry: Foundry) -> None:
    async def board(as_of: str) -> str:
        shown = await foundry.john.slash(foundry.commands, "leaderboard", period="all", as_of=as_of)
        pages = text_of(shown)
        for _ in range(2):
            await foundry.john.click(message_of(shown), label="▶")
            pages += text_of(shown)
        return pages

    then, now = await board(BEFORE_THE_RENAME), await board("2026-01-15 13:00")
    assert FORMER in then
    assert JOHN not in then
    assert DEE not in then
    assert JOHN in now
    assert FORMER not in now
    assert DEE in now


async def test_a_card_of_then_has_the_name_the_rank_and_the_stay_of_then(foundry: Foundry) -> None:
    then = await foundry.john.slash(foundry.commands, "stats", player=JOHN, as_of=BEFORE_THE_RENAME)
    assert lines_of(then)[0] == f"{FORMER} · Onyx · Ironman · 1 y 2 mo"
    assert f"now called {JOHN}" in text_of(then)
    gone = await foundry.john.slash(foundry.commands, "stats", player=LEFT, as_of="2025-11-20")
    assert lines_of(gone)[0] == f"{LEFT} · Member · 1 y 24 d"
    assert "Left" not in text_of(gone)
    early = await foundry.john.slash(foundry.commands, "stats", player=DEE, as_of="2025-12-24")
    assert lines_of(early)[:2] == [DEE, "Not in the clan then: joined <t>"]


async def test_a_name_means_who_had_it_then(foundry: Foundry) -> None:
    first = await foundry.john.slash(foundry.commands, "stats", player=TWICE, as_of="2025-12-15")
    assert lines_of(first)[0].startswith(f"{TWICE} · ")
    assert "now called First One" in text_of(first)
    second = await foundry.john.slash(foundry.commands, "stats", player=TWICE, as_of="2026-01-07")
    assert "now called Second One" in text_of(second)
