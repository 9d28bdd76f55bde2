"""``/member`` as officers see it: who is who, and decisions that can be taken back."""

import pytest

from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, dispute
from tests.cogs.reading import buttons_of, is_private, lines_of, message_of, text_of
from tests.cogs.world import ANN, FORMER, JOHN, LEFT, TWICE

COMMANDS = {
    "member whois": {"name": JOHN},
    "member joined": {"member": JOHN, "date": "2025-03-14"},
    "member note": {"member": JOHN, "text": "hm"},
    "member identity review": {},
    "member identity merge": {"member": LEFT, "into": JOHN},
    "member identity split": {"member": JOHN, "before": "2026-01-10"},
    "member identity alias": {"name": FORMER},
    "member identity undo": {"number": 1},
    "member identity history": {},
}


async def messages_of(foundry: Foundry) -> dict[str, str]:
    """The board of messages, by name."""
    board = await foundry.ann.slash(foundry.commands, "leaderboard", metric="messages")
    rows = [line.split(" · ") for line in lines_of(board)[2:] if " · " in line and not line.startswith("-#")]
    return {name.split(" ", 1)[1]: number for name, number, *_ in rows}


@pytest.mark.parametrize("command", COMMANDS)
async def test_members_are_refused_in_private(foundry: Foundry, command: str) -> None:
    result = await foundry.john.slash(foundry.commands, command, **COMMANDS[command])
    assert is_private(result)
    assert "officer" in text_of(result)


async def test_whois_tells_names_with_dates_and_who_linked_the_account(foundry: Foundry) -> None:
    result = await foundry.places.officer.slash(foundry.commands, "member whois", name="zezima-2")
    assert is_private(result), "only in the officers' channel do colleagues see it"
    text = text_of(result)
    assert text.startswith("Jo hn\nOnyx · Ironman · joined <t>")
    assert "Names\nJo hn · since <t> · seen on the roster\nZezima 2 · until <t>" in text
    assert "claimed · main account · also Cy" in text
    assert "shows under this account: 10 messages (10 in the last 30 days), 7 snapshots" in text


async def test_whois_tells_who_held_a_name_then(foundry: Foundry) -> None:
    ask = foundry.places.officer.slash
    then = await ask(foundry.commands, "member whois", name=FORMER, when="2025-12-25")
    assert text_of(then).splitlines()[1] == "On <t>, Zezima 2 was Jo hn."
    now = await ask(foundry.commands, "member whois", name=FORMER, when="now")
    assert text_of(now) == "On <t>, nobody of this clan is known to have held Zezima 2."
    first = await ask(foundry.commands, "member whois", name=TWICE, when="2025-12-25")
    second = await ask(foundry.commands, "member whois", name=TWICE, when="2026-01-07")
    assert [text_of(one).splitlines()[0] for one in (first, second)] == ["First One", "Second One"]


async def test_a_note_and_a_corrected_join_date_are_in_the_dossier(foundry: Foundry) -> None:
    ask = foundry.places.officer.slash
    noted = await ask(foundry.commands, "member note", member=ANN, text="Plays *late*")
    assert is_private(noted)
    await ask(foundry.commands, "member joined", member=ANN, date="2025-03-14")
    text = text_of(await ask(foundry.commands, "member whois", name=ANN))
    assert "joined <t> (an officer's date)" in text
    assert "Notes\nPlays *late* · " in text
    back = await ask(foundry.commands, "member joined", member=ANN)
    assert "WOM's date counts again" in text_of(back)
    assert "an officer's date" not in text_of(await ask(foundry.commands, "member whois", name=ANN))


async def test_a_merge_is_previewed_made_and_undone_after_a_restart(foundry: Foundry) -> None:
    ask = foundry.places.officer.slash
    before = await messages_of(foundry)
    preview = await ask(foundry.commands, "member identity merge", member=LEFT, into=ANN)
    assert is_private(preview)
    assert text_of(preview).startswith("Gone Girl is Ann B\nUnder Ann B will show too: 0 messages")
    assert buttons_of(preview) == {"Do it": True}
    await foundry.places.officer.click(message_of(preview), label="Do it")
    assert text_of(preview).startswith("Decided\n`1` Gone Girl is Ann B")
    card = await ask(foundry.commands, "stats", player=LEFT)
    assert lines_of(card)[0].startswith("Ann B")
    await foundry.restart()
    await foundry.places.officer.click(message_of(preview), label="Undo")
    assert text_of(preview).startswith("Undone\n")
    assert await messages_of(foundry) == before
    card = await ask(foundry.commands, "stats", player=LEFT)
    assert lines_of(card)[0].startswith("Gone Girl")


