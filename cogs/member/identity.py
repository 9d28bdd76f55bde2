"""``/member identity``: officers say who is who, see first what it changes, and can take it back."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import discord
from discord import ButtonStyle, Interaction, app_commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.decisions import Decision, DecisionId, Verdict
from bot.domain.errors import EmptySpan
from bot.domain.identity import is_span
from bot.domain.ids import ClanId, MemberId, NameKey
from bot.domain.names import name_key
from bot.domain.periods import read_beginning
from bot.present.dossier import (
    alias_preview,
    all_decided,
    decided_page,
    decisions_pages,
    evidence_page,
    merge_preview,
    split_preview,
)
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, require_asker, user_of
from cogs.buttons import NUMBER, Stateful, pack, pack_moment, unpack, unpack_moment, view_of
from cogs.member.command import officers_command
from cogs.officers import FOR_OFFICERS, OfficersItem, is_private_here, require_officer
from cogs.stats import player_choices

NOBODY: Final = MemberId(0)
_NAME = "[a-z0-9 ]{1,12}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a preview's buttons know: ``m`` merges ``member`` into ``other``, ``s`` splits at ``start``,
    ``a`` gives ``name`` to ``member`` (or nobody) from ``start`` to ``end``.
    """

    asker: int
    clan: ClanId
    what: str
    member: MemberId
    other: MemberId = NOBODY
    start: datetime | None = None
    end: datetime | None = None
    name: str = "-"

    def __str__(self) -> str:
        numbers = (pack(self.asker), pack(self.clan), self.what, pack(self.member), pack(self.other))
        return ":".join((*numbers, pack_moment(self.start), pack_moment(self.end), self.name))

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        """The inverse of ``str``."""
        return cls(
            asker=unpack(match["asker"]),
            clan=ClanId(unpack(match["clan"])),
            what=match["what"],
            member=MemberId(unpack(match["member"])),
            other=MemberId(unpack(match["other"])),
            start=unpack_moment(match["start"]),
            end=unpack_moment(match["end"]),
            name=match["name"],
        )


_PROPOSAL = (
    rf"(?P<asker>{NUMBER}):(?P<clan>{NUMBER}):(?P<what>[msa]):(?P<member>{NUMBER}):(?P<other>{NUMBER}):"
    rf"(?P<start>{NUMBER}):(?P<end>{NUMBER}):(?P<name>-|{_NAME})"
)


class DoIt(Stateful[Button[View]], template=rf"id:{_PROPOSAL}"):
    """Makes the decision that a preview shows. Only who asked for it may press."""

    def __init__(self, proposal: Proposal) -> None:
        super().__init__(Button(label="Do it", style=ButtonStyle.primary, custom_id=f"id:{proposal}"))
        self.proposal = proposal

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Proposal.read(match))

    async def press(self, interaction: Interaction[Any]) -> None:
        require_asker(interaction, self.proposal.asker)
        await require_officer(self.services, interaction)
        clan = await self.services.clans.by_id(self.proposal.clan, guild_of(interaction))
        decision = await self._decide(clan, interaction)
        made = await self._read(clan, decision)
        await interaction.response.edit_message(
            embed=decided_page(made), view=view_of(Undo(clan.id, decision))
        )

    async def _decide(self, clan: Clan, interaction: Interaction[Any]) -> DecisionId:
        one, by, decisions = self.proposal, user_of(interaction), self.services.decisions
        if one.what == "m":
            return await decisions.merge(clan, one.member, one.other, by)
        if one.what == "s" and one.start is not None:
            return await decisions.split(clan, one.member, one.start, by)
        whose = None if one.member == NOBODY else one.member
        return await decisions.hold(clan, one.name, whose, one.start, one.end, by)

    async def _read(self, clan: Clan, decision: DecisionId) -> Decision:
        return next(one for one in await self.services.decisions.history(clan) if one.id == decision)


class Undo(OfficersItem[Button[View]], template=rf"iu:(?P<clan>{NUMBER}):(?P<decision>{NUMBER})"):
    """Takes a decision back. Any officer may, also after a restart."""

    def __init__(self, clan: ClanId, decision: DecisionId) -> None:
        custom_id = f"iu:{pack(clan)}:{pack(decision)}"
        super().__init__(Button(label="Undo", style=ButtonStyle.secondary, custom_id=custom_id))
        self.clan = clan
        self.decision = decision

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), DecisionId(unpack(match["decision"])))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await self.services.decisions.undo(clan, self.decision, user_of(interaction))
        made = await self.services.decisions.history(clan)
        undone = next(one for one in made if one.id == self.decision)
        await interaction.response.edit_message(embed=decided_page(undone), view=None)


_VERDICTS = {
    "a": ("A", Verdict.HOLDER),
    "b": ("B", Verdict.CLAIMANT),
    "s": ("Both are one", Verdict.BOTH),
    "n": ("Neither", Verdict.NEITHER),
    "l": ("Later", None),
}


