"""The made-up clan, Iron Foundry: everything that happened in it over sixty days.

:func:`build_world` gives the same script for the same seed and end, on every machine.
"""

import random
from datetime import datetime, timedelta

from demo.script import (
    Event,
    Header,
    MemberJoined,
    MemberLeft,
    MemberReturned,
    Observed,
    RenameApproved,
    Renamed,
    RenameSubmitted,
    Role,
    RoleChanged,
    Script,
    in_order,
)
from demo.world_discord import Server, build_server
from demo.world_people import RANKS, Account, Span, people
from demo.world_play import play
from demo.world_talk import talk

CLAN = "Iron Foundry"
GROUP = 4711
ZONE = "Europe/Amsterdam"


def build_world(
    seed: int,
    end: datetime,
    *,
    days: int = 60,
    members: int = 300,
    messages: int = 9_000,
    live: timedelta = timedelta(hours=3),
) -> Script:
    """The script of ``days`` days up to ``end`` (UTC, whole milliseconds).

    At the end ``members`` (100 at least) are in the clan. ``live`` is how much of it is
    to be played through the simulators: the header's ``laid_until`` lies so long before
    the end. In the last two hours somebody is renamed, somebody joins and somebody leaves.

    Raises:
        ValueError: fewer than 100 members, 20 days or 1,000 messages, or an end without a zone.
    """
    if members < 100 or days < 20 or messages < 1_000 or end.tzinfo is None:
        raise ValueError("the story needs 100 members, 20 days, 1,000 messages and an aware end")
    span = Span(random.Random(f"{seed} people"), end - timedelta(days=days), end)
    accounts = people(span, members)
    server = build_server(span, accounts)
    span.rng = random.Random(f"{seed} talk")
    events: list[Event] = [*server.events, *talk(span, server, accounts, messages)]
    for account in accounts:
        events += _story(account, end)
        events += play(account, f"{seed} play {account.player}", span)
    header = _header(seed, span, server, live)
    events += [Observed(header.laid_until, channel.id, span.begin) for channel in server.channels]
    return Script(header, in_order(event for event in events if event.at < end))


def _header(seed: int, span: Span, server: Server, live: timedelta) -> Header:
    return Header(
        clan=CLAN,
        group=GROUP,
        guild=server.guild,
        zone=ZONE,
        seed=seed,
        begin=span.begin,
        end=span.end,
        laid_until=span.end - live,
        relay=server.relay,
        channels=server.channels,
        roles=tuple(Role(key, name) for key, name, _ in RANKS),
        discord_roles=server.roles,
    )


def _story(account: Account, end: datetime) -> list[Event]:
    """Joining, leaving, returning, ranks and names of one account."""
    player, role = account.player, account.role
    events: list[Event] = [
        MemberJoined(account.joined, player, account.name, role, account.account_type, account.build)
    ]
    if account.left is not None:
        events.append(MemberLeft(account.left, player))
    if account.returned is not None:
        events.append(MemberReturned(account.returned, player, role))
    for at, after in account.role_changes:
        events.append(RoleChanged(at, player, role, after))
        role = after
    old = account.name
    for rename in account.renames:
        events.append(Renamed(rename.at, player, old, rename.new))
        if rename.submitted < end:
            events.append(RenameSubmitted(rename.submitted, player, old, rename.new))
        if rename.approved < end:
            events.append(RenameApproved(rename.approved, player, old, rename.new))
        old = rename.new
    return events
