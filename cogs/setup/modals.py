"""What has to be typed in ``/setup``."""

from typing import TYPE_CHECKING, Any

from discord import Interaction
from discord.ui import Label, Modal, TextInput

from bot.domain.clans import Clan
from cogs.answers import handle_error, user_of
from cogs.setup.items import require_manager

if TYPE_CHECKING:
    from cogs.setup.desk import Desk


class SetupModal(Modal):
    """One question with one line of text."""

    def __init__(self, desk: "Desk", title: str, question: str, field: TextInput[Any], hint: str) -> None:
        super().__init__(title=title, timeout=900)
        self.desk = desk
        self.field = field
        self.add_item(Label(text=question, description=hint, component=field))

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Check the right to ask once more, then take the answer."""
        require_manager(interaction)
        await self.take(interaction, self.field.value)

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        """Do what the question was for."""
        raise NotImplementedError

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


class GroupModal(SetupModal):
    """Asks which group it is."""

    def __init__(self, desk: "Desk", zone: str) -> None:
        field = TextInput[Any](placeholder="Iron Foundry, or 123", min_length=1, max_length=80)
        hint = "The number is the last part of its address on wiseoldman.net/groups."
        super().__init__(desk, "Find your clan", "Name or number at Wise Old Man", field, hint)
        self.zone = zone

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        await self.desk.find(interaction, text, self.zone)


class CodeModal(SetupModal):
    """Asks for the group's verification code. What is typed is shown nowhere and never logged."""

    def __init__(self, desk: "Desk", clan: Clan) -> None:
        field = TextInput[Any](placeholder="123-456-789", min_length=1, max_length=40)
        hint = "I keep it encrypted, and use it only to ask Wise Old Man to update the clan once a day."
        super().__init__(desk, "The group's code", "Verification code", field, hint)
        self.clan = clan

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        await self.desk.services.setting_up.set_code(self.clan, text, user_of(interaction))
        await self.desk.show_clan(interaction, self.clan.id)


class ZoneModal(SetupModal):
    """Asks for the clan's time zone."""

    def __init__(self, desk: "Desk", clan: Clan) -> None:
        field = TextInput[Any](placeholder="Amsterdam", default=clan.zone.key, min_length=1, max_length=40)
        hint = "A city or the zone's whole name. Days and weeks begin at its midnight."
        super().__init__(desk, "Time zone", "Where is the clan at home?", field, hint)
        self.clan = clan

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        await self.desk.services.setting_up.set_time_zone(self.clan, text, user_of(interaction))
        await self.desk.show_clan(interaction, self.clan.id)
