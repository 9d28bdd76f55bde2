"""The screens of ``/setup`` keep to Discord's limits, whatever groups and roles are called."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.clans import Clan, Relay
from bot.domain.ids import ChannelId, ClanId, GroupId, GuildId, MessageId, UserId
from bot.domain.role_sync import RoleSyncOptions
from bot.domain.setup import GroupChoice, GuildRole, RankMatch, RelayShare, chosen_first, match_ranks
from bot.domain.unknown_forms import UnknownForm
from bot.present import relay_screens
from bot.present import setup_screens as screens
from bot.present.role_sync import ranks_screen
from bot.present.text import units
from tests.present.makers import read

TEN = timedelta(seconds=10)
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
    named = match_ranks(("deputy_owner", "onyx", "zenyte", "ruby", "jade"), roles)
    matches = chosen_first(named, {"ruby": 3, "jade": 9}, roles)
    shown = read(ranks_screen(matches, RoleSyncOptions()))
    assert "❌ Deputy owner: <@&1>, which stands above mine" in shown
    assert "❔ Onyx: <@&2> has its name" in shown
    assert "🟡 Zenyte: no role of this name" in shown
    assert "✅ Ruby: <@&3>" in shown
    assert "🟡 Jade: its role was deleted" in shown
    assert "only roles that I gave, 2 days after there is a reason" in shown
    many = [RankMatch(f"rank_{number}" * 9, None) for number in range(300)]
    options = RoleSyncOptions(True, {}, linked=1, guest=2, removal_days=0, strict=True)
    shown = read(ranks_screen(many, options, may_manage=False))
    assert "Discord roles follow ranks." in shown
    assert "I may not manage roles" in shown
    assert "also roles that I did not give, as soon as" in shown


def test_the_relay_screen_says_what_is_used_and_why_nothing_can_be() -> None:
    used = Relay(ClanId(1), ChannelId(5), UserId(6), 4, 3)
    assert "✅ <#5> is read" in read(relay_screens.relay_screen([used], TEN, silent=None, content=True))
    shown = read(relay_screens.relay_screen([], TEN, silent=ChannelId(7), content=False))
    assert "❌ In <#7> I see no line" in shown
    assert "Message Content Intent" in shown


def test_of_several_relays_the_screen_says_what_counts_once() -> None:
    two = [Relay(ClanId(1), ChannelId(5), UserId(author), 4, 3, LONG) for author in (6, 7)]
    for within, words in (
        (TEN, "counts once, if they write it at most 10 seconds apart"),
        (timedelta(0), "Each relay's line counts"),
    ):
        assert words in read(relay_screens.relay_screen(two, within, silent=None, content=True))
    option = relay_screens.relay_option("clan-chat", LONG, RelayShare(ChannelId(5), 1_234, 2_000))
    assert units(option) <= screens.OPTION_LIMIT
    assert option.endswith("1,234 of 2,000 lines")


def test_unknown_forms_fill_their_pages_and_fit() -> None:
    forms = [UnknownForm(LONG, number, ChannelId(5), MessageId(6 << 40)) for number in range(1, 8)]
    assert relay_screens.unknown_pages(forms) == 2
    assert "I understood every line" in read(relay_screens.unknown_screen(GuildId(2), [], 0))
    first, second = (read(relay_screens.unknown_screen(GuildId(2), forms, page)) for page in (0, 1))
    assert "28 lines in 7 forms" in first
    assert "6×" in first
    assert "7×" in second
