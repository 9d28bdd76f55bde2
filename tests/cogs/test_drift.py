"""``/officer drift`` as officers use it."""

import csv
from io import StringIO

from bot.domain.ids import ChannelId, UserId
from bot.domain.setup import RelayShare
from tests.cogs.conftest import Foundry
from tests.cogs.crowd import gave
from tests.cogs.desk import colleagues
from tests.cogs.reading import answer_of, is_private, lines_of, message_of, text_of
from tests.cogs.test_role_sync import verify
from tests.cogs.world import ANN, JOHN
from tests.simulator import as_bot


async def test_ranks_stand_side_by_side_only_where_they_disagree(foundry: Foundry) -> None:
    desk = await colleagues(foundry)
    guild, clan, officer = foundry.places.guild, await foundry.clan(), foundry.places.officer
    shown = await officer.slash(desk, "officer drift")
    assert lines_of(shown)[:2] == [
        "Ranks that disagree · 0 of 26", "Wherever two of a member's ranks are known, they agree.",
    ]  # fmt: skip
    assert "no rank has a Discord role yet" in text_of(shown)

    webhook = guild.create_webhook(foundry.general, "Clan chat")
    share = RelayShare(ChannelId(foundry.general.id), 1, 1, UserId(webhook.id))
    with as_bot(foundry.env):
        await foundry.services.setting_up.use_relay(clan, UserId(webhook.id), share, UserId(officer.id))
    await foundry.env.settle()
    for name, emoji in ((JOHN, "Onyx"), (JOHN, "Member"), (ANN, "Zenyte"), ("Cy", "Member")):
        await webhook.send(f"<:{emoji}:123456789012345678> **{name}**: hello")
        await foundry.env.advance_time(2)
    onyx, ruby = guild.create_role("Onyx"), guild.create_role("Ruby")
    await foundry.services.role_sync.choose(
        clan, UserId(officer.id), ranks={"onyx": onyx.id, "ruby": ruby.id}
    )
    await verify(foundry, foundry.ann.id, ANN)
    await gave(foundry, foundry.ann, ruby)

    shown = await officer.slash(desk, "officer drift")
    lines = lines_of(shown)
    assert lines[:5] == [
        "Ranks that disagree · 2 of 26",
        JOHN,
        "-#  WOM Onyx · ⚠ 🎮 Member <t>",
        ANN,
        f"-#  WOM Member · 🎮 ❔ `Zenyte` <t> · ⚠ 💬 <@&{ruby.id}>",
    ]
    assert "I know no rank for `Zenyte`" in text_of(shown)
    given = await officer.click(message_of(shown), label="CSV")
    assert is_private(given)
    (file,) = answer_of(given).attachments
    rows = list(csv.DictReader(StringIO((await file.read()).decode("utf-8-sig"))))
    assert [(row["name"], row["rank in game"], row["roles held"]) for row in rows] == [
        (JOHN, "Member", ""), (ANN, "", "Ruby"),
    ]  # fmt: skip
    refused = await foundry.john.slash(foundry.commands, "officer drift")
    assert "officer" in text_of(refused)
    assert is_private(refused)
