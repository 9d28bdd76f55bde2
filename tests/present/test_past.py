from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.ids import UserId
from bot.domain.past import PastProgress, PastState, Refusal
from bot.present.past import past_message, past_option
from bot.present.text import embed_problems
from tests.present.makers import NOW, read

RUNNING = PastProgress(
    PastState.RUNNING, NOW - timedelta(days=90), NOW, UserId(4), members=300, done=120, snapshots=12_345,
    left=timedelta(minutes=12, seconds=30),
)  # fmt: skip


def test_while_it_runs_the_message_says_how_far_it_is_and_how_long_it_takes_still() -> None:
    assert read(past_message("Iron_Foundry", RUNNING)).splitlines() == [
        "History before the bot: Iron_Foundry",
        "⏳ Reading Wise Old Man's snapshots since <t>",
        "120 of 300 members · 12,345 snapshots read",
        "About 12 minutes left",
        "-# Asked for by <@4>",
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"others_first": True}, "About 12 minutes left; waiting, polls and commands go first"),
        (
            {"paused": "down", "retry_at": NOW},
            "⏸️ Paused: Wise Old Man: it does not answer; I try again <t>",
        ),
        ({"paused": "rate_limited", "retry_at": NOW}, "too many requests for now; I try again <t>"),
        ({"paused": "roster"}, "⏸️ Paused: the clan's roster was not read yet"),
        ({"paused": "new reason"}, "⏸️ Paused: new reason"),
        ({"left": timedelta(seconds=3)}, "About less than a minute left"),
        ({"state": PastState.DONE, "ended_at": NOW}, "✅ Wise Old Man's snapshots since <t> are read"),
        ({"state": PastState.CANCELLED, "ended_at": NOW}, "What was read is kept."),
    ],
)
def test_what_holds_it_up_and_how_it_ended_is_said(change: dict[str, Any], line: str) -> None:
    assert line in read(past_message("Clan", replace(RUNNING, **change)))


@pytest.mark.parametrize("reason", Refusal)
def test_whom_wom_did_not_tell_of_is_named_with_the_reason(reason: Refusal) -> None:
    done = replace(RUNNING, state=PastState.DONE, refused=(("a_b_c", reason), ("Bob", Refusal.NOT_FOUND)))
    text = read(past_message("Clan", done))
    assert "Without 2 members:\n- a_b_c: " in text
    assert "- Bob: Wise Old Man knows no such player (404)" in text
    assert "118 of 300 members · 12,345 snapshots read" in text


def test_five_hundred_who_were_refused_still_fit() -> None:
    refused = tuple((f"WWWWWWWW{number:04}", Refusal.ANOTHER) for number in range(500))
    embed = past_message("W" * 300, replace(RUNNING, refused=refused))
    assert embed_problems(embed) == ()
    assert "more" in read(embed)


def test_the_spans_that_can_be_asked_for() -> None:
    assert [past_option(days) for days in (7, 30, 90, 365, None)] == [
        "7 days",
        "30 days",
        "90 days",
        "1 year",
        "Since the clan began",
    ]
