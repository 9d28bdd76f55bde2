"""``/proof`` as members submit, the notice that officers decide, and ``/member proof``."""

from datetime import timedelta

import discord
import simcord

from bot.domain.ids import UserId
from bot.domain.link_review import Officer
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues, polled
from tests.cogs.reading import (
    Answer,
    answer_of,
    buttons_of,
    components_of,
    count_public,
    is_private,
    lines_of,
    message_of,
    text_of,
)
from tests.cogs.world import ANN, CY, JOHN
from tests.present.makers import plain

MONA = Officer(UserId(1), manages=True)


async def verify(foundry: Foundry, who: simcord.MemberActor, *names: str) -> None:
    for name in names:
        await foundry.services.link_review.link(await foundry.clan(), MONA, UserId(who.id), name)


def notices(channel: simcord.ChannelHandle) -> list[discord.Message]:
    """The officers' channel, the oldest first."""
    return sorted(channel.history(), key=lambda one: one.id)


def words(message: discord.Message) -> str:
    (embed,) = message.embeds
    return plain(f"{embed.title}\n{embed.description}")


def told(who: simcord.MemberActor) -> list[str]:
    """The private messages that the bot sent somebody."""
    return [plain(message.content) for message in who.user.dm_channel.history()]


async def choose(
    who: simcord.MemberActor, shown: Answer, prompt: str, label: str
) -> simcord.InteractionResult:
    """Choose in the list of that prompt."""
    menu = next(one for one in components_of(shown) if one.get("placeholder") == prompt)
    value = next(one["value"] for one in menu["options"] if one["label"] == label)
    return await who.select(message_of(shown), [value], custom_id=menu["custom_id"])


async def test_a_proof_is_posted_decided_after_a_restart_and_its_owner_told(foundry: Foundry) -> None:
    channel, olaf, mona = await colleagues(foundry), foundry.places.officer, foundry.places.manager
    await verify(foundry, foundry.john, JOHN, CY)
    public = count_public(foundry.general)
    tier = {"kind": "Combat achievements", "value": "elite", "note": "*see* the picture"}
    shown = await foundry.john.slash(foundry.general, "proof", **tier, picture=("tier.png", b"PNG"))
    assert is_private(shown)
    assert "⏳ Combat achievements: Elite · Jo hn · waits for officers" in lines_of(shown)
    (notice,) = notices(channel)
    assert words(notice).splitlines() == [
        "Is that proved?",
        "Jo hn · Combat achievements: Elite",
        "“*see* the picture”",
        f"-# from <@{foundry.john.id}>, <t>",
    ]
    assert [file.filename for file in notice.attachments] == ["tier.png"]
    assert (notice.embeds[0].image.url or "").endswith("tier.png")
    await foundry.restart()
    for actor in (foundry.john, foundry.places.stranger):
        refused = await actor.click(notice, label="Approve")
        assert is_private(refused)
        assert "That is for officers" in text_of(refused)
    assert told(foundry.john) == []
    await olaf.click(notice, label="Approve")
    (notice,) = notices(channel)
    assert f"Approved · <@{olaf.id}>, <t>" in words(notice)
    second = await mona.click(notice, label="Refuse")
    assert is_private(second)
    assert f"<@{olaf.id}> approved that <t>" in text_of(second)
    assert told(foundry.john) == [
        "Officers of Iron Foundry approved your proof: Combat achievements: Elite, for Jo hn."
    ]
    mine = await foundry.john.slash(foundry.general, "proof")
    assert "✅ Combat achievements: Elite · Jo hn · approved" in lines_of(mine)
    assert count_public(foundry.general) == public


async def test_who_is_not_verified_is_told_what_to_do_next(foundry: Foundry) -> None:
    """John claimed the account of the highest rank; nobody verified that."""
    channel = await colleagues(foundry)
    for actor, step in (
        (foundry.john, "Jo hn or Cy is only claimed so far. `/link` shows how to verify it"),
        (foundry.ann, "Tell me with `/link`"),
    ):
        refused = await actor.slash(foundry.general, "proof", kind="Quest cape", note="I have it")
        assert is_private(refused)
        assert step in text_of(refused)
        listed = await actor.slash(foundry.general, "proof")
        assert is_private(listed)
        assert "verified account" in text_of(listed)
        assert "/proof kind note" not in text_of(listed)
    assert notices(channel) == []
    clan = await foundry.clan()
    assert await foundry.services.proofs.waiting(clan) == []


async def test_what_is_typed_is_helped_along(foundry: Foundry) -> None:
    await verify(foundry, foundry.john, JOHN, CY)
    john, general = foundry.john, foundry.general
    offered = await john.autocomplete(general, "proof", "kind", "ca")
    assert [one["name"] for one in offered] == ["Quest cape"]
    tiers = await john.autocomplete(general, "proof", "value", "m", kind="combat_achievements")
    assert [one["name"] for one in tiers] == ["Medium", "Master", "Grandmaster"]
    accounts = await john.autocomplete(general, "proof", "account", "")
    assert [one["name"] for one in accounts] == [JOHN, CY]
    refused = await john.slash(general, "proof", kind="combat_achievements")
    assert "That needs a value: Easy, Medium, Hard, Elite, Master or Grandmaster." in text_of(refused)
    refused = await john.slash(general, "proof", kind="cape")
    assert "There is no kind “cape”. Choose Quest cape" in text_of(refused)
    refused = await john.slash(general, "proof", kind="event", account=ANN)
    assert "No account “Ann B” is linked to you." in text_of(refused)


