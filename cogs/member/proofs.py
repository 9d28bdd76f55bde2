"""``/member proof``: what is proved of a member, what waits for officers, and what can be proved."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Self, TypeVar

import discord
from discord import ButtonStyle, Interaction, SelectOption, TextStyle, app_commands
from discord.ui import Button, Item, Label, Modal, Select, TextInput, View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId, MemberId
from bot.domain.proofs import LONGEST_NAME, Proof, ProofId, ProofKind, ProofState
from bot.logs import new_trace
from bot.present.proofs import (
    kinds_page,
    mark_of,
    member_proofs_page,
    on_page,
    pages,
    queue_page,
    what_of,
)
from bot.present.text import cut_units
from bot.services.registry import Services
from cogs.answers import answer, clan_of, handle_error, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.links import LONGEST_TYPED
from cogs.member.command import officers_command
from cogs.member.people import officer_of
from cogs.officers import OfficersItem, is_private_here, require_officer
from cogs.proof import LABELS, LONGEST_NOTE, STYLES, kind_choices, tell_outcome, update_notice, value_choices
from cogs.stats import player_choices

ItemT = TypeVar("ItemT", bound=Item[Any])

CHOICES: Final = 25
"""The most that a select holds."""

LONGEST_VALUES: Final = 1_200

_PROMPTS: Final = {"approve": "Approve…", "refuse": "Refuse…", "withdraw": "Take back…"}


async def queue_screen(services: Services, clan: Clan, page: int = 0) -> tuple[discord.Embed, View | None]:
    """What waits, as it is now. The list shrinks while officers work: a page past the end is the last one."""
    proofs, kinds = await services.proofs.waiting(clan), await services.proofs.kinds(clan)
    page = min(page, pages(len(proofs)) - 1)
    items: list[Item[Any]] = [
        DecideButton(clan.id, one.id, page, number, one.name, approve=approve)
        for number, one in enumerate(on_page(proofs, page), start=1)
        for approve in (True, False)
    ]
    if pages(len(proofs)) > 1:
        items += [
            QueueButton(clan.id, max(page - 1, 0), "back", "◀", disabled=page == 0),
            QueueButton(clan.id, page + 1, "on", "▶", disabled=page == pages(len(proofs)) - 1),
        ]
    items.append(KindsButton(clan.id))
    return queue_page(proofs, kinds, page), view_of(*items)


async def member_screen(
    services: Services, clan: Clan, member: MemberId
) -> tuple[discord.Embed, View | None]:
    """Everything about a member, and what can be done about it."""
    found = (await services.lookup.by_id(clan, member)).member
    proofs, kinds = await services.proofs.about(clan, member), await services.proofs.kinds(clan)
    now = services.clock()
    waiting = [one for one in proofs if one.state(now) is ProofState.WAITING]
    kept = [one for one in proofs if one.state(now) is not ProofState.WITHDRAWN]
    selects = [
        ProofSelect(
            clan.id,
            member,
            action,
            [
                SelectOption(
                    label=cut_units(what_of(one, kinds), 100),
                    value=pack(one.id),
                    emoji=mark_of(one, now),
                    description=cut_units(one.note, 100) or None,
                )
                for one in offered[:CHOICES]
            ],
        )
        for action, offered in (("approve", waiting), ("refuse", waiting), ("withdraw", kept))
        if offered
    ]
    embed = member_proofs_page(found.name, proofs, kinds, now)
    return embed, view_of(*selects, KindsButton(clan.id))


async def kinds_screen(services: Services, clan: Clan) -> tuple[discord.Embed, View | None]:
    """What can be proved, and how that is changed."""
    kinds = list((await services.proofs.kinds(clan)).values())
    items = [KindSelect(clan.id, "change", kinds), KindSelect(clan.id, "switch", kinds)]
    return kinds_page(kinds), view_of(*items, AddKind(clan.id))


class DecideButton(
    OfficersItem[Button[View]],
    template=rf"ed:(?P<clan>{NUMBER}):(?P<proof>{NUMBER}):(?P<page>{NUMBER}):(?P<action>approve|refuse)",
):
    """Decides one of those that wait, and shows what is left: whoever decided, the list is everybody's."""

    def __init__(
        self, clan: ClanId, proof: ProofId, page: int, number: int = 0, name: str = "", *, approve: bool
    ) -> None:
        custom_id = f"ed:{pack(clan)}:{pack(proof)}:{pack(page)}:{'approve' if approve else 'refuse'}"
        label = f"{number} {LABELS[approve]}{f' {name}' if approve else ''}"
        super().__init__(
            Button(
                label=cut_units(label, 24),
                style=STYLES[approve],
                custom_id=custom_id,
                row=max(number - 1, 0),
            )
        )
        self.clan, self.proof, self.page, self.approve = clan, proof, page, approve

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        clan, proof = ClanId(unpack(match["clan"])), ProofId(unpack(match["proof"]))
        return cls(clan, proof, unpack(match["page"]), approve=match["action"] == "approve")

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        officer = officer_of(interaction)
        decided = await self.services.proofs.decide(clan, officer, self.proof, approve=self.approve)
        embed, view = await queue_screen(self.services, clan, self.page)
        await interaction.response.edit_message(embed=embed, view=view)
        await _tell(self.services, interaction, clan, decided)


