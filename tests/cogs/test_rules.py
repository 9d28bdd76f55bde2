"""``/rules`` as officers use it: files, drafts, previews, forms, versions."""

import asyncio
import json
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from simcord import InteractionResult
from simcord.actors import MemberActor
from sqlalchemy import select

from bot.domain.ids import MemberId, UserId
from bot.domain.metrics import Metric
from bot.domain.rules.files import read_rules
from bot.domain.rules.ladder import Ladder, Standing
from bot.domain.rules.language import RuleSet
from bot.domain.rules.presets import PRESETS, ladder_of
from bot.services.eligibility import drafts
from db.models import AuditEntry
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
from tests.cogs.world import JOHN

RULES = """
ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    when:
      all:
        - {field: days_in_clan, at_least: 90}
        - {field: overall, over: 7d, at_least: 1m}
  - name: legend
    order: 30
    wom_role: owner
    when: {field: vorkath, at_least: 110}
"""
EASIER = RULES.replace("at_least: 1m", "at_least: 100k").replace("at_least: 110", "at_least: 1_000")
BROKEN = """ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    when: {field: slayr, at_least: 5}
  - name: legend
    order: high
    wom_role: owner
    when: {field: ehb}
  - name: scorer
    order: 30
    wom_role: member
    when: {field: points, accounts: sum, at_least: 5, of: [{field: ehb, per: 1}]}
"""


def file(text: str) -> tuple[str, bytes]:
    return "mine.yaml", text.encode()


async def save(foundry: Foundry, text: str = RULES, basis: int = 0, by: MemberActor | None = None) -> None:
    officer = by or foundry.places.officer
    clan = await foundry.clan()
    await foundry.services.eligibility.save(clan, read_rules(text), UserId(officer.id), "", basis=basis)


async def counting(foundry: Foundry) -> tuple[int, str]:
    """The version that counts, and its ranks."""
    found = await foundry.services.eligibility.rules(await foundry.clan())
    return found.number, " ".join(one.name for one in found.rules.ranks)


async def choose(who: MemberActor, on: Answer, prompt: str, value: str) -> InteractionResult:
    """Choose from the list that says this."""
    select = next(one for one in components_of(on) if one.get("placeholder", "").startswith(prompt))
    return await who.select(message_of(on), [value], custom_id=select["custom_id"])


async def fill(who: MemberActor, on: Answer, button: str, **given: Any) -> InteractionResult:
    """Press the button and fill in its form, by the first words of the questions; the rest stays as it is."""
    shown = await who.click(message_of(on), label=button)
    assert shown.modal is not None, text_of(shown)
    values: dict[str, Any] = {}
    for label in shown.modal["components"]:
        field = label["component"]
        known = next((v for k, v in given.items() if label["label"].startswith(k.replace("_", " "))), None)
        chosen = [one["value"] for one in field.get("options", []) if one.get("default")]
        usual = field.get("value") if field["type"] == 4 else chosen
        if known is not None or usual:
            values[field["custom_id"]] = known if known is not None else usual
    return await who.submit_modal(shown, values)