class Judge(
    OfficersItem[Button[View]],
    template=rf"ij:(?P<clan>{NUMBER}):(?P<start>{NUMBER}):(?P<verdict>[absnl]):(?P<key>{_NAME})",
):
    """Decides a conflict, or puts it off. Any officer may, also after a restart."""

    def __init__(self, clan: ClanId, start: datetime | None, verdict: str, key: NameKey) -> None:
        label, decides = _VERDICTS[verdict]
        style = ButtonStyle.primary if decides else ButtonStyle.secondary
        custom_id = f"ij:{pack(clan)}:{pack_moment(start)}:{verdict}:{key}"
        super().__init__(Button(label=label, style=style, custom_id=custom_id))
        self.clan, self.start, self.verdict, self.key = clan, start, verdict, key

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        start = unpack_moment(match["start"])
        return cls(ClanId(unpack(match["clan"])), start, match["verdict"], NameKey(match["key"]))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        verdict = _VERDICTS[self.verdict][1]
        if verdict is None:
            await self.services.decisions.put_off(clan, self.key, self.start)
            embed, view = await review_screen(self.services, clan)
            await interaction.response.edit_message(embed=embed, view=view)
            return
        decision = await self.services.decisions.decide(
            clan, self.key, self.start, verdict, user_of(interaction)
        )
        made = await self.services.decisions.history(clan)
        embed = decided_page(next(one for one in made if one.id == decision))
        await interaction.response.edit_message(embed=embed, view=view_of(Undo(clan.id, decision)))


async def review_screen(services: Services, clan: Clan) -> tuple[discord.Embed, View | None]:
    """The next conflict that waits for a decision, with its evidence."""
    found = await services.dossiers.evidence(clan)
    if not found:
        return all_decided(), None
    conflict = found[0].conflict
    buttons = [Judge(clan.id, conflict.start, verdict, conflict.key) for verdict in _VERDICTS]
    return evidence_page(found[0], 1, len(found)), view_of(*buttons)


ITEMS = (DoIt, Undo, Judge)


async def _propose(
    services: Services, interaction: Interaction[Any], embed: discord.Embed, proposal: Proposal
) -> None:
    private = await is_private_here(services, interaction)
    await answer(interaction, private=private, embed=embed, view=view_of(DoIt(proposal)))


def identity_group(services: Services) -> app_commands.Group:
    """The group of commands. Each begins by :func:`cogs.officers.require_officer`."""

    async def names(interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await player_choices(services, interaction, current)

    @app_commands.describe(
        member="The one who shows under the other from now on",
        into="The one who stays; on the roster, if one is",
    )
    @app_commands.autocomplete(member=names, into=names)
    async def merge(interaction: Interaction[Any], member: str, into: str) -> None:
        """Two members are one account: see what changes, then say so."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        one, other = [(await services.lookup.by_name(clan, name)).member.id for name in (member, into)]
        gone, kept = await services.decisions.merging(clan, one, other)
        facts = await services.dossiers.facts(clan, gone.id)
        proposal = Proposal(interaction.user.id, clan.id, "m", gone.id, kept.id)
        await _propose(services, interaction, merge_preview(gone.name, kept.name, facts), proposal)

    @app_commands.describe(
        member="Whose earlier time was somebody else's",
        before="When they began: 2026-11-03, 2026-11-03 18:00",
    )
    @app_commands.autocomplete(member=names)
    async def split(interaction: Interaction[Any], member: str, before: str) -> None:
        """What a member did before a time was somebody else's: see what changes, then say so."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        found = (await services.lookup.by_name(clan, member)).member
        moment = read_beginning(before, now=services.clock(), zone=clan.zone)
        facts = await services.dossiers.facts(clan, found.id, moment)
        proposal = Proposal(interaction.user.id, clan.id, "s", found.id, start=moment)
        await _propose(services, interaction, split_preview(found.name, moment, facts), proposal)

    @app_commands.describe(
        name="The name in the game",
        member="Who held it; leave it out for nobody of this clan",
        since="From when: 2026-11-03; leave it out for all time before",
        until="Until when; leave it out for still",
    )
    @app_commands.autocomplete(member=names)
    async def alias(
        interaction: Interaction[Any],
        name: str,
        member: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> None:
        """Say who held a name, and when: see what changes, then say so."""
        await require_officer(services, interaction)
        clan, now = await clan_of(services, interaction), services.clock()
        found = None if member is None else (await services.lookup.by_name(clan, member)).member
        start, end = [
            None if text is None else read_beginning(text, now=now, zone=clan.zone) for text in (since, until)
        ]
        if not is_span(start, end):
            raise EmptySpan
        key = name_key(name)
        whose = NOBODY if found is None else found.id
        proposal = Proposal(interaction.user.id, clan.id, "a", whose, start=start, end=end, name=key)
        embed = alias_preview(name, found and found.name, start, end)
        await _propose(services, interaction, embed, proposal)

    async def review(interaction: Interaction[Any]) -> None:
        """Names that two members claim: who held them when, and your decision."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        embed, view = await review_screen(services, clan)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    @app_commands.describe(number="The number before the decision in the history")
    async def undo(interaction: Interaction[Any], number: app_commands.Range[int, 1]) -> None:
        """Take a decision back, by its number."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        await services.decisions.undo(clan, DecisionId(number), user_of(interaction))
        undone = next(one for one in await services.decisions.history(clan) if one.id == number)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=decided_page(undone))

    async def history(interaction: Interaction[Any]) -> None:
        """What officers decided of who is who, and who did."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        made = await services.decisions.history(clan)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=decisions_pages(made))

    group = app_commands.Group(name="identity", description="Who is who", extras=FOR_OFFICERS)
    for callback in (review, merge, split, alias, undo, history):
        group.add_command(officers_command(callback))
    return group
