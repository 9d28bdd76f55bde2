"""The screens of ``/setup`` keep to Discord's limits, whatever groups and roles are called."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.clans import Clan, Relay
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, UserId
from bot.domain.setup import GroupChoice, GuildRole, RankMatch, match_ranks
from bot.present import setup_screens as screens
from bot.present.text import units
from tests.present.makers import read

LONG = "*_👑[x](y)" * 40
NAMES = ("Iron Foundry", "**bold**", LONG)


def clan(name: str) -> Clan:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Clan(ClanId(1), GuildId(2), GroupId(3), name, ZoneInfo("UTC"), True, (), made)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_shown_as_text_and_fits(name: str) -> None:
    choice = GroupChoice(GroupId(123), name, 1)
    assert "1 member · WOM group 123" in read(screens.is_this_it(choice, [clan(name)] * 9))
    assert "2 groups" in read(screens.which_one(name, [choice, choice]))
    read(screens.unlink_screen(clan(name)))
    option = screens.group_option(choice)
    assert units(option) <= screens.OPTION_LIMIT
    assert option.endswith("1 member · 123")


def test_every_choice_has_a_screen_and_warns_of_what_a_list_cannot_hold() -> None:
    for what in screens.CHOOSING:
        assert "replaces them all" not in read(screens.choose(what, 25, 25))
        assert "30 are chosen now, and a list holds 25" in read(screens.choose(what, 30, 25))


def test_ranks_without_a_role_and_out_of_reach_are_told_apart() -> None:
    roles = [GuildRole(1, "deputy-owner", False), GuildRole(2, "Onyx", True), GuildRole(3, "ONYX", True)]
    shown = read(screens.ranks_screen(match_ranks(("deputy_owner", "onyx", "zenyte"), roles)))
    assert "❌ Deputy owner: <@&1>, which stands above mine" in shown
    assert "✅ Onyx: <@&2>" in shown
    assert "🟡 Zenyte: no role of this name" in shown
    read(screens.ranks_screen([RankMatch(f"rank_{number}" * 9, None) for number in range(300)]))


def test_the_relay_screen_says_what_is_used_and_why_nothing_can_be() -> None:
    used = Relay(ClanId(1), ChannelId(5), UserId(6), 4, 3)
    assert "✅ <#5> is read" in read(screens.relay_screen([used], silent=None, content=True))
    shown = read(screens.relay_screen([], silent=ChannelId(7), content=False))
    assert "❌ In <#7> I see no line" in shown
    assert "Message Content Intent" in shown