async def test_a_file_goes_down_and_up_and_counts_once_it_is_saved(foundry: Foundry) -> None:
    await save(foundry)
    officer, channel = foundry.places.officer, await colleagues(foundry)
    given = await officer.slash(channel, "rules export", schema=True)
    assert not is_private(given)
    rules, schema = answer_of(given).attachments
    text = (await rules.read()).decode()
    head, _, body = text.partition("\n\n")
    assert head.splitlines()[1] == "# Rank rules of Iron Foundry, version 1"
    assert head.splitlines()[2].startswith("# saved by Olaf on 20")
    assert read_rules(body) == read_rules(RULES)
    Draft202012Validator.check_schema(json.loads(await schema.read()))

    shown = await officer.slash(channel, "rules import", file=file(EASIER))
    assert lines_of(shown) == [
        "Your draft",
        "🟡 changed: Veteran, Legend",
        "",
        "Today, of 26 members",
        "✅ would be earned: 17",
        f" Veteran (17): {', '.join(f'Member {number:02}' for number in range(1, 9))} and 9 more",
        "❌ no longer earned: 1",
        f" Legend (1): {JOHN}",
        "-# nothing counts before you save it",
    ]
    assert (await counting(foundry))[0] == 1
    await foundry.restart()
    refused = await foundry.places.manager.click(message_of(shown), label="Save")
    assert is_private(refused)
    assert "asked" in text_of(refused)
    await officer.click(message_of(shown), label="Save")
    assert lines_of(shown)[:3] == [
        "Saved",
        "Version 2 counts from now on. What counted before is kept under Versions.",
        "🟡 changed: Veteran, Legend",
    ]
    assert buttons_of(shown) == {}
    assert await counting(foundry) == (2, "veteran legend")
    async with foundry.services.database.read() as session:
        logged = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    assert [(one.action, one.user_id, one.detail["before"]) for one in logged[-2:]] == [
        ("rules_saved", officer.id, None),
        ("rules_saved", officer.id, 1),
    ]
    old = await officer.slash(channel, "rules export", version=1)
    (rules,) = answer_of(old).attachments
    assert "at_least: 1000000" in (await rules.read()).decode()
    assert text_of(await officer.slash(channel, "rules export", version=3)).startswith(
        "No rules were saved as version 3."
    )
    offered = await officer.autocomplete(channel, "rules export", "version", "")
    assert [one["value"] for one in offered] == [2, 1]
    assert offered[0]["name"].startswith("2 · 15 Jan 2026")


async def test_who_saved_in_between_is_named_and_nothing_is_overwritten(foundry: Foundry) -> None:
    await save(foundry)
    officer, channel = foundry.places.officer, await colleagues(foundry)
    shown = await officer.slash(channel, "rules import", file=file(EASIER))
    await save(foundry, RULES.replace("legend", "hero"), basis=1, by=foundry.places.manager)
    refused = await officer.click(message_of(shown), label="Save")
    assert is_private(refused)
    assert text_of(refused).startswith(f"<@{foundry.places.manager.id}> saved other rules <t>.")
    assert await counting(foundry) == (2, "veteran hero")
    edited = await officer.click(message_of(shown), label="Edit")
    await officer.click(message_of(shown), label="Preview")
    assert f"⚠ <@{foundry.places.manager.id}> saved version 2 since you began" in text_of(shown)
    assert "Save" not in buttons_of(shown)
    await officer.click(message_of(shown), label="Put mine on top")
    assert "🔴 gone: Hero" in text_of(shown)
    twin = await officer.slash(channel, "rules edit")
    await officer.click(message_of(twin), label="Preview")
    await officer.click(message_of(shown), label="Save")
    assert await counting(foundry) == (3, "veteran legend")
    again = await officer.click(message_of(twin), label="Save")
    assert text_of(again).startswith("You have no unsaved rules: they were saved or discarded.")
    assert await counting(foundry) == (3, "veteran legend")
    del edited


