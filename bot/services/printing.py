"""The key under which relayed lines are compared: one for each installation, made at its first start."""

import secrets
from typing import Final

from bot.domain.doubles import KEY_BYTES
from db.queries import clans
from db.session import Database

_KEPT: Final = "relay_print_key"


async def printing_key(database: Database) -> bytes:
    """The installation's key. It outlives restarts, since a copy may be read after one."""
    async with database.read() as session:
        kept = await clans.kept(session, _KEPT)
    if kept is not None:
        return bytes.fromhex(kept)
    key = secrets.token_bytes(KEY_BYTES)
    async with database.write() as session:
        await clans.keep(session, _KEPT, key.hex())
    return key
