"""``/officer worklist`` as officers use it: names to copy, ticked off by whoever comes first."""

from collections.abc import Sequence

import simcord

from bot.domain.ids import UserId
from bot.domain.worklist import NewStep, StepKind
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
from tests.cogs.world import ANN, CY, DEE, ELSE, FINN, JOHN, LEFT, OTHERS, WIDEST

OLAF = UserId(1)


async def put(foundry: Foundry, kind: StepKind, names: Sequence[str], rank: str | None = None) -> None:
    clan, lookup = await foundry.clan(), foundry.services.lookup
    members = [(await lookup.by_name(clan, name)).member.id for name in names]
    steps = [NewStep(kind, member, f"{kind}:{member}", "member", rank) for member in members]
    await foundry.services.worklist.add(clan, steps, OLAF)


def blocks(shown: Answer) -> list[list[str]]:
    """The names of each block that can be copied."""
    description = message_of(shown).embeds[0].description or ""
    assert "``````" not in description, "Discord takes two fences in one line for one"
    return [part.strip("\n").split("\n") for part in description.split("```")[1::2]]


async def fill_in(
    who: simcord.MemberActor, shown: Answer, label: str, *values: str
) -> simcord.InteractionResult:
    """Press a button that asks who, and answer by the names' labels, or in words."""
    pressed = await who.click(message_of(shown), label=label)
    assert pressed.modal is not None, text_of(answer_of(pressed))
    field = pressed.modal["components"][0]["component"]
    by_label = {one["label"]: one["value"] for one in field.get("options", [])}
    given = [by_label[value] for value in values] if by_label else values[0]
    return await who.submit_modal(pressed, {field["custom_id"]: given})


async def test_a_list_is_ticked_off_after_a_restart_and_the_second_officer_sees_by_whom(
    foundry: Foundry,
) -> None:
    channel, olaf, mona = await colleagues(foundry), foundry.places.officer, foundry.places.manager
    await put(foundry, StepKind.PROMOTE, [JOHN, ANN, ELSE], "onyx")
    await put(foundry, StepKind.REMOVE, [FINN, LEFT])
    shown = await olaf.slash(channel, "officer worklist")
    assert not is_private(shown)
    assert lines_of(shown)[:2] == ["To do in the game · 5", "→ Onyx (3)"]
    assert blocks(shown) == [["a_b_c", "Ann B", "Jo hn"]]
    other = await mona.slash(channel, "officer worklist")
    await foundry.restart()
    for actor in (foundry.john, foundry.places.stranger):
        refused = await actor.click(message_of(shown), label="All done (3)")
        assert is_private(refused)
        assert "That is for officers" in text_of(refused)
    assert "5" in lines_of(shown)[0]
    await fill_in(olaf, shown, "Except…", JOHN)
    assert blocks(shown) == [["Jo hn"]]
    assert f"✅ <@{olaf.id}> ticked off → Onyx, <t>: Ann B, a_b_c" in text_of(shown)
    await olaf.click(message_of(shown), label="All done (1)")
    assert lines_of(shown)[:2] == ["To do in the game · 2", "Remove (1)"], "the next list"
    assert "On the roster no more: Gone Girl." in text_of(shown)
    late = await mona.click(message_of(other), label="All done (3)")
    assert is_private(late)
    assert f"<@{olaf.id}> ticked that off <t>." in text_of(late)
    await olaf.click(message_of(shown), label="All done (1)")
    assert lines_of(shown)[:2] == ["To do in the game", "Nothing is to be done in the game."]
    assert buttons_of(shown) == {}


async def test_names_are_typed_where_there_are_more_than_a_list_holds(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    names = [JOHN, ANN, CY, DEE, FINN, ELSE, WIDEST, *OTHERS, "First One", "Second One", LEFT]
    await put(foundry, StepKind.DEMOTE, names[:26], "member")
    shown = await olaf.slash(foundry.commands, "officer worklist")
    assert is_private(shown)
    assert "▼ Member (26)" in text_of(shown)
    assert [len(block) for block in blocks(shown)] == [20, 6]
    assert all(len(line) <= 30 for block in blocks(shown) for line in block)
    refused = await fill_in(olaf, shown, "Drop…", "Jo hm")
    assert "“Jo hm” is not among them. Did you mean Jo hn?" in text_of(answer_of(refused))
    await fill_in(olaf, shown, "Drop…", "jo-hn\nAnn B")
    assert "▼ Member (24)" in text_of(shown)
    assert "ticked off" not in text_of(shown), "what is dropped was not done"
    await fill_in(olaf, shown, "Except…", *names[2:3])
    assert "▼ Member (1)" in text_of(shown)


async def test_what_came_onto_the_list_meanwhile_is_not_ticked_off_unseen(foundry: Foundry) -> None:
    channel, olaf, mona = await colleagues(foundry), foundry.places.officer, foundry.places.manager
    await put(foundry, StepKind.PROMOTE, [JOHN], "onyx")
    await put(foundry, StepKind.REMOVE, [FINN])
    shown = await olaf.slash(channel, "officer worklist")
    await put(foundry, StepKind.PROMOTE, [ANN], "onyx")
    await olaf.click(message_of(shown), label="All done (1)")
    assert blocks(shown) == [["Ann B"]]
    (lists,) = [one for one in components_of(shown) if one["type"] == 3]
    assert [one["label"] for one in lists["options"]] == ["→ Onyx (1)", "Remove (1)"]
    copy = await mona.select(message_of(shown), ["r:-"], custom_id=lists["custom_id"])
    assert is_private(copy)
    assert blocks(copy) == [["Finn"]]
    assert blocks(shown) == [["Ann B"]]
    await olaf.select(message_of(shown), ["r:-"], custom_id=lists["custom_id"])
    assert blocks(shown) == [["Finn"]]


async def test_an_outsider_and_a_member_get_no_list(foundry: Foundry) -> None:
    await put(foundry, StepKind.REMOVE, [FINN])
    for actor in (foundry.john, foundry.places.stranger):
        refused = await actor.slash(foundry.commands, "officer worklist")
        assert is_private(refused)
        assert text_of(refused).startswith("That is for officers.")