async def test_a_file_that_cannot_be_read_is_told_by_line_and_changes_nothing(foundry: Foundry) -> None:
    await save(foundry)
    officer = foundry.places.officer
    kept = await officer.slash(foundry.commands, "rules import", file=file(EASIER))
    assert is_private(kept)
    refused = await officer.slash(foundry.commands, "rules import", file=file(BROKEN))
    assert is_private(refused)
    assert lines_of(refused) == [
        "These rules cannot be read:",
        "- line 5 (ranks 1 › when): nothing is called 'slayr'; did you mean Slayer?",
        "- line 7 (ranks 2 › order): must be a whole number",
        "- line 9 (ranks 2 › when): needs one of at_least, more_than, at_most, less_than and top",
        "- line 13 (ranks 3 › when): accounts belong to the fields under of, not to points",
        "Nothing was changed.",
    ]
    for name, data, reason in (
        ("a.yaml", b"\xff\xfe\x00r", "no text in UTF-8"),
        ("b.yaml", b"x" * 800_001, "longer than 200,000 characters"),
        ("c.yaml", b"ranks: [", "not YAML"),
    ):
        answer = await officer.slash(foundry.commands, "rules import", file=(name, data))
        assert reason in text_of(answer), name
    desk = await foundry.services.drafts.desk(await foundry.clan(), UserId(officer.id))
    assert desk.draft is not None
    assert desk.draft.rules == read_rules(EASIER)
    shown = await officer.slash(foundry.commands, "rules import", file=file(RULES))
    assert lines_of(shown)[1] == "The rules stay what they are."
    assert "it makes no difference to anybody" in text_of(shown)
    assert "-# your former draft was replaced" in lines_of(shown)
    same = await officer.click(message_of(shown), label="Save")
    assert text_of(same).startswith("Your draft says what the saved rules say already")
    await officer.click(message_of(shown), label="Discard")
    assert lines_of(shown) == ["Discarded", "Your draft is gone. What counts stays as it is."]
    assert await counting(foundry) == (1, "veteran legend")


async def test_rules_are_written_from_a_set_by_forms_and_an_old_version_comes_back(foundry: Foundry) -> None:
    officer, channel = foundry.places.officer, await colleagues(foundry)
    low = foundry.places.guild.create_role("Low")
    shown = await officer.slash(channel, "rules edit")
    assert lines_of(shown)[1].startswith("There are no rank rules yet.")
    await choose(officer, shown, "Begin with", "mixed")
    assert lines_of(shown)[1] == "Onyx · 5 requirements · WOM Onyx"
    assert lines_of(shown)[-1] == "-# your draft: nothing counts before you save it · none were ever saved"
    await choose(officer, shown, "Look at", "onyx")
    assert lines_of(shown)[:7] == [
        "Onyx",
        "▫️ In the clan at least 30 d",
        "▫️ at least 2 of these",
        " ▫️ XP (last 90 d) at least 2M",
        " ▫️ Kills (last 90 d) at least 100",
        " ▫️ Messages (last 90 d) at least 50",
        " ▫️ Active days (last 30 d) at least 2",
    ]
    await fill(officer, shown, "Add requirement", What="cox + tob", With_what="2.5k", Over=["30d"])
    assert lines_of(shown)[7] == "▫️ Chambers of Xeric + Theatre of Blood (last 30 d) at least 2,500"
    wrong = await fill(officer, shown, "Add requirement", What="slayr", With_what="5")
    assert is_private(wrong)
    assert "nothing is called 'slayr'" in text_of(wrong)
    await choose(officer, shown, "Remove", "1")
    assert [one for one in lines_of(shown) if one.startswith("▫️")] == [
        "▫️ In the clan at least 30 d",
        "▫️ Chambers of Xeric + Theatre of Blood (last 30 d) at least 2,500",
    ]
    await fill(officer, shown, "Role and order", Order="70", Role=[low])
    await fill(officer, shown, "Limits", Days="14", Demote="after 30 days", Never="owner, member:Jo hn")
    assert [one for one in lines_of(shown) if one.startswith("-#")] == [
        f"-# order 70 · WOM Onyx · <@&{low.id}>",
        "-# after 14 days in the rank before",
        "-# demoted after 30 days of not meeting it",
        "-# never offered to, nor taken from: owner, member:Jo hn",
        "-# your draft: nothing counts before you save it",
    ]
    text = "name: opal\norder: 60\nwom_role: opal\nwhen: {field: days_in_clan, at_least: 400}\n"
    await fill(officer, shown, "As text", As=text)
    assert lines_of(shown)[:2] == ["Opal", "▫️ In the clan at least 400 d"]
    await officer.click(message_of(shown), label="Back")
    await fill(officer, shown, "New rank", Name="Old Hand", Days="10", Role=[low])
    assert lines_of(shown)[:2] == ["Old Hand", "▫️ In the clan at least 10 d"]
    await officer.click(message_of(shown), label="Back")
    twin = await officer.slash(channel, "rules edit")
    await choose(officer, twin, "Look at", "opal")
    await officer.click(message_of(shown), label="Preview")
    assert "⚠ The clan has no rank Opal at WOM." in lines_of(shown)
    assert "🟢 new: Opal, Old Hand" in lines_of(shown)
    await officer.click(message_of(shown), label="Save")
    stale = await officer.click(message_of(twin), label="Remove rank")
    assert text_of(stale).startswith("Your draft is another by now than this message shows.")
    again = await officer.slash(channel, "rules edit")
    await choose(officer, again, "Look at", "opal")
    await officer.click(message_of(again), label="Remove rank")
    await officer.click(message_of(again), label="Preview")
    await officer.click(message_of(again), label="Save")
    assert await counting(foundry) == (2, "old_hand")
    back = await officer.slash(channel, "rules edit")
    await officer.click(message_of(back), label="Versions")
    assert [one.split(" · ")[0] for one in lines_of(back)[1:3]] == ["2", "1"]
    assert lines_of(back)[1].endswith("gone opal")
    await choose(officer, back, "Make one", "1")
    await officer.click(message_of(back), label="Preview")
    assert "🟢 new: Opal" in lines_of(back)


