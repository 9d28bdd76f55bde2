"""``clanstats demo`` as somebody runs it: a page that answers, time that passes, a clean end."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import signal
from bot.__main__ import main
from demo import play, stage

# As a shell has it in the background.
signal.signal(signal.SIGINT, signal.SIG_IGN)

size = stage.Size(members=100, days=25, messages=1_000)
stage.Size = lambda: size
play.TICK, play.SPEED = 0.2, 300
play_until = stage.Stage.play_until

async def telling(self, until):
    await play_until(self, until)
    print("it is", self.now, "and", len(self.told()), "things happened", flush=True)

stage.Stage.play_until = telling
main(["demo"])
"""

pytestmark = pytest.mark.timeout(300)


@contextmanager
def running(temporary: Path) -> Generator["subprocess.Popen[str]"]:
    """The demo of a smaller clan, with a directory for temporary files of its own."""
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(temporary), "TEMP": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_the_page_is_there_time_passes_and_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        assert demo.stdout is not None
        greeting = ""
        while "Ctrl-C ends it." not in greeting:
            line = demo.stdout.readline()
            assert line, f"it ended: {greeting}"
            greeting += line
        assert len(re.findall(r"^  \d\. /", greeting, re.MULTILINE)) == 6, "six things to try"
        address = re.search(r"http://127\.0\.0\.1:\d+\S*", greeting)
        assert address is not None
        with urllib.request.urlopen(address[0]) as page:  # noqa: S310 -- loopback, printed by the demo
            assert page.status == 200
            assert b"</html>" in page.read()
        passed = [demo.stdout.readline() for _ in range(4)]
        demo.send_signal(signal.SIGTERM)
        rest = demo.communicate(timeout=60)[0]
    moments = [line.split(" and ")[0] for line in passed]
    assert len(set(moments)) == 4, passed
    assert moments == sorted(moments)
    assert demo.returncode == 0, rest
    assert rest.endswith("Bye.\n")
    assert list(tmp_path.iterdir()) == []
