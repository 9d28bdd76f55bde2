"""What would break each trap's test: ``python -m tests.mutations`` shows that it does.

Each line of the table breaks one rule in a copy of the program, runs the one test that is
there for it, and demands that the test fails. Needs no PostgreSQL.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("bot", "cogs", "db", "demo", "migrations", "tests", "pyproject.toml")
RENAMES, NAMES, ARCHIVES, ROSTERS, NUMBERS, DESK = (
    f"tests/services/test_traps_{part}.py"
    for part in ("renames", "names", "archives", "rosters", "numbers", "desk")
)
FORMER = "tests/domain/test_former_names.py"
IDENTITY = "tests/domain/test_identity.py"
OF_DOMAIN = frozenset({FORMER, IDENTITY})
"""Files with tests of rules that no single trap is about."""
FAILED = 1
"""What pytest returns where a test failed, and not where none was found or it could not be read."""


@dataclass(frozen=True)
class Mutation:
    """``fragment`` of a file, which occurs once, becomes ``replacement``, and the test fails."""

    file: str
    test: str
    source: str
    fragment: str
    replacement: str

    @property
    def text(self) -> str:
        """The file that is changed."""
        return (ROOT / self.source).read_text(encoding="utf-8")


MUTATIONS = (
    Mutation(
        RENAMES,
        "test_a_plain_rename_takes_the_lines_and_the_xp_along",
        "bot/domain/stays.py",
        "name=current.display if current else state.name,",
        "name=state.name,",
    ),
    Mutation(
        RENAMES,
        "test_a_rename_first_seen_as_one_left_and_one_joined_leaves_no_trace",
        "bot/domain/same_member.py",
        "if last_seen is None:",
        "if True:",
    ),
    Mutation(
        RENAMES,
        "test_a_double_under_a_name_that_was_taken_and_given_up_between_two_polls_is_found",
        "bot/domain/same_member.py",
        "last_seen <= one.resolved_at for one in changes",
        "last_seen > one.resolved_at for one in changes",
    ),
    Mutation(
        RENAMES,
        "test_a_double_goes_to_nobody_who_took_its_name_after_its_owner",
        "bot/domain/same_member.py",
        "and one.submitted_at <= submitted_at",
        "and one.submitted_at > submitted_at",
    ),
    Mutation(
        RENAMES,
        "test_a_membership_that_moves_without_any_event_comes_back_with_the_approval",
        "bot/domain/same_member.py",
        "if state.left_at is not None or came_back:",
        "if came_back:",
    ),
    Mutation(
        RENAMES,
        "test_a_membership_that_moved_and_is_never_approved_is_one_by_an_officers_word_alone",
        "bot/services/decisions.py",
        "        if kind is DecisionKind.MERGE:\n",
        "        if kind is DecisionKind.SPLIT:\n",
    ),
    Mutation(
        RENAMES,
        "test_a_late_approval_that_does_not_come_on_top_is_found",
        "bot/services/polling.py",
        "        if due:\n",
        "        if False:\n",
    ),
    Mutation(
        RENAMES,
        "test_of_a_chain_within_one_poll_gap_every_name_is_theirs",
        "bot/domain/roster.py",
        "    lay_history(roster, approved)\n",
        "",
    ),
    Mutation(
        RENAMES,
        "test_a_rename_that_was_submitted_twice_is_one",
        "bot/domain/former_names.py",
        "if any((before.key, after.key) == (old, new) for before, after in pairwise(names)):",
        "if False:",
    ),
    Mutation(
        FORMER,
        "test_a_change_submitted_by_a_clock_ahead_of_ours_counts_once_its_time_has_come",
        "bot/domain/roster.py",
        "[one for one in approved if one.submitted_at <= now]",
        "list(approved)",
    ),
    Mutation(
        FORMER,
        "test_a_former_name_in_whose_midst_another_is_told_to_have_had_it_is_disputed",
        "bot/domain/former_names.py",
        " and is_span(until, other.end):",
        ":",
    ),
    Mutation(
        FORMER,
        "test_a_first_name_gives_way_to_an_archive_that_had_it_unless_it_ended_meanwhile",
        "bot/domain/former_names.py",
        " or not is_span(until, one.end)",
        "",
    ),
    Mutation(
        IDENTITY,
        "test_who_bears_a_name_after_its_taker_was_seen_under_it_is_another",
        "bot/domain/same_member.py",
        "same = same and not _was_shown_as(roster, member, key, last_seen, namesake.created_at)",
        "pass",
    ),
    Mutation(
        IDENTITY,
        "test_who_was_renamed_all_along_has_the_name_but_for_while_a_third_one_was_seen_under_it",
        "bot/domain/same_member.py",
        "if not any(begun < end <= (first.start or begun) for end in others):",
        "if True:",
    ),
    Mutation(
        RENAMES,
        "test_capitals_are_no_rename",
        "bot/domain/roster_names.py",
        "if seen.key == current.key:",
        "if seen.name == current.display:",
    ),
    Mutation(
        NAMES,
        "test_a_name_given_up_by_who_was_missing_ends_when_wom_was_told",
        "bot/domain/roster_names.py",
        "if told is not None and told < last.end:",
        "if told is not None and told > last.end:",
    ),
    Mutation(
        NAMES,
        "test_a_newcomers_old_name_that_wom_still_showed_ends_when_wom_was_told",
        "bot/domain/roster_names.py",
        "return at is not None and one.resolved_at is not None and at <= one.resolved_at",
        "return False",
    ),
    Mutation(
        NAMES,
        "test_two_members_who_swap_names_keep_their_own_lines",
        "bot/domain/roster_state.py",
        "return min([*evidence, max(given_up, now)])",
        "return given_up",
    ),
    Mutation(
        NAMES,
        "test_a_name_given_up_and_taken_by_another_member_is_each_ones_for_their_time",
        "bot/domain/roster_names.py",
        "ended = [replace(held, end=at) if held.end is None else held for held in names]",
        "ended = names",
    ),
    Mutation(
        NAMES,
        "test_a_name_that_changes_hands_within_one_gap_is_nobodys_until_the_taker_is_known",
        "bot/domain/roster_names.py",
        "if taker is None and heard is not None:",
        "if heard is not None:",
    ),
    Mutation(
        NAMES,
        "test_what_was_heard_while_wom_was_two_names_behind_is_its_speakers_once_wom_knows",
        "bot/domain/roster_names.py",
        "at = min([at, *(one for one in told if one is not None)])",
        "",
    ),
    Mutation(
        NAMES,
        "test_an_outsider_who_takes_a_former_name_and_joins_inherits_nothing",
        "bot/domain/roster_names.py",
        "start = taken_over(max([*ended, start or ended[0]]), known_from, roster.now)",
        "start = None",
    ),
    Mutation(
        ARCHIVES,
        "test_an_outsider_who_takes_a_leavers_name_and_joins_inherits_nothing",
        "bot/domain/roster_names.py",
        "_close(roster, held.member, gone + TICK if gone else roster.sighted)",
        "_close(roster, held.member, roster.now)",
    ),
    Mutation(
        ARCHIVES,
        "test_a_profile_archived_since_another_took_its_name_stays_a_member_without_it",
        "bot/domain/identity.py",
        'return None if self.status == "archived" else key_of(self.name)',
        "return key_of(self.name)",
    ),
    Mutation(
        NAMES,
        "test_a_player_id_that_vanishes_by_a_merge_leaves_the_member_whole",
        "bot/domain/roster.py",
        "state.joined_at != seen.joined_at",
        "state.joined_at == seen.joined_at",
    ),
    Mutation(
        ARCHIVES,
        "test_who_takes_the_name_of_an_archive_that_a_sync_dropped_is_not_its_member",
        "bot/domain/same_member.py",
        "if current is not None and current.key != key:",
        "if False:",
    ),
    Mutation(
        NAMES,
        "test_a_name_that_another_had_between_two_polls_is_theirs_until_it_is_taken",
        "bot/domain/roster_names.py",
        "if not roster.told_of_others(member, seen.key):",
        "if True:",
    ),
    Mutation(
        NAMES,
        "test_a_name_that_another_had_between_two_polls_is_theirs_until_it_is_taken",
        "bot/domain/roster_names.py",
        "[at for at in others if start < at]",
        "[]",
    ),
    Mutation(
        NAMES,
        "test_who_gave_a_name_up_and_took_it_again_did_not_have_it_between",
        "bot/domain/roster_names.py",
        "    return min(away, default=None)",
        "    return max(away, default=None)",
    ),
    Mutation(
        FORMER,
        "test_lines_from_before_a_name_began_do_not_undo_it",
        "bot/domain/roster_names.py",
        "if current.start is None or first > current.start else None",
        "if True else None",
    ),
    Mutation(
        NAMES,
        "test_a_short_earlier_time_under_a_name_does_not_end_the_one_before",
        "bot/domain/roster_names.py",
        "        _part_where_given_up(roster, member, approved)\n",
        "",
    ),
    Mutation(
        ARCHIVES,
        "test_a_former_name_of_a_newcomer_is_nobodys_where_nothing_tells_when_another_gave_it_up",
        "bot/domain/former_names.py",
        "if not disputes and not unclear",
        "if not disputes",
    ),
    Mutation(
        FORMER,
        "test_a_former_name_begins_after_another_who_was_told_to_have_it",
        "bot/domain/former_names.py",
        "since = max(others, default=None)",
        "since = None",
    ),
    Mutation(
        NAMES,
        "test_a_former_name_of_a_newcomer_is_not_theirs_while_wom_tells_of_another_under_it",
        "bot/domain/former_names.py",
        "if held.start is not None and until <= held.start:",
        "if held.start is not None:",
    ),
    Mutation(
        NAMES,
        "test_a_name_taken_back_tells_nothing_of_the_time_before_the_clan_was_polled",
        "bot/domain/former_names.py",
        " or (held.end is not None and held.end <= submitted_at):",
        ":",
    ),
    Mutation(
        ARCHIVES,
        "test_the_last_name_of_an_archive_is_not_that_of_a_newcomer_who_has_it_now",
        "bot/domain/former_names.py",
        "if seen.key is not None or last is None or last.end is None:",
        "if True:",
    ),
    Mutation(
        NAMES,
        "test_a_name_given_up_and_taken_again_between_two_polls_keeps_its_earlier_time",
        "bot/domain/roster_names.py",
        "back is None or back <= away",
        "back is None or back > away",
    ),
    Mutation(
        ARCHIVES,
        "test_an_archive_that_took_the_name_of_another_has_what_is_said_since_wom_was_told",
        "bot/domain/former_names.py",
        "if change is chain[0] and not others:",
        "if change is chain[0]:",
    ),
    Mutation(
        ARCHIVES,
        "test_a_former_name_of_a_newcomer_begins_no_earlier_than_its_holder_is_known_to_have_lost_it",
        "bot/domain/former_names.py",
        "passed = taken_over(other.end, [*roster.told_since(other), joined_at], until)",
        "passed = other.end",
    ),
    Mutation(
        ROSTERS,
        "test_true_leavers_and_joiners_of_one_sync_are_two_people",
        "bot/domain/stays.py",
        "replace(member, left_at=seen_at, last_seen_at=seen_at, leave_seen_at=None)",
        "replace(member, last_seen_at=seen_at, leave_seen_at=None)",
    ),
    Mutation(
        ROSTERS,
        "test_who_returns_months_later_under_another_name_is_the_same_member",
        "bot/domain/stays.py",
        "joined_at=seen.joined_at if returned else _earlier(state.joined_at, seen.joined_at),",
        "joined_at=_earlier(state.joined_at, seen.joined_at),",
    ),
    Mutation(
        ROSTERS,
        "test_a_broken_sync_that_drops_most_of_the_roster_and_is_repaired_leaves_no_trace",
        "bot/domain/stays.py",
        "return bool(before) and max(before)[1] == LEFT",
        "return True",
    ),
    Mutation(
        ROSTERS,
        "test_a_purge_of_a_fifth_by_officers_is_believed",
        "bot/domain/stays.py",
        "unexpected > MASS_LEAVE_SHARE * counted",
        "unexpected >= MASS_LEAVE_SHARE * counted",
    ),
    Mutation(
        ROSTERS,
        "test_two_clans_that_share_a_player_share_nothing_else",
        "db/queries/names.py",
        ".where(ObservedName.clan_id == clan, *of_keys)",
        ".where(*of_keys)",
    ),
    Mutation(
        ROSTERS,
        "test_name_changes_that_a_wipe_hides_undo_nothing",
        "bot/domain/stays.py",
        "MASS_LEAVE_MEMBERS = 5",
        "MASS_LEAVE_MEMBERS = 50",
    ),
    Mutation(
        ROSTERS,
        "test_an_unlooked_at_member_and_an_archive_have_no_values_and_are_members",
        "bot/domain/identity.py",
        'return None if self.status == "archived" else key_of(self.name)',
        "return key_of(self.name)",
    ),
    Mutation(
        NUMBERS,
        "test_a_flagged_member_is_not_checked_any_more_and_has_not_left",
        "bot/domain/gains.py",
        "is_overall else last.value\n    return max(0, last.value - first.value)",
        "is_overall else last.value\n    return last.value - first.value",
    ),
    Mutation(
        NUMBERS,
        "test_gains_are_those_that_wom_itself_shows",
        "bot/domain/gains.py",
        "last.value is None:\n        return None\n    if first.value is None:\n        return 0",
        "last.value is None:\n        return 0\n    if first.value is None:\n        return 0",
    ),
    Mutation(
        NUMBERS,
        "test_a_member_whom_wom_has_not_looked_at_for_long_is_as_old_as_the_look",
        "bot/services/statistics.py",
        "return at is not None and (than is None or at > than)",
        "return at is not None and than is None",
    ),
    Mutation(
        DESK,
        "test_what_officers_noted_of_a_new_name_is_of_the_member_whose_it_is",
        "db/queries/absorbing.py",
        "    for later in opened[1:]:\n",
        "    for later in ():\n",
    ),
    Mutation(
        DESK,
        "test_what_only_one_of_two_names_was_noted_with_is_kept",
        "db/queries/roster.py",
        "        await absorbing.follow_absorbed(session, clan, absorbed, now)\n",
        "",
    ),
)


def survives(tree: Path, mutation: Mutation) -> bool:
    """Whether the test passes although the rule is broken, in a copy of the program."""
    mutated = tree / mutation.source
    mutated.write_text(mutation.text.replace(mutation.fragment, mutation.replacement), encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and table
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    "-n0",
                    "-x",
                    "-p",
                    "no:cacheprovider",
                    "-m",
                    "not postgres",
                ),
                f"{mutation.file}::{mutation.test}",
            ],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
        )
    finally:
        mutated.write_text(mutation.text, encoding="utf-8")
    return done.returncode != FAILED


def main(only: str = "") -> int:
    """Try every mutation whose test's name holds ``only``, and print what became of it."""
    survivors = 0
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory)
        for name in COPIED:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, tree / name)
        for mutation in MUTATIONS:
            if only not in mutation.test:
                continue
            if mutation.text.count(mutation.fragment) != 1:
                verdict = "NOT FOUND ONCE"
            else:
                verdict = "SURVIVES" if survives(tree, mutation) else "killed"
            survivors += verdict != "killed"
            sys.stdout.write(f"{verdict:14} {mutation.source:32} {mutation.test}\n")
            sys.stdout.flush()
    return min(survivors, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
