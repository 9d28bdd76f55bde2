"""``clanstats demo --once DIR``: plays the story to its end, asks everything, and has the answers checked."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot import logs
from demo.check.answers import check_directory
from demo.script import DiscordMember, Linked, Unlinked, iso, write_script
from demo.stage import Size, Stage, open_stage

END = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""When the told story ends; the same at every run, so that its answers can be compared."""
SCRIPT = "script.json"


class Recorder:
    """Asks as a user and writes what was answered."""

    def __init__(self, stage: Stage, directory: Path) -> None:
        self.stage = stage
        self.directory = directory
        self.written = 0
        self.failures: list[str] = []

    async def slash(
        self, who: MemberActor, where: ChannelHandle, command: str, *, refusal: bool = False, **options: Any
    ) -> ResponseMessage | None:
        """Type a command."""
        result = await who.slash(where, command, **options)
        return self.note(who, f"/{command}", options, result, refusal=refusal)

    async def click(
        self,
        who: MemberActor,
        shown: ResponseMessage,
        label: str,
        command: str,
        options: dict[str, Any],
        *,
        refusal: bool = False,
    ) -> ResponseMessage | None:
        """Press a button; ``options`` are those in effect afterwards."""
        result = await who.click(shown.message, label=label)
        return self.note(who, command, options, result, refusal=refusal, pressed=shown)

    def note(
        self,
        who: MemberActor,
        command: str,
        options: dict[str, Any],
        result: InteractionResult,
        *,
        refusal: bool = False,
        pressed: ResponseMessage | None = None,
    ) -> ResponseMessage | None:
        """Write an answer: what came new, or the message that was turned."""
        given = [*([result.response] if result.response else []), *result.followups]
        message = given[0] if given else pressed
        if message is None:
            self.failures.append(f"{command} {options}: no answer")
            return None
        name = f"{self.written:02d}-{command.strip('/').replace(' ', '-')}"
        answer: dict[str, Any] = {
            "command": command,
            "options": options,
            "at": iso(self.stage.now),
            "as": who.id,
            "ephemeral": message.ephemeral,
            "content": message.content,
            "embeds": [embed.to_dict() for embed in message.embeds],
            "components": message.components,
            "attachments": [attachment.filename for attachment in message.attachments],
        }
        if refusal:
            answer["refusal"] = True
        for attachment in message.attachments:
            picture = self.stage.uploaded(attachment.url)
            (self.directory / f"{name}-{attachment.filename}").write_bytes(picture)
        (self.directory / f"{name}.json").write_text(
            json.dumps(answer, indent=1, ensure_ascii=False), encoding="utf-8"
        )
        self.written += 1
        return message


