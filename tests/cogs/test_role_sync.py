"""Role sync through ``/setup`` and Discord's events, as its manager and its members meet it."""

import csv
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

from bot.domain.ids import GuildId, UserId
from bot.domain.link_review import Officer
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import gave, last_of, role_calls, roles_of
from tests.cogs.desk import colleagues
from tests.cogs.reading import Answer, answer_of, components_of, message_of, text_of
from tests.cogs.world import ANN, JOHN, NOW, Clock, player_id, restored_wom
from tests.simulator import as_bot


async def verify(foundry: Foundry, user: int, name: str) -> None:
    """An officer says that the account is this user's."""
    clan = await foundry.clan()
    officer = Officer(UserId(foundry.places.officer.id), manages=False)
    with as_bot(foundry.env):
        await foundry.services.link_review.link(clan, officer, UserId(user), name)
    await foundry.env.settle()


def select_of(shown: Answer, start: str) -> str:
    return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))


class Manager:
    """Whoever manages the server, at the screen of ranks."""

    def __init__(self, foundry: Foundry, shown: Any) -> None:
        self.foundry, self.shown = foundry, shown

    @classmethod
    async def at_ranks(cls, foundry: Foundry) -> "Manager":
        shown = await foundry.places.manager.slash(foundry.commands, "setup")
        one = cls(foundry, shown)
        await one.choose("su:menu", "ranks")
        return one

    async def choose(self, start: str, *values: Any) -> None:
        message, id_ = message_of(self.shown), select_of(self.shown, start)
        await self.foundry.places.manager.select(message, list(values), custom_id=id_)

    async def click(self, label: str) -> Any:
        return await self.foundry.places.manager.click(message_of(self.shown), label=label)

    @property
    def text(self) -> str:
        return text_of(self.shown)


@asynccontextmanager
async def polled(foundry: Foundry, *, leaves: str | None = None) -> AsyncGenerator[None]:
    """The bot starts anew and polls; one may have left."""
    wom = restored_wom(Clock(NOW))
    if leaves is not None:
        wom.leave(123, player_id(wom, leaves), NOW)
    async with wom.serve() as url:
        await foundry.restart(wom_url=url, later=timedelta(hours=1))
        await foundry.env.settle()
        yield
        await foundry.bot.close()


async def test_a_manager_chooses_sees_what_would_change_and_switches_it_on(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    guild = foundry.places.guild
    onyx, guest, members = (guild.create_role(name) for name in ("Onyx", "Guest", "In the clan"))
    await verify(foundry, foundry.john.id, JOHN)
    async with polled(foundry):
        manager = await Manager.at_ranks(foundry)
        assert "❔ Onyx: Onyx has its name" in manager.text.replace(f"<@&{onyx.id}>", "Onyx")
        await manager.click("Use names")
        await manager.choose("su:srank", "member")
        await manager.choose("su:srole", members)
        await manager.choose("su:sother", "guest")
        await manager.choose("su:srole", guest)
        assert f"Guest: <@&{guest.id}>" in manager.text
        assert f"✅ Member: <@&{members.id}>" in manager.text
        await manager.click("Preview")
        assert "Switch role sync on?" in manager.text
        assert "6 members get other roles" in manager.text
        assert f"<@{foundry.john.id}> +<@&{onyx.id}> · Jo hn: onyx" in manager.text
        given = await manager.click("CSV")
        (file,) = answer_of(given).attachments
        rows = list(csv.DictReader(StringIO((await file.read()).decode("utf-8-sig"))))
        assert [row["gets"] for row in rows] == ["Guest", "Onyx", *["Guest"] * 4]
        assert role_calls(foundry) == 0
        await manager.click("Switch on")
        assert roles_of(foundry, foundry.john) == {"Onyx"}
        assert roles_of(foundry, foundry.ann) == {"Guest"}
        assert role_calls(foundry) == 6
        told = last_of(desk)
        assert "6 members changed" in text_of(told)

        await verify(foundry, foundry.ann.id, ANN)
        assert roles_of(foundry, foundry.ann) == {"In the clan"}
        eve = guild.add_member(foundry.env.create_user("eve"))
        await foundry.env.settle()
        assert roles_of(foundry, eve) == {"Guest"}

        undo = await foundry.places.officer.click(told, label="Undo")
        assert "Role sync is switched off by this" in text_of(undo)
        assert f"<@{foundry.ann.id}>: <@&{guest.id}> changed since" in text_of(undo)
        await foundry.places.officer.click(message_of(undo), label="Undo it")
        assert roles_of(foundry, foundry.john) == set()
        assert roles_of(foundry, foundry.ann) == {"In the clan"}
        await verify(foundry, foundry.places.stranger.id, "Cy")
        assert roles_of(foundry, foundry.places.stranger) == set(), "it is off"


async def test_nobody_chooses_a_role_that_they_could_not_give_themselves(foundry: Foundry) -> None:
    guild = foundry.places.guild
    boss = guild.create_role("Boss", position=99)
    manager = await Manager.at_ranks(foundry)
    await manager.choose("su:srank", "onyx")
    refused = await foundry.places.manager.select(
        message_of(manager.shown), [boss], custom_id=select_of(manager.shown, "su:srole")
    )
    assert "it stands above yours" in text_of(refused)
    await manager.click("Back")
    await manager.choose("su:sother", "days")
    await manager.choose("su:sdays", "7")
    await manager.choose("su:sother", "strict")
    assert "also roles that I did not give, 7 days after" in manager.text
    options = await foundry.services.role_sync.options(await foundry.clan())
    assert (dict(options.ranks), options.removal_days, options.strict) == ({}, 7, True)


async def test_a_poll_gives_and_takes_and_what_others_gave_stays(foundry: Foundry) -> None:
    guild, clan = foundry.places.guild, await foundry.clan()
    onyx, own = guild.create_role("Onyx"), guild.create_role("Linked")
    await verify(foundry, foundry.john.id, JOHN)
    await verify(foundry, foundry.ann.id, ANN)
    await gave(foundry, foundry.ann, onyx)
    by = UserId(foundry.places.manager.id)
    sync = foundry.services.role_sync
    await sync.choose(clan, by, enabled=True, ranks={"onyx": onyx.id}, linked=own.id, removal_days=0)
    async with polled(foundry):
        assert roles_of(foundry, foundry.john) == {"Onyx", "Linked"}
        assert roles_of(foundry, foundry.ann) == {"Onyx", "Linked"}, "given by hand"
        assert role_calls(foundry) == 2
        found = await foundry.services.clans.by_id(clan.id, GuildId(guild.id))
        with as_bot(foundry.env):
            foundry.bot.dispatch("clan_polled", replace(found))
        await foundry.env.settle()
        assert role_calls(foundry) == 2, "nobody changes, so Discord is not asked"
        john = (await foundry.services.lookup.by_name(clan, JOHN)).member.id
        with as_bot(foundry.env):
            await foundry.services.links.remove(clan, UserId(foundry.john.id), john)
        await foundry.env.settle()
        assert roles_of(foundry, foundry.john) == set()
