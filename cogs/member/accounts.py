"""``/member link``, ``accounts`` and ``panel``, and *Link account*: whose account is whose, for officers."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Self

import discord
from discord import ButtonStyle, Interaction, SelectOption, app_commands
from discord.ui import Button, Label, Modal, Select, TextInput, View

from bot.domain.accounts import Account
from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MemberId, UserId
from bot.domain.link_review import LinkList
from bot.domain.suggestions import Suggestion
from bot.logs import new_trace
from bot.present.accounts import link_panel
from bot.present.links import TITLES, user_page
from bot.services.registry import Services
from cogs.answers import answer, clan_of, handle_error
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.leaderboard import CHOICES
from cogs.links import LONGEST_TYPED, PanelButton
from cogs.member.command import officers_command
from cogs.member.lists import Shown, read_pair, screen, suggestion_option
from cogs.member.people import officer_of, people_of
from cogs.officers import FOR_OFFICERS, OfficersItem, is_private_here, require_officer
from cogs.stats import player_choices

_PROMPTS = {"verify": "Verify…", "accept": "Link what the nickname says…", "remove": "Remove…"}


async def user_screen(
    services: Services, interaction: Interaction[Any], clan: Clan, user: UserId
) -> tuple[discord.Embed, View | None]:
    """A user's accounts with what officers can do about them."""
    people, _ = await people_of(interaction)
    accounts = await services.links.accounts(clan, user)
    suggested = [one for one in await services.link_review.suggestions(clan, people) if one.user == user]
    embed = user_page(user, people.get(user), accounts, suggested)
    selects = [
        UserSelect(clan.id, user, action, options) for action, options in _offered(accounts, suggested)
    ]
    return embed, view_of(*selects, LinkButton(clan.id, user))


def _offered(
    accounts: Sequence[Account], suggested: Sequence[Suggestion]
) -> Iterator[tuple[str, list[SelectOption]]]:
    claimed = [one for one in accounts if one.stands and not one.verified]
    verify, remove = (
        [SelectOption(label=one.name, value=pack(one.member)) for one in chosen]
        for chosen in (claimed, accounts)
    )
    accept = [suggestion_option(one, with_name=False) for one in suggested]
    for action, options in (("verify", verify), ("accept", accept), ("remove", remove)):
        if options:
            yield action, options[:CHOICES]


class UserSelect(
    OfficersItem[Select[View]],
    template=rf"mu:(?P<clan>{NUMBER}):(?P<user>{NUMBER}):(?P<action>verify|accept|remove)",
):
    """Verifies a claim of a user, accepts what the nickname suggests, or takes a link away."""

    def __init__(
        self, clan: ClanId, user: UserId, action: str, options: list[SelectOption] | None = None
    ) -> None:
        custom_id = f"mu:{pack(clan)}:{pack(user)}:{action}"
        super().__init__(Select(custom_id=custom_id, placeholder=_PROMPTS[action], options=options or []))
        self.clan = clan
        self.user = user
        self.action = action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), UserId(unpack(match["user"])), match["action"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        officer, review = officer_of(interaction), self.services.link_review
        chosen = self.item.values[0]
        match self.action:
            case "verify":
                await review.verify(clan, officer, self.user, MemberId(unpack(chosen)))
            case "remove":
                await review.unlink(clan, officer, self.user, MemberId(unpack(chosen)))
            case _:
                people, _ = await people_of(interaction)
                await review.accept(clan, officer, people, {read_pair(chosen)})
        embed, view = await user_screen(self.services, interaction, clan, self.user)
        await interaction.response.edit_message(embed=embed, view=view)


class LinkButton(OfficersItem[Button[View]], template=rf"mn:(?P<clan>{NUMBER}):(?P<user>{NUMBER})"):
    """Asks which account is the user's."""

    def __init__(self, clan: ClanId, user: UserId) -> None:
        custom_id = f"mn:{pack(clan)}:{pack(user)}"
        super().__init__(Button(label="Link an account…", style=ButtonStyle.primary, custom_id=custom_id))
        self.clan = clan
        self.user = user

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), UserId(unpack(match["user"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await interaction.response.send_modal(AccountModal(self.services, clan, self.user))


class AccountModal(Modal):
    """Asks for a member's name."""

    def __init__(self, services: Services, clan: Clan, user: UserId) -> None:
        super().__init__(title="Link an account", timeout=900)
        self.services = services
        self.clan = clan
        self.user = user
        self.field = TextInput[Any](min_length=1, max_length=LONGEST_TYPED)
        hint = "Any name that the member ever had. The link is verified."
        self.add_item(Label(text="The account's name", description=hint, component=self.field))

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Link it, and show the user's accounts anew."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            await require_officer(self.services, interaction)
            review = self.services.link_review
            await review.link(self.clan, officer_of(interaction), self.user, self.field.value)
            embed, view = await user_screen(self.services, interaction, self.clan, self.user)
            await interaction.response.edit_message(embed=embed, view=view)

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


async def _show_user(
    services: Services, interaction: Interaction[Any], clan: Clan, user: UserId, *, private: bool
) -> None:
    embed, view = await user_screen(services, interaction, clan, user)
    await answer(interaction, private=private, embed=embed, view=view)


def account_commands(services: Services) -> Iterator[app_commands.Command[Any, ..., None]]:
    """The commands about links, for the ``/member`` group."""

    @app_commands.describe(
        user="Whose accounts", name="Link this member to them, verified; leave it out to see what is linked"
    )
    async def link(
        interaction: Interaction[Any],
        user: discord.Member,
        name: app_commands.Range[str, 1, LONGEST_TYPED] | None = None,
    ) -> None:
        """A user's accounts: link, verify, remove."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        if name is not None:
            await services.link_review.link(clan, officer_of(interaction), UserId(user.id), name)
        private = await is_private_here(services, interaction)
        await _show_user(services, interaction, clan, UserId(user.id), private=private)

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    @app_commands.rename(kind="list")
    @app_commands.describe(kind="Which list; claims that wait for you, if you leave it out")
    @app_commands.choices(
        kind=[app_commands.Choice(name=title, value=kind.value) for kind, title in TITLES.items()]
    )
    async def accounts(interaction: Interaction[Any], kind: str = LinkList.REVIEW.value) -> None:
        """Links to review, suggestions, who is missing."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        private = await is_private_here(services, interaction)
        shown = Shown(interaction.user.id, clan.id, LinkList(kind))
        embed, view = await screen(services, interaction, clan, shown)
        await answer(interaction, private=private, embed=embed, view=view)

    async def panel(interaction: Interaction[Any]) -> None:
        """Post a button here with which all can link."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        channel = ChannelId(interaction.channel_id or 0)
        await services.link_review.note_panel(clan, officer_of(interaction), channel)
        view = view_of(PanelButton(clan.id))
        await answer(interaction, private=False, embed=link_panel(clan.name), view=view)

    linking = officers_command(link)
    linking.autocomplete("name")(names)
    yield from (linking, officers_command(accounts), officers_command(panel))


def link_account_menu(services: Services) -> app_commands.ContextMenu:
    """The apps-menu command on a user, for officers: their accounts, for the asker alone."""

    @app_commands.guild_only()
    async def link_account(interaction: Interaction[Any], user: discord.Member) -> None:
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        await _show_user(services, interaction, clan, UserId(user.id), private=True)

    return app_commands.ContextMenu(
        name="Link account",
        callback=link_account,
        extras={**FOR_OFFICERS, "does": "their accounts: link, verify, remove"},
    )


USER_ITEMS = (UserSelect, LinkButton)
