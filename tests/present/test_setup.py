from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.ids import ChannelId, GroupId, UserId
from bot.domain.past import PastProgress, PastState, Refusal
from bot.domain.setup import RelayShare, SetupState
from bot.present.setup import checklist
from tests.present.makers import NOW, read

PAST = PastProgress(
    PastState.DONE, NOW - timedelta(days=90), NOW, UserId(4), members=300, done=300, snapshots=9000,
    left=timedelta(0), ended_at=NOW,
)  # fmt: skip
FRESH = SetupState("Iron Foundry", GroupId(123), "Europe/Amsterdam")
DONE = SetupState(
    "Iron Foundry",
    GroupId(123),
    "Europe/Amsterdam",
    members=300,
    relays=(RelayShare(ChannelId(5), 187, 200),),
    ranks=12,
    ranks_matched=12,
    history_days=60,
    past=PAST,
    code_known=True,
    polled_at=NOW,
    officer_roles=("Officer",),
    officer_channel=ChannelId(6),
    bot_channels=(ChannelId(7),),
    other_clans=("Sister",),
    role_sync=True,
)


def test_a_fresh_clan_is_told_what_to_do_next() -> None:
    text = read(checklist(FRESH))
    assert "🟡 Iron Foundry, WOM group 123: roster not read yet" in text
    assert "🟡 Wise Old Man: the first poll is under way" in text
    assert "⚪ In-game chat: no relay channel\n-#  → choose one" in text
    assert "🟡 WOM updates this clan only when asked\n-#  → add the group's code" in text


def test_when_all_is_well_nothing_is_left_to_do() -> None:
    text = read(checklist(DONE))
    assert "→" not in text
    assert all(line.startswith("✅") for line in text.splitlines()[1:])
    assert "<#5> is a relay: 187 of 200 lines understood" in text


@pytest.mark.parametrize(
    ("change", "line", "step"),
    [
        ({"poll_failed": "slow"}, "❌ Wise Old Man: it answers too slowly; last read <t>", "keep trying"),
        ({"poll_failed": "blocked"}, "❌ Wise Old Man: it blocks this bot's address", "Discord"),
        ({"role_sync": False}, "⚪ Discord roles do not follow ranks", "Ranks and roles"),
        ({"past": None}, "⚪ History before the bot: not read", "how far back"),
        (
            {"past": replace(PAST, state=PastState.RUNNING, done=12, ended_at=None)},
            "🟡 History before the bot: since <t>, being read, 12 of 300 members",
            "own message",
        ),
        (
            {"past": replace(PAST, state=PastState.CANCELLED, done=12)},
            "⚪ History before the bot: since <t>, cancelled, 12 of 300 members",
            "choose it again",
        ),
        (
            {"past": replace(PAST, refused=(("Ann", Refusal.NOT_FOUND),))},
            "🟡 History before the bot: since <t>, but for 1 member",
            "try them again",
        ),
        ({"lacking": ("manage_roles",)}, "❌ I lack Manage Roles", "Server Settings"),
        ({"unreadable": (ChannelId(9),)}, "❌ I cannot read <#9>", "Read Message History"),
        ({"role_above": "Onyx"}, "❌ I may not give all roles: mine is below Onyx", "move mine"),
        ({"message_content": False}, "❌ Relayed chat cannot be read", "Message Content Intent"),
        ({"relays": (RelayShare(ChannelId(5), 20, 200),)}, "🟡 <#5> is a relay: 20 of 200", "right channel"),
        ({"relays": (RelayShare(ChannelId(5), 0, 0),)}, "🟡 <#5> is a relay: no line seen", "first line"),
        (
            {"relays": (), "relay_found": RelayShare(ChannelId(5), 190, 200)},
            "🟡 <#5> looks like a relay: 190 of 200 lines understood",
            "Use it",
        ),
        ({"ranks_matched": 9}, "🟡 9 of 12 ranks match a Discord role", "Review"),
        ({"history_days": 2}, "🟡 History: 2 days", "grows"),
        ({"officer_channel": None}, "⚪ Officers' channel: none", "choose"),
        ({"officer_roles": ()}, "⚪ Officers: only those with Manage Server", "choose"),
        ({"bot_channels": ()}, "⚪ Bot channels: none", "choose"),
    ],
)
def test_each_shortcoming_has_a_line_and_a_next_step(change: dict[str, Any], line: str, step: str) -> None:
    lines = read(checklist(replace(DONE, **change))).splitlines()
    at = next(number for number, text in enumerate(lines) if text.startswith(line))
    assert lines[at + 1].startswith("-#  → ")
    assert step in lines[at + 1]


def test_long_lists_are_counted() -> None:
    made = replace(DONE, bot_channels=tuple(ChannelId(number) for number in range(50)))
    assert "and 45 more" in read(checklist(made))
    read(checklist(replace(made, officer_roles=tuple("*" * 100 for _ in range(20)), clan_name="_" * 100)))
