"""``clanstats demo --once`` as somebody runs it: what it writes, and what it says of a bot that is wrong."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.once import SCRIPT
from demo.script import Polled, RenameApproved, Script, read_script

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG\r\n\x1a\n"
COMMANDS = {"/leaderboard", "/stats", "/compare", "/help", "/link", "/setup", "Clan stats"}

PROGRAM = """
import sys
from bot.__main__ import main
from demo import once, stage

size = stage.Size(members=100, days=25, messages=1_000)
stage.Size = lambda: size
{fault}
main(["demo", "--once", sys.argv[1]])
"""

FAULT = """
from bot.services.comparisons import Comparisons
from bot.services.ingest import Ingest
from demo.stage_visit import Visit

observe = Ingest.observe

def hard_of_hearing(self, seen):
    if seen.message % 5:
        observe(self, seen)

async def broken(self, *what, **how):
    raise ZeroDivisionError

async def less(self):
    await self.boards()
    await self.others()

Ingest.observe, Comparisons.compare, Visit.all = hard_of_hearing, broken, less
"""
"""A bot that misses some of what is said, and cannot compare; it is asked for boards and comparisons only."""

pytestmark = pytest.mark.timeout(600)


@dataclass
class Played:
    """What a run said and left."""

    directory: Path
    code: int
    said: str
    left: list[str]

    def answers(self) -> dict[str, dict[str, Any]]:
        """Every answer, by its file's name."""
        files = [path for path in sorted(self.directory.glob("*.json")) if path.name != SCRIPT]
        return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in files}

    def script(self) -> Script:
        return read_script(self.directory / SCRIPT)


def play(directory: Path, fault: str = "") -> Played:
    """Run it on a smaller clan, with a directory for temporary files of its own."""
    temporary = directory / "temporary"
    temporary.mkdir()
    # A process that was left would hold the output open, and this would not end.
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", PROGRAM.format(fault=fault), str(directory / "answers")],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary), "TEMP": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=590,
    )
    return Played(
        directory / "answers", done.returncode, done.stdout, [left.name for left in temporary.iterdir()]
    )


def test_it_ends_well_and_writes_every_answer_whole_and_the_script(tmp_path: Path) -> None:
    """One run for all of it: it takes as long as ten other tests."""
    played = play(tmp_path)
    ended_well(played)
    wrote_every_answer(played)
    wrote_the_script(played)


def ended_well(played: Played) -> None:
    """It counts what it wrote, and leaves nothing else."""
    assert played.code == 0, played.said
    pictures = list(played.directory.glob("*.png"))
    counted = re.search(r"(\d+) answers, ([\d,]+) numbers, (\d+) pictures in .*: (.*) \(\d+ s\)", played.said)
    assert counted is not None, played.said
    assert (int(counted[1]), int(counted[3])) == (len(played.answers()), len(pictures))
    assert int(counted[2].replace(",", "")) > 500
    assert counted[4] == "every one is as the script says"
    assert "Traceback" not in played.said
    assert played.left == [], "it cleans up behind it"


def wrote_every_answer(played: Played) -> None:
    """Every command was asked, and its answers are whole."""
    answers = played.answers()
    assert {answer["command"] for answer in answers.values()} == COMMANDS
    for name, answer in answers.items():
        assert {"options", "at", "as", "ephemeral", "content", "embeds", "components"} <= answer.keys()
        assert answer["content"] or answer["embeds"], name
        for attachment in answer["attachments"]:
            picture = played.directory / f"{Path(name).stem}-{attachment}"
            assert picture.read_bytes().startswith(PNG), picture
    assert sum(bool(answer.get("series")) for answer in answers.values()) > 10
    assert sum(bool(answer.get("refusal")) for answer in answers.values()) > 10


def wrote_the_script(played: Played) -> None:
    """It holds two polls with a rename between them."""
    script = played.script()
    live = [event for event in script.events if event.at > script.header.laid_until]
    polls = [event.at for event in live if isinstance(event, Polled)]
    renames = [event.at for event in live if isinstance(event, RenameApproved)]
    assert any(polls[0] < at < polls[-1] for at in renames)


def test_a_bot_that_is_wrong_fails_with_each_difference_in_words(tmp_path: Path) -> None:
    wrong = play(tmp_path, FAULT)
    assert wrong.code == 1, wrong.said
    lines = wrong.said.splitlines()
    found = [line.removeprefix("✗ ") for line in lines if line.startswith("✗ ")]
    by_name = {name: answer for name, answer in wrong.answers().items() if f"{name}: " in "\n".join(found)}
    metrics = {answer["options"].get("metric") for answer in by_name.values()}
    assert {"messages", None} == metrics, "the boards of messages are wrong, and the comparisons broken"
    assert any(re.search(r"-leaderboard\.json: .* should ", line) for line in found), found
    assert any(re.search(r"-compare\.json: the bot broke: ", line) for line in found), found
    assert f": {len(found)} differences (" in lines[-1]
