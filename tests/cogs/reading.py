"""What a reader sees of an answer, and the checks that hold for every answer."""

from typing import Any, cast

import simcord
from simcord import InteractionResult, ResponseMessage

from bot.present.text import embed_problems
from tests.present.makers import plain

Answer = InteractionResult | ResponseMessage


def answer_of(result: InteractionResult) -> ResponseMessage:
    """The one message that answers: the response itself, or what followed a deferred one."""
    messages = [*([result.response] if result.response else []), *result.followups]
    unique = {message.id: message for message in messages}
    assert len(unique) == 1, f"{len(unique)} answers: {list(unique.values())}"
    return next(iter(unique.values()))


def sent_after(result: InteractionResult) -> ResponseMessage:
    """The one message that came beside the change of the pressed one."""
    (message,) = result.followups
    return message


def message_of(answer: Answer) -> ResponseMessage:
    return answer_of(answer) if isinstance(answer, InteractionResult) else answer


def text_of(answer: Answer) -> str:
    """Everything written in an answer, as it is read: no marks, no backslashes, times as <t>."""
    message = message_of(answer)
    parts = [message.content]
    for embed in message.embeds:
        assert embed_problems(embed) == ()
        parts += [embed.author.name or "", embed.title or "", embed.description or ""]
    return plain("\n".join(part for part in parts if part))


def lines_of(answer: Answer) -> list[str]:
    return text_of(answer).splitlines()


def is_private(answer: Answer) -> bool:
    return message_of(answer).ephemeral


def components_of(answer: Answer) -> list[dict[str, Any]]:
    """Buttons and selects in the order in which they stand."""
    rows = message_of(answer).components
    return [item for row in rows for item in cast("list[dict[str, Any]]", row["components"])]


def buttons_of(answer: Answer) -> dict[str, bool]:
    """The labels of the buttons, and whether each can be pressed."""
    return {one["label"]: not one.get("disabled") for one in components_of(answer) if one["type"] == 2}


def select_id(answer: Answer, kind: str) -> str:
    """The custom id of the metric select or the period select."""
    ids = [one["custom_id"] for one in components_of(answer) if one["type"] == 3]
    return next(id_ for id_ in ids if id_.endswith(f":{kind}"))


def options_of(answer: Answer, kind: str) -> dict[str, str]:
    """A select's choices: value and label."""
    chosen = next(one for one in components_of(answer) if one.get("custom_id") == select_id(answer, kind))
    return {one["value"]: one["label"] for one in chosen["options"]}


def count_public(channel: simcord.ChannelHandle) -> int:
    """How many messages everybody sees in a channel."""
    return len([one for one in channel.history() if not one.flags.ephemeral])
