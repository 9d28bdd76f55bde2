"""``/link``: my accounts, and the panel that leads there."""

import re
from collections.abc import Iterator
from typing import Any, Self

import discord
import structlog
from discord import ButtonStyle, Interaction, SelectOption, app_commands
from discord.ext import commands
from discord.ui import Button, Label, Modal, Select, TextInput, View

from bot.domain.accounts import LinkNotice, MyAccounts
from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId, NameKey
from bot.logs import new_trace
from bot.present.accounts import accounts_page, notice
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, handle_error, require_asker, user_of
from cogs.buttons import NUMBER, Stateful, pack, unpack, view_of
from cogs.leaderboard import CHOICES
from cogs.stats import player_choices

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_PROMPTS = {"main": "Count my messages for…", "code": "Verify with a code…", "remove": "Remove…"}
_KEPT = "~"
"""Before the key of a name that is not on the roster, among what can be removed; ids have only letters."""
LONGEST_TYPED = 40


def account_choices(asker: int, clan: ClanId, mine: MyAccounts) -> View | None:
    """What the asker can change: the main one of several, what a code would prove, what is theirs at all."""
    selects = (AccountSelect(asker, clan, action, options) for action, options in _offered(mine))
    return view_of(*selects)


def _offered(mine: MyAccounts) -> Iterator[tuple[str, list[SelectOption]]]:
    standing = [one for one in mine.accounts if one.stands]
    main = [SelectOption(label=one.name, value=pack(one.member)) for one in standing if not one.is_main]
    code = [SelectOption(label=one.name, value=pack(one.member)) for one in mine.provable]
    remove = [
        SelectOption(label=one.name, value=pack(one.member), emoji="⭐" if one.is_main else None)
        for one in mine.accounts
    ]
    remove += [SelectOption(label=one.name, value=_KEPT + one.key, emoji="⏳") for one in mine.pending]
    for action, options in (("main", main), ("code", code), ("remove", remove)):
        if options:
            yield action, options[:CHOICES]


class AccountSelect(
    Stateful[Select[View]],
    template=rf"ln:(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<action>main|code|remove)",
):
    """Makes an account the main one, asks for a code that proves it, or gives it up."""

    def __init__(
        self, asker: int, clan: ClanId, action: str, options: list[SelectOption] | None = None
    ) -> None:
        custom_id = f"ln:{pack(asker)}:{pack(clan)}:{action}"
        super().__init__(Select(custom_id=custom_id, placeholder=_PROMPTS[action], options=options or []))
        self.asker = asker
        self.clan = clan
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(unpack(match["asker"]), ClanId(unpack(match["clan"])), match["action"])

    async def press(self, interaction: Interaction[Any]) -> None:
        require_asker(interaction, self.asker)
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        mine = await self._change(interaction, clan, self.item.values[0])
        view = account_choices(self.asker, clan.id, mine)
        await interaction.response.edit_message(embed=accounts_page(mine), view=view)

    async def _change(self, interaction: Interaction[Any], clan: Clan, chosen: str) -> MyAccounts:
        links, user = self.services.links, user_of(interaction)
        if chosen.startswith(_KEPT):
            return await links.drop_name(clan, user, NameKey(chosen.removeprefix(_KEPT)))
        changes = {"main": links.make_main, "code": links.want_code, "remove": links.remove}
        return await changes[self.action](clan, user, MemberId(unpack(chosen)))


async def claim(services: Services, interaction: Interaction[Any], clan: Clan, name: str) -> None:
    """Link an account to the asker, and show them alone what they have now."""
    await _show(interaction, clan, await services.links.claim(clan, user_of(interaction), name))


async def _show(interaction: Interaction[Any], clan: Clan, mine: MyAccounts) -> None:
    view = account_choices(interaction.user.id, clan.id, mine)
    await answer(interaction, private=True, embed=accounts_page(mine), view=view)


class PanelButton(Stateful[Button[View]], template=rf"lp:(?P<clan>{NUMBER})"):
    """*Link my account*, for everybody, under a message that officers posted."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(
            Button(label="Link my account", style=ButtonStyle.primary, custom_id=f"lp:{pack(clan)}")
        )
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def press(self, interaction: Interaction[Any]) -> None:
        clan = await self.services.clans.by_id(self.clan, guild_of(interaction))
        await interaction.response.send_modal(NameModal(self.services, clan))


class NameModal(Modal):
    """Asks for the name in the game."""

    def __init__(self, services: Services, clan: Clan) -> None:
        super().__init__(title="Link my account", timeout=900)
        self.services = services
        self.clan = clan
        self.field = TextInput[Any](min_length=1, max_length=LONGEST_TYPED)
        hint = "Only you see the answer."
        self.add_item(Label(text="Your name in the game", description=hint, component=self.field))

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Do what ``/link`` does."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            await claim(self.services, interaction, self.clan, self.field.value)

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


class LinksCog(commands.Cog):
    """Which accounts are whose, and who is told of what happened to them elsewhere."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    async def cog_load(self) -> None:
        """Listen for links that a code verified, and for names that the roster has now."""
        self.services.ingest.on_link.append(self._tell)
        self.services.polling.on_link.append(self._tell)

    async def cog_unload(self) -> None:
        """Leave nothing behind."""
        self.services.ingest.on_link.remove(self._tell)
        self.services.polling.on_link.remove(self._tell)

    def _tell(self, one: LinkNotice) -> None:
        # What is stored is not kept waiting for Discord.
        self.bot.dispatch("link_notice", one)

    @commands.Cog.listener()
    async def on_link_notice(self, one: LinkNotice) -> None:
        """Tell a user privately. Who takes no messages from the server learns it from ``/link``."""
        try:
            user = self.bot.get_user(one.user) or await self.bot.fetch_user(one.user)
            await user.send(notice(one), allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as failure:
            log.info("link_notice_not_delivered", user_id=one.user, reason=str(failure))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(name="Your name in the game; leave it out to see what you have linked")
    async def link(
        self, interaction: Interaction[Any], name: app_commands.Range[str, 1, LONGEST_TYPED] | None = None
    ) -> None:
        """My accounts: add, verify, choose the main, remove."""
        clan = await clan_of(self.services, interaction)
        if name is None:
            await _show(interaction, clan, await self.services.links.mine(clan, user_of(interaction)))
        else:
            await claim(self.services, interaction, clan, name)

    @link.autocomplete("name")
    async def _names(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(self.services, interaction, current)
