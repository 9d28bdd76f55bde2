"""The buttons of a set of role changes: undo it, or do again what failed."""

import re
from collections.abc import Sequence
from typing import Any, Self

from discord import ButtonStyle, Interaction
from discord.ui import Button, View

from bot.domain.change_sets import ChangeItem, ChangeSet, ChangeSetId, ItemState, fingerprint
from bot.domain.clans import Clan
from bot.domain.desk_errors import TakenBack
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId
from bot.domain.role_sync import ROLE_SYNC
from bot.present.change_sets import MAY_NOT, result_embed, undo_embed
from bot.services.promotions.proposing import Server
from bot.services.promotions.service import PROMOTION
from cogs.answers import answer, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.guild_people import everybody, giver_of
from cogs.officers import OfficersItem, progress_channel

_OFF = "-# Role sync is switched off by this, or it would do the same again."
_BATCH = "-# The promotions are taken back with it; what was done in the game is then on `/officer worklist`."
_SET = rf"(?P<clan>{NUMBER}):(?P<set>{NUMBER})"


def is_batch_taken_back(one: ChangeSet) -> bool:
    """Whether a set took promotions' roles back: undone, it would leave the promotions as they are."""
    return one.kind == PROMOTION and one.undo_of is not None


def require_undoable(one: ChangeSet) -> None:
    """Refuse what is not to be undone by itself.

    Raises:
        TakenBack: promotions were taken back by it.
    """
    if is_batch_taken_back(one):
        raise TakenBack


class UndoSet(OfficersItem[Button[View]], template=rf"cs:undo:{_SET}"):
    """Shows what undoing a set would bring back."""

    def __init__(self, clan: ClanId, number: ChangeSetId) -> None:
        custom_id = f"cs:undo:{pack(clan)}:{pack(number)}"
        super().__init__(Button(label="Undo", style=ButtonStyle.secondary, custom_id=custom_id))
        self.clan, self.number = clan, number

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), ChangeSetId(unpack(match["set"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        people = await everybody(interaction)
        undo = await self.services.change_sets.plan_undo(clan, self.number, people.people)
        one, _ = await self.services.change_sets.read(clan.id, self.number)
        require_undoable(one)
        batch = await self.services.promotions.batch_of(one)
        notes = [*([] if people.reach.may_manage else [MAY_NOT]), *([_OFF] if one.kind == ROLE_SYNC else [])]
        notes += [] if batch is None else [_BATCH]
        now = UndoNow(clan.id, self.number, fingerprint(undo.changes))
        view = view_of(now) if undo.changes or batch is not None else None
        await answer(interaction, private=True, embed=undo_embed(one, undo, *notes), view=view)


class UndoNow(OfficersItem[Button[View]], template=rf"cs:now:{_SET}:(?P<seen>{NUMBER})"):
    """Undoes a set as it was shown."""

    def __init__(self, clan: ClanId, number: ChangeSetId, seen: int) -> None:
        custom_id = f"cs:now:{pack(clan)}:{pack(number)}:{pack(seen)}"
        super().__init__(Button(label="Undo it", style=ButtonStyle.danger, custom_id=custom_id))
        self.clan, self.number, self.seen = clan, number, seen

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), ChangeSetId(unpack(match["set"])), unpack(match["seen"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        sets, server = self.services.change_sets, Server(await everybody(interaction), giver_of(interaction))
        people = server.people.people
        undo = await sets.plan_undo(clan, self.number, people)
        if fingerprint(undo.changes) != self.seen:
            raise Outdated
        channel = await progress_channel(self.services, clan)
        one, _ = await sets.read(clan.id, self.number)
        require_undoable(one)
        by, batch = user_of(interaction), await self.services.promotions.batch_of(one)
        if one.kind == ROLE_SYNC:
            await self.services.role_sync.switch_off(clan, by)
        if batch is None:
            await sets.undo(clan, self.number, by, people, channel)
        else:
            await self.services.promotions.undo(clan, batch, by, server, channel)
        one, _ = await sets.read(clan.id, self.number)
        await interaction.response.edit_message(
            content=f"It is being undone, as number {one.undone_by}. `/officer history` shows how far it is.",
            embed=None,
            view=None,
        )


class TryAgain(OfficersItem[Button[View]], template=rf"cs:again:{_SET}"):
    """Does again what failed of a set."""

    def __init__(self, clan: ClanId, number: ChangeSetId) -> None:
        custom_id = f"cs:again:{pack(clan)}:{pack(number)}"
        super().__init__(Button(label="Try again", style=ButtonStyle.primary, custom_id=custom_id))
        self.clan, self.number = clan, number

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), ChangeSetId(unpack(match["set"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.change_sets.retry(clan, self.number, user_of(interaction))
        one, items = await self.services.change_sets.read(clan.id, self.number)
        await interaction.response.edit_message(embed=result_embed(one, items), view=None)


def result_view(one: ChangeSet, items: Sequence[ChangeItem]) -> View | None:
    """What can be done about a set that is closed."""
    if one.is_open:
        return None
    failed = any(item.state is ItemState.FAILED for item in items)
    if one.undone_by is not None:
        return None
    buttons: list[Any] = [TryAgain(one.clan, one.id)] if failed else []
    if any(item.touched for item in items) and not is_batch_taken_back(one):
        buttons.append(UndoSet(one.clan, one.id))
    return view_of(*buttons) if buttons else None


CHANGE_SET_ITEMS = (UndoSet, UndoNow, TryAgain)
