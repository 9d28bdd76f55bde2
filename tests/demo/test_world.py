"""The made-up clan is one that could be, and the same for the same seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest

from demo.check.known import Knowledge, fold
from demo.check.oracle import Oracle
from demo.script import (
    DiscordMember,
    Event,
    Linked,
    MemberJoined,
    MemberLeft,
    MemberReturned,
    Message,
    Observed,
    Polled,
    RenameApproved,
    Renamed,
    Script,
    Snapshot,
    renumbered,
)
from demo.world import build_world

E = TypeVar("E", bound=Event)
END = datetime(2026, 1, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> Script:
    return build_world(7, END)


def of(script: Script, kind: type[E]) -> list[E]:
    return [event for event in script.events if isinstance(event, kind)]


def names_held(script: Script) -> list[tuple[str, int, datetime, datetime]]:
    """Name key, player, and the time from which and until which it is held in the game."""
    held: list[tuple[str, int, datetime, datetime]] = []
    renames = sorted(of(script, Renamed), key=lambda event: event.at)
    for person in of(script, MemberJoined):
        name, since = person.name, person.at
        for rename in renames:
            if rename.player == person.player:
                held.append((fold(name), person.player, since, rename.at))
                name, since = rename.new, rename.at
        held.append((fold(name), person.player, since, END))
    return held


def test_the_same_seed_and_end_make_the_same_clan(world: Script) -> None:
    assert build_world(7, END) == world
    assert build_world(8, END) != world


def test_no_name_has_two_holders_at_once(world: Script) -> None:
    held = sorted(names_held(world))
    for first, second in pairwise(held):
        if first[0] == second[0]:
            assert first[3] <= second[2], (first, second)


def test_a_recycled_name_passes_to_a_member_and_another_to_a_newcomer(world: Script) -> None:
    holders = Counter(key for key, _ in {(key, player) for key, player, _, _ in names_held(world)})
    assert sum(count == 2 for count in holders.values()) == 2
    assert max(holders.values()) == 2


def test_names_are_what_the_game_accepts(world: Script) -> None:
    for key, *_ in names_held(world):
        assert 1 <= len(key) <= 12
        assert all(char.isascii() and (char.isalnum() or char == " ") for char in key)
    names = {event.name for event in of(world, MemberJoined)}
    assert {"Jo hn", "John", "l-loi", "lloi"} <= names


def test_ids_are_unique_and_messages_have_the_ids_of_their_time(world: Script) -> None:
    messages = of(world, Message)
    assert len({message.id for message in messages}) == len(messages) > 6_000
    for message in messages:
        assert (message.id >> 22) + 1_420_070_400_000 == round(message.at.timestamp() * 1000)
    users = [event.user for event in of(world, DiscordMember)]
    assert len(users) == len(set(users))
    players = [event.player for event in of(world, MemberJoined)]
    assert len(players) == len(set(players))


def test_events_stand_in_order_to_the_millisecond_and_end_before_the_end(world: Script) -> None:
    times = [event.at for event in world.events]
    assert times == sorted(times)
    assert times[-1] < END
    assert all(moment.microsecond % 1000 == 0 for moment in times)


def test_there_are_three_hundred_members_and_two_of_them_are_pending(world: Script) -> None:
    knowledge = Knowledge(Script(world.header, [*world.events]))
    knowledge.story.polls.append(END)
    inside = [
        person
        for person in knowledge.story.people.values()
        if ([(person.joined, True), *person.comings])[-1][1]
    ]
    assert len(inside) == 300
    # One left seventy minutes ago, which counts only after two days.
    assert len(knowledge.members(END)) == 301


def test_everything_the_demo_should_show_is_there(world: Script) -> None:
    renames = Counter(event.player for event in of(world, Renamed))
    assert max(renames.values()) == 2
    assert len(of(world, MemberReturned)) == 1
    assert len(of(world, MemberLeft)) > 10
    seen = {event.player for event in of(world, Snapshot)}
    assert len({event.player for event in of(world, MemberJoined)} - seen) >= 6
    humans = [event for event in of(world, DiscordMember) if not event.bot]
    assert 150 < len(humans) < 260
    assert sum(not link.main for link in of(world, Linked)) == 8
    last = world.header.laid_until
    assert any(event.at > last for event in of(world, RenameApproved))
    assert any(event.at > last for event in of(world, MemberJoined))


def test_nobody_who_is_away_or_between_two_names_is_seen_by_wom(world: Script) -> None:
    approvals = {(event.player, event.new): event.at for event in of(world, RenameApproved)}
    for rename in of(world, Renamed):
        until = approvals.get((rename.player, rename.new), END)
        looks = [event for event in of(world, Snapshot) if event.player == rename.player]
        assert not [event for event in looks if rename.at <= event.at <= until]


def test_two_looks_at_one_account_are_further_apart_than_two_polls(world: Script) -> None:
    last: dict[int, datetime] = {}
    for event in of(world, Snapshot):
        assert event.at - last.get(event.player, datetime.min.replace(tzinfo=UTC)) > timedelta(minutes=30)
        last[event.player] = event.at


def test_values_never_fall_and_overall_is_the_sum_of_the_skills_at_least(world: Script) -> None:
    values: dict[int, dict[str, int]] = {}
    for event in of(world, Snapshot):
        held = values.setdefault(event.player, {})
        for metric, value in event.values.items():
            assert value > held.get(metric, -1), (event, metric)
        held |= event.values
    assert all(held.get("overall", 10**12) >= held["attack"] for held in values.values() if "attack" in held)


def test_no_two_members_have_the_same_numbers(world: Script) -> None:
    totals: dict[int, dict[str, int]] = {}
    for event in of(world, Snapshot):
        totals.setdefault(event.player, {}).update(event.values)
    for metric in ("ehp", "attack"):
        held = Counter(values[metric] for values in totals.values() if metric in values)
        assert max(held.values()) == 1, metric


def test_equal_gains_exist_so_that_places_are_shared(world: Script) -> None:
    script = Script(world.header, [*world.events, Polled(END)])
    board = Oracle(script).board("collections_logged", END - timedelta(days=9), END, "wom", END)
    places = Counter(row.place for row in board.rows if row.value)
    assert sum(count > 1 for count in places.values()) >= 3


def test_whose_experience_does_not_grow_is_not_playing(world: Script) -> None:
    gained = {key: all_gains(world, key) for key in ("overall", "ehp")}
    assert [player for player, xp in gained["overall"].items() if xp == 0 and gained["ehp"][player]] == []


def all_gains(script: Script, key: str) -> dict[str, int]:
    """What everybody gained of a metric in the last 30 days, by name."""
    told = Oracle(Script(script.header, [*script.events, Polled(END)]))
    board = told.board(key, END - timedelta(days=30), END, "wom", END)
    return {row.name: row.value for row in board.rows}


def test_a_script_renumbered_for_another_server_says_the_same_of_the_game(world: Script) -> None:
    swap = {event.user: event.user + 1 for event in of(world, DiscordMember)}
    swap |= {channel.id: channel.id + 1 for channel in world.header.channels}
    swap |= {world.header.relay.author: 99}
    changed = renumbered(world, swap)
    assert of(changed, Snapshot) == of(world, Snapshot)
    assert changed.header.relay.author == 99
    assert {message.webhook for message in of(changed, Message)} == {None, 99}
    known = {channel.id for channel in changed.header.channels}
    assert {message.channel for message in of(changed, Message)} <= known
    assert {event.channel for event in of(changed, Observed)} == known


def test_too_small_a_clan_is_refused() -> None:
    with pytest.raises(ValueError, match="100 members"):
        build_world(1, END, members=20)
