"""Lays the made-up clan's past: sixty days of polls and messages, through the bot's own services."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, GroupId, GuildId, MessageId, PlayerId, SourceId, UserId
from bot.domain.listening import SeenMessage
from bot.domain.metrics import BOSS_KILLS, TOTAL_LEVEL
from bot.domain.relay_search import judge_relays
from bot.domain.setup import ChannelLine, RelayShare
from bot.services.registry import Services
from cogs.setup.facts import LINES
from db.queries import attributions, laying, links, members, roster
from db.types import to_millis
from demo.script import (
    Event,
    Header,
    Linked,
    MemberLeft,
    Message,
    MessageDeleted,
    Polled,
    RenameApproved,
    Script,
    Snapshot,
)
from demo.stage_wom import ClanAtWom
from demo.wom.catalogue import BOSSES

FIRST_READ = timedelta(days=1)
"""The bot comes to the server so long after the story's begin, and reads back what was said until then."""

SETTLED = timedelta(hours=49)
"""A little longer than a leave is pending before the bot believes it."""


_BOSSES = frozenset(BOSSES)


class SetClock:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class _Place:
    """A channel whose history is the script's."""

    channel: ChannelId
    said: Sequence[SeenMessage]

    async def after(self, message: MessageId) -> Sequence[SeenMessage]:
        """What was said after a message, all at once."""
        return [seen for seen in self.said if seen.message > message]


async def lay_past(
    services: Services, clock: SetClock, wom: ClanAtWom, script: Script, by: int
) -> list[Polled]:
    """Play everything until ``laid_until`` to the services, with their clock at each event's time.

    ``by`` is the user who sets the server up. Returns when WOM was polled.
    """
    head = script.header
    past = [event for event in script.events if event.at <= head.laid_until]
    start = head.begin + FIRST_READ
    clock.now = start
    for event in past:
        if event.at <= start and not isinstance(event, Snapshot):
            wom.play(event)
    await _teach_metrics(wom, past)
    clan = await _set_up(services, head, UserId(by), [event for event in past if event.at <= start])
    await services.polling.poll(clan)
    await _read_back(services, head, past, start)
    later = [event for event in past if event.at > start]
    polled = await _live_through(services, clock, clan, wom, head, later)
    await _lay_snapshots(services, clan, wom, [event for event in past if isinstance(event, Snapshot)])
    await _link(services, clan, past)
    clock.now = head.laid_until
    await services.ingest.note_observed(head.guild)
    await services.polling.poll(await services.clans.default(GuildId(head.guild)))
    await services.setting_up.set_backfill_days(GuildId(head.guild), 30, UserId(by))
    return [Polled(at) for at in (start, *polled, head.laid_until)]


async def _teach_metrics(wom: ClanAtWom, past: Sequence[Event]) -> None:
    """One look before the first poll, so that the bot learns which metrics there are."""
    first = next(event for event in past if isinstance(event, Snapshot))
    if first.player in wom.server.players:
        wom.play(first)


async def _set_up(services: Services, head: Header, by: UserId, past: Sequence[Event]) -> Clan:
    setting, guild = services.setting_up, GuildId(head.guild)
    clan = await setting.link(guild, GroupId(head.group), by, time_zone=head.zone)
    officers = {role.id for role in head.discord_roles if role.name == "Officer"}
    await setting.set_officer_roles(guild, officers, by)
    await setting.set_officer_channel(guild, ChannelId(head.channel("officers").id), by)
    await setting.set_bot_channels(guild, {head.channel("commands").id}, by)
    await setting.set_backfill_days(guild, FIRST_READ.days, by)
    relay = ChannelId(head.relay.channel)
    share = next(iter(judge_relays(relay, _lines(relay, past))), RelayShare(relay, 0, 0))
    await setting.use_relay(clan, UserId(head.relay.author), share, by)
    return clan


def _lines(channel: ChannelId, past: Sequence[Event]) -> list[ChannelLine]:
    """What bots and webhooks wrote last in a channel, as /setup looks at it."""
    said = [event for event in past if isinstance(event, Message) and event.channel == channel]
    return [
        ChannelLine(UserId(event.webhook or event.author), event.name, event.content)
        for event in said[-LINES:]
        if event.bot or event.webhook is not None
    ]


async def _read_back(services: Services, head: Header, past: Sequence[Event], start: datetime) -> None:
    """The history of the first day, as Discord would give it: without what was deleted meanwhile."""
    guild = GuildId(head.guild)
    gone = {
        message
        for event in past
        if isinstance(event, MessageDeleted) and event.at <= start
        for message in event.ids
    }
    said: dict[int, list[SeenMessage]] = defaultdict(list)
    for event in past:
        if isinstance(event, Message) and event.at <= start and event.id not in gone:
            said[event.channel].append(seen(event, guild))
    await services.ingest.load()
    places = [_Place(ChannelId(channel.id), said[channel.id]) for channel in head.channels]
    await services.history.catch_up(guild, places)


