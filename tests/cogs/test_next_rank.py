"""``/nextrank``: what members see of their own way up."""

from bot.domain.ids import UserId
from bot.domain.rules.files import read_rules
from tests.cogs.conftest import Foundry
from tests.cogs.reading import is_private, lines_of, text_of
from tests.cogs.world import CY, DEE, JOHN, LEFT

RULES = """
ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    when:
      all:
        - {field: days_in_clan, at_least: 90}
        - {field: overall, over: 7d, at_least: 1m}
        - {field: ehp, at_least: 200}
        - {field: zulrah, at_least: 50}
        - {any: [{field: messages, over: 30d, at_least: 2}, {field: linked}]}
  - name: legend
    order: 30
    wom_role: owner
    min_days_in_rank: 30
    when: {field: vorkath, at_least: 110}
"""


async def with_rules(foundry: Foundry, text: str = RULES) -> None:
    clan = await foundry.clan()
    await foundry.services.eligibility.save(
        clan, read_rules(text), UserId(foundry.places.officer.id), "", basis=0
    )


async def test_a_member_sees_what_they_have_what_they_lack_and_what_nobody_knows(foundry: Foundry) -> None:
    await with_rules(foundry)
    shown = await foundry.john.slash(foundry.commands, "nextrank", player=CY)
    assert is_private(shown)
    assert lines_of(shown) == [
        "Cy · Member",
        "Member → Onyx · 2 of 5",
        "✅ In the clan 445 d (90)",
        "✅ XP (last 7 d) 8M of 1M",
        "❌ EHP 106.0 of 200.0 · 94.0 to go · about 10–24 months",
        "❔ Zulrah — of 50 · not on the hiscores",
        "❔ one of these",
        " ❔ Messages (last 30 d) — of 2 · I did not listen all of that time",
        " ❌ Verified Discord link",
        "Onyx → Owner · 0 of 1",
        "▫️ 30 days as Onyx first",
        "❌ Vorkath 56 of 110 · 54 to go · about 6–14 months",
        "-# A link counts here once it is verified: `/link` shows how.",
        "-# checked <t> · covering rule · seen by you alone",
    ]


async def test_who_has_it_all_is_told_and_who_just_came_has_no_pace(foundry: Foundry) -> None:
    await with_rules(foundry)
    mine = lines_of(await foundry.john.slash(foundry.commands, "nextrank"))
    assert mine[1:4] == ["Onyx → Owner · 2 of 2", "✅ In this rank 45+ d (30)", "✅ Vorkath 142 of 110"]
    assert mine[4].startswith("🎉 All of it is met")
    dee = lines_of(await foundry.places.officer.slash(foundry.commands, "nextrank", player=DEE))
    assert dee[2:5] == [
        "❌ In the clan 1 d (90) · 89 d to go",
        "❔ XP (last 7 d) 1,000+ of 1M · not measured for all of that time",
        "❌ EHP 106.0 of 200.0 · 94.0 to go",
    ]


async def test_who_has_all_of_several_ranks_sees_which_one_officers_see(foundry: Foundry) -> None:
    low = "ranks:\n  - {name: low, order: 10, wom_role: onyx, when: {field: vorkath, at_least: 10}}\n"
    high = "  - {name: high, order: 11, wom_role: owner, when: {field: vorkath, at_least: 50}}\n"
    clan, by = await foundry.clan(), UserId(foundry.places.officer.id)
    await foundry.services.eligibility.save(clan, read_rules(low + high), by, "", basis=0)
    mine = lines_of(await foundry.john.slash(foundry.commands, "nextrank", player=CY))
    assert mine[1] == "Member → Onyx · 1 of 1"
    assert mine[3].endswith("officers see you in their list for Owner, which is met too.")
    listed = text_of(await foundry.places.officer.slash(foundry.commands, "promotions"))
    assert "→ Owner" in listed


async def test_members_see_only_themselves_and_nothing_without_rules(foundry: Foundry) -> None:
    empty = await foundry.john.slash(foundry.commands, "nextrank")
    assert is_private(empty)
    assert text_of(empty).startswith("This clan has no rank rules yet.")
    await with_rules(foundry)
    for actor in (foundry.ann, foundry.places.stranger):
        refused = await actor.slash(foundry.commands, "nextrank", player=JOHN)
        assert is_private(refused)
        assert "officer" in text_of(refused)
    gone = await foundry.places.officer.slash(foundry.commands, "nextrank", player=LEFT)
    assert text_of(gone) == "Gone Girl is not in the clan any more. Ask for somebody who is on the roster."


async def test_who_holds_a_rank_above_all_rules_is_offered_none(foundry: Foundry) -> None:
    await with_rules(foundry, RULES.replace("wom_role: owner", "wom_role: member").replace(": 30", ": 5"))
    shown = lines_of(await foundry.john.slash(foundry.commands, "nextrank"))
    assert shown[1] == "There is no rank above yours that is earned by numbers."
