"""The demo's clan as somebody meets it: what officers are told of it, and how a refusal looks."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.stage import Size, Stage, open_stage
from demo.stage_pages import make_public

END = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)

pytestmark = pytest.mark.timeout(300)


async def shown(stage: Stage, command: str, **options: Any) -> str:
    """What an officer is answered."""
    officer = next(one for one in stage.linked() if stage.is_officer(one.id))
    channel = stage.server.channels[stage.header.channel("officers").id]
    answered = await officer.slash(channel, command, **options)
    message = answered.response or answered.followups[0]
    return "\n".join([message.content, *(embed.description or "" for embed in message.embeds)])


async def test_the_clan_is_told_of_as_it_is_and_a_refusal_is_no_failure() -> None:
    """One stage for all of it: it takes as long as ten other tests."""
    async with open_stage(END, Size(members=100, days=25, messages=1_000)) as stage:
        await make_public(stage)
        dashboard = await shown(stage, "officer dashboard")
        since = re.search(r"Public since <t:(\d+):R>", dashboard)
        assert since is not None, dashboard
        assert datetime.fromtimestamp(int(since[1]), UTC) <= stage.now

        setup = await shown(stage, "setup")
        relay = next(line for line in setup.splitlines() if "is a relay" in line)
        counted = re.search(r"([\d,]+) of ([\d,]+) lines understood", relay)
        assert counted is not None, relay
        assert int(counted[1]) > 0

        refused = await shown(stage, "leaderboard", period="soon")
        assert "soon" in refused
        assert stage.env.errors == []
