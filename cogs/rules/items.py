"""The buttons and lists of ``/rules edit``. What each does is registered by :func:`way`."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from discord import ButtonStyle, Interaction, SelectOption
from discord.ui import Button, Item, Select, View

from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, UserId
from bot.domain.rules.changes import parts_of
from bot.domain.rules.language import Rank, RuleSet
from bot.domain.rules.presets import PRESETS
from bot.present.requirements import asked_of
from bot.present.text import cut_units, plain_text, rank_name
from bot.services.registry import Services
from cogs.answers import require_asker
from cogs.buttons import NUMBER, pack, pack_moment, unpack, unpack_moment
from cogs.officers import OfficersItem

CHOICES: Final = 25
_LABEL: Final = 100
_STATE: Final = rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<seen>{NUMBER}):(?P<rank>-|[a-z0-9_]{{1,32}})"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen is of: whose draft, as of when (None: there was none), and which of its ranks."""

    asker: int
    clan: ClanId
    seen: datetime | None = None
    rank: str | None = None

    def __str__(self) -> str:
        return ":".join((pack(self.asker), pack(self.clan), pack_moment(self.seen), self.rank or "-"))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        rank = None if match["rank"] == "-" else match["rank"]
        clan, seen = ClanId(unpack(match["clan"])), unpack_moment(match["seen"])
        return cls(unpack(match["asker"]), clan, seen, rank)


@dataclass(frozen=True, slots=True)
class Press:
    """A press or a choice: by whom and where, on what, and what was chosen."""

    services: Services
    interaction: Interaction[Any]
    clan: Clan
    shown: Shown
    chosen: str = ""


Way = Callable[[Press], Awaitable[None]]
_WAYS: Final[dict[str, Way]] = {}


def way(name: str) -> Callable[[Way], Way]:
    """Let a function serve the presses of this name."""

    def register(serve: Way) -> Way:
        _WAYS[name] = serve
        return serve

    return register


async def _serve(name: str, press: Press) -> None:
    """A draft is its officer's: colleagues see it and do not change it.

    Raises:
        NotPermitted: somebody else's.
        Outdated: an older or a newer bot made the button.
    """
    require_asker(press.interaction, press.shown.asker)
    serve = _WAYS.get(name)
    if serve is None:
        raise Outdated
    await serve(press)


class RulesButton(OfficersItem[Button[View]], template=rf"ru:{_STATE}:(?P<way>[a-z_]{{1,12}})"):
    """Leads to another screen, opens a form, or does something with the draft."""

    def __init__(
        self,
        shown: Shown,
        name: str,
        label: str = "…",
        *,
        style: ButtonStyle = ButtonStyle.secondary,
        row: int | None = None,
    ) -> None:
        custom_id = f"ru:{shown}:{name}"
        super().__init__(Button(label=label, custom_id=custom_id, style=style, row=row))
        self.shown, self.clan, self.name = shown, shown.clan, name

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await _serve(self.name, Press(self.services, interaction, clan, self.shown))


class RulesSelect(OfficersItem[Select[View]], template=rf"rs:{_STATE}:(?P<way>[a-z_]{{1,12}})"):
    """Chooses a rank, a requirement, a ready-made set or a version."""

    def __init__(
        self,
        shown: Shown,
        name: str,
        prompt: str = "…",
        options: Sequence[SelectOption] = (),
        row: int | None = None,
    ) -> None:
        custom_id = f"rs:{shown}:{name}"
        super().__init__(
            Select(custom_id=custom_id, placeholder=prompt, options=list(options[:CHOICES]), row=row)
        )
        self.shown, self.clan, self.name = shown, shown.clan, name

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Shown.read(match), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        chosen = self.item.values[0]
        await _serve(self.name, Press(self.services, interaction, clan, self.shown, chosen))


EDIT_ITEMS: Final = (RulesButton, RulesSelect)


def below_overview(shown: Shown, rules: RuleSet, *, draft: bool) -> Iterator[Item[Any]]:
    """Ranks to look at, sets to begin with, and what can be done with a draft."""
    ranks = [
        SelectOption(label=cut_units(rank_name(one.name), _LABEL), value=one.name)
        for one in reversed(rules.ranks)
    ]
    for number, first in enumerate(range(0, len(ranks), CHOICES)):
        prompt = "Look at a rank…" if not number else "… or at a lower one"
        yield RulesSelect(shown, f"rank{'_' * number}", prompt, ranks[first : first + CHOICES], number)
    presets = [
        SelectOption(label=one.title, value=one.name, description=cut_units(one.about, _LABEL))
        for one in PRESETS.values()
    ]
    yield RulesSelect(shown, "preset", "Begin with a ready-made set…", presets, 3)
    yield RulesButton(shown, "new", "New rank", row=4)
    yield RulesButton(shown, "versions", "Versions", row=4)
    if draft:
        yield RulesButton(shown, "preview", "Preview", style=ButtonStyle.primary, row=4)
        yield RulesButton(shown, "discard", "Discard", style=ButtonStyle.danger, row=4)


def below_rank(shown: Shown, rank: Rank) -> Iterator[Item[Any]]:
    """What can be changed of a rank."""
    parts = parts_of(rank.when)
    if len(parts) > 1:
        options = [
            SelectOption(label=cut_units(plain_text(asked_of(part)), _LABEL), value=str(place))
            for place, part in enumerate(parts)
        ]
        yield RulesSelect(shown, "part", "Remove a requirement…", options, 0)
    yield RulesButton(shown, "add", "Add requirement", style=ButtonStyle.primary, row=1)
    yield RulesButton(shown, "roles", "Role and order", row=1)
    yield RulesButton(shown, "limits", "Limits", row=1)
    yield RulesButton(shown, "text", "As text", row=1)
    yield RulesButton(shown, "remove", "Remove rank", style=ButtonStyle.danger, row=2)
    yield RulesButton(replace(shown, rank=None), "overview", "Back", row=2)


def below_preview(shown: Shown, *, overtaken: bool) -> Iterator[Item[Any]]:
    """Save, or not. A draft that somebody overtook can be put on top of theirs first."""
    if overtaken:
        yield RulesButton(shown, "on_top", "Put mine on top", style=ButtonStyle.primary)
    else:
        yield RulesButton(shown, "save", "Save", style=ButtonStyle.success)
    yield RulesButton(shown, "discard", "Discard", style=ButtonStyle.danger)
    yield RulesButton(shown, "simulate", "Simulate")
    yield RulesButton(shown, "overview", "Edit")


def below_versions(
    shown: Shown, versions: Sequence[tuple[int, datetime, UserId, str]]
) -> Iterator[Item[Any]]:
    """Any of them can be made the draft."""
    options = [
        SelectOption(
            label=f"Version {number}, {at:%d %b %Y %H:%M} UTC",
            value=str(number),
            description=cut_units(note, _LABEL) if note else None,
        )
        for number, at, _, note in versions
    ]
    if options:
        yield RulesSelect(shown, "version", "Make one your draft…", options)
    yield RulesButton(shown, "overview", "Back")
