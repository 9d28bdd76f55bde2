"""Officers' side of links: ``/member link``, ``accounts`` and ``panel``, and *Link account*."""

from typing import Any

import pytest
import simcord
from simcord import InteractionResult
from sqlalchemy import select

from db.models import AuditEntry
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import (
    Answer,
    answer_of,
    buttons_of,
    components_of,
    count_public,
    is_private,
    lines_of,
    message_of,
    sent_after,
    text_of,
)
from tests.cogs.test_links import pick
from tests.cogs.world import ANN, CY, JOHN

COMMANDS: list[tuple[str, dict[str, Any]]] = [("member accounts", {}), ("member panel", {})]


async def audit(foundry: Foundry) -> list[tuple[int, str]]:
    """Who did what, in order."""
    async with foundry.services.database.read() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.user_id, row.action) for row in rows]


async def mine(foundry: Foundry, who: simcord.MemberActor) -> list[str]:
    """Somebody's accounts as /link shows them."""
    lines = lines_of(await who.slash(foundry.general, "link"))
    return [line for line in lines[1:] if not line.startswith("-#")]


def button(shown: Answer, label: str) -> str:
    """The custom id of the button whose label begins so."""
    return next(
        one["custom_id"] for one in components_of(shown) if (one.get("label") or "").startswith(label)
    )


async def press(who: simcord.MemberActor, shown: Answer, label: str) -> InteractionResult:
    return await who.click(message_of(shown), custom_id=button(shown, label))


async def choose(who: simcord.MemberActor, shown: Answer, start: str, *labels: str) -> InteractionResult:
    """Choose in the list whose custom id begins so."""
    chosen = next(one for one in components_of(shown) if one["custom_id"].startswith(start))
    values = [one["value"] for one in chosen["options"] if one["label"].startswith(labels)]
    return await who.select(message_of(shown), values, custom_id=chosen["custom_id"])


async def fill_in(who: simcord.MemberActor, modal: InteractionResult, text: str) -> InteractionResult:
    assert modal.modal is not None
    return await who.submit_modal(modal, {modal.modal["components"][0]["component"]["custom_id"]: text})


def add(foundry: Foundry, name: str, nick: str) -> simcord.MemberActor:
    """Somebody new in the server."""
    return foundry.places.guild.add_member(foundry.env.create_user(name), nick=nick)


@pytest.mark.parametrize(("command", "options"), COMMANDS)
async def test_members_are_refused(foundry: Foundry, command: str, options: dict[str, Any]) -> None:
    before = count_public(foundry.commands)
    for who in (foundry.john, foundry.places.stranger):
        refused = await who.slash(foundry.commands, command, **options)
        assert is_private(refused)
        assert text_of(refused).startswith("That is for officers.")
    assert count_public(foundry.commands) == before
    assert await audit(foundry) == []


async def test_members_cannot_link_others_nor_themselves_through_it(foundry: Foundry) -> None:
    for target in (foundry.ann, foundry.john):
        for refused in (
            await foundry.ann.slash(foundry.general, "member link", user=target, name=JOHN),
            await foundry.ann.context_menu(foundry.general, "Link account", target),
        ):
            assert is_private(refused)
            assert text_of(refused).startswith("That is for officers.")
    assert await mine(foundry, foundry.john) == ["⭐ Jo hn · claimed", "• Cy · claimed"]


