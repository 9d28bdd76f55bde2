"""``/officer history``: who did what, and undoing it, as officers use it."""

from bot.domain.ids import UserId
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import change, roles_of, started
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
from tests.cogs.test_role_sync import verify
from tests.cogs.world import ANN, JOHN


def options_of(shown: Answer) -> dict[str, str]:
    """What can be opened: label and value."""
    return {
        one["label"]: one["value"]
        for part in components_of(shown)
        for one in part.get("options", ())
        if part["custom_id"].startswith("oh:open")
    }


async def opened(foundry: Foundry, shown: Answer, label: str) -> Answer:
    """What an officer sees who opens an entry."""
    select = next(one["custom_id"] for one in components_of(shown) if one["type"] == 3)
    value = options_of(shown)[label]
    return await foundry.places.officer.select(message_of(shown), [value], custom_id=select)


async def test_everything_stands_in_one_list_and_is_undone_from_it(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    officer, john = foundry.places.officer, foundry.john
    onyx = foundry.places.guild.create_role("Onyx")
    await verify(foundry, john.id, JOHN)
    await officer.slash(desk, "member note", member=ANN, text="kind")
    await officer.slash(desk, "member joined", member=ANN, date="2025-03-14")
    decided = await officer.slash(desk, "member identity alias", name="Bobby", member=ANN)
    await officer.click(message_of(decided), label="Do it")
    await started(foundry, change(john, add=(onyx,), label="Jo hn: onyx"))
    clan = await foundry.clan()
    sync = foundry.services.role_sync
    await sync.choose(clan, UserId(officer.id), ranks={"onyx": onyx.id}, removal_days=7)

    shown = await officer.slash(desk, "officer history")
    text = text_of(shown)
    who = f"<@{officer.id}>"
    assert lines_of(shown)[0].startswith("Who did what · ")
    for words in (
        f"{who} verified a link: <@{john.id}>, {JOHN}, officer",
        f"{who} noted something: {ANN}",
        f"{who} corrected when a member joined: {ANN}, <t> → <t>",
        f"{who} changed role sync: Onyx — → <@&{onyx.id}>, removal days 2 → 7",
        f"🎭 {who} Promotions two of them · 1 member · number 1",
        "the name bobby was Ann B",
    ):
        assert words in text, words

    one = await opened(foundry, shown, "Promotions, number 1")
    assert is_private(one)
    assert f"<@{john.id}> +<@&{onyx.id}> · Jo hn: onyx" in text_of(one)
    preview = await officer.click(message_of(one), label="Undo")
    await officer.click(message_of(preview), label="Undo it")
    assert roles_of(foundry, john) == set()
    label = next(label for label in options_of(shown) if label.startswith("Who is who: name"))
    one = await opened(foundry, shown, label)
    await officer.click(message_of(one), label="Undo")
    shown = await officer.slash(desk, "officer history")
    assert "Undo: Promotions" in text_of(shown)
    assert "~~🎭" in "".join(embed.description or "" for embed in answer_of(shown).embeds)  # type: ignore[arg-type] -- our embeds have one
    assert f"undone by {who}" in text_of(shown)


async def test_pages_are_turned_after_a_restart_and_it_is_for_officers(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    officer = foundry.places.officer
    assert "Nobody did anything yet" in text_of(await officer.slash(desk, "officer history"))
    for number in range(17):
        await officer.slash(desk, "member note", member=ANN, text=f"note {number}")
    shown = await officer.slash(desk, "officer history")
    assert (lines_of(shown)[0], buttons_of(shown)["1/3"]) == ("Who did what · 17", False)
    await foundry.restart()
    await officer.click(message_of(shown), label="▶")
    await officer.click(message_of(shown), label="▶")
    assert len(lines_of(shown)) == 2
    own = await foundry.places.manager.click(message_of(shown), label="◀")
    assert is_private(own)
    for refused in (
        await foundry.john.click(message_of(shown), label="◀"),
        await foundry.john.slash(foundry.commands, "officer history"),
    ):
        assert "officer" in text_of(refused)
        assert is_private(refused)
