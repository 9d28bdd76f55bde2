"""``/officer dashboard`` as officers use it, and the pages that its links lead to."""

import re
import socket

import aiohttp
from simcord import InteractionResult
from yarl import URL

from bot.domain.ids import GroupId, UserId
from db.queries import clans
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import buttons_of, components_of, is_private, message_of, text_of
from tests.cogs.world import JOHN, NOW


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def browser() -> aiohttp.ClientSession:
    """It keeps cookies of an address without a name, and no connection, for whose end the simulator waits."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.CookieJar(unsafe=True)
    )


async def test_pages_are_switched_on_by_a_manager_and_officers_have_a_link_of_their_own(
    foundry: Foundry,
) -> None:
    desk, places = await colleagues(foundry), foundry.places
    assert "serves no pages" in text_of(await places.officer.slash(desk, "officer dashboard"))
    assert "officer" in text_of(await foundry.john.slash(foundry.commands, "officer dashboard"))

    port = free_port()
    await foundry.restart(dashboard_port=port)
    here = f"http://127.0.0.1:{port}/"
    shown = await places.officer.slash(desk, "officer dashboard")
    # In the officers' channel too: the link is one officer's.
    assert is_private(shown)
    assert "Off" in text_of(shown)
    # What the officers' pages have is said before too.
    assert "other accounts, whether a link is verified and the note on who is held" in text_of(shown)
    refused = await places.officer.click(message_of(shown), label="Switch on")
    assert "Manage Server" in text_of(refused)

    async with browser() as visitor, browser() as officer:
        clan = await foundry.clan()
        async with visitor.get(f"{here}c/{clan.id}/roster.html") as off:
            assert off.status == 404
            assert JOHN not in await off.text()

        shown = await places.manager.slash(foundry.commands, "officer dashboard")
        await places.manager.click(message_of(shown), label="Switch on")
        shown = await places.officer.slash(desk, "officer dashboard")
        assert "Public since" in text_of(shown)
        assert buttons_of(shown) == {"Switch off": True}

        # From the start page, by redirects alone, to the clan's pages.
        async with visitor.get(here) as start:
            assert (start.status, start.url.path) == (200, f"/c/{clan.id}/")
            assert JOHN in await start.text()
            policy = start.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert start.headers["Content-Encoding"] == "gzip"
            assert "Set-Cookie" not in start.headers
            tag = start.headers["ETag"]
        async with visitor.get(f"{here}c/{clan.id}/index.html", headers={"If-None-Match": tag}) as known:
            assert known.status == 304
        async with visitor.get(f"{here}c/{clan.id}/clan.json") as document:
            assert (await document.json())["wom_group"] == clan.group
        for nowhere in ("c/999/", f"c/{clan.id}/members/999.html", f"c/{clan.id}/assets/..%2fpages.py", "x"):
            async with visitor.get(here + nowhere) as none:
                assert none.status == 404
        async with visitor.get(f"{here}c/{clan.id}/officers/inactive.html") as closed:
            assert closed.status == 403

        link = next(
            iter(re.findall(r"\((http\S+enter-\S+)\)", message_of(shown).embeds[0].description or ""))
        )
        async with officer.get(URL(link, encoded=True)) as entered:
            assert (entered.status, entered.url.path) == (200, f"/c/{clan.id}/officers/inactive.html")
            assert entered.headers["Cache-Control"] == "private, no-store"
            assert "link to it ends" in await entered.text()
            assert "path" not in entered.history[0].headers["Set-Cookie"].casefold()
        (cookie,) = officer.cookie_jar
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        assert cookie["path"] == f"/c/{clan.id}/officers"
        async with officer.get(f"{here}c/{clan.id}/officers/promotions.html") as promotions:
            assert "No rules yet" in await promotions.text()
        async with officer.get(f"{here}c/{clan.id}/officers/inactive.html") as inactive:
            assert "Other accounts" in await inactive.text()

        # Who is no officer any more is let in no more, whatever cookie they have.
        role = places.guild.roles["Officer"]
        foundry.env.backend.remove_member_role(places.guild.id, places.officer.id, role.id)
        await foundry.env.settle()
        async with officer.get(f"{here}c/{clan.id}/officers/promotions.html") as gone:
            assert gone.status == 403
        await places.manager.click(message_of(await dashboard_of(foundry)), label="Switch off")
        async with visitor.get(f"{here}c/{clan.id}/roster.html") as off:
            assert off.status == 404


async def test_pages_end_with_the_clan_s_link_and_with_the_bot_s_stay_on_the_server(foundry: Foundry) -> None:
    port = free_port()
    await foundry.restart(dashboard_port=port)
    clan, manager, guild = await foundry.clan(), foundry.places.manager, foundry.places.guild
    dashboards, backend = foundry.services.dashboards, foundry.env.backend

    async def statuses() -> list[int]:
        async with browser() as visitor:
            found: list[int] = []
            for path in ("", f"c/{clan.id}/records.html"):
                async with visitor.get(f"http://127.0.0.1:{port}/{path}") as answered:
                    found.append(answered.status)
            return found

    await manager.click(message_of(await dashboard_of(foundry)), label="Switch on")
    assert await statuses() == [200, 200]
    setup = await manager.slash(foundry.commands, "setup")
    menu = next(id_ for one in components_of(setup) if (id_ := one["custom_id"]).split(":")[1] == "menu")
    asked = await manager.select(message_of(setup), ["unlink"], custom_id=menu)
    await manager.click(message_of(asked), label="Unlink")
    assert await statuses() == [404, 404]
    # Who links it again did not say that its pages are to be public.
    async with foundry.services.database.write() as session:
        await clans.add_clan(session, clan.guild, clan.group, clan.name, clan.zone, foundry.services.clock())
    assert await statuses() == [404, 404]

    # Then as the second of the server's clans, whose pages are reached from the first one's.
    async with foundry.services.database.write() as session:
        sister = await clans.add_clan(session, clan.guild, GroupId(124), "Iron Sisters", clan.zone, NOW)
        await clans.make_default(session, clan.guild, sister)
    shown = await dashboard_of(foundry)
    assert "Iron Sisters" in text_of(shown)
    (menu,) = (one for one in components_of(shown) if one["type"] == 3)
    (other,) = (one["value"] for one in menu["options"] if one["label"] == clan.name)
    turned = await manager.select(message_of(shown), [other], custom_id=menu["custom_id"])
    assert clan.name in text_of(turned)
    await manager.click(message_of(turned), label="Switch on")
    assert await dashboards.public_clans() == [clan.id]
    assert await statuses() == [200, 200]
    backend.emit("GUILD_DELETE", {"id": str(guild.id)})
    await foundry.env.settle()
    assert await statuses() == [404, 404]
    assert await dashboards.public_clans() == []
    # Nor when nobody told the bot, as while it was not running.
    await dashboards.switch(clan, UserId(manager.id), on=True)
    assert await statuses() == [404, 404]


async def dashboard_of(foundry: Foundry) -> InteractionResult:
    return await foundry.places.manager.slash(foundry.commands, "officer dashboard")