async def _live_through(
    services: Services, clock: SetClock, clan: Clan, wom: ClanAtWom, head: Header, events: Sequence[Event]
) -> list[datetime]:
    """Messages are heard as they come; WOM is polled whenever somebody leaves. Returns when it was.

    Who leaves is seen once more in the moment before, so that the bot's date of it is the
    true one; and everybody once more in time for all leaves of the past to be believed.
    A rename waits for the next of these polls, as it may in a clan that is polled seldom.
    """
    guild, settled = GuildId(head.guild), head.laid_until - SETTLED
    looked: dict[int, datetime] = {}
    polled: list[datetime] = []
    channels = {event.id: event.channel for event in events if isinstance(event, Message)}
    for event in events:
        if clock.now < settled <= event.at:
            await _poll(services, clock, guild, settled)
            polled.append(settled)
        if isinstance(event, Message):
            services.ingest.observe(seen(event, guild))
        elif isinstance(event, MessageDeleted):
            for message in event.ids:
                services.ingest.delete(guild, channels.get(message, head.relay.channel), [message])
        elif isinstance(event, Snapshot):
            looked[event.player] = event.at
        else:
            if isinstance(event, MemberLeft):
                await _poll(services, clock, guild, event.at)
                polled.append(event.at)
            wom.play(event)
            if isinstance(event, RenameApproved):
                await _note_look(services, clan, event.player, looked.get(event.player))
    return polled


async def _note_look(services: Services, clan: Clan, player: int, at: datetime | None) -> None:
    """When WOM last found an account under its old name; the looks themselves are laid later, all at once."""
    async with services.database.write() as session:
        profile = (await roster.known_profiles(session, clan.id)).get(PlayerId(player))
        if profile is not None and at is not None:
            await members.note_values_stored(session, clan.id, {profile.source: at})


async def _poll(services: Services, clock: SetClock, guild: GuildId, at: datetime) -> None:
    clock.now = at
    await services.ingest.flush()
    await services.polling.poll(await services.clans.default(guild))


def seen(message: Message, guild: GuildId) -> SeenMessage:
    """A message of the script as the listener sees it."""
    return SeenMessage(
        guild=guild,
        channel=ChannelId(message.channel),
        message=MessageId(message.id),
        author=UserId(message.author),
        author_name=message.name,
        content=message.content,
        is_bot=message.bot or message.webhook is not None,
        webhook=message.webhook,
    )


async def _lay_snapshots(services: Services, clan: Clan, wom: ClanAtWom, looks: Sequence[Snapshot]) -> None:
    """Every look of the past, all at once, and their newest at WOM.

    Each gives the values that it changed, so nothing has to be compared with what is stored.
    """
    known = await services.statistics.metric_ids()
    async with services.database.read() as session:
        profiles = await roster.known_profiles(session, clan.id)
    sheets: dict[int, _Sheet] = defaultdict(_Sheet)
    taken: list[tuple[int, int]] = []
    changed: list[tuple[int, int, int, int | None]] = []
    newest: dict[SourceId, datetime] = {}
    for look in looks:
        profile = profiles.get(PlayerId(look.player))
        if profile is not None:
            source, at = profile.source, to_millis(look.at)
            taken.append((source, at))
            changed += [(source, known[key], at, n) for key, n in sheets[look.player].see(look)]
            newest[source] = look.at
    async with services.database.write() as session:
        await laying.lay_snapshots(session, clan.id, sorted(taken))
        await laying.lay_values(session, clan.id, sorted(changed))
        await members.note_values_stored(session, clan.id, newest)
    wom.remember(looks)


@dataclass
class _Sheet:
    """What is stored of an account: its kills, and the metrics that the bot makes itself."""

    kills: dict[str, int] = field(default_factory=dict[str, int])
    made: dict[str, int] = field(default_factory=dict[str, int])

    def see(self, look: Snapshot) -> Iterator[tuple[str, int]]:
        """What a look changes."""
        yield from look.values.items()
        bosses = look.values.keys() & _BOSSES
        self.kills |= {boss: look.values[boss] for boss in bosses}
        made = {TOTAL_LEVEL.key: look.level}
        if bosses:
            made[BOSS_KILLS.key] = sum(self.kills.values())
        yield from made.items() - self.made.items()
        self.made |= made


async def _link(services: Services, clan: Clan, past: Sequence[Event]) -> None:
    """The members' own claims, the main account first; each user's messages are given to it once."""
    claims = [event for event in past if isinstance(event, Linked)]
    async with services.database.write() as session:
        profiles = await roster.known_profiles(session, clan.id)
        for link in claims:
            user, member = UserId(link.user), profiles[PlayerId(link.player)].member
            await links.add_link(session, clan.id, user, member, is_main=link.main, now=link.at)
        await attributions.attribute_users(session, clan.id, {UserId(link.user) for link in claims})
