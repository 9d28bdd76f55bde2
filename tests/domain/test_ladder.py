"""Absences' ends as people type them, and the ladder of who is quiet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.absences import Absence, read_until
from bot.domain.desk_errors import UnreadableUntil
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.inactivity import AccountFacts, Doubt, Judged, Person, Standing, Why
from bot.domain.ladder import Case, LadderSettings, Notice, Outcome, Placed, Quiet, Reply, Round, Stage, stage

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-12-24", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("until 2026/12/24", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("Tomorrow", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("in 2 weeks", NOW + 14 * DAY),
        ("for a week", NOW + 7 * DAY),
        ("30d", NOW + 30 * DAY),
        ("next month", NOW + 31 * DAY),
        ("<t:1800000000:R>", datetime(2027, 1, 15, 8, tzinfo=UTC)),
    ],
)
def test_the_end_of_an_absence_is_read_as_people_type_it(text: str, until: datetime) -> None:
    assert read_until(text, now=NOW, zone=AMSTERDAM) == until


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-19", "2026-02-30", "in 2 years", "2029-01-01", "yesterday", "all", "<t:5>"],
)
def test_what_is_over_or_unreadable_or_too_far_is_refused(text: str) -> None:
    with pytest.raises(UnreadableUntil):
        read_until(text, now=NOW, zone=AMSTERDAM)


def test_an_absence_lasts_to_its_end_or_until_it_is_ended() -> None:
    one = Absence(1, UserId(5), None, NOW - DAY, NOW + DAY, "", UserId(5))
    assert one.lasts(NOW)
    assert not one.lasts(NOW + DAY)
    assert not replace(one, ended_at=NOW).lasts(NOW)
    assert not one.lasts(NOW - 2 * DAY)
    assert replace(one, ended_at=NOW + 3 * DAY).end == NOW + DAY


def judged(standing: Standing, seen: datetime | None = None, number: int = 1) -> Judged:
    doubts = (Doubt(Why.UNCHECKED, MemberId(number)),) if standing is Standing.UNKNOWN else ()
    facts = AccountFacts(MemberId(number), f"Member {number}", "onyx", None, gained_at=seen)
    return Judged(Person((facts,)), 30 * DAY, standing, doubts)


CASE = Case(1, MemberId(1), UserId(5), NOW - 15 * DAY, UserId(9), Notice.DELIVERED, NOW - DAY)
USUAL = LadderSettings()


@pytest.mark.parametrize(
    ("standing", "case", "found"),
    [
        (Standing.QUIET, None, Stage.QUIET),
        (Standing.QUIET, replace(CASE, grace_until=None), Stage.WAITING),
        (Standing.QUIET, replace(CASE, grace_until=NOW + DAY), Stage.WAITING),
        (Standing.QUIET, replace(CASE, grace_until=NOW), Stage.DECIDE),
        (Standing.UNKNOWN, CASE, Stage.UNKNOWN),
        (Standing.ACTIVE, CASE, Stage.ACTIVE),
        (Standing.ABSENT, CASE, Stage.EXCEPTED),
        (Standing.NEW, None, Stage.EXCEPTED),
        (Standing.SAFE, None, Stage.EXCEPTED),
        (Standing.ACTIVE, replace(CASE, reply=Reply.QUIT), Stage.DECIDE),
        (Standing.QUIET, replace(CASE, outcome=Outcome.REMOVE, closed_at=NOW), Stage.REMOVE),
    ],
)
def test_each_person_is_on_one_list(standing: Standing, case: Case | None, found: Stage) -> None:
    assert stage(judged(standing), case, USUAL, NOW) is found


def test_who_was_to_be_removed_and_is_seen_again_is_active() -> None:
    removed = replace(CASE, outcome=Outcome.REMOVE, closed_at=NOW - DAY)
    assert stage(judged(Standing.ACTIVE, NOW), removed, USUAL, NOW) is Stage.ACTIVE
    assert stage(judged(Standing.QUIET, NOW - 40 * DAY), removed, USUAL, NOW) is Stage.REMOVE


def test_without_notices_officers_decide_at_once() -> None:
    assert stage(judged(Standing.QUIET), None, replace(USUAL, notices=False), NOW) is Stage.DECIDE


def test_of_several_ranks_the_longest_limit_counts() -> None:
    settings = LadderSettings(days=30, by_rank={"onyx": 60, "recruit": 10})
    assert settings.limit(["recruit"]) == 10 * DAY
    assert settings.limit(["recruit", "onyx", None]) == 60 * DAY
    assert settings.limit(["onyx"], 7) == 7 * DAY
    assert (settings.longest, USUAL.grace) == (60, 14 * DAY)


def test_a_list_begins_with_who_was_never_seen_and_then_the_longest_unseen() -> None:
    seen = [None, NOW - 40 * DAY, NOW - 50 * DAY, None]
    people = tuple(
        Placed(judged(Standing.UNKNOWN, at, number), Stage.UNKNOWN) for number, at in enumerate(seen, 1)
    )
    quiet = Quiet(ClanId(1), "Clan", NOW, USUAL, None, people, has_relay=False)
    assert [one.judged.person.lead.member for one in quiet.of(Stage.UNKNOWN)] == [1, 4, 3, 2]
    assert quiet.unchecked == (1, 4, 3, 2)
    assert quiet.by_member(MemberId(3)) is people[2]
    assert quiet.by_member(MemberId(9)) is None


def test_a_round_is_over_when_nothing_waits_or_is_tried() -> None:
    counts = {Notice.PENDING: 2, Notice.TRYING: 1, Notice.DELIVERED: 5}
    assert Round(1, ClanId(1), UserId(9), NOW, "", counts=counts).left == 3
