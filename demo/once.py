"""``clanstats demo --once DIR``: plays the story to its end, asks everything, and has the answers checked."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from bot import logs
from demo.check.answers import check_directory
from demo.check.text import numbers_left, read_screen
from demo.script import write_script
from demo.stage import Size, open_stage
from demo.stage_record import Recorder
from demo.stage_visit import Visit

END: Final = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""When the told story ends; the same at every run, so that its answers can be compared."""
SCRIPT: Final = "script.json"


async def run(directory: Path, size: Size | None = None) -> int:
    """Play, ask, write and check. Returns the exit code: 0 where every number is right."""
    logs.configure("WARNING")
    _empty(directory)
    begun = time.monotonic()
    async with open_stage(END, size) as stage:
        await stage.play_until(END)
        recorder = Recorder(stage, directory)
        await Visit(recorder).all()
        write_script(directory / SCRIPT, stage.script())
    problems = [*recorder.failures, *map(str, check_directory(directory, directory / SCRIPT))]
    for problem in problems:
        click.echo(f"✗ {problem}")
    shown = f"{recorder.written} answers, {_numbers_in(directory):,} numbers, {recorder.pictures} pictures"
    took = time.monotonic() - begun
    click.echo(f"{shown} in {directory}: {_verdict(len(problems))} ({took:.0f} s)")
    return 1 if problems else 0


def _verdict(problems: int) -> str:
    if not problems:
        return "every one is as the script says"
    return f"{problems} difference{'s' if problems > 1 else ''}"


def _empty(directory: Path) -> None:
    """Make the directory, without the answers of an earlier run."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in (*directory.glob("*.json"), *directory.glob("*.png")):
        old.unlink()


def _numbers_in(directory: Path) -> int:
    """How many numbers the answers show, those in names counted too."""
    count = 0
    for path in sorted(directory.glob("*.json")):
        if path.name != SCRIPT:
            screen = read_screen(json.loads(path.read_text(encoding="utf-8")))
            lines = [screen.title, *screen.lines, *screen.tables]
            count += sum(len(numbers_left(line, set())) for line in lines)
    return count
