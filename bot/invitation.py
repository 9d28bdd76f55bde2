"""The address that brings the bot to a server, with the rights it needs and no more."""

import base64
import binascii

import discord

PERMISSIONS = discord.Permissions(
    view_channel=True,
    read_message_history=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    manage_roles=True,
)
"""History is read to fill what was missed, roles follow ranks; it moderates nothing, mentions nobody."""

SCOPES = ("bot", "applications.commands")
_SNOWFLAKE_DIGITS = range(15, 21)


def application_id(token: str) -> int | None:
    """The application's id, which a token's first part spells in base64; None if it does not."""
    first = token.partition(".")[0]
    try:
        digits = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(digits) if digits.isdecimal() and len(digits) in _SNOWFLAKE_DIGITS else None


def invitation_url(application: int) -> str:
    """Where an administrator of a server goes to add the bot."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)
