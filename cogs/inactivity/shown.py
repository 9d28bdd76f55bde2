"""Which list of ``/inactive`` a message shows, as its custom ids carry it."""

import re
from dataclasses import dataclass
from typing import Any, Final, Self

import discord
from discord import Interaction

from bot.domain.clans import Clan
from bot.domain.ids import ClanId, UserId
from bot.domain.ladder import Quiet, Stage
from bot.present.inactivity import TITLES
from bot.services.inactivity import Roles
from bot.services.registry import Services
from cogs.buttons import NUMBER, pack, unpack

_CODES: Final = dict(zip(TITLES, "qwdrue", strict=True))
STATE: Final = (
    rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<stage>[qwdrue]):(?P<days>{NUMBER}):(?P<page>{NUMBER})"
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a list, and who asked for it. ``days`` is a limit for everybody, None is by rank."""

    asker: int
    clan: ClanId
    stage: Stage = Stage.QUIET
    days: int | None = None
    page: int = 0

    def __str__(self) -> str:
        numbers = pack(self.days or 0), pack(self.page)
        return ":".join((pack(self.asker), pack(self.clan), _CODES[self.stage], *numbers))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        stage = next(one for one, code in _CODES.items() if code == match["stage"])
        asker, clan = unpack(match["asker"]), ClanId(unpack(match["clan"]))
        return cls(asker, clan, stage, unpack(match["days"]) or None, unpack(match["page"]))


def roles_in(guild: discord.Guild | None, *, told: bool) -> Roles:
    """The roles of a server's users; None where Discord did not tell of all of them.

    ``told`` is whether the bot has the members intent.
    """
    if guild is None or not told or not guild.chunked:
        return None
    return {UserId(one.id): frozenset(role.id for role in one.roles) for one in guild.members}


def roles_of(interaction: Interaction[Any]) -> Roles:
    """The roles of the users of the server that a command came from."""
    return roles_in(interaction.guild, told=interaction.client.intents.members)


async def read(services: Services, interaction: Interaction[Any], clan: Clan, days: int | None) -> Quiet:
    """Everybody as they are now."""
    return await services.inactivity.quiet(clan, days, roles_of(interaction))