async def test_an_officer_links_an_account_and_takes_it_away(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    shown = await olaf.slash(foundry.general, "member link", user=foundry.ann, name="ann-b")
    assert is_private(shown)
    assert lines_of(shown)[:3] == ["Linked accounts", f"Ann (<@{foundry.ann.id}>)", "⭐ Ann B · verified"]
    assert await mine(foundry, foundry.ann) == ["⭐ Ann B · verified"]
    taken = await olaf.slash(foundry.general, "member link", user=foundry.john, name=ANN)
    assert is_private(taken)
    assert f"Ann B is verified as <@{foundry.ann.id}>'s" in text_of(taken)
    await foundry.restart()
    await pick(olaf, shown, "remove", ANN)
    assert "No account is linked to them." in text_of(shown)
    assert await audit(foundry) == [(olaf.id, "link_verified"), (olaf.id, "link_removed")]


async def test_link_account_in_the_apps_menu_shows_verifies_and_asks_for_a_name(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    shown = await olaf.context_menu(foundry.commands, "Link account", foundry.john)
    assert is_private(shown), "alts and links are never public"
    assert lines_of(shown)[2:4] == ["⭐ Jo hn · claimed", "• Cy · claimed"]
    await foundry.restart()
    await pick(olaf, shown, "verify", JOHN)
    assert lines_of(shown)[2:4] == ["⭐ Jo hn · verified", "• Cy · claimed"]
    modal = await press(olaf, shown, "Link an account")
    refused = await fill_in(olaf, modal, "Nobody Here")
    assert "I know nobody called “Nobody Here” in this clan." in text_of(answer_of(refused))
    await fill_in(olaf, await press(olaf, shown, "Link an account"), "Dee")
    assert lines_of(shown)[2:5] == ["⭐ Jo hn · verified", "• Cy · claimed", "• Dee · verified"]


async def test_what_a_nickname_suggests_is_accepted_on_the_users_page(foundry: Foundry) -> None:
    olaf, dee = foundry.places.officer, add(foundry, "dora", "Dee 🔥")
    shown = await olaf.context_menu(foundry.general, "Link account", dee)
    assert "✅ perhaps Dee, by the nickname" in lines_of(shown)
    await pick(olaf, shown, "accept", "Dee")
    assert lines_of(shown)[2] == "⭐ Dee · verified"


async def test_claims_are_verified_and_refused_in_the_officers_channel_also_after_a_restart(
    foundry: Foundry,
) -> None:
    channel, olaf = await colleagues(foundry), foundry.places.officer
    await foundry.ann.slash(foundry.general, "link", name=JOHN)
    shown = await olaf.slash(channel, "member accounts")
    assert not is_private(shown)
    text = text_of(shown)
    assert "Claims to review · 3" in text
    assert f"Jo hn (Onyx) ← Ann (<@{foundry.ann.id}>)" in text
    assert "⚠ the nickname says nothing of it · ⚠ claimed by 1 other too" in text
    await foundry.restart()
    refused = await press(foundry.ann, shown, "3 Verify")
    assert is_private(refused)
    assert "That is for officers" in text_of(refused)
    await press(foundry.places.manager, shown, "3 Refuse")
    assert "Claims to review · 2" in text_of(shown), "any officer's press changes the shared list"
    await press(olaf, shown, "1 Verify")
    await press(olaf, shown, "1 Verify")
    assert "Nothing waits for you." in text_of(shown)
    assert await mine(foundry, foundry.john) == ["⭐ Jo hn · verified", "• Cy · verified"]
    assert await mine(foundry, foundry.ann) == [
        "You have linked no account yet. Type `/link` and your name in the game."
    ]
    again = await foundry.ann.slash(foundry.general, "link", name=JOHN)
    assert "Jo hn is linked to somebody else already" in text_of(again)
    assert [action for _, action in await audit(foundry)] == [
        "link_refused",
        "link_verified",
        "link_verified",
    ]


async def test_a_claim_that_is_gone_meanwhile_is_refused_kindly(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    first = await olaf.slash(foundry.general, "member accounts")
    second = await olaf.slash(foundry.general, "member accounts")
    await press(olaf, first, "1 Refuse")
    pressed = await press(olaf, second, "1 Verify")
    assert "That answer is out of date." in text_of(answer_of(pressed))


async def test_an_officer_verifies_nothing_of_their_own(foundry: Foundry) -> None:
    """Whoever claims the owner's account needs the owner or another officer to agree."""
    channel, olaf = await colleagues(foundry), foundry.places.officer
    await olaf.slash(foundry.general, "link", name=ANN)
    shown = await olaf.slash(channel, "member accounts")
    pressed = await press(olaf, shown, "3 Verify")
    assert "Nobody verifies an account of their own." in text_of(answer_of(pressed))
    linked = await olaf.slash(foundry.general, "member link", user=olaf, name=ANN)
    assert "Nobody verifies an account of their own." in text_of(linked)
    assert await mine(foundry, olaf) == ["⭐ Ann B · claimed"]
    await press(foundry.places.manager, shown, "3 Verify")
    assert await mine(foundry, olaf) == ["⭐ Ann B · verified"]


async def test_all_exact_suggestions_are_accepted_at_once_and_others_one_by_one(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    dee, fin = add(foundry, "d", "[GIM] DEE | Boss"), add(foundry, "f", "F inn")
    twins = [add(foundry, f"t{number}", "Member 01") for number in range(2)]
    shown = await olaf.slash(foundry.general, "member accounts", list="suggested")
    assert is_private(shown)
    assert lines_of(shown)[:5] == [
        "Suggested by nicknames · 4",
        f"✅ Dee ← [GIM] DEE | Boss (<@{dee.id}>)",
        f"❔ Finn ← F inn (<@{fin.id}>)",
        f"❔ Member 01 ← Member 01 (<@{twins[0].id}>)",
        f"❔ Member 01 ← Member 01 (<@{twins[1].id}>)",
    ]
    await foundry.restart()
    both = await choose(olaf, shown, "mc:", "Member 01")
    assert "You chose several people for Member 01." in text_of(answer_of(both))
    accepted = await press(olaf, shown, "Accept all exact (1)")
    assert text_of(sent_after(accepted)) == f"Linked 1 account:\nDee ← <@{dee.id}>"
    assert "Accept all exact (1)" not in buttons_of(shown)
    await choose(olaf, shown, "mc:", "Finn")
    assert await mine(foundry, dee) == ["⭐ Dee · verified"]
    assert await mine(foundry, fin) == ["⭐ Finn · verified"]
    assert await mine(foundry, twins[0]) == await mine(foundry, foundry.ann)
    assert await audit(foundry) == [(olaf.id, "link_verified")] * 2


async def test_what_an_officer_did_not_see_is_not_accepted(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    add(foundry, "d", "Dee")
    shown = await olaf.slash(foundry.general, "member accounts", list="suggested")
    add(foundry, "f", "Finn")
    pressed = await press(olaf, shown, "Accept all exact")
    assert "That answer is out of date." in text_of(answer_of(pressed))
    assert await audit(foundry) == []


async def test_who_is_missing_on_which_side(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    add(foundry, "d", "Dee")
    shown = await olaf.slash(foundry.commands, "member accounts", list="unseen")
    assert is_private(shown), "even in the bot channel"
    assert lines_of(shown)[0] == "In game, not in Discord · 24"
    assert any(line.startswith("Dee · Member · since") for line in lines_of(shown))
    assert "perhaps <@" in text_of(shown)
    assert JOHN not in text_of(shown)
    await press(olaf, shown, "▶")
    assert len([line for line in lines_of(shown) if " · Member" in line]) == 4
    await press(olaf, shown, "Chatting, not on WOM")
    stranger = foundry.places.stranger
    assert lines_of(shown)[:2] == [
        "Chatting, not on WOM · 1",
        f"💬 Stranger_*x* (<@{stranger.id}>) · 5 messages",
    ]
    assert any(line.startswith("-# collecting since") for line in lines_of(shown))


async def test_a_shared_list_is_turned_by_whoever_asked_and_others_get_their_own(foundry: Foundry) -> None:
    channel, olaf, mona = await colleagues(foundry), foundry.places.officer, foundry.places.manager
    shown = await olaf.slash(channel, "member accounts", list="unseen")
    before = text_of(shown)
    copy = await press(mona, shown, "▶")
    assert is_private(answer_of(copy))
    assert text_of(shown) == before
    assert text_of(answer_of(copy)) != before
    await press(olaf, shown, "▶")
    assert text_of(shown) == text_of(answer_of(copy))


async def test_the_panel_is_public_outlives_a_restart_and_answers_privately(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    panel = await olaf.slash(foundry.general, "member panel")
    assert not is_private(panel)
    assert lines_of(panel)[0] == "Who are you in Iron Foundry?"
    await foundry.restart()
    modal = await press(foundry.ann, panel, "Link my account")
    answered = await fill_in(foundry.ann, modal, "ann b")
    assert is_private(answered)
    assert lines_of(answered)[1] == "⭐ Ann B · claimed"
    wrong = await fill_in(foundry.ann, await press(foundry.ann, panel, "Link my account"), "???")
    assert is_private(wrong)
    assert "cannot be a RuneScape name" in text_of(wrong)
    assert await audit(foundry) == [(olaf.id, "link_panel_posted")]


async def test_before_set_up_officers_are_told_who_can_begin(fresh: Foundry) -> None:
    mona = fresh.places.manager
    for command, options in COMMANDS:
        result = await mona.slash(fresh.general, command, **options)
        assert is_private(result)
        assert "No clan is set up" in text_of(result)


async def test_a_user_who_links_an_alt_is_shown_with_all_accounts(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    await olaf.slash(foundry.general, "member link", user=foundry.john, name=CY)
    shown = await olaf.slash(foundry.general, "member link", user=foundry.john)
    assert lines_of(shown)[2:4] == ["⭐ Jo hn · claimed", "• Cy · verified"]
