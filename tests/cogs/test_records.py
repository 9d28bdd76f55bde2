"""What a clan asks about itself, as a server sees it: records, its score, and what posts say of them."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.boards import BoardKind
from bot.domain.ids import ChannelId, UserId
from bot.domain.schedules import PLAYFUL, Cadence
from tests.cogs.conftest import Foundry
from tests.cogs.reading import components_of, is_private, lines_of, message_of, options_of, text_of
from tests.simulator import as_bot


def id_of(shown: Any, start: str) -> str:
    return next(one["custom_id"] for one in components_of(shown) if one["custom_id"].startswith(start))


@pytest.mark.both_databases
async def test_records_have_a_holder_and_a_date_and_are_turned_for_their_asker(foundry: Foundry) -> None:
    shown = await foundry.ann.slash(foundry.commands, "records")
    assert not is_private(shown)
    lines = lines_of(shown)
    assert lines[:6] == ["Iron Foundry", "Records", "XP", "day —", "week —", "month —"], (
        "no two looks fit a day"
    )
    assert lines[12:14] == ["Messages", "day 8 · Jo hn · 14 Jan"]
    assert lines[-1] == "-# since 15 Jan 2025 · messages since 5 Jan · checked <t> · covering rule"
    copy = await foundry.john.select(message_of(shown), ["bosses"], custom_id=id_of(shown, "rc:"))
    assert is_private(copy)
    assert lines_of(copy)[2] == "🥇 Vorkath · 207 by 25"
    assert lines_of(shown)[1] == "Records", "somebody else's press turns nothing"
    await foundry.ann.select(message_of(shown), ["nines"], custom_id=id_of(shown, "rc:"))
    assert lines_of(shown)[1:4] == ["99s by skill", "Slayer · 25", "-# of 25 measured · <t>"]
    await foundry.ann.select(message_of(shown), ["habits"], custom_id=id_of(shown, "rc:"))
    assert lines_of(shown)[2:4] == ["Messages 10 · Jo hn", "Chat streak 2 days · Jo hn"]
    elsewhere = await foundry.john.slash(foundry.general, "records")
    assert is_private(elsewhere)


async def test_a_clan_weighs_its_score_itself_and_boards_show_it(foundry: Foundry) -> None:
    manager = foundry.places.manager
    shown = await manager.slash(foundry.commands, "setup")
    await manager.select(message_of(shown), ["posts"], custom_id=id_of(shown, "su:menu"))
    assert "XP × 3 · EHP × 2 · EHB × 2 · Kills × 1 · Messages × 2" in text_of(shown)

    async def weigh(*weights: str) -> Any:
        modal: Any = await manager.click(message_of(shown), label="Score…")
        fields = [one["component"]["custom_id"] for one in modal.modal["components"]]
        return await manager.submit_modal(modal, dict(zip(fields, weights, strict=True)))

    assert "no weight" in text_of(await weigh("3", "-1", "0", "0", "0"))
    assert "above 0" in text_of(await weigh("0", "", "0", "0", "0"))
    await weigh("1", "0", "", "0", "3")
    assert "made of: XP × 1 · Messages × 3." in text_of(shown)
    board = await foundry.ann.slash(foundry.commands, "leaderboard", metric="score", period="this-week")
    lines = lines_of(board)
    assert lines[1].startswith("Clan score · This week")
    # Of 26 one is never looked at: John is ahead of 21 of 24 others in XP, and of all in messages.
    assert lines[2] == "🥇 Jo hn · 969"
    assert lines[-2] == "-# of 1,000, for being ahead of others: XP × 1 · Messages × 3"
    offered = await foundry.ann.autocomplete(foundry.commands, "leaderboard", "metric", "streak")
    assert [one["value"] for one in offered] == ["chat_streak", "xp_streak"]
    streak = await foundry.ann.slash(foundry.commands, "leaderboard", metric="xp_streak", period="month")
    assert "days in a row with XP gained" in text_of(streak)
    assert "Different bosses" in options_of(streak, "metric").values()
    empty = await foundry.ann.slash(foundry.commands, "leaderboard", metric="raids", period="this-month")
    assert "Nobody has two readings of Raids" in text_of(empty)
    channel = foundry.places.guild.create_text_channel("boards")
    clan, by = await foundry.clan(), UserId(manager.id)
    with as_bot(foundry.env):
        for kind in (BoardKind.SCORE, BoardKind.BOSSES, BoardKind.STREAK):
            await foundry.services.boards.switch_on(clan, kind, ChannelId(channel.id), by)
    await foundry.restart(later=timedelta(minutes=2))
    await foundry.env.settle()
    told = [text_of(one) for one in list[Any](channel.history())]
    assert len(told) == 3
    assert any("🥇 Jo hn · 969" in one for one in told)


async def test_playful_parts_are_told_only_where_they_were_chosen(foundry: Foundry) -> None:
    manager = foundry.places.manager
    shown = await manager.slash(foundry.commands, "setup")
    await manager.select(message_of(shown), ["posts"], custom_id=id_of(shown, "su:menu"))
    await manager.click(message_of(shown), label="Weekly…")
    plain = await manager.click(message_of(shown), label="Try it")
    assert not [line for line in lines_of(plain) if line[0] in "👹🤫🕘"]
    clan, by = await foundry.clan(), UserId(manager.id)
    with as_bot(foundry.env):
        await foundry.services.posts.choose(clan, Cadence.WEEKLY, by, parts=PLAYFUL)
    tried = await manager.click(message_of(shown), label="Try it")
    lines = lines_of(tried)
    assert lines[1] == "Score Jo hn 561 · Ann B 387 · WWWWWWWWWWWW 375"
    assert lines[2:4] == ["Bosses a_b_c 1 · Ann B 1 · Cy 1 and 21 more", "Streak, days Jo hn 2 · Ann B 1"]
    assert lines[4:6] == ["👹 Vorkath 90", "🤫 quietest killer: Cy, 3 kills and not a word"]
    assert len(lines) == 7, "no hour stands out, and nobody raids"