def _empty(directory: Path) -> None:
    """Make the directory, without the answers of an earlier run."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in (*directory.glob("*.json"), *directory.glob("*.png")):
        old.unlink()


async def run(directory: Path, size: Size | None = None) -> int:
    """Play, ask, write and check. Returns the exit code: 0 where every number is right."""
    logs.configure("WARNING")
    _empty(directory)
    begun = time.monotonic()
    async with open_stage(END, size) as stage:
        await stage.play_until(END)
        recorder = Recorder(stage, directory)
        await ask_everything(recorder)
        write_script(directory / SCRIPT, stage.script())
    differences = check_directory(directory, directory / SCRIPT)
    for problem in (*recorder.failures, *differences):
        click.echo(f"✗ {problem}")
    verdict = "all as the script says" if not differences else f"{len(differences)} differences"
    click.echo(f"{recorder.written} answers in {directory}, {verdict}, {time.monotonic() - begun:.0f} s")
    return 1 if differences or recorder.failures else 0


async def ask_everything(recorder: Recorder) -> None:
    """Every command as a user would, and what is refused."""
    stage = recorder.stage
    head, server = stage.header, stage.server
    links = [event for event in stage.told() if isinstance(event, Linked)]
    gone = {event.user for event in stage.told() if isinstance(event, Unlinked)}
    linked = [
        server.people[link.user] for link in links if link.user in server.people and link.user not in gone
    ]
    ann, cy = linked[0], linked[5]
    owned = {link.user for link in links}
    bots = {event.user for event in stage.told() if isinstance(event, DiscordMember) and event.bot}
    guest = next(one for user, one in server.people.items() if user not in owned | bots)
    public = server.channels[head.channel("commands").id]
    elsewhere = next(server.channels[one.id] for one in head.channels if one.use == "chat")
    await _boards(recorder, ann, cy, guest, public, elsewhere)
    await _cards(recorder, ann, cy, guest, public, elsewhere)
    await _others(recorder, ann, guest, public, elsewhere)


async def _boards(
    recorder: Recorder,
    ann: MemberActor,
    cy: MemberActor,
    guest: MemberActor,
    public: ChannelHandle,
    elsewhere: ChannelHandle,
) -> None:
    first = await recorder.slash(ann, public, "leaderboard")
    boards: tuple[dict[str, Any], ...] = (
        {"metric": "overall", "period": "this-week"},
        {"metric": "overall", "period": "last-month"},
        {"metric": "overall", "period": "all"},
        {"metric": "ehp", "period": "30d"},
        {"metric": "ehb", "period": "2026-10-01..2026-10-15"},
        {"metric": "vorkath", "period": "month"},
        {"metric": "boss_kills", "period": "week"},
        {"metric": "messages", "period": "week"},
        {"metric": "messages", "period": "this-month"},
        {"metric": "slayer", "period": "week", "as_of": "2026-11-10"},
        {"metric": "total_level", "period": "all"},
    )
    for options in boards:
        await recorder.slash(ann, public, "leaderboard", **options)
    if first is not None:
        given = {"metric": "overall", "period": "week"}
        await recorder.click(cy, first, "▶", "/leaderboard", given)
        await recorder.click(cy, first, "My place", "/leaderboard", given)
        await recorder.click(guest, first, "My place", "/leaderboard", given, refusal=True)
        await recorder.click(ann, first, "▶", "/leaderboard", given)
    await recorder.slash(ann, elsewhere, "leaderboard", metric="fishing", period="7d")
    await recorder.slash(ann, public, "leaderboard", refusal=True, period="soon")
    await recorder.slash(ann, public, "leaderboard", refusal=True, metric="flying")


async def _cards(
    recorder: Recorder,
    ann: MemberActor,
    cy: MemberActor,
    guest: MemberActor,
    public: ChannelHandle,
    elsewhere: ChannelHandle,
) -> None:
    stage = recorder.stage
    mine = await recorder.slash(ann, public, "stats")
    for period in ("30d", "this-week", "last-month", "all"):
        await recorder.slash(cy, public, "stats", period=period)
    former, present = stage.a_rename()
    await recorder.slash(ann, elsewhere, "stats", player=former)
    await recorder.slash(ann, public, "stats", player=present.lower().replace(" ", "_"), period="year")
    await recorder.slash(ann, public, "stats", player=present, period="7d", as_of="2026-11-05")
    if mine is not None:
        await recorder.click(ann, mine, "30d", "/stats", {"period": "30d"})
    await recorder.slash(guest, public, "stats", refusal=True)
    await recorder.slash(ann, public, "stats", refusal=True, player=f"{present[:4]}zq")
    await recorder.slash(ann, public, "stats", refusal=True, player="no such name at all")


async def _others(
    recorder: Recorder, ann: MemberActor, guest: MemberActor, public: ChannelHandle, elsewhere: ChannelHandle
) -> None:
    stage = recorder.stage
    former, present = stage.a_rename()
    others = stage.present_names()[:3]
    await recorder.slash(ann, public, "compare", first=others[0], second=others[1])
    await recorder.slash(
        ann,
        public,
        "compare",
        first=others[0],
        second=others[1],
        third=others[2],
        fourth=present,
        period="30d",
    )
    await recorder.slash(ann, public, "compare", refusal=True, first=former, second=present)
    await recorder.slash(guest, elsewhere, "link")
    await recorder.slash(ann, elsewhere, "link")
    await recorder.slash(ann, public, "help")
    menu = await ann.context_menu(public, "Clan stats", ann)
    recorder.note(ann, "Clan stats", {"user": ann.id}, menu)