async def test_two_on_the_roster_are_two_accounts(foundry: Foundry) -> None:
    refused = await foundry.places.officer.slash(
        foundry.commands, "member identity merge", member=JOHN, into=ANN
    )
    assert is_private(refused)
    assert "both on the clan's roster now" in text_of(refused)


async def test_only_who_asked_decides_from_a_preview(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    preview = await foundry.places.officer.slash(
        channel, "member identity split", member=JOHN, before="2026-01-10"
    )
    assert not is_private(preview), "colleagues see it"
    pressed = await foundry.places.manager.click(message_of(preview), label="Do it")
    assert is_private(pressed)
    history = await foundry.places.officer.slash(foundry.commands, "member identity history")
    assert "Officers have decided nothing yet" in text_of(history)


async def test_a_split_gives_the_time_before_to_somebody_who_left(foundry: Foundry) -> None:
    ask = foundry.places.officer.slash
    preview = await ask(foundry.commands, "member identity split", member=JOHN, before="2026-01-10")
    await foundry.places.officer.click(message_of(preview), label="Do it")
    former = text_of(await ask(foundry.commands, "member whois", name=FORMER))
    assert former.splitlines()[1] == "Ironman · left <t>"
    assert (await messages_of(foundry))["Jo hn"] == "10"
    history = text_of(await ask(foundry.commands, "member identity history"))
    assert "`1` Jo hn was somebody else before <t>" in history
    undone = await ask(foundry.commands, "member identity undo", number=1)
    assert text_of(undone).startswith("Undone")
    gone = await ask(foundry.commands, "member identity undo", number=1)
    assert is_private(gone)
    assert "Decision 1 does not stand any more" in text_of(gone)
    back = text_of(await ask(foundry.commands, "member whois", name=FORMER))
    assert back.startswith("Jo hn\n")


async def test_an_officer_says_that_a_name_was_nobodys(foundry: Foundry) -> None:
    ask = foundry.places.officer.slash
    preview = await ask(foundry.commands, "member identity alias", name=ANN, since="2026-01-01")
    assert "Ann B was nobody of this clan, since <t>." in text_of(preview)
    await foundry.places.officer.click(message_of(preview), label="Do it")
    assert "Ann B" not in await messages_of(foundry)
    refused = await ask(
        foundry.commands, "member identity alias", name=ANN, since="2026-01-10", until="2026-01-02"
    )
    assert "ends before it begins" in text_of(refused)


@pytest.mark.parametrize(
    ("label", "john", "ann"), [("A", "10", "3"), ("B", "13", None), ("Neither", "10", None)]
)
async def test_a_conflict_is_decided_by_a_press_and_undone_by_another(
    foundry: Foundry, label: str, john: str, ann: str | None
) -> None:
    await dispute(foundry)
    assert "Ann B" not in await messages_of(foundry)
    channel = await colleagues(foundry)
    review = await foundry.places.officer.slash(channel, "member identity review")
    text = text_of(review)
    assert text.startswith("Who is ann b? (1 of 1)\nTwo members claim ann b, since <t>.")
    assert "In the clan chat under this name: 3 messages" in text
    assert list(buttons_of(review)) == ["A", "B", "Both are one", "Neither", "Later"]
    await foundry.places.officer.click(message_of(review), label=label)
    shown = await messages_of(foundry)
    assert (shown["Jo hn"], shown.get("Ann B")) == (john, ann)
    await foundry.places.manager.click(message_of(review), label="Undo")
    assert "Ann B" not in await messages_of(foundry)


async def test_later_asks_again_and_both_on_the_roster_are_not_one(foundry: Foundry) -> None:
    await dispute(foundry)
    channel = await colleagues(foundry)
    review = await foundry.places.officer.slash(channel, "member identity review")
    await foundry.places.officer.click(message_of(review), label="Later")
    assert text_of(review).startswith("Who is ann b?")
    refused = await foundry.places.officer.click(message_of(review), label="Both are one")
    assert is_private(refused)
    assert "two accounts" in text_of(refused)
    pressed = await foundry.john.click(message_of(review), label="A")
    assert "officer" in text_of(pressed)


async def test_without_a_conflict_nothing_waits(foundry: Foundry) -> None:
    review = await foundry.places.officer.slash(foundry.commands, "member identity review")
    assert text_of(review) == "No name is disputed. Nothing waits for a decision."
