"""Which bot or webhook relays the in-game chat, told from what it wrote."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.domain.ids import ChannelId, NameKey
from bot.domain.names import name_key
from bot.domain.relay import Broadcast, ChatLine, Line, UnknownLine, read_line, share_understood
from bot.domain.setup import ChannelLine, RelayShare

_LEAST_SHARE = 0.5
_LEAST_SPEAKERS = 3
_EXAMPLES = 3


def judge_relays(channel: ChannelId, lines: Iterable[ChannelLine]) -> list[RelayShare]:
    """Each author in a channel of whose lines some were understood, whoever has most of them first.

    ``lines`` are of bots and webhooks only, in any order.
    """
    shares = [_share(channel, by_author) for by_author in _by_author(lines)]
    return sorted((share for share in shares if share.read), key=lambda share: (-share.read, share.author))


def find_relay(
    channels: Mapping[ChannelId, Sequence[ChannelLine]], members: Collection[NameKey]
) -> RelayShare | None:
    """The author who looks most like a relay, of any channel; None where none does.

    Other bots' embeds have titles that could be names ("Now playing"). So at least half
    of the lines must be understood, and either one names a member or is a broadcast,
    or, while no member is known, three speakers are named.
    """
    found = [
        _share(channel, by_author)
        for channel, lines in channels.items()
        for by_author in _by_author(lines)
        if _looks_like_chat([_read(line) for line in by_author], members)
    ]
    likely = [share for share in found if share.read >= share.of * _LEAST_SHARE]
    return max(likely, key=lambda share: share.read, default=None)


def _by_author(lines: Iterable[ChannelLine]) -> list[list[ChannelLine]]:
    authors: defaultdict[int, list[ChannelLine]] = defaultdict(list)
    for line in lines:
        authors[line.author].append(line)
    return list(authors.values())


def _share(channel: ChannelId, lines: Sequence[ChannelLine]) -> RelayShare:
    read, of = share_understood(map(_read, lines))
    unknown = [line.text for line in map(_read, lines) if isinstance(line, UnknownLine)]
    rest = tuple(list(dict.fromkeys(unknown))[:_EXAMPLES])
    return RelayShare(channel, read, of, lines[0].author, lines[0].author_name, rest)


def _read(line: ChannelLine) -> Line | None:
    return read_line(line.content, line.embeds)


def _looks_like_chat(lines: Sequence[Line | None], members: Collection[NameKey]) -> bool:
    if any(isinstance(line, Broadcast) for line in lines):
        return True
    speakers = {name_key(line.name) for line in lines if isinstance(line, ChatLine)}
    return bool(speakers & set(members)) if members else len(speakers) >= _LEAST_SPEAKERS
