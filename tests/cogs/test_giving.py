"""Nobody hands out through rank rules what they could not give by hand."""

import discord
import pytest
import simcord

from bot.domain.ids import UserId
from bot.domain.rules.files import read_rules
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import role_calls, roles_of
from tests.cogs.desk import colleagues
from tests.cogs.reading import is_private, lines_of, message_of, text_of
from tests.cogs.test_promotions import proposed, with_rules
from tests.cogs.test_role_sync import verify
from tests.cogs.test_rules import choose, file, fill
from tests.cogs.world import ANN

BADGE = """
ranks:
  - name: carry
    order: 1
    discord_role: {role}
    when: {{field: overall, over: 7d, at_least: 5m}}
"""
ONYX = """
ranks:
  - name: veteran
    order: 20
    wom_role: onyx
    discord_role: {role}
    when: {{field: overall, over: 7d, at_least: 5m}}
"""


def mighty(foundry: Foundry, name: str = "Mighty") -> simcord.RoleHandle:
    """A role below the officers' whose holders may do everything."""
    return foundry.places.guild.create_role(name, permissions=discord.Permissions(administrator=True))


def told(*roles: simcord.RoleHandle) -> str:
    """What an officer reads who would give these."""
    mentions = " ".join(f"<@&{role.id}>" for role in roles)
    return f"The rank rules would give {mentions}, which you could not give yourself"


@pytest.mark.both_databases
async def test_an_officer_neither_imports_nor_saves_rules_that_give_what_they_could_not(
    foundry: Foundry,
) -> None:
    desk, officer = await colleagues(foundry), foundry.places.officer
    role, low = mighty(foundry), foundry.places.guild.create_role("Low")
    above = foundry.places.guild.create_role("Above", position=90)
    for one in (role, above):
        for text in (str(one.id), one.name):
            refused = await officer.slash(desk, "rules import", file=file(BADGE.format(role=text)))
            assert is_private(refused)
            assert text_of(refused).startswith(told(one))
    assert (await foundry.services.drafts.desk(await foundry.clan(), UserId(officer.id))).draft is None
    shown = await officer.slash(desk, "rules import", file=file(BADGE.format(role="Low")))
    # Under the same name there is another role by the time of the press.
    foundry.env.backend.delete_role(foundry.places.guild.id, low.id)
    other = mighty(foundry, "Low")
    await foundry.env.settle()
    assert text_of(await officer.click(message_of(shown), label="Save")).startswith(told(other))
    foundry.env.backend.delete_role(foundry.places.guild.id, other.id)
    await foundry.env.settle()
    await officer.click(message_of(shown), label="Save")
    assert lines_of(shown)[0] == "Saved"


async def test_no_form_takes_a_role_that_the_officer_could_not_give_but_one_that_counts_stays(
    foundry: Foundry,
) -> None:
    desk, officer, role = await colleagues(foundry), foundry.places.officer, mighty(foundry)
    await with_rules(foundry, BADGE.format(role=role.id))
    shown = await officer.slash(desk, "rules edit")
    refused = await fill(officer, shown, "New rank", Name="Easy", Days="1", Role=[role])
    assert text_of(refused).startswith(told(role))
    await choose(officer, shown, "Look at", "carry")
    text = "name: easy\norder: 2\ndiscord_role: Mighty\nwhen: {field: days_in_clan, at_least: 1}\n"
    assert text_of(await fill(officer, shown, "As text", As=text)).startswith(told(role))
    await fill(officer, shown, "Role and order", Order="7")
    assert f"-# order 7 · <@&{role.id}>" in lines_of(shown)


async def test_an_old_version_is_not_saved_again_by_who_could_not_give_its_roles(foundry: Foundry) -> None:
    desk, officer, role = await colleagues(foundry), foundry.places.officer, mighty(foundry)
    await with_rules(foundry, BADGE.format(role=role.id))
    clan, plain = await foundry.clan(), read_rules(BADGE.format(role="Low"))
    await foundry.services.eligibility.save(clan, plain, UserId(officer.id), "", basis=1)
    shown = await officer.slash(desk, "rules edit")
    await officer.click(message_of(shown), label="Versions")
    await choose(officer, shown, "Make one", "1")
    await officer.click(message_of(shown), label="Preview")
    assert text_of(await officer.click(message_of(shown), label="Save")).startswith(told(role))
    assert (await foundry.services.eligibility.rules(clan)).number == 2


@pytest.mark.parametrize("rules", [BADGE, ONYX])
async def test_a_rules_role_is_given_by_nobody_who_could_not_give_it(foundry: Foundry, rules: str) -> None:
    desk, officer, role = await colleagues(foundry), foundry.places.officer, mighty(foundry)
    await verify(foundry, foundry.ann.id, ANN)
    await with_rules(foundry, rules.format(role=role.id))
    preview = await proposed(foundry, desk, ANN)
    refused = await officer.click(message_of(preview), label="Do it")
    await foundry.env.settle()
    assert is_private(refused)
    assert text_of(refused).startswith(told(role))
    assert (role_calls(foundry), roles_of(foundry, foundry.ann)) == (0, set())
    assert "Nothing is to be done in the game." in text_of(await officer.slash(desk, "officer worklist"))


async def test_what_the_map_of_ranks_gives_is_the_managers_word(foundry: Foundry) -> None:
    desk, officer, role = await colleagues(foundry), foundry.places.officer, mighty(foundry)
    await verify(foundry, foundry.ann.id, ANN)
    await with_rules(foundry, ONYX.format(role=role.id))
    manager = UserId(foundry.places.manager.id)
    await foundry.services.role_sync.choose(await foundry.clan(), manager, ranks={"onyx": role.id})
    await officer.click(message_of(await proposed(foundry, desk, ANN)), label="Do it")
    await foundry.env.settle()
    assert roles_of(foundry, foundry.ann) == {"Mighty"}
