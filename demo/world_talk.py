"""What is said in the made-up clan: in Discord, in the game through the relay, and by the game itself."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from bot.domain.metrics import metric
from demo.script import Channel, Event, Message, MessageDeleted, snowflake
from demo.world_discord import Server, Speaker
from demo.world_metrics import BOSS_KILLS_AN_HOUR, SKILLS
from demo.world_people import Account, Span

BY_HOUR = (9, 6, 4, 2, 1, 1, 1, 2, 4, 5, 6, 7, 9, 10, 10, 11, 13, 15, 18, 22, 25, 24, 20, 14)
"""How much is said in each hour (UTC): an evening's clan, with a few who never sleep."""

_SHARES = {"game": 0.56, "discord": 0.33, "broadcast": 0.08, "guest": 0.02, "bot": 0.01}
_GUESTS = ("Wandering Al", "Not_A_Scout", "gp 4 sale", "Visitor-1", "lloi2")
_WORDS = (
    "anyone up for a trip",
    "gz!",
    "grats",
    "lol",
    "what a drop :o",
    "brb",
    "who is on world 416",
    "just need 12 more levels",
    "how does one do the maze? asking *for a friend*",
    "first try. not even kidding",
    "morning all",
    "gn",
    "need one more for cox",
    "that was **my** kill",
    "Zezima: has reached Slayer level 99.",
    "price check 1,000,000 gp for 10 lobsters",
    "the RNG is real",
    "ty ty",
    "ffs dc'd again",
    "team at 20:00?",
)
_TRAPS = (
    # Anybody can type what looks like the relay; it is their own message and nobody else's.
    "**Ann B**: I give my bank to everyone",
    "Dee has reached Fishing level 99.",
    "**Nobody At All**: hello",
)
_RANK_EMOJI = "<:{rank}:9051{number:014d}>"
_BADGES = {
    "ironman": "<:Ironman_chat_badge:905200000000000001>",
    "hardcore": "<:Hardcore_ironman_chat_badge:905200000000000002>",
    "ultimate": "<:Ultimate_ironman_chat_badge:905200000000000003>",
}
_FOUND = (
    ("Dragon warhammer", "Little nightmare", "Elder maul"),
    ("Abyssal bludgeon", "Abyssal orphan", "Twisted bow"),
    ("Tanzanite fang", "Pet snakeling", "Avernic defender hilt"),
    ("Ring of endurance (uncharged)", "Bloodhound", "Lightbearer"),
    ("Hydra's claw", "Ikkle hydra", "Scythe of vitur (uncharged)"),
)
"""A drop, a pet and a raid's special loot each, which the game announces in forms of their own."""
_MARKED = set("\\*_~`|>#[]()-.:!")

_BROADCASTS = (
    "{n} received a new collection log item: {item} ({small}/1568)",
    "{n} received a drop: {item} ({coins} coins) from {boss}.",
    "{n} received a drop: {small} x Coins ({coins} coins) from {boss}.",
    "{n} has reached {skill} level 99.",
    "{n} has reached {coins} XP in {skill}.",
    "{n} has reached combat level 1{two}.",
    "{n} has reached a total level of 2,0{two}.",
    "{n} has achieved a new {raid} (Team Size: 3) personal best: 1{one}:{two}.40",
    "{n} has completed a hard combat task: No Pressure.",
    "{n} has completed the Elite combat achievements.",
    "{n} has been defeated by {other} in The Wilderness and lost ({coins} coins) worth of loot.",
    "{n} has defeated {other} and received ({coins} coins) worth of loot!",
    "{n} has been invited into the clan by {other}.",
    "{n} has left the clan.",
    "{n} has been expelled from the clan by {other}.",
    "{n} received special loot from a raid: {loot}.",
    "{n} has a funny feeling like she's being followed: {pet} at {small} kills.",
    "{n} has completed a quest: Dragon Slayer II",
    "{n} has completed the Elite Karamja diary.",
)
_RAIDS = ("Chambers of Xeric", "Theatre of Blood", "Tombs of Amascut: Expert Mode")


def escaped(text: str) -> str:
    """Text as the relay writes it, so that Discord shows it as it is."""
    return "".join(f"\\{char}" if char in _MARKED else char for char in text)


@dataclass
class _Stage:
    """Who may speak, and how likely."""

    rng: random.Random
    server: Server
    accounts: list[Account]
    game: list[float]
    discord: list[float]
    broadcasts: int = 0

    def account(self) -> Account:
        return self.rng.choices(self.accounts, cum_weights=self.game)[0]

    def speaker(self) -> Speaker:
        return self.rng.choices(self.server.speakers, cum_weights=self.discord)[0]

    def channel(self, use: str) -> Channel:
        return next(channel for channel in self.server.channels if channel.use == use)


def talk(span: Span, server: Server, accounts: list[Account], count: int) -> list[Event]:
    """About ``count`` messages and some deletions, in order, with ids that rise with the time."""
    rng = span.rng
    stage = _Stage(
        rng,
        server,
        accounts,
        list(accumulate(account.game_talk for account in accounts)),
        list(accumulate(speaker.talk for speaker in server.speakers)),
    )
    moments = sorted(_moment(span) for _ in range(count))
    kinds = rng.choices(list(_SHARES), weights=list(_SHARES.values()), k=count)
    said: list[Message] = []
    for number, (moment, kind) in enumerate(zip(moments, kinds, strict=True)):
        message = _one(stage, kind, moment)
        if message is not None:
            said.append(replace(message, id=snowflake(moment, number % 4096)))
    said += _around_the_last_rename(stage, span)
    events: list[Event] = [*said, *_deletions(span, said)]
    return sorted(events, key=lambda event: event.at)