async def test_rules_are_for_officers(foundry: Foundry) -> None:
    shown = await foundry.places.officer.slash(await colleagues(foundry), "rules edit")
    for actor in (foundry.john, foundry.places.stranger):
        for command, options in (
            ("rules edit", {}),
            ("rules export", {}),
            ("rules import", {"file": file(RULES)}),
            ("rules simulate", {}),
        ):
            refused = await actor.slash(foundry.commands, command, **options)
            assert is_private(refused)
            assert "officer" in text_of(refused)
        pressed = await actor.click(message_of(shown), label="New rank")
        assert "officer" in text_of(pressed)
    assert text_of(await foundry.places.officer.slash(foundry.commands, "rules export")).startswith(
        "This clan has no rank rules yet."
    )


async def test_a_set_is_made_of_the_ranks_that_somebody_holds(foundry: Foundry) -> None:
    clan = await foundry.clan()
    assert await foundry.services.roster.held_roles(clan) == {"onyx", "member"}
    assert ladder_of(clan.role_order) == ["member", "onyx"]
    officer, channel = foundry.places.officer, await colleagues(foundry)
    shown = await officer.slash(channel, "rules edit")
    for name, preset in PRESETS.items():
        await choose(officer, shown, "Begin with", name)
        desk = await foundry.services.drafts.desk(clan, UserId(officer.id))
        assert desk.draft is not None
        assert desk.draft.rules == preset.rules(["member", "onyx"])


async def test_others_are_answered_while_a_file_is_read_and_a_draft_compared(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    begun: dict[Ladder, list[bool]] = {}
    paused: list[bool] = []
    standing, size = Ladder.standing, 26

    def read(text: str, known: Iterable[Metric]) -> RuleSet:
        threads.append(threading.current_thread())
        return read_rules(text, known)

    def judge(ladder: Ladder, member: MemberId) -> Standing:
        turns = begun.setdefault(ladder, [])
        turns.append(False)
        if len(turns) == 1:
            asyncio.get_running_loop().call_soon(turns.__setitem__, 0, True)
        if len(turns) == size:
            paused.append(turns[0])
        return standing(ladder, member)

    monkeypatch.setattr(drafts, "read_rules", read)
    monkeypatch.setattr(Ladder, "standing", judge)
    await save(foundry)
    await foundry.places.officer.slash(foundry.commands, "rules import", file=file(EASIER))
    assert [one is threading.main_thread() for one in threads] == [False]
    assert paused == [True, True], "the saved rules and the draft"