async def _tell(services: Services, interaction: Interaction[Any], clan: Clan, one: Proof) -> None:
    await update_notice(services, interaction.client, clan, one)
    await tell_outcome(services, interaction.client, clan, one)


class QueueButton(
    OfficersItem[Button[View]], template=rf"eq:(?P<clan>{NUMBER}):(?P<page>{NUMBER}):(?P<way>back|on)"
):
    """Leads to a page of what waits."""

    def __init__(
        self, clan: ClanId, page: int, way: str, label: str = "…", *, disabled: bool = False
    ) -> None:
        custom_id = f"eq:{pack(clan)}:{pack(page)}:{way}"
        super().__init__(Button(label=label, custom_id=custom_id, disabled=disabled, row=4))
        self.clan, self.page, self.way = clan, page, way

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), unpack(match["page"]), match["way"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        embed, view = await queue_screen(self.services, clan, self.page)
        await interaction.response.edit_message(embed=embed, view=view)


class ProofSelect(
    OfficersItem[Select[View]],
    template=rf"es:(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<action>approve|refuse|withdraw)",
):
    """Decides one of a member's proofs, or takes it back."""

    def __init__(
        self, clan: ClanId, member: MemberId, action: str, options: list[SelectOption] | None = None
    ) -> None:
        custom_id = f"es:{pack(clan)}:{pack(member)}:{action}"
        super().__init__(Select(custom_id=custom_id, placeholder=_PROMPTS[action], options=options or []))
        self.clan, self.member, self.action = clan, member, action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        clan, member = ClanId(unpack(match["clan"])), MemberId(unpack(match["member"]))
        return cls(clan, member, match["action"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        officer, chosen = officer_of(interaction), ProofId(unpack(self.item.values[0]))
        proofs = self.services.proofs
        if self.action == "withdraw":
            changed = await proofs.withdraw(clan, officer, chosen)
        else:
            changed = await proofs.decide(clan, officer, chosen, approve=self.action == "approve")
        embed, view = await member_screen(self.services, clan, self.member)
        await interaction.response.edit_message(embed=embed, view=view)
        await _tell(self.services, interaction, clan, changed)


class KindsButton(OfficersItem[Button[View]], template=rf"ek:(?P<clan>{NUMBER})"):
    """Shows what can be proved, for one officer's eyes."""

    def __init__(self, clan: ClanId) -> None:
        super().__init__(Button(label="Kinds…", custom_id=f"ek:{pack(clan)}", row=4))
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        embed, view = await kinds_screen(self.services, clan)
        await answer(interaction, private=True, embed=embed, view=view)


class KindSelect(OfficersItem[Select[View]], template=rf"ec:(?P<clan>{NUMBER}):(?P<action>change|switch)"):
    """Changes a kind, or switches it off or on."""

    def __init__(self, clan: ClanId, action: str, kinds: Sequence[ProofKind] = ()) -> None:
        prompt = "Change…" if action == "change" else "Switch off or on…"
        options = [
            SelectOption(label=kind.name, value=kind.key, emoji="⚪" if kind.retired else "✅")
            for kind in kinds[:CHOICES]
        ]
        super().__init__(Select(custom_id=f"ec:{pack(clan)}:{action}", placeholder=prompt, options=options))
        self.clan, self.action = clan, action

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), match["action"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        key = self.item.values[0]
        if self.action == "change":
            kind = (await self.services.proofs.kinds(clan)).get(key)
            await interaction.response.send_modal(KindModal(self.services, clan, kind))
            return
        await self.services.proofs.retire_kind(clan, user_of(interaction), key)
        embed, view = await kinds_screen(self.services, clan)
        await interaction.response.edit_message(embed=embed, view=view)


class AddKind(OfficersItem[Button[View]], template=rf"ea:(?P<clan>{NUMBER})"):
    """Asks what else can be proved."""

    def __init__(self, clan: ClanId) -> None:
        button = Button[View](label="Add a kind…", style=ButtonStyle.primary, custom_id=f"ea:{pack(clan)}")
        super().__init__(button)
        self.clan = clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await interaction.response.send_modal(KindModal(self.services, clan, None))


class KindModal(Modal):
    """Asks for a kind's name, its values and when it expires."""

    def __init__(self, services: Services, clan: Clan, kind: ProofKind | None) -> None:
        super().__init__(title="What can be proved", timeout=900)
        self.services, self.clan, self.key = services, clan, kind.key if kind else ""
        days = kind.expires_days if kind else None
        self.name_field = TextInput[Any](
            default=kind.name if kind else None, min_length=1, max_length=LONGEST_NAME
        )
        self.values_field = TextInput[Any](
            default="\n".join(kind.values) if kind else None,
            style=TextStyle.paragraph,
            required=False,
            max_length=LONGEST_VALUES,
        )
        self.days_field = TextInput[Any](
            default=str(days) if days else None, required=False, max_length=5, placeholder="365"
        )
        self.add_item(Label(text="Name", component=self.name_field))
        hint = "One on each line, the lowest first; empty, if there is nothing to choose."
        self.add_item(Label(text="Values", description=hint, component=self.values_field))
        hint = "From the day it was submitted; empty, if it counts for ever."
        self.add_item(Label(text="Counts for so many days", description=hint, component=self.days_field))

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Save it, and show all kinds anew."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            await require_officer(self.services, interaction)
            typed = (self.name_field.value, self.values_field.value, self.days_field.value)
            await self.services.proofs.save_kind(self.clan, user_of(interaction), *typed, key=self.key)
            embed, view = await kinds_screen(self.services, self.clan)
            await interaction.response.edit_message(embed=embed, view=view)

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


PROOF_ITEMS = (DecideButton, QueueButton, ProofSelect, KindsButton, KindSelect, AddKind)


def proof_commands(services: Services) -> Iterator[app_commands.Command[Any, ..., None]]:
    """The command about proofs, for the ``/member`` group."""

    @app_commands.describe(
        member="Of whom; leave it out to see what waits for officers",
        kind="Enters a proof of this kind, which counts at once; leave it out to see what is there",
        value="Which of its values, where it has some",
        note="What colleagues should know of it",
    )
    async def proof(
        interaction: Interaction[Any],
        member: app_commands.Range[str, 1, LONGEST_TYPED] | None = None,
        kind: str | None = None,
        value: str | None = None,
        note: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
    ) -> None:
        """What is proved of members: decide, enter, take back; what can be proved."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        private = await is_private_here(services, interaction)
        if member is None:
            embed, view = await queue_screen(services, clan)
        else:
            found = (await services.lookup.by_name(clan, member)).member
            if kind is not None:
                await services.proofs.enter(clan, officer_of(interaction), found.id, kind, value, note or "")
            embed, view = await member_screen(services, clan, found.id)
        await answer(interaction, private=private, embed=embed, view=view)

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    async def kinds(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await kind_choices(services, interaction, current)

    async def values(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await value_choices(services, interaction, current)

    command = officers_command(proof)
    for option, choices in (("member", names), ("kind", kinds), ("value", values)):
        command.autocomplete(option)(choices)
    yield command
