"""``/officer atrisk`` as officers use it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import simcord
from discord import InteractionResponse
from sqlalchemy import select

from bot.domain.activity import snowflake_at
from bot.domain.at_risk import RiskReport
from bot.domain.clans import Clan
from bot.domain.facts import MessageFact, MessageKind, discord_source
from bot.domain.ids import ChannelId, MemberId, MessageId, MetricId, SourceId, UserId
from bot.domain.metrics import ALL_METRICS, OVERALL
from bot.domain.rules.files import read_rules
from bot.present.at_risk import TITLES
from bot.services.at_risk import AtRisk, Server
from bot.services.storing import Heard, store
from db.models import Profile
from db.queries import cursors, snapshots
from db.queries.snapshots import Seen
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.quiet import verify
from tests.cogs.reading import (
    Answer,
    buttons_of,
    components_of,
    is_private,
    lines_of,
    message_of,
    text_of,
)
from tests.cogs.world import ANN, JOHN, NOW

LATER = timedelta(days=80)
THEN = NOW + LATER
WATCHED = "watch: [{name: rich, says: gains a lot, when: {field: overall, over: 7d, at_least: 1000}}]"


def before(days: float) -> datetime:
    return THEN - timedelta(days=days)


async def gains(foundry: Foundry, name: str, usual: int, lately: int, since: int = 72) -> MemberId:
    """Read each other day: so much XP a day, and so much in the last 14 days."""
    clan = await foundry.clan()
    member = (await foundry.services.lookup.by_name(clan, name)).member.id
    ids = await foundry.services.statistics.metric_ids()
    value = 10**9
    async with foundry.services.database.write() as session:
        where = (Profile.clan_id == clan.id) & (Profile.member_id == member)
        source = SourceId(await session.scalar(select(Profile.source_id).where(where)) or 0)
        for back in range(since, -1, -2):
            value += 2 * (usual if back >= 14 else lately)
            stored: dict[MetricId, int | None] = {ids[OVERALL.key]: value}
            await snapshots.add_snapshots(session, clan.id, [Seen(source, before(back), stored)])
    return member


async def writes(foundry: Foundry, who: simcord.MemberActor, usual: int, lately: int) -> None:
    """Discord was listened to for 75 days, and somebody wrote so much each day, and so much lately."""
    clan, channel = await foundry.clan(), ChannelId(foundry.general.id)
    source = discord_source(UserId(who.id), "John")
    heard: list[Heard] = []
    for back in range(74, 0, -1):
        for number in range(usual if back >= 14 else lately):
            id_ = MessageId(snowflake_at(before(back) + timedelta(minutes=number)))
            heard.append(Heard(channel, id_, MessageFact(id_, channel, MessageKind.DISCORD, source, 5)))
    async with foundry.services.database.write() as session:
        await store(session, clan.id, heard, {})
        await cursors.cover(session, clan.id, channel, before(75), THEN)


def select_of(shown: Answer, kind: str) -> dict[str, Any]:
    return next(one for one in components_of(shown) if one["custom_id"].startswith(kind))


async def chosen(who: simcord.MemberActor, shown: Answer, kind: str, value: str) -> Answer:
    return await who.select(message_of(shown), [value], custom_id=str(select_of(shown, kind)["custom_id"]))


async def test_officers_see_who_fades_and_mute_them_and_nobody_else_does(foundry: Foundry) -> None:
    desk, officer = await colleagues(foundry), foundry.places.officer
    await foundry.restart(later=LATER)
    await verify(foundry, foundry.john.id, JOHN)
    john = await gains(foundry, JOHN, 900_000, 100_000)
    ann = await gains(foundry, ANN, 300_000, 10_000)
    await writes(foundry, foundry.john, 9, 1)
    shown = await officer.slash(desk, "officer atrisk")
    assert not is_private(shown)
    assert lines_of(shown) == [
        "Fading · 2 of 26 people",
        f"{JOHN} · Onyx",
        "-#  ▼ XP 700K a week, usually 6.3M (8 weeks) · ▼ chat 6, usually 63 (8 weeks)",
        f"{ANN} · Member",
        "-#  ▼ XP 70K a week, usually 2.1M (8 weeks) · chat not known: no verified link",
        "-# the last 14 days came to a third at most of their own usual",
        "-# known of the last 14 days: XP of 2 people, chat of 1; what is not known lists nobody",
        "-# Wise Old Man read <t> · covering rule · no relay: the game's chat is not heard",
    ]
    for who in (foundry.john, foundry.places.stranger):
        refused = await who.slash(foundry.commands, "officer atrisk")
        assert is_private(refused)
        assert JOHN not in text_of(refused)
        assert "officer" in text_of(await chosen(who, shown, "ra:", str(john)))
    elsewhere = await officer.slash(foundry.commands, "officer atrisk")
    assert is_private(elsewhere)

    about = await chosen(officer, shown, "ra:", str(john))
    assert is_private(about)
    lines = lines_of(about)
    assert lines[:2] == [JOHN, "Listed as Fading"]
    assert lines[2] == "▫️ ▼ XP 700K a week, usually 6.3M (8 weeks)"
    assert [one.filename for one in message_of(about).attachments] == ["weeks.png"]
    assert list(buttons_of(about)) == ["Mute 30 days", "Mute for good"]
    done = await officer.click(message_of(about), label="Mute 30 days")
    assert is_private(done)
    again = await foundry.places.manager.slash(desk, "officer atrisk")
    assert lines_of(again)[:2] == ["Fading · 1 of 26 people", f"{ANN} · Member"]
    late = await officer.click(message_of(about), label="Mute for good")
    assert f"<@{officer.id}> has muted {JOHN} already" in text_of(late)

    await foundry.restart()
    muted = await chosen(foundry.places.manager, again, "rk:", "m")
    assert lines_of(muted)[0] == "Muted · 1 of 26 people"
    assert f"by <@{officer.id}>" in text_of(muted)
    own = await chosen(officer, again, "rk:", "m")
    assert is_private(own), "who did not ask for the message gets one of their own"
    theirs = await chosen(foundry.places.manager, muted, "ra:", str(john))
    await foundry.places.manager.click(message_of(theirs), label="Unmute")
    assert lines_of(await officer.slash(desk, "officer atrisk"))[1] == f"{JOHN} · Onyx"
    history = text_of(await officer.slash(desk, "officer history"))
    assert "unmuted in the lists of who may be about to leave" in history

    foundry.break_pictures()
    plain = await chosen(officer, shown, "ra:", str(ann))
    assert "chat not known: no verified link" in text_of(plain)
    assert not message_of(plain).attachments


async def test_every_list_can_be_chosen_and_turned(foundry: Foundry) -> None:
    desk, officer, clan = await colleagues(foundry), foundry.places.officer, await foundry.clan()
    shown = await officer.slash(desk, "officer atrisk")
    options = select_of(shown, "rk:")["options"]
    assert [one["label"] for one in options] == [f"{title} (0)" for title in TITLES.values()]
    watch = await chosen(officer, shown, "rk:", "w")
    assert "Your rules watch nothing yet" in text_of(watch)
    drafted = read_rules(WATCHED, ALL_METRICS)
    await foundry.services.eligibility.save(clan, drafted, UserId(officer.id), "", basis=0)
    watch = await chosen(officer, shown, "rk:", "w")
    lines = lines_of(watch)
    assert lines[0] == "By your watch rules · 25 of 26 people"
    assert lines[2].startswith("-#  gains a lot: XP (last 7 d) 2M of 1,000")
    assert list(buttons_of(watch)) == ["◀", "1/4", "▶"]
    second = await officer.click(message_of(watch), label="▶")
    assert "2/4" in buttons_of(second)
    about = await chosen(officer, second, "ra:", str(select_of(second, "ra:")["options"][0]["value"]))
    assert "Listed as By your watch rules" in text_of(about)


async def test_what_may_take_longer_than_discord_waits_is_promised_first(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clan's year is read before anybody is listed, and Discord waits 3 seconds for a first answer."""
    desk, officer = await colleagues(foundry), foundry.places.officer
    promised: list[bool] = []
    report = AtRisk.report

    async def noting(self: AtRisk, clan: Clan, server: Server) -> RiskReport:
        promised.append(bool(asked) and asked[-1].is_done())
        return await report(self, clan, server)

    asked: list[InteractionResponse[Any]] = []
    made = InteractionResponse.__init__

    def begun(self: InteractionResponse[Any], parent: Any) -> None:
        made(self, parent)
        asked.append(self)

    monkeypatch.setattr(AtRisk, "report", noting)
    monkeypatch.setattr(InteractionResponse, "__init__", begun)
    shown = await officer.slash(desk, "officer atrisk")
    assert not is_private(shown)
    await chosen(officer, shown, "rk:", "w")
    assert lines_of(shown)[0].startswith("By your watch rules")
    own = await chosen(foundry.places.manager, shown, "rk:", "m")
    assert is_private(own)
    assert promised == [True, True, True]
