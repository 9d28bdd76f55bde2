"""What officers choose for who is quiet: limits, grace, the safe list, what a notice says."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Self, TypeVar

import discord
from discord import Interaction, SelectDefaultValue, SelectOption, TextStyle
from discord.ui import Button, Item, Label, Modal, RoleSelect, Select, TextInput, View

from bot.domain.clans import Clan
from bot.domain.desk_errors import OutOfRange
from bot.domain.ids import ClanId, MemberId
from bot.domain.ladder import FEWEST_DAYS, LONGEST_TEXT, MOST_DAYS, MOST_GRACE, LadderSettings
from bot.logs import new_trace
from bot.present.quiet_notices import notice_text
from bot.present.quiet_settings import settings_page
from bot.present.text import cut_units, rank_name
from bot.services.registry import Services
from cogs.answers import handle_error, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.officers import OfficersItem, require_officer

ItemT = TypeVar("ItemT", bound=Item[Any])

CHOICES: Final = 25
_LABELS: Final = {"days": "Limit…", "grace": "Grace…", "text": "Words…", "notices": "Notices on/off"}


async def settings_screen(services: Services, clan: Clan) -> tuple[discord.Embed, View | None]:
    """What is chosen, and what can be."""
    settings = await services.ladder.settings(clan)
    names = await services.clans.member_names(clan.id)
    view = view_of(*_items(clan, settings, names))
    return settings_page(clan.name, settings, names), view


def _items(
    clan: Clan, settings: LadderSettings, names: Mapping[MemberId, str]
) -> Iterator["SettingsItem[Any]"]:
    ranks = clan.role_order[:CHOICES]
    if ranks:
        yield SafeRanks(clan.id, ranks, settings.safe_ranks)
    yield SafeRoles(clan.id, settings.safe_roles)
    if ranks:
        yield RankLimit(clan.id, ranks, settings)
    if settings.safe_members:
        safe = sorted(settings.safe_members, key=lambda one: names.get(one, "").casefold())
        yield Unsafe(clan.id, {one: names.get(one, f"#{one}") for one in safe[:CHOICES]})
    for what in _LABELS:
        yield SettingsButton(clan.id, what)


class SettingsItem(OfficersItem[ItemT], template=r"(?!)"):
    """What all of them share: they change a setting, and show all of them anew."""

    async def change(self, interaction: Interaction[Any], clan: Clan, **changes: Any) -> None:
        """Change it, and bring the message up to date."""
        await self.services.ladder.change(clan, user_of(interaction), **changes)
        embed, view = await settings_screen(self.services, clan)
        await interaction.response.edit_message(embed=embed, view=view)


def offered_in(interaction: Interaction[Any], custom_id: str) -> set[str]:
    """What a list of choices in the pressed message offers."""
    rows = interaction.message.components if interaction.message is not None else []
    return {
        option.value
        for row in rows
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.SelectMenu) and child.custom_id == custom_id
        for option in child.options
    }


class SafeRanks(SettingsItem[Select[View]], template=rf"qk:(?P<clan>{NUMBER})"):
    """Chooses the ranks that are never asked."""

    def __init__(self, clan: ClanId, ranks: Sequence[str] = (), chosen: Collection[str] = ()) -> None:
        options = [
            SelectOption(label=cut_units(rank_name(one), 100), value=one, default=one in chosen)
            for one in ranks
        ] or [SelectOption(label="…")]
        select = Select[View](
            custom_id=f"qk:{pack(clan)}",
            placeholder="Safe ranks…",
            options=options,
            min_values=0,
            max_values=len(options),
            row=0,
        )
        super().__init__(select)
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        # There can be more safe ranks than a list of choices holds, and than the clan has by now.
        among = offered_in(interaction, self.custom_id)
        await self.change(interaction, clan, safe_ranks=frozenset(self.item.values), safe_among=among)


class SafeRoles(SettingsItem[RoleSelect[View]], template=rf"qf:(?P<clan>{NUMBER})"):
    """Chooses the Discord roles whose verified owners are never asked."""

    def __init__(self, clan: ClanId, chosen: Collection[int] = ()) -> None:
        select = RoleSelect[View](
            custom_id=f"qf:{pack(clan)}",
            placeholder="Safe Discord roles…",
            min_values=0,
            max_values=CHOICES,
            default_values=[SelectDefaultValue.from_role(discord.Object(role)) for role in sorted(chosen)],
            row=1,
        )
        super().__init__(select)
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.change(interaction, clan, safe_roles=frozenset(role.id for role in self.item.values))


class RankLimit(SettingsItem[Select[View]], template=rf"qt:(?P<clan>{NUMBER})"):
    """Asks for the limit of one rank."""

    def __init__(
        self, clan: ClanId, ranks: Sequence[str] = (), settings: LadderSettings | None = None
    ) -> None:
        chosen = settings or LadderSettings()
        options = [
            SelectOption(
                label=cut_units(rank_name(one), 100),
                value=one,
                description=f"{chosen.by_rank.get(one, chosen.days)} days",
            )
            for one in ranks
        ] or [SelectOption(label="…")]
        super().__init__(
            Select(custom_id=f"qt:{pack(clan)}", placeholder="A rank's own limit…", options=options, row=2)
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        settings = await self.services.ladder.settings(clan)
        rank = self.item.values[0]
        own = settings.by_rank.get(rank)
        modal = SettingModal(self.services, clan, "rank", "" if own is None else str(own), rank)
        await interaction.response.send_modal(modal)


class Unsafe(SettingsItem[Select[View]], template=rf"qi:(?P<clan>{NUMBER})"):
    """Takes members off the safe list."""

    def __init__(self, clan: ClanId, names: Mapping[MemberId, str] | None = None) -> None:
        options = [
            SelectOption(label=cut_units(name, 100), value=pack(member))
            for member, name in (names or {}).items()
        ] or [SelectOption(label="…")]
        select = Select[View](
            custom_id=f"qi:{pack(clan)}",
            placeholder="Take off the safe list…",
            options=options,
            max_values=len(options),
            row=3,
        )
        super().__init__(select)
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.change(interaction, clan, unsafe={MemberId(unpack(one)) for one in self.item.values})


class SettingsButton(
    SettingsItem[Button[View]], template=rf"ql:(?P<clan>{NUMBER}):(?P<what>days|grace|text|notices)"
):
    """Asks for one setting, or switches notices."""

    def __init__(self, clan: ClanId, what: str) -> None:
        super().__init__(Button(label=_LABELS[what], custom_id=f"ql:{pack(clan)}:{what}", row=4))
        self.clan = clan
        self.what = what

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["what"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        settings = await self.services.ladder.settings(clan)
        if self.what == "notices":
            await self.change(interaction, clan, notices=not settings.notices)
            return
        now = {
            "days": str(settings.days),
            "grace": str(settings.grace_days),
            "text": notice_text(clan.name, settings),
        }
        await interaction.response.send_modal(SettingModal(self.services, clan, self.what, now[self.what]))


_QUESTIONS: Final = {
    "days": (
        "The limit",
        f"Days without a sign, {FEWEST_DAYS} to {MOST_DAYS}",
        "For ranks without their own.",
    ),
    "grace": ("Grace", f"Days after a notice, 0 to {MOST_GRACE}", "Then it is for officers to decide."),
    "rank": ("A rank's own limit", f"Days, {FEWEST_DAYS} to {MOST_DAYS}", "Empty: the limit of all."),
    "text": ("What a notice says", "The first words", "Be kind. Empty: the bot's own words."),
}


class SettingModal(Modal):
    """Asks for a number of days, or for words."""

    def __init__(self, services: Services, clan: Clan, what: str, now: str, rank: str | None = None) -> None:
        title, question, hint = _QUESTIONS[what]
        super().__init__(
            title=title if rank is None else cut_units(f"{rank_name(rank)}: limit", 45), timeout=900
        )
        self.services = services
        self.clan = clan
        self.what = what
        self.rank = rank
        self.field = TextInput[Any](
            style=TextStyle.paragraph if what == "text" else TextStyle.short,
            required=what not in {"text", "rank"},
            default=now,
            max_length=LONGEST_TEXT if what == "text" else 3,
        )
        self.add_item(Label(text=question, description=hint, component=self.field))

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Store it, and show all settings anew."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            await require_officer(self.services, interaction)
            await self.services.ladder.change(self.clan, user_of(interaction), **self._changes())
            embed, view = await settings_screen(self.services, self.clan)
            await interaction.response.edit_message(embed=embed, view=view)

    def _changes(self) -> dict[str, Any]:
        text = self.field.value.strip()
        match self.what:
            case "text":
                # The form begins with the bot's own words: sent back as they are, nobody chose them.
                own = notice_text(self.clan.name, LadderSettings())
                return {"text": None if text in {"", own} else text}
            case "rank":
                return {"rank": self.rank, "days": _days(text, FEWEST_DAYS, MOST_DAYS) if text else None}
            case "grace":
                return {"grace_days": _days(text, 0, MOST_GRACE)}
            case _:
                return {"days": _days(text, FEWEST_DAYS, MOST_DAYS)}

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


def _days(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise OutOfRange(text, least, most)
    return int(text)


SETTINGS_ITEMS = (SafeRanks, SafeRoles, RankLimit, Unsafe, SettingsButton)
