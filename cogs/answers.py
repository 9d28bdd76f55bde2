"""How every command answers: where it is seen, how a shared page is turned, how an error is told."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, cast

import discord
import structlog
from discord import Interaction, app_commands

from bot.domain.clans import Clan, GuildSettings
from bot.domain.errors import NotPermitted, NotSetUp, Outdated, UserError
from bot.domain.ids import GuildId, UserId
from bot.logs import current_trace, new_trace
from bot.present.errors import explain, unexpected
from bot.services.registry import Services

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Bot = discord.Client
_Interaction = Interaction[Any]


def guild_of(interaction: _Interaction) -> GuildId:
    """The server that a command came from. Commands are for servers only."""
    if interaction.guild_id is None:
        raise NotSetUp
    return GuildId(interaction.guild_id)


def user_of(interaction: _Interaction) -> UserId:
    """Who asks."""
    return UserId(interaction.user.id)


async def clan_of(services: Services, interaction: _Interaction) -> Clan:
    """The clan that a command is about.

    Raises:
        NotSetUp: no clan is linked to the server.
    """
    return await services.clans.default(guild_of(interaction))


def is_bot_channel(interaction: _Interaction, settings: GuildSettings) -> bool:
    """Whether answers are public here: in the channels that officers named for it, and their threads."""
    channel = interaction.channel
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return interaction.channel_id in settings.bot_channels or parent in settings.bot_channels


async def answer(
    interaction: _Interaction,
    *,
    private: bool,
    content: str | None = None,
    embed: discord.Embed | None = None,
    embeds: Sequence[discord.Embed] | None = None,
    view: discord.ui.View | None = None,
    file: discord.File | None = None,
    files: Sequence[discord.File] | None = None,
) -> None:
    """Answer an interaction, at first or after it was deferred. Nobody is ever pinged."""
    options: dict[str, Any] = {"content": content, "embed": embed, "view": view, "file": file}
    options |= {"files": files, "embeds": embeds}
    given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    given["allowed_mentions"] = discord.AllowedMentions.none()
    if interaction.response.is_done():
        await interaction.followup.send(ephemeral=private, **given)
    else:
        await interaction.response.send_message(ephemeral=private, **given)


_IN_PUBLIC = "thinking in public"


async def think(interaction: _Interaction, *, private: bool) -> None:
    """Promise an answer that takes longer than Discord waits. In public only where nothing can be refused."""
    await interaction.response.defer(ephemeral=private, thinking=True)
    interaction.extras[_IN_PUBLIC] = not private


async def reply_private(
    interaction: _Interaction,
    *,
    content: str | None = None,
    embed: discord.Embed | None = None,
    view: discord.ui.View | None = None,
) -> None:
    """Answer for the asker's eyes only."""
    await answer(interaction, private=True, content=content, embed=embed, view=view)


def is_private(interaction: _Interaction) -> bool:
    """Whether the message whose button was pressed is seen by one person only."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def may_turn(interaction: _Interaction, asker: int) -> bool:
    """Whether whoever pressed may change the message: it is turned only by whoever asked for it."""
    return interaction.user.id == asker


def require_asker(interaction: _Interaction, asker: int) -> None:
    """Refuse whoever did not ask for this answer.

    Raises:
        NotPermitted: with ``asker``.
    """
    if interaction.user.id != asker:
        raise NotPermitted("asker")


async def handle_error(interaction: _Interaction, error: Exception) -> None:
    """Tell the asker, privately, what went wrong and what to do; log what nobody foresaw."""
    cause = _cause_of(error)
    if isinstance(cause, UserError):
        log.info("refused", command=_name(interaction), reason=type(cause).__name__)
        await _tell(interaction, explain(cause))
        return
    known = current_trace()
    with new_trace() if known is None else nullcontext(known) as trace:
        log.error("interaction_failed", command=_name(interaction), exc_info=cause)
        await _tell(interaction, unexpected(trace))


def _cause_of(error: Exception) -> Exception:
    """What a person is told of: Discord's own checks and outdated commands have words of ours."""
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.CheckFailure):
        return NotPermitted("manage_server")
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return Outdated()
    return error


async def _tell(interaction: _Interaction, words: str) -> None:
    """Answer privately, whatever was promised before; an interaction that is over is only logged."""
    try:
        if not interaction.extras.pop(_IN_PUBLIC, False):
            await reply_private(interaction, content=words)
            return
        # What completes a public "thinking" is public whatever it says; only what comes after can be private.
        await interaction.edit_original_response(content="…")
        await reply_private(interaction, content=words)
        await interaction.delete_original_response()
    except discord.HTTPException as failure:
        log.warning("answer_not_delivered", command=_name(interaction), reason=str(failure))


def _name(interaction: _Interaction) -> str:
    command = interaction.command
    if command is not None:
        return command.qualified_name
    data = cast("dict[str, Any]", interaction.data or {})
    return str(data.get("custom_id", "?"))
