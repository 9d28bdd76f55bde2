"""Sending the commands to Discord: only when their definition changed, as Discord asks."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

import discord
import structlog
from discord import app_commands

from db.queries import clans
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_KEY = "commands"
_IDS_KEY = "command_ids"


class CommandSync:
    """Syncs a command tree, remembering in the database what was sent last."""

    def __init__(self, database: Database, tree: app_commands.CommandTree[Any]) -> None:
        self._database = database
        self._tree = tree
        self._ids: Mapping[str, int] | None = None

    async def __call__(self, *, force: bool = False) -> int:
        """Send the commands if they are not those sent last, or if told to.

        Returns:
            How many commands were sent; 0 for none.

        Raises:
            discord.HTTPException: Discord did not take them.
        """
        now = fingerprint(self._tree)
        async with self._database.read() as session:
            before = await clans.kept(session, _KEY)
        if before == now and not force:
            return 0
        sent = await self._tree.sync()
        async with self._database.write() as session:
            await clans.keep(session, _KEY, now)
            self._ids = {one.name: one.id for one in sent if one.type is discord.AppCommandType.chat_input}
            await clans.keep(session, _IDS_KEY, json.dumps(self._ids))
        log.info("commands_synced", commands=len(sent))
        return len(sent)

    async def ids(self) -> Mapping[str, int]:
        """Discord's numbers of the slash commands by name, as told when they were sent last."""
        if self._ids is None:
            async with self._database.read() as session:
                kept = await clans.kept(session, _IDS_KEY)
            self._ids = cast("dict[str, int]", json.loads(kept or "{}"))
        return self._ids


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """A hash of everything that Discord is told of the commands, and of whose they are."""
    told: list[Any] = [command.to_dict(tree) for command in tree.walk_commands() if command.parent is None]
    told += [menu.to_dict(tree) for menu in _menus(tree)]
    told.sort(key=lambda command: (command["name"], command.get("type", 1)))
    text = json.dumps([tree.client.application_id, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _menus(tree: app_commands.CommandTree[Any]) -> list[app_commands.ContextMenu]:
    return [command for command in tree.get_commands() if isinstance(command, app_commands.ContextMenu)]
