"""The script of events that made the made-up clan: what happened, in order, and nothing computed.

The world (:mod:`demo.world`) writes the script, the demo plays it (to the bot's services,
to the simulated Discord and to the simulated WOM), and the checker (:mod:`demo.check`)
works out from it alone what the bot should have answered. While the demo is played, what
people type and what WOM is asked is added to it.

The file is JSON: ``{"version": 1, "header": {...}, "events": [{"kind", "at", ...}, ...]}``.
``at`` is ISO 8601 in UTC with milliseconds (``2026-01-01T00:00:00.000Z``). Events stand in
the order of ``at``; equal times keep the order of the list. A field that has its default is
left out. The kinds, and their fields beside ``at``:

``member_joined``      player, name, role, account_type, build. ``name`` is spelt as in the game.
``member_left``        player
``member_returned``    player, role
``role_changed``       player, before, after
``renamed``            player, old, new. In the game: from ``at`` on the account has the new name.
``rename_submitted``   player, old, new. At WOM; pending until it is approved.
``rename_approved``    player, old, new. At WOM; the profile keeps its id.
``snapshot``           player, values, level. WOM looked at the account. ``values`` holds the metrics that
                       differ from the account's snapshot before; a metric never named is -1 (unranked).
                       XP, kills and scores as they are, ``ehp`` and ``ehb`` in hundred-thousandths.
                       ``level`` is the total level.
``achieved``           player, name, metric, threshold. As WOM lists achievements.
``discord_member``     user, name, nick, roles, bot. Came to the server, or changed.
``linked``             user, player, main, verified. From then on all the user's messages, older ones too,
                       count for ``player`` if it is their main account.
``unlinked``           user, player. As if it had never been linked.
``message``            id (a snowflake of ``at``), channel, author, name, content, webhook, bot, speaker.
                       ``webhook`` is the webhook's id or null, ``speaker`` the account that really spoke
                       through the relay (for tests; the checker does not read it).
``message_deleted``    ids; one, or many at once
``observed``           channel, since. The bot heard everything in the channel from ``since`` to ``at``.
``polled``             player. The bot asked WOM and stored the answer: what happened at WOM until ``at``
                       is known; where a player is given, of that player only.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

VERSION = 1
DISCORD_EPOCH_MS = 1_420_070_400_000

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that happened ``at`` a time (UTC, whole milliseconds)."""

    kind: ClassVar[str]
    at: datetime


@dataclass(frozen=True)
class MemberJoined(Event):
    kind: ClassVar[str] = "member_joined"
    player: int
    name: str
    role: str
    account_type: str = "regular"
    build: str = "main"


@dataclass(frozen=True)
class MemberLeft(Event):
    kind: ClassVar[str] = "member_left"
    player: int


@dataclass(frozen=True)
class MemberReturned(Event):
    kind: ClassVar[str] = "member_returned"
    player: int
    role: str


@dataclass(frozen=True)
class RoleChanged(Event):
    kind: ClassVar[str] = "role_changed"
    player: int
    before: str
    after: str


@dataclass(frozen=True)
class Renamed(Event):
    kind: ClassVar[str] = "renamed"
    player: int
    old: str
    new: str


@dataclass(frozen=True)
class RenameSubmitted(Event):
    kind: ClassVar[str] = "rename_submitted"
    player: int
    old: str
    new: str


@dataclass(frozen=True)
class RenameApproved(Event):
    kind: ClassVar[str] = "rename_approved"
    player: int
    old: str
    new: str


@dataclass(frozen=True)
class Snapshot(Event):
    kind: ClassVar[str] = "snapshot"
    player: int
    values: dict[str, int]
    level: int


@dataclass(frozen=True)
class Achieved(Event):
    kind: ClassVar[str] = "achieved"
    player: int
    name: str
    metric: str
    threshold: int


@dataclass(frozen=True)
class DiscordMember(Event):
    kind: ClassVar[str] = "discord_member"
    user: int
    name: str
    nick: str | None = None
    roles: tuple[str, ...] = ()
    bot: bool = False


@dataclass(frozen=True)
class Linked(Event):
    kind: ClassVar[str] = "linked"
    user: int
    player: int
    main: bool = True
    verified: bool = False


@dataclass(frozen=True)
class Unlinked(Event):
    kind: ClassVar[str] = "unlinked"
    user: int
    player: int


@dataclass(frozen=True)
class Message(Event):
    kind: ClassVar[str] = "message"
    id: int
    channel: int
    author: int
    name: str
    content: str
    webhook: int | None = None
    bot: bool = False
    speaker: int | None = None


@dataclass(frozen=True)
class MessageDeleted(Event):
    kind: ClassVar[str] = "message_deleted"
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Observed(Event):
    kind: ClassVar[str] = "observed"
    channel: int
    since: datetime


@dataclass(frozen=True)
class Polled(Event):
    kind: ClassVar[str] = "polled"
    player: int | None = None


KINDS: tuple[type[Event], ...] = (
    MemberJoined,
    MemberLeft,
    MemberReturned,
    RoleChanged,
    Renamed,
    RenameSubmitted,
    RenameApproved,
    Snapshot,
    Achieved,
    DiscordMember,
    Linked,
    Unlinked,
    Message,
    MessageDeleted,
    Observed,
    Polled,
)
_BY_KIND = {event.kind: event for event in KINDS}


