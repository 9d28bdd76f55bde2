"""The made-up Discord server: who is on it, as what, and whose account is whose."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demo.script import Channel, DiscordMember, DiscordRole, Event, Linked, Relay, snowflake
from demo.world_names import fold
from demo.world_people import OFFICER_RANKS, RANKS, Account, Span

_OPENED = datetime(2021, 3, 4, 18, 0, tzinfo=UTC)
OFFICER = "Officer"
MEMBER = "Member"

_CHANNELS = (
    ("general", "chat"),
    ("clan-chat", "relay"),
    ("drops", "drops"),
    ("events", "events"),
    ("officers", "officers"),
    ("bot-commands", "commands"),
)


@dataclass(frozen=True)
class Speaker:
    """A user who writes in Discord: how much, and whether among officers too."""

    user: int
    name: str
    talk: float
    officer: bool
    since: datetime


@dataclass(frozen=True)
class Server:
    """The server as it stands, and the events that filled it."""

    guild: int
    channels: tuple[Channel, ...]
    roles: tuple[DiscordRole, ...]
    relay: Relay
    speakers: tuple[Speaker, ...]
    bots: tuple[int, ...]
    events: tuple[Event, ...]


def _id(number: int) -> int:
    return snowflake(_OPENED + timedelta(minutes=number), number % 4096)


def build_server(span: Span, accounts: list[Account]) -> Server:
    """Give six of ten accounts a Discord user, link most of these, and add people without one."""
    channels = tuple(Channel(_id(10 + n), name, use) for n, (name, use) in enumerate(_CHANNELS))
    names = [OFFICER, *(name for _, name, _ in RANKS), MEMBER]
    roles = tuple(DiscordRole(_id(30 + n), name) for n, name in enumerate(names))
    relay = Relay(channel=channels[1].id, author=_id(60), webhook=True)
    bots = (_id(61), _id(62))
    events: list[Event] = [
        DiscordMember(_OPENED, bots[0], "Jukebox", bot=True),
        DiscordMember(_OPENED, bots[1], "Polls", bot=True),
    ]
    speakers = _owners(span, accounts, events) + _friends(span.rng, events)
    _share_accounts(span, accounts, events)
    return Server(_id(1), channels, roles, relay, tuple(speakers), bots, tuple(events))


def _owners(span: Span, accounts: list[Account], events: list[Event]) -> list[Speaker]:
    rng, speakers = span.rng, list[Speaker]()
    rank_names = {key: name for key, name, _ in RANKS}
    for index, account in enumerate(accounts):
        officer = account.role in OFFICER_RANKS
        if not officer and index > 10 and rng.random() > 0.585:
            continue
        user = _id(1000 + index * 7)
        account.user = user
        since = max(_OPENED + timedelta(days=rng.randrange(1, 900)), account.joined - timedelta(hours=3))
        nick = _nick(rng, account, plain=index <= 10)
        roles = [MEMBER, *([OFFICER] if officer else [])]
        if rng.random() < 0.85:
            roles.append(rank_names[account.role])
        name = f"{fold(account.name).replace(' ', '.')}{index}"
        events.append(DiscordMember(since, user, name, nick, tuple(roles)))
        if account.left is None or account.returned is not None:
            speakers.append(Speaker(user, nick or name, account.discord_talk, officer, since))
        if index <= 10 or rng.random() < 0.62:
            linked = since + timedelta(milliseconds=rng.randrange(60_000, 86_400_000 * 20))
            if linked < span.before_end(300):
                verified = rng.random() < 0.6 or index <= 10
                events.append(Linked(linked, user, account.player, main=True, verified=verified))
    return speakers


def _nick(rng: random.Random, account: Account, *, plain: bool) -> str | None:
    chance = 0.0 if plain else rng.random()
    if chance < 0.5:
        return account.name
    if chance < 0.65:
        return fold(account.name).replace(" ", "")
    if chance < 0.8:
        return f"{rng.choice(('Sam', 'Kim', 'Alex', 'Robin', 'Noor', 'Mika'))} | {account.name}"
    return None if chance < 0.9 else rng.choice(("gone fishing", "AFK", "maxed soon", "🐉"))


def _friends(rng: random.Random, events: list[Event]) -> list[Speaker]:
    """People on the server who have no account in the clan."""
    speakers: list[Speaker] = []
    for number in range(12):
        user = _id(60_000 + number * 11)
        since = _OPENED + timedelta(days=number * 40)
        events.append(DiscordMember(since, user, f"friend{number}", None, ()))
        speakers.append(Speaker(user, f"friend{number}", rng.uniform(0, 2), officer=False, since=since))
    return speakers


def _share_accounts(span: Span, accounts: list[Account], events: list[Event]) -> None:
    """Some linked users have a second account; what they write counts for their main one."""
    mains = [event for event in events if isinstance(event, Linked)]
    alts = [account for account in accounts if account.user is None and account.left is None]
    alts = [account for account in alts if account.joined < span.begin]
    for main, alt in zip(span.rng.sample(mains, min(8, len(mains))), alts, strict=False):
        at = min(main.at + timedelta(days=2), span.before_end(290))
        events.append(Linked(at, main.user, alt.player, main=False, verified=main.verified))
