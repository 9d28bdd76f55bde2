"""What one of the old system's snapshots says: as WOM answered, else as the old system noted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.importing.decoding import Said, complete, decode, lacks_bosses
from bot.wom.answers import SnapshotData
from db.old_system import SnapshotBody
from tests.old_system import answer

VALUES = {
    "overall": 5_000,
    "attack": 1_200,
    "zulrah": 7,
    "vorkath": 8,
    "ehp": 12.34567,
    "ehb": 0,
    "clue_scrolls_all": 3,
}


def said(raw: Any, *bosses: tuple[Any, Any], total_xp: Any = -1, total_boss_kills: Any = -1) -> Said:
    body = SnapshotBody(
        raw if isinstance(raw, bytes) else json.dumps(raw).encode(), total_xp, total_boss_kills
    )
    found = decode(body.raw_data)
    complete(found, body, bosses)
    return found


def known(found: Said) -> dict[str, int]:
    return {key: value for key, value in found.values.items() if value is not None}


@pytest.mark.parametrize(
    "kept", [answer(VALUES), {"data": answer(VALUES)}, {"id": 1, "data": {"data": answer(VALUES)}}]
)
def test_every_metric_is_read_wherever_the_answer_has_them(kept: object) -> None:
    found = said(kept, total_xp=99, total_boss_kills=99)

    assert known(found) == {
        "overall": 5_000, "attack": 1_200, "zulrah": 7, "vorkath": 8, "ehp": 1_234_567, "ehb": 0,
        "clue_scrolls_all": 3, "boss_kills": 15, "total_level": 1_500,
    }  # fmt: skip
    groups = SnapshotData.__struct_fields__
    assert len(found.values) == sum(len(answer(VALUES)[group]) for group in groups) + 2, (
        "unranked ones are kept as such"
    )
    assert found.bad == 0


def test_without_an_answer_the_old_rows_are_read_and_nothing_is_made_up() -> None:
    found = said(b"{broken", ("zulrah", 4), ("vorkath", -1), ("hespori", "many"), (None, 3), total_xp=777)

    assert known(found) == {"zulrah": 4, "boss_kills": 4, "overall": 777}
    assert not found.has_answer


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"3", b'"text"', b"\xff\xfe{}", b'{"data": 3}', b"[" * 5_000, b'{"data": {}}']
)
def test_what_is_no_answer_says_nothing(raw: bytes) -> None:
    assert said(raw).is_empty


def test_totals_of_minus_one_are_unknown_and_no_kills_is_none_ranked() -> None:
    assert said(b"", total_xp=-1, total_boss_kills=0).values == {}
    assert said(b"", total_xp=-17, total_boss_kills=-40).values == {}


def test_bosses_come_from_the_boss_rows_where_the_answer_has_none() -> None:
    found = said({"skills": answer(VALUES)["skills"]}, ("zulrah", 40))

    assert known(found)["zulrah"] == 40
    assert known(found)["boss_kills"] == 40
    assert known(found)["overall"] == 5_000


def test_the_old_total_of_kills_counts_where_no_answer_tells_all_bosses() -> None:
    assert known(said(b"", ("zulrah", 40), total_boss_kills=900))["boss_kills"] == 900
    assert known(said(answer(VALUES), total_boss_kills=900))["boss_kills"] == 15


def test_one_value_of_the_wrong_kind_spoils_no_other() -> None:
    kept = answer(VALUES)
    kept["skills"]["attack"]["experience"] = "much"
    kept["skills"]["magic"] = None
    kept["bosses"]["zulrah"]["kills"] = -3
    kept["computed"] = ["ehp"]
    found = said(kept)

    assert known(found) == {
        "overall": 5_000,
        "vorkath": 8,
        "clue_scrolls_all": 3,
        "boss_kills": 8,
        "total_level": 1_500,
    }
    assert found.bad == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "skills", "bosses", "overall", "kills", "experience", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(kept=json_values, rows=st.lists(st.tuples(st.none() | st.text(max_size=5), json_values), max_size=3))
def test_whatever_is_kept_is_read_without_failing_and_within_what_can_be(
    kept: object, rows: list[tuple[Any, Any]]
) -> None:
    found = said(kept, *rows)
    assert all(value is None or 0 <= value < 2**63 for value in found.values.values())
    assert found.values.keys() == found.kinds.keys()
    assert lacks_bosses(found) or found.has_answer or found.bosses_used