@dataclass(frozen=True)
class Channel:
    """``use`` is one of: chat, relay, drops, events, officers, commands."""

    id: int
    name: str
    use: str


@dataclass(frozen=True)
class Role:
    """A rank of the clan at WOM; the list stands in the clan's order, highest first."""

    key: str
    name: str


@dataclass(frozen=True)
class DiscordRole:
    """A role of the Discord server; the list stands highest first."""

    id: int
    name: str


@dataclass(frozen=True)
class Relay:
    """Whose lines in ``channel`` are in-game chat: a webhook's, or a bot user's."""

    channel: int
    author: int
    webhook: bool = True


@dataclass(frozen=True)
class Header:
    """What the clan is. ``laid_until``: until then everything at WOM is known without a poll."""

    clan: str
    group: int
    guild: int
    zone: str
    seed: int
    begin: datetime
    end: datetime
    laid_until: datetime
    relay: Relay
    channels: tuple[Channel, ...] = ()
    roles: tuple[Role, ...] = ()
    discord_roles: tuple[DiscordRole, ...] = ()

    def channel(self, use: str) -> Channel:
        """The channel of that use. Raises: KeyError."""
        for channel in self.channels:
            if channel.use == use:
                return channel
        raise KeyError(use)


@dataclass
class Script:
    """The header and the events; events may be added at the end while the demo is played."""

    header: Header
    events: list[Event] = field(default_factory=list[Event])


def iso(moment: datetime) -> str:
    """The moment as the file writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def snowflake(moment: datetime, sequence: int = 0) -> int:
    """The Discord id of something made at that moment."""
    return (round(moment.timestamp() * 1000) - DISCORD_EPOCH_MS << 22) | sequence


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, (Header, Relay, Channel, Role, DiscordRole)):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value


def event_to_json(event: Event) -> Json:
    """One event as the file holds it."""
    written: Json = {"kind": event.kind}
    for item in fields(event):
        value = getattr(event, item.name)
        if item.default is MISSING or value != item.default:
            written[item.name] = _plain(value)
    return written


def event_from_json(read: Mapping[str, Any]) -> Event:
    """The event of one entry. Raises: KeyError for an unknown kind, TypeError for wrong fields."""
    values = dict(read)
    kind = _BY_KIND[values.pop("kind")]
    for name, value in values.items():
        if name in ("at", "since"):
            values[name] = datetime.fromisoformat(value)
        elif isinstance(value, list):
            values[name] = tuple(cast("list[Any]", value))
    return kind(**values)


def script_to_json(script: Script) -> Json:
    """The whole file, as plain values."""
    return {
        "version": VERSION,
        "header": _plain(script.header),
        "events": [event_to_json(event) for event in script.events],
    }


def script_from_json(read: Mapping[str, Any]) -> Script:
    """Read a whole file's values. Raises: ValueError where it is of another version."""
    if read["version"] != VERSION:
        raise ValueError(f"script of version {read['version']}, this reads {VERSION}")
    head: Json = dict(read["header"])
    for name in ("begin", "end", "laid_until"):
        head[name] = datetime.fromisoformat(head[name])
    head["relay"] = Relay(**head["relay"])
    head["channels"] = tuple(Channel(**item) for item in head["channels"])
    head["roles"] = tuple(Role(**item) for item in head["roles"])
    head["discord_roles"] = tuple(DiscordRole(**item) for item in head["discord_roles"])
    return Script(Header(**head), [event_from_json(item) for item in read["events"]])


def write_script(path: Path, script: Script) -> None:
    """Write the file, one event a line so that two can be compared."""
    written = script_to_json(script)
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in written["events"])
    head = json.dumps(written["header"], ensure_ascii=False)
    text = f'{{"version": {VERSION},\n"header": {head},\n"events": [\n{lines}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def read_script(path: Path) -> Script:
    """Read the file again. Raises: ValueError where it is no script of this version."""
    return script_from_json(json.loads(path.read_text(encoding="utf-8")))


def renumbered(script: Script, ids: Mapping[int, int]) -> Script:
    """The same script with other Discord ids of users, channels, roles, webhook and guild.

    A simulated Discord gives its own; ids that ``ids`` does not name stay. Message and
    player ids are left alone.
    """

    def swap(old: int) -> int:
        return ids.get(old, old)

    head = script.header
    relay = replace(head.relay, channel=swap(head.relay.channel), author=swap(head.relay.author))
    header = replace(
        head,
        guild=swap(head.guild),
        relay=relay,
        channels=tuple(replace(item, id=swap(item.id)) for item in head.channels),
        discord_roles=tuple(replace(item, id=swap(item.id)) for item in head.discord_roles),
    )
    return Script(header, [_renumbered_event(event, ids) for event in script.events])


def _renumbered_event(event: Event, ids: Mapping[int, int]) -> Event:
    match event:
        case DiscordMember() | Linked() | Unlinked():
            return replace(event, user=ids.get(event.user, event.user))
        case Observed():
            return replace(event, channel=ids.get(event.channel, event.channel))
        case Message():
            webhook = None if event.webhook is None else ids.get(event.webhook, event.webhook)
            channel, author = (ids.get(old, old) for old in (event.channel, event.author))
            return replace(event, channel=channel, author=author, webhook=webhook)
        case _:
            return event


def in_order(events: Iterable[Event]) -> list[Event]:
    """Sorted by time; equal times keep their order."""
    return sorted(events, key=lambda event: event.at)
