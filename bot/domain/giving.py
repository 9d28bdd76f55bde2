"""Which Discord roles somebody could give by hand: the bot gives nobody more in their name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.change_sets import NO_ROLES, Roles
from bot.domain.desk_errors import RolesBeyond


@dataclass(frozen=True, slots=True)
class Giver:
    """Whoever acts, among the roles of a server.

    ``named`` are its roles by folded name, ``beyond`` those that they could not give themselves.
    """

    named: Mapping[str, int]
    beyond: Roles = NO_ROLES

    def role_id(self, text: str | None) -> int | None:
        """The role that a rule names by its id or its name; None for none."""
        if text is None:
            return None
        return int(text) if text.isdecimal() else self.named.get(text.casefold())

    def require_named(self, texts: Iterable[str]) -> None:
        """Refuse roles that they could not give. What names no role of the server is nobody's yet.

        Raises:
            RolesBeyond: with those roles.
        """
        self.require(role for text in texts if (role := self.role_id(text)) is not None)

    def require(self, roles: Iterable[int]) -> None:
        """Refuse roles that they could not give.

        Raises:
            RolesBeyond: with those roles.
        """
        found = self.beyond.intersection(roles)
        if found:
            raise RolesBeyond(tuple(sorted(found)))
