"""``/inactive`` as officers use it, and the notices as their receivers do."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import simcord
from simcord import InteractionResult
from sqlalchemy import select, update

from bot.domain.ids import UserId
from db.models import AuditEntry, InactivityCase, InactivityRound
from demo.wom import SimulatedWom
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.quiet import LATER, checked, gone_quiet, letters, listened
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
from tests.cogs.world import ANN, CY, FINN, JOHN, NOW, Clock, player_id, restored_wom
from tests.present.makers import plain


def custom_id(shown: Answer, start: str) -> str:
    return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))


def value_of(shown: Answer, start: str, name: str) -> str:
    """What a list of people has for somebody."""
    options = next(one for one in components_of(shown) if one["custom_id"].startswith(start))["options"]
    return next(one["value"] for one in options if one["label"] == name)


async def look_at(who: simcord.MemberActor, shown: Answer, stage: str) -> None:
    await who.select(message_of(shown), [stage], custom_id=custom_id(shown, "qs:"))


async def sent(foundry: Foundry, channel: simcord.ChannelHandle) -> Answer:
    """Notices are previewed and sent; the message that shows how far they are."""
    officer = foundry.places.officer
    shown = await officer.slash(channel, "inactive")
    preview = message_of(await officer.click(message_of(shown), label="Send notices…"))
    await officer.click(preview, label="Send to 1")
    await foundry.env.advance_time(6)
    return preview


def wom_at(moment: datetime) -> SimulatedWom:
    """Wise Old Man, who has looked at nobody since the last poll, at a later time."""
    clock = Clock(NOW)
    wom = restored_wom(clock)
    clock.now = moment
    return wom


async def audit(foundry: Foundry, action: str) -> list[dict[str, Any]]:
    async with foundry.services.database.read() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.action == action))
        return [row.detail for row in rows]


@pytest.mark.both_databases
async def test_from_the_list_by_a_notice_and_its_answer_to_the_decision(foundry: Foundry) -> None:
    channel, officer, manager = await colleagues(foundry), foundry.places.officer, foundry.places.manager
    await gone_quiet(foundry)
    refused = await foundry.john.slash(channel, "inactive")
    assert "officer" in text_of(refused)
    assert is_private(refused)
    shown = await officer.slash(channel, "inactive")
    assert not is_private(shown)
    assert lines_of(shown)[:5] == [
        "Quiet · 2 of 26 people",
        f"{ANN} · Member",
        "-#  🎮 no gains for 45 days, checked <t> · 💬 unknown: not linked",
        f"{JOHN} · Onyx · <@{foundry.john.id}>",
        "-#  🎮 no gains for 45 days, checked <t> · 💬 <t>",
    ]
    others = await manager.slash(channel, "inactive")
    theirs = message_of(await manager.click(message_of(others), label="Send notices…"))
    preview = message_of(await officer.click(message_of(shown), label="Send notices…"))
    assert "\n".join(lines_of(preview)).endswith(
        f"In private to 1\n{JOHN}\n\nNot linked, 1: tell them in game\n{ANN}\n"
        "-# Nothing is sent before you press. Whoever is linked only by a claim is not linked."
    )
    assert letters(foundry.john) == []
    await foundry.restart()
    await officer.click(preview, label="Send to 1")
    quicker = await manager.click(theirs, label="Send to 1")
    assert is_private(quicker)
    await foundry.env.advance_time(6)
    assert "1 delivered, 1 not linked: tell them in game" in text_of(preview).replace("\xa0", " ")
    late = await manager.click(theirs, label="Send to 1")
    assert "Others are on the list now" in text_of(late)
    (letter,) = letters(foundry.john)
    assert letter.startswith("Iron Foundry misses you\nHello!")
    await foundry.restart()
    (message,) = foundry.john.user.dm_channel.history()
    await foundry.john.user.click(message, label="I've quit")
    assert letters(foundry.john) == [
        "Thank you for telling us, and for the time at Iron Foundry. All the best!"
    ]
    told = max(channel.history(), key=lambda one: one.id)
    assert plain(told.embeds[0].title or "") == f"{JOHN} · I've quit"
    await look_at(officer, shown, "decide")
    assert lines_of(shown)[0] == "For your decision · 1 of 26 people"
    assert "says: I've quit" in text_of(shown)
    await look_at(manager, others, "decide")
    john = value_of(shown, "qd:", JOHN)
    await officer.select(message_of(shown), [john], custom_id=custom_id(shown, "qd:"))
    assert lines_of(shown)[:2] == ["For your decision · 0 of 26 people", "Nobody."]
    second = await manager.select(message_of(others), [john], custom_id=custom_id(others, "qd:"))
    assert f"{JOHN} is to be removed since <t>, by <@{officer.id}>, and that stands" in text_of(second)
    listed = await officer.slash(channel, "officer worklist")
    assert JOHN in text_of(listed)
    (decided,) = await audit(foundry, "inactivity_decided")
    assert (decided["before"], decided["after"]) == ("decide", "remove")


async def test_after_the_grace_it_is_for_officers_and_being_seen_ends_it(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    await sent(foundry, channel)
    shown = await officer.slash(channel, "inactive")
    await look_at(officer, shown, "waiting")
    assert lines_of(shown)[0] == "Told, and in grace · 2 of 26 people"
    assert "told in private · time until <t>" in text_of(shown)
    await foundry.restart(later=timedelta(days=15))
    shown = await officer.slash(channel, "inactive")
    await look_at(officer, shown, "decide")
    assert lines_of(shown)[1] == "Nobody.", "nobody was checked since: that is no evidence"
    await checked(foundry, ANN, JOHN, at=NOW + LATER + timedelta(days=15))
    await listened(foundry, NOW + LATER + timedelta(days=15))
    await look_at(officer, shown, "decide")
    assert lines_of(shown)[0] == "For your decision · 2 of 26 people"
    picked = await officer.select(
        message_of(shown), [value_of(shown, "qp:", ANN)], custom_id=custom_id(shown, "qp:")
    )
    assert is_private(picked)
    assert buttons_of(picked) == {"Remove": True, "More time": True, "Keep: safe": True}
    assert f"-# <t> · flagged as quiet, <@{officer.id}>" in lines_of(picked)
    await officer.click(message_of(picked), label="More time")
    assert "Told, and in grace" in text_of(picked)
    await officer.click(message_of(picked), label="Keep: safe")
    assert "on the safe list" in text_of(picked)
    wom = wom_at(NOW + LATER + timedelta(days=15))
    wom.record(player_id(wom, JOHN), {"overall": 999_000_000}, wom.now() - timedelta(minutes=5), level=2_100)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        await foundry.env.settle()
        async with foundry.services.database.read() as session:
            rows = await session.scalars(select(InactivityCase.outcome).order_by(InactivityCase.outcome))
            assert list(rows) == ["keep", "seen"]
        await foundry.bot.close()


@pytest.mark.parametrize(
    ("label", "says", "stage"),
    [
        ("I'm back", "Welcome back!", "nobody"),
        ("Away 30 days", "You are noted as away until <t>", "excepted"),
    ],
)
async def test_answers_take_the_receiver_off_the_list(
    foundry: Foundry, label: str, says: str, stage: str
) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    await sent(foundry, channel)
    (message,) = foundry.john.user.dm_channel.history()
    await foundry.john.user.click(message, label=label)
    assert says in letters(foundry.john)[0]
    shown = await officer.slash(channel, "inactive")
    assert JOHN not in text_of(shown)
    await look_at(officer, shown, "excepted")
    assert (JOHN in text_of(shown)) is (stage == "excepted")


async def test_whoever_takes_no_messages_is_told_in_game(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    officer = foundry.places.officer
    shown = await officer.slash(channel, "inactive")
    preview = message_of(await officer.click(message_of(shown), label="Send notices…"))
    await officer.click(preview, label="Send to 1")
    foundry.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await foundry.env.advance_time(6)
    assert "0 delivered, 1 closed, 1 not linked: tell them in game" in text_of(preview).replace("\xa0", " ")
    assert letters(foundry.john) == []


async def test_a_notice_that_a_restart_cut_off_arrives_once(foundry: Foundry) -> None:
    channel = await colleagues(foundry)
    await gone_quiet(foundry)
    await sent(foundry, channel)
    assert len(letters(foundry.john)) == 1
    async with foundry.services.database.write() as session:
        await session.execute(
            update(InactivityCase).where(InactivityCase.notice == "delivered").values(notice="trying")
        )
        await session.execute(update(InactivityRound).values(ended_at=None))
    await foundry.restart()
    await foundry.env.advance_time(6)
    assert len(letters(foundry.john)) == 1
    async with foundry.services.database.read() as session:
        rows = await session.scalars(select(InactivityCase.notice).order_by(InactivityCase.notice))
        assert list(rows) == ["delivered", "unlinked"]


async def test_what_is_not_known_says_why_and_is_refreshed(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    shown = await officer.slash(channel, "inactive", days=60)
    assert lines_of(shown)[:2] == ["Quiet · 0 of 26 people", "Nobody."]
    shown = await officer.slash(channel, "inactive")
    await look_at(officer, shown, "unknown")
    assert lines_of(shown)[0] == "Not known · 24 of 26 people"
    assert f"❔ Wise Old Man never looked at {FINN}" in text_of(shown)
    assert f"❔ {CY} not checked since <t>" in text_of(shown)
    given = await officer.click(message_of(shown), label="CSV")
    (file,) = answer_of(given).attachments
    rows = list(csv.DictReader(StringIO((await file.read()).decode("utf-8-sig"))))
    assert len(rows) == 24
    assert {row["why"] for row in rows} == {"unchecked", "never checked"}
    wom = wom_at(NOW + LATER)
    wom.on_update = lambda player, _at: None if wom.players[player].name == FINN else {}
    async with wom.serve() as url:
        await foundry.restart(wom_url=url)
        pressed = await officer.click(message_of(shown), label="Refresh these 24")
        progress = answer_of(pressed)
        await foundry.env.settle()
        for _ in range(200):
            if "has looked" in text_of(progress):
                break
            await foundry.env.advance_time(1)
        assert lines_of(progress)[:3] == [
            "Wise Old Man has looked",
            "24 of 24 accounts, 23 of them looked at",
            f"-# not on the hiscores: {FINN}",
        ]
        await officer.click(progress, label="Show the list")
        assert lines_of(progress)[0] == "Not known · 1 of 26 people"
        await foundry.bot.close()


def field_of(modal: InteractionResult) -> str:
    assert modal.modal is not None
    return str(modal.modal["components"][0]["component"]["custom_id"])


async def test_officers_set_the_limits_and_who_is_safe(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    shown = await officer.slash(channel, "inactive")
    rules = message_of(await officer.click(message_of(shown), label="Settings"))
    assert lines_of(rules)[1] == "Limit 30 days without a sign on any clock"
    await foundry.restart()
    asked = await officer.select(rules, ["onyx"], custom_id=custom_id(rules, "qt:"))
    await officer.submit_modal(asked, {field_of(asked): "60"})
    asked = await officer.click(rules, label="Grace…")
    refused = await officer.submit_modal(asked, {field_of(asked): "two"})
    assert "“two” will not do. Give a whole number of days from 0 to 90." in text_of(refused)
    asked = await officer.click(rules, label="Words…")
    await officer.submit_modal(asked, {field_of(asked): "We miss your jokes."})
    await officer.click(rules, label="Notices on/off")
    assert lines_of(rules)[1:3] == [
        "Limit 30 days, Onyx 60 without a sign on any clock",
        "Then the officers' decision; no notices",
    ]
    await officer.click(rules, label="Notices on/off")
    assert "We miss your jokes." in text_of(rules)
    await officer.select(rules, [foundry.places.guild.roles["Officer"]], custom_id=custom_id(rules, "qf:"))
    await officer.select(rules, ["member"], custom_id=custom_id(rules, "qk:"))
    assert "Safe ranks Member" in lines_of(rules)
    shown = await officer.slash(channel, "inactive")
    assert lines_of(shown)[:2] == ["Quiet · 0 of 26 people", "Nobody."]
    changed = [set(one["after"]) for one in await audit(foundry, "inactivity_settings")]
    assert changed == [
        {"by_rank"}, {"notice_text"}, {"notices"}, {"notices"}, {"safe_role_ids"}, {"safe_ranks"},
    ]  # fmt: skip
    outsider = await foundry.john.click(rules, label="Grace…")
    assert "officer" in text_of(outsider)


async def test_elsewhere_the_lists_are_private_and_others_get_their_own(foundry: Foundry) -> None:
    await gone_quiet(foundry)
    shown = await foundry.places.officer.slash(foundry.commands, "inactive")
    assert is_private(shown)
    preview = await foundry.places.officer.click(message_of(shown), label="Send notices…")
    assert is_private(preview)
    await foundry.places.officer.click(message_of(preview), label="Cancel")
    assert "Nothing was sent." in text_of(preview)
    channel = await colleagues(foundry)
    public = await foundry.places.officer.slash(channel, "inactive")
    copy = await foundry.places.manager.select(
        message_of(public), ["unknown"], custom_id=custom_id(public, "qs:")
    )
    assert is_private(copy)
    assert lines_of(public)[0] == "Quiet · 2 of 26 people"


async def test_a_removal_is_taken_back_when_they_are_seen_again(foundry: Foundry) -> None:
    channel, officer = await colleagues(foundry), foundry.places.officer
    await gone_quiet(foundry)
    clan = await foundry.clan()
    await foundry.services.ladder.change(clan, UserId(officer.id), notices=False)
    shown = await officer.slash(channel, "inactive")
    await look_at(officer, shown, "decide")
    people = [value_of(shown, "qd:", name) for name in (ANN, JOHN)]
    await officer.select(message_of(shown), people, custom_id=custom_id(shown, "qd:"))
    await look_at(officer, shown, "remove")
    assert lines_of(shown)[0] == "To be removed · 2 of 26 people"
    wom = wom_at(NOW + LATER)
    wom.record(player_id(wom, JOHN), {"overall": 999_000_000}, wom.now() + timedelta(hours=1), level=2_100)
    wom.now = lambda: NOW + LATER + timedelta(hours=2)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=2))
        await foundry.env.settle()
        told = max(channel.history(), key=lambda one: one.id)
        assert told.embeds[0].title == "Not to be removed any more"
        listed = await officer.slash(channel, "officer worklist")
        assert ANN in text_of(listed)
        assert JOHN not in text_of(listed)
        await foundry.bot.close()
