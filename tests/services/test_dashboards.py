"""Whose pages are public, and what an officer's link opens, for how long."""

from datetime import timedelta

import pytest

from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, GuildId, UserId
from bot.services.clans import Clans
from bot.services.dashboards import Dashboards, Served
from bot.services.sealing import Sealer
from db.session import Database
from tests.services.laid import lay

OFFICER = UserId(7)
SECRET = "correct horse battery staple"
SERVED = Served("https://example.org/stats", timedelta(hours=2))


async def test_pages_are_off_until_they_are_switched_on_and_a_link_opens_one_clan_for_a_while(
    database: Database,
) -> None:
    laid, other = await lay(database), await lay(database)
    clan, sealer = await laid.clan(), Sealer(SECRET)
    dashboards = Dashboards(database, sealer, SERVED, laid.clock)
    with pytest.raises(Outdated):
        await dashboards.officers_link(clan, OFFICER)
    assert (await dashboards.public(clan.id), await dashboards.public_clans()) == (None, [])

    for _ in range(2):
        await dashboards.switch(clan, OFFICER, on=True)
    state = await dashboards.state(clan)
    assert (state.public_since, state.address) == (laid.clock.now, f"https://example.org/stats/c/{clan.id}/")
    assert await dashboards.public(clan.id) == clan
    assert await dashboards.public_clans() == [clan.id]
    assert [one.id for one in await Clans(database).everywhere()] == [clan.id, other.id]

    link = await dashboards.officers_link(clan, OFFICER)
    address, sealed = link.split("enter-")
    assert address == f"https://example.org/stats/c/{clan.id}/officers/"
    granted = await dashboards.opened(clan.id, sealed)
    assert granted is not None
    assert granted.user == OFFICER
    restarted = Dashboards(database, Sealer(SECRET), SERVED, laid.clock)
    assert await restarted.opened(clan.id, sealed) == granted
    assert await dashboards.opened(other.id, sealed) is None
    # A clan's code at Wise Old Man is sealed with the same key, and opens nothing.
    for forged in (sealer.seal("123-456-789"), sealer.seal(f"{clan.id}:7:9999999999"), sealed[:-4], "", "é"):
        assert await dashboards.opened(clan.id, forged) is None
    assert await Dashboards(database, Sealer(None), SERVED, laid.clock).opened(clan.id, sealed) is None

    laid.clock.advance(hours=2)
    assert await dashboards.opened(clan.id, sealed) is None
    await dashboards.switch(clan, OFFICER, on=False)
    assert await dashboards.public(clan.id) is None
    for one in (clan, await other.clan()):
        await dashboards.switch(one, OFFICER, on=True)
    await dashboards.removed(GuildId(1))
    assert await dashboards.public_clans() == [clan.id, other.id]
    await dashboards.removed(clan.guild)
    assert await dashboards.public_clans() == []
    assert await dashboards.public(ClanId(10**8)) is None