def _moment(span: Span) -> datetime:
    while True:
        day = span.rng.randrange(int(span.days) + 1)
        hour = span.rng.choices(range(24), weights=BY_HOUR)[0]
        midnight = span.begin.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=day)
        moment = midnight + timedelta(milliseconds=hour * 3_600_000 + span.rng.randrange(3_600_000))
        weekend = moment.weekday() >= 5
        if span.begin <= moment < span.end and (weekend or span.rng.random() < 0.75):
            return moment


def _one(stage: _Stage, kind: str, moment: datetime) -> Message | None:
    match kind:
        case "game":
            return _game_line(stage, stage.account(), moment)
        case "discord":
            return _discord_line(stage, moment)
        case "broadcast":
            return _relay(stage, moment, _broadcast(stage, moment), None)
        case "guest":
            name = stage.rng.choice(_GUESTS)
            return _relay(stage, moment, f"**{escaped(name)}**: {escaped(stage.rng.choice(_WORDS))}", None)
        case _:
            bot = stage.rng.choice(stage.server.bots)
            return Message(
                moment, 0, stage.channel("chat").id, bot, "Jukebox", "Now playing: Harmony", bot=True
            )


def _game_line(stage: _Stage, account: Account, moment: datetime) -> Message | None:
    if not account.present(moment):
        return None
    rng = stage.rng
    rank = account.role.title().replace("_", " ").replace(" ", "")
    emojis = [_RANK_EMOJI.format(rank=rank, number=len(rank))] if rng.random() < 0.9 else []
    emojis += [_BADGES[account.account_type]] if account.account_type in _BADGES else []
    name = f"**{escaped(account.name_at(moment))}**"
    text = " ".join([*emojis, f"{name}: {escaped(rng.choice(_WORDS))}"])
    return _relay(stage, moment, text, account.player)


def _relay(stage: _Stage, moment: datetime, text: str, speaker: int | None) -> Message:
    relay = stage.server.relay
    return Message(
        moment, 0, relay.channel, relay.author, "Clan chat", text, webhook=relay.author, speaker=speaker
    )


def _discord_line(stage: _Stage, moment: datetime) -> Message | None:
    rng, speaker = stage.rng, stage.speaker()
    if moment <= speaker.since:
        return None
    uses = ["chat"] * 12 + ["relay"] * 2 + ["drops"] * 3 + ["events"] * 2 + ["commands"]
    uses += ["officers"] * 8 if speaker.officer else []
    text = rng.choice(_TRAPS) if rng.random() < 0.01 else rng.choice(_WORDS)
    use = "relay" if text in _TRAPS else rng.choice(uses)
    return Message(moment, 0, stage.channel(use).id, speaker.user, speaker.name, text)


def _broadcast(stage: _Stage, moment: datetime) -> str:
    """The game's own words, each form in turn."""
    rng = stage.rng
    form = _BROADCASTS[stage.broadcasts % len(_BROADCASTS)]
    stage.broadcasts += 1
    about, other = stage.account(), stage.account()
    item, pet, loot = rng.choice(_FOUND)
    text = form.format(
        n=about.name_at(moment),
        other=other.name_at(moment),
        item=item,
        pet=pet,
        loot=loot,
        skill=rng.choice(SKILLS).title(),
        raid=_RAIDS[stage.broadcasts % len(_RAIDS)],
        boss=metric(rng.choice(list(BOSS_KILLS_AN_HOUR))).name,
        coins=f"{rng.randrange(1_000_000, 90_000_000):,}",
        small=rng.randrange(2, 900),
        one=rng.randrange(10),
        two=f"{rng.randrange(60):02d}",
    )
    return escaped(text)


def _around_the_last_rename(stage: _Stage, span: Span) -> list[Message]:
    """The account that is renamed near the end speaks under both names."""
    renamed = [account for account in stage.accounts if account.renames]
    last = max(renamed, key=lambda account: account.renames[-1].at)
    at = last.renames[-1].at
    said: list[Message] = []
    for number, minutes in enumerate((-30, -4, 3, 12, 40, 75)):
        moment = at + timedelta(minutes=minutes, milliseconds=number)
        line = _game_line(stage, last, moment)
        if line is not None and moment < span.end:
            said.append(replace(line, id=snowflake(moment, 4000 + number)))
    return said


def _deletions(span: Span, said: list[Message]) -> Iterator[MessageDeleted]:
    """Some single messages, two rows of them at once, and one of the last hours."""
    rng = span.rng
    for message in rng.sample(said[:-50], 25):
        at = message.at + timedelta(milliseconds=rng.randrange(1_000, 7_200_000))
        if at < span.end:
            yield MessageDeleted(at, (message.id,))
    for start in (len(said) // 3, len(said) // 2):
        row = said[start : start + 6]
        yield MessageDeleted(row[-1].at + timedelta(minutes=10), tuple(message.id for message in row))
    late = [message for message in said if span.before_end(150) <= message.at < span.before_end(20)]
    if late:
        yield MessageDeleted(late[0].at + timedelta(minutes=9), (late[0].id,))
