"""Asks the bot as a user would, and writes each answer in the form that the checker reads."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from demo.script import iso
from demo.stage import Stage

Options = dict[str, Any]
ROW, BUTTON = 1, 2


@dataclass
class Asked:
    """An answer as it was given: whose it is, what was asked, and the options in effect."""

    who: MemberActor
    command: str
    options: Options
    message: ResponseMessage


class Recorder:
    """Types, presses and chooses; every answer becomes a JSON file, every picture a PNG beside it.

    ``show`` is called with each answer and its file's name, for whoever takes pictures.
    """

    def __init__(self, stage: Stage, directory: Path) -> None:
        self.stage = stage
        self.directory = directory
        self.written = 0
        self.pictures = 0
        self.failures: list[str] = []
        self.show: list[Callable[[Asked, str], None]] = []

    async def slash(
        self, who: MemberActor, where: ChannelHandle, command: str, *, refusal: bool = False, **options: Any
    ) -> Asked:
        """Type a command."""
        result = await who.slash(where, command, **options)
        return self.note(who, f"/{command}", options, result, refusal=refusal)

    async def menu(self, who: MemberActor, where: ChannelHandle, name: str, on: MemberActor) -> Asked:
        """Use a command of the apps menu on somebody."""
        result = await who.context_menu(where, name, on)
        return self.note(who, name, {}, result)

    async def press(
        self, who: MemberActor, on: Asked, label: str, *, refusal: bool = False, **changes: Any
    ) -> Asked:
        """Press a button; ``changes`` are the options that it changes."""
        result = await who.click(on.message.message, label=label)
        return self.note(who, on.command, on.options | changes, result, refusal=refusal, before=on)

    async def choose(
        self,
        who: MemberActor,
        on: Asked,
        select: str,
        *values: Any,
        refusal: bool = False,
        **changes: Any,
    ) -> Asked:
        """Choose in the list whose custom id contains ``select``: entities, values, or labels."""
        menu = list_of(on.message, select)
        by_label = {option["label"]: option["value"] for option in menu.get("options") or ()}
        chosen = [by_label.get(value, value) if isinstance(value, str) else value for value in values]
        result = await who.select(on.message.message, chosen, custom_id=menu["custom_id"])
        return self.note(who, on.command, on.options | changes, result, refusal=refusal, before=on)

    async def fill(
        self, who: MemberActor, on: Asked, label: str, text: str, *, refusal: bool = False
    ) -> Asked:
        """Press a button that asks something, and type the answer."""
        shown = await who.click(on.message.message, label=label)
        asked = next(one for one in walk_components((shown.modal or {})["components"]) if "custom_id" in one)
        result = await who.submit_modal(shown, {asked["custom_id"]: text})
        return self.note(who, on.command, on.options, result, refusal=refusal, before=on)

    async def offered(
        self, who: MemberActor, where: ChannelHandle, command: str, option: str, typed: str
    ) -> list[str]:
        """What an option offers while it is typed."""
        return [choice["name"] for choice in await who.autocomplete(where, command, option, typed)]

    def expect(self, found: bool, what: str) -> None:
        """Note a failure unless it was found."""
        if not found:
            self.failures.append(what)

    def note(
        self,
        who: MemberActor,
        command: str,
        options: Options,
        result: InteractionResult,
        *,
        refusal: bool = False,
        before: Asked | None = None,
    ) -> Asked:
        """Write what an interaction was answered: the last message of it, or the one that was turned.

        Raises:
            LookupError: there was no answer at all.
        """
        given = [*([result.response] if result.response else []), *result.followups]
        message = given[-1] if given else before.message if before else None
        if message is None:
            raise LookupError(f"{command} {options}: no answer")
        name = f"{self.written:02d}-{command.strip('/').replace(' ', '-')}"
        answer = self._answer(who, command, options, message)
        if refusal:
            answer["refusal"] = True
        self._write_pictures(name, message, answer)
        text = json.dumps(answer, indent=1, ensure_ascii=False)
        (self.directory / f"{name}.json").write_text(text, encoding="utf-8")
        self.written += 1
        asked = Asked(who, command, options, message)
        for shown in self.show:
            shown(asked, name)
        return asked

    def _answer(self, who: MemberActor, command: str, options: Options, message: ResponseMessage) -> Options:
        return {
            "command": command,
            "options": options,
            "at": iso(self.stage.now),
            "as": str(who.id),
            "guild": str(who.guild.id),
            "ephemeral": message.ephemeral,
            "content": message.content,
            "embeds": [embed.to_dict() for embed in message.embeds],
            "components": message.components,
            "attachments": [attachment.filename for attachment in message.attachments],
        }

    def _write_pictures(self, name: str, message: ResponseMessage, answer: Options) -> None:
        for attachment in message.attachments:
            picture = self.stage.uploaded(attachment.url)
            (self.directory / f"{name}-{attachment.filename}").write_bytes(picture)
            self.pictures += 1
        if message.attachments:
            answer["series"] = [
                {"day": point.day.isoformat(), "xp": point.xp, "messages": point.messages}
                for point in self.stage.drawn
            ]


def list_of(message: ResponseMessage, select: str) -> Options:
    """The component whose custom id contains a text. Raises: LookupError."""
    ids = [str(one.get("custom_id")) for one in _parts(message)]
    for one in _parts(message):
        if select in str(one.get("custom_id")):
            return one
    raise LookupError(f"no {select!r} among {ids}")


def _parts(message: ResponseMessage) -> Iterator[Options]:
    yield from walk_components(cast("Sequence[Options]", message.components))
