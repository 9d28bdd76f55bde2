"""``/link`` as users see it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from simcord import InteractionResult
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import UserId
from db.models import DiscordLink, Profile
from db.queries import roster
from tests.cogs.conftest import Foundry
from tests.cogs.reading import components_of, is_private, lines_of, message_of, text_of
from tests.cogs.world import ANN, CY, JOHN, OTHERS

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
EVERYBODY = (ANN, *OTHERS, "Dee", "Finn", "a_b_c", "WWWWWWWWWWWW", "First One", "Second One", "Gone Girl")
SMALL = [
    "-# ⭐ your messages count for this one",
    "-# claimed: messages count; ranks need an officer's approval",
]


def choices(result: InteractionResult, kind: str) -> dict[str, str]:
    """Names and values that a select offers; empty where it is not there."""
    found = [one for one in components_of(result) if one["custom_id"].endswith(f":{kind}")]
    return {option["label"]: option["value"] for one in found for option in one["options"]}


async def test_ones_accounts_are_private_even_in_the_bot_channel(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "link")
    assert is_private(result)
    assert lines_of(result) == ["My accounts", "⭐ Jo hn · claimed", "• Cy · claimed", *SMALL]


async def test_who_has_none_is_told_how_to_add_one_and_then_can_ask_for_their_card(foundry: Foundry) -> None:
    empty = await foundry.ann.slash(foundry.commands, "link")
    assert is_private(empty)
    assert (
        text_of(empty)
        == "My accounts\nYou have linked no account yet. Type `/link` and your name in the game."
    )
    added = await foundry.ann.slash(foundry.commands, "link", name="ANN-B")
    assert is_private(added)
    assert lines_of(added)[1] == "⭐ Ann B · claimed"
    assert lines_of(await foundry.ann.slash(foundry.commands, "stats"))[0].startswith("Ann B")


async def test_messages_follow_the_main_account_at_once_and_after_a_restart(foundry: Foundry) -> None:
    async def messages() -> list[str]:
        board = await foundry.ann.slash(foundry.commands, "leaderboard", metric="messages")
        return lines_of(board)[2:5]

    assert await messages() == ["🥇 Jo hn · 10", "🥈 Ann B · 3", "`3` a_b_c · 0"]
    result = await foundry.john.slash(foundry.commands, "link")
    await foundry.restart()
    main = next(one for one in components_of(result) if one["custom_id"].endswith(":main"))
    await foundry.john.select(message_of(result), [choices(result, "main")[CY]], custom_id=main["custom_id"])
    assert lines_of(result)[1:3] == ["⭐ Cy · claimed", "• Jo hn · claimed"]
    assert await messages() == ["🥇 Jo hn · 6", "🥈 Cy · 4", "🥉 Ann B · 3"]


async def test_accounts_are_removed_until_none_is_left(foundry: Foundry) -> None:
    result = await foundry.john.slash(foundry.commands, "link")
    for left in ([CY], []):
        remove = next(one for one in components_of(result) if one["custom_id"].endswith(":remove"))
        first = next(iter(choices(result, "remove").values()))
        await foundry.john.select(message_of(result), [first], custom_id=remove["custom_id"])
        assert list(choices(result, "remove")) == left
        assert choices(result, "main") == {}
    assert "You have linked no account yet" in text_of(result)
    card = await foundry.john.slash(foundry.commands, "stats")
    assert is_private(card)
    assert "Tell me with `/link`" in text_of(card)


async def test_an_account_verified_for_somebody_else_cannot_be_claimed(foundry: Foundry) -> None:
    async with foundry.services.database.write() as session:
        await session.execute(update(DiscordLink).values(verified=True))
    refused = await foundry.ann.slash(foundry.commands, "link", name=JOHN)
    assert is_private(refused)
    assert "Jo hn is linked to somebody else already. If it is yours, ask an officer" in text_of(refused)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jo hm", "I know nobody called “Jo hm” in this clan. Did you mean Jo hn"),
        ("**bold**", "“**bold**” cannot be a RuneScape name"),
    ],
)
@SQLITE
async def test_an_unknown_name_gets_the_nearest(foundry: Foundry, name: str, expected: str) -> None:
    refused = await foundry.ann.slash(foundry.commands, "link", name=name)
    assert is_private(refused)
    assert expected in text_of(refused)


@SQLITE
async def test_an_account_that_is_gone_from_the_list_is_refused_kindly(foundry: Foundry) -> None:
    first = await foundry.john.slash(foundry.commands, "link")
    second = await foundry.john.slash(foundry.commands, "link")
    for result in (first, second):
        remove = next(one for one in components_of(result) if one["custom_id"].endswith(":remove"))
        pressed = await foundry.john.select(
            message_of(result), [choices(result, "remove")[CY]], custom_id=remove["custom_id"]
        )
    assert "is linked to you. `/link` shows those that are." in text_of(pressed)


async def test_an_account_that_a_poll_finds_to_be_somebodys_rename_at_that_moment_is_refused_kindly(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    clan, database = await foundry.clan(), foundry.services.database
    dee, ann = [(await foundry.services.lookup.by_name(clan, name)).member.id for name in ("Dee", ANN)]
    write = database.write

    @asynccontextmanager
    async def overtaken() -> AsyncGenerator[AsyncSession]:
        monkeypatch.undo()
        async with write() as session:
            profiles = update(Profile).where(Profile.clan_id == clan.id, Profile.member_id == dee)
            await session.execute(profiles.values(member_id=ann))
            await roster.remove_absorbed(session, clan.id, {dee: ann})
        async with write() as session:
            yield session

    monkeypatch.setattr(database, "write", overtaken)
    refused = await foundry.ann.slash(foundry.commands, "link", name="Dee")
    assert is_private(refused)
    assert "I know nobody called “Dee” in this clan" in text_of(refused)
    linked = await foundry.ann.slash(foundry.commands, "link", name=ANN)
    assert lines_of(linked)[1] == "⭐ Ann B · claimed"


@SQLITE
async def test_however_many_accounts_somebody_claims_the_answer_fits(foundry: Foundry) -> None:
    clan = await foundry.clan()
    for name in EVERYBODY:
        await foundry.services.links.claim(clan, UserId(foundry.john.id), name)
    result = await foundry.john.slash(foundry.commands, "link")
    assert len(choices(result, "remove")) == 25
    assert len(choices(result, "main")) == 25
    assert "• a_b_c · claimed" in lines_of(result)


@SQLITE
async def test_before_set_up_it_says_who_can_do_what(fresh: Foundry) -> None:
    result = await fresh.john.slash(fresh.commands, "link", name=JOHN)
    assert is_private(result)
    assert "No clan is set up" in text_of(result)
    assert await fresh.john.autocomplete(fresh.commands, "link", "name", "") == []
