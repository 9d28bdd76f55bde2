"""The recorded answers are read whole; anything that is not a number where one belongs is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wom.answers import GroupDetails, MemberHiscores, PlayerDetails, Snapshot
from tests.wom.support import RECORDED, json_of

MEASURES = {"skills": "experience", "bosses": "kills", "activities": "score", "computed": "value"}
SNAPSHOT: dict[str, Any] = {
    "playerId": 1,
    "createdAt": "2026-11-22T07:19:00.034Z",
    "data": {
        "skills": {"overall": {"experience": 100, "level": 32}},
        "bosses": {"zulrah": {"kills": 5}},
        "activities": {"pvp_arena": {"score": -1}},
        "computed": {"ehp": {"value": 1.5}},
    },
}


def snapshot(**sections: Any) -> Snapshot:
    raw = {**SNAPSHOT, "data": {**SNAPSHOT["data"], **sections}}
    return msgspec.json.decode(json.dumps(raw), type=Snapshot)


def test_every_metric_of_every_recorded_member_is_read_as_it_stands() -> None:
    raw = json_of("group_bulk_hiscores_20")
    members = msgspec.convert(raw, list[MemberHiscores])
    metrics = json.loads((RECORDED / "enums.json").read_bytes())["METRICS"]
    for given_, member in zip(raw, members, strict=True):
        sections = given_["data"]["data"]
        expected = {
            key: entry[measure] for name, measure in MEASURES.items() for key, entry in sections[name].items()
        }
        assert member.data.readings() == expected
        assert set(member.data.readings()) == set(metrics)
        assert member.data.total_level == sections["skills"]["overall"]["level"]
        assert member.data.player_id == member.player.id == given_["player"]["id"]


def test_the_recorded_roster_of_300_is_read_with_its_own_order_of_ranks() -> None:
    raw = json_of("group_details_300")
    group = msgspec.convert(raw, GroupDetails)
    assert len(group.memberships) == group.member_count == 300
    assert [order.role for order in group.role_orders][:2] == ["owner", "deputy_owner"]
    assert [m.role for m in group.memberships] == [m["role"] for m in raw["memberships"]]
    assert [m.player.display_name for m in group.memberships] == [
        m["player"]["displayName"] for m in raw["memberships"]
    ]
    in_game = [m.client_sync_joined_at for m in group.memberships if m.client_sync_joined_at]
    assert len(in_game) == sum(m["clientSyncJoinedAt"] is not None for m in raw["memberships"]) > 0


def test_times_are_aware_and_keep_their_milliseconds() -> None:
    taken = snapshot().created_at
    assert taken == datetime(2026, 11, 22, 7, 19, 0, 34_000, UTC)
    assert taken.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**SNAPSHOT, "createdAt": "2026-11-22T07:19:00"}, Snapshot)


def test_unranked_stays_minus_one_and_a_metric_that_was_not_sent_is_absent() -> None:
    readings = snapshot().readings()
    assert readings == {"overall": 100, "zulrah": 5, "pvp_arena": -1, "ehp": 1.5}


def test_a_boss_nobody_has_heard_of_is_read_like_any_other() -> None:
    bosses = {"the_one_of_next_week": {"kills": 3, "rank": 1, "ehb": 0, "mood": "bad"}}
    assert snapshot(bosses=bosses).readings()["the_one_of_next_week"] == 3


def test_an_unknown_role_type_build_and_status_are_plain_text() -> None:
    raw = json_of("group_details_20_patron")
    member = raw["memberships"][0]
    member["role"] = "grand_poobah"
    member["player"].update(type="titanium", build="sideways", status="asleep")
    read = msgspec.convert(raw, GroupDetails).memberships[0]
    assert (read.role, read.player.type, read.player.build, read.player.status) == (
        "grand_poobah",
        "titanium",
        "sideways",
        "asleep",
    )


def test_a_player_needs_no_more_than_id_and_names() -> None:
    player = msgspec.convert({"id": 1, "username": "a b", "displayName": "A B"}, PlayerDetails)
    assert (player.exp, player.updated_at, player.latest_snapshot) == (None, None, None)


def test_a_player_never_updated_has_no_snapshot() -> None:
    player = msgspec.convert(json_of("player_details_never_updated"), PlayerDetails)
    assert player.updated_at is None
    assert player.latest_snapshot is None


def test_a_group_that_counts_members_but_lists_none_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**json_of("group_details_300"), "memberships": []}, GroupDetails)


def test_an_empty_group_is_a_group() -> None:
    assert msgspec.convert(json_of("group_details_empty"), GroupDetails).memberships == ()


@pytest.mark.parametrize(
    ("section", "entry"),
    [
        ("skills", '{"overall": {"rank": 1}}'),
        ("skills", '{"overall": {"experience": null}}'),
        ("skills", '{"overall": {"experience": "100"}}'),
        ("skills", '{"overall": {"experience": 100.5}}'),
        ("skills", '{"overall": {"experience": 100.0}}'),
        ("skills", '{"overall": {"experience": true}}'),
        ("skills", '{"overall": {"experience": -2}}'),
        ("skills", '{"overall": {"experience": 99999999999999999999}}'),
        ("skills", '{"overall": 100}'),
        ("skills", "[]"),
        ("skills", "null"),
        ("bosses", '{"zulrah": {"score": 5}}'),
        ("bosses", '{"zulrah": {"kills": -7}}'),
        ("activities", '{"pvp_arena": {}}'),
        ("computed", '{"ehp": {"value": NaN}}'),
        ("computed", '{"ehp": {"value": Infinity}}'),
        ("computed", '{"ehp": {"value": 1e999}}'),
        ("computed", '{"ehp": {"value": 1e40}}'),
        ("computed", '{"ehp": {"value": -3.5}}'),
    ],
)
def test_what_is_not_a_number_is_refused_and_never_made_up(section: str, entry: str) -> None:
    raw = {**SNAPSHOT, "data": {**SNAPSHOT["data"], section: "HERE"}}
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(json.dumps(raw).replace('"HERE"', entry), type=Snapshot)


@pytest.mark.parametrize("section", list(MEASURES))
def test_a_snapshot_without_one_of_its_sections_is_refused(section: str) -> None:
    data = {name: value for name, value in SNAPSHOT["data"].items() if name != section}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**SNAPSHOT, "data": data}, Snapshot)


@given(st.dictionaries(st.text(min_size=1), st.integers(-1, 2**53), max_size=8))
def test_whole_numbers_come_out_as_they_went_in(kills: dict[str, int]) -> None:
    taken = snapshot(
        skills={}, bosses={key: {"kills": n} for key, n in kills.items()}, activities={}, computed={}
    )
    assert taken.readings() == kills


@given(st.dictionaries(st.text(min_size=1), st.floats(0, 1e9), max_size=8))
def test_hours_come_out_as_they_went_in(hours: dict[str, float]) -> None:
    taken = snapshot(
        skills={}, bosses={}, activities={}, computed={key: {"value": n} for key, n in hours.items()}
    )
    assert taken.readings() == hours