async def test_what_could_not_be_posted_waits_in_the_list_and_is_posted_after_a_poll(
    foundry: Foundry,
) -> None:
    olaf, john = foundry.places.officer, foundry.john
    await verify(foundry, john, JOHN)
    for note in ("first", "second", "third", "fourth", "fifth"):
        await john.slash(foundry.general, "proof", kind="event", note=note)
    shown = await olaf.slash(foundry.commands, "member proof")
    assert is_private(shown)
    assert lines_of(shown)[:3] == ["Proofs to look at · 5", "1. Jo hn · Event attended", "“first”"]
    assert buttons_of(shown) == {
        **{f"{number} Approve Jo hn": True for number in range(1, 5)},
        **{f"{number} Refuse": True for number in range(1, 5)},
        "◀": False,
        "▶": True,
        "Kinds…": True,
    }
    await olaf.click(message_of(shown), label="▶")
    assert lines_of(shown)[:3] == ["Proofs to look at · 5", "1. Jo hn · Event attended", "“fifth”"]
    await olaf.click(message_of(shown), label="1 Refuse")
    assert lines_of(shown)[2] == "“first”", "the page is gone"
    assert [line.split(",")[0] for line in told(john)] == [
        "Officers of Iron Foundry did not accept your proof: Event attended"
    ]
    channel = await colleagues(foundry)
    for _ in range(2):
        async with polled(foundry):
            pass
    await foundry.restart()
    posted = [words(one).splitlines()[2] for one in notices(channel)]
    assert posted == ["“first”", "“second”", "“third”", "“fourth”"]
    await olaf.click(message_of(shown), label="1 Approve Jo hn")
    assert "Approved" in words(notices(channel)[0]), "the notice says so too"


async def test_officers_enter_what_they_know_and_take_it_back(foundry: Foundry) -> None:
    channel, olaf = await colleagues(foundry), foundry.places.officer
    refused = await foundry.john.slash(channel, "member proof", member=ANN, kind="event")
    assert "That is for officers" in text_of(refused)
    assert is_private(refused)
    shown = await olaf.slash(channel, "member proof", member=ANN, kind="event", note="led the raid")
    assert not is_private(shown)
    assert lines_of(shown) == [
        "Ann B · 1 proof",
        "✅ Event attended",
        "“led the raid”",
        f"-# entered by <@{olaf.id}>, <t>",
        "-# counts until <t>",
    ]
    await foundry.restart(later=timedelta(days=366))
    again = await olaf.slash(channel, "member proof", member=ANN)
    assert lines_of(again)[1] == "⌛ Event attended"
    await choose(olaf, shown, "Take back…", "Event attended")
    assert lines_of(shown)[1] == "↩ Event attended"
    assert f"Taken back · <@{olaf.id}>, <t>" in text_of(shown)
    late = await choose(foundry.places.manager, again, "Take back…", "Event attended")
    assert f"<@{olaf.id}> took that back <t>" in text_of(answer_of(late))
    await olaf.slash(channel, "link", name=JOHN)
    own = await olaf.slash(channel, "member proof", member=JOHN, kind="quest_cape")
    assert "Nobody approves proofs of their own account." in text_of(own)
    none = await olaf.slash(channel, "member proof", member=JOHN)
    assert "Nothing is proved of this account." in text_of(none)


async def test_what_can_be_proved_is_changed_by_officers(foundry: Foundry) -> None:
    olaf = foundry.places.officer
    await verify(foundry, foundry.john, JOHN)
    queue = await olaf.slash(foundry.commands, "member proof")
    shown = await olaf.click(message_of(queue), label="Kinds…")
    assert lines_of(shown)[1:3] == [
        "Combat achievements · `combat_achievements` · counts for ever",
        "-#  Easy, Medium, Hard, Elite, Master, Grandmaster",
    ]
    asked = await olaf.click(message_of(shown), label="Add a kind…")
    assert asked.modal is not None
    fields = [one["component"]["custom_id"] for one in asked.modal["components"]]
    await olaf.submit_modal(asked, dict(zip(fields, ("Inferno", "Slow\nFast", "30"), strict=True)))
    assert "Inferno · `inferno` · counts 30 days" in lines_of(shown)
    await choose(olaf, shown, "Switch off or on…", "Quest cape")
    assert "Quest cape · `quest_cape` · counts for ever · off" in lines_of(shown)
    changing = await choose(olaf, shown, "Change…", "Inferno")
    assert changing.modal is not None
    values = [one["component"].get("value") for one in changing.modal["components"]]
    assert values == ["Inferno", "Slow\nFast", "30"]
    fields = [one["component"]["custom_id"] for one in changing.modal["components"]]
    refused = await olaf.submit_modal(changing, dict(zip(fields, ("Inferno", "", "soon"), strict=True)))
    assert "I cannot read the days until it expires." in text_of(answer_of(refused))
    refused = await foundry.john.slash(foundry.general, "proof", kind="Quest cape")
    assert "There is no kind “Quest cape”." in text_of(refused)
    taken = await foundry.john.slash(foundry.general, "proof", kind="Inferno", value="fast")
    assert "⏳ Inferno: Fast · waits for officers" in lines_of(taken)
