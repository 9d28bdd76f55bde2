"""``/proof``: what members submit, and the notice by which officers decide it."""

import re
from typing import Any, Final, Self

import discord
import structlog
from discord import ButtonStyle, Interaction, app_commands
from discord.ext import commands
from discord.ui import Button, View

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId, MessageId
from bot.domain.proofs import Proof, ProofId
from bot.logs import new_trace
from bot.present.proofs import decided_message, my_proofs_page, proof_notice
from bot.services.registry import Services
from cogs.answers import answer, clan_of, guild_of, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.links import LONGEST_TYPED
from cogs.member.people import officer_of
from cogs.officers import OfficersItem

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

LONGEST_NOTE: Final = 300
LARGEST_PICTURE: Final = 8 * 1024 * 1024
LABELS: Final = {True: "Approve", False: "Refuse"}
STYLES: Final = {True: ButtonStyle.success, False: ButtonStyle.danger}


class ProofButton(
    OfficersItem[Button[View]],
    template=rf"ev:(?P<clan>{NUMBER}):(?P<proof>{NUMBER}):(?P<action>approve|refuse)",
):
    """*Approve* or *Refuse* under a notice, for officers only; the first press counts."""

    def __init__(self, clan: ClanId, proof: ProofId, *, approve: bool) -> None:
        custom_id = f"ev:{pack(clan)}:{pack(proof)}:{'approve' if approve else 'refuse'}"
        super().__init__(Button(label=LABELS[approve], style=STYLES[approve], custom_id=custom_id))
        self.clan, self.proof, self.approve = clan, proof, approve

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        clan, proof = ClanId(unpack(match["clan"])), ProofId(unpack(match["proof"]))
        return cls(clan, proof, approve=match["action"] == "approve")

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        decided = await self.services.proofs.decide(
            clan, officer_of(interaction), self.proof, approve=self.approve
        )
        kinds = await self.services.proofs.kinds(clan)
        # The buttons stay: who presses one later hears what was said first.
        await interaction.response.edit_message(embed=proof_notice(decided, kinds, self.services.clock()))
        await tell_outcome(self.services, interaction.client, clan, decided)


async def tell_outcome(services: Services, client: discord.Client, clan: Clan, one: Proof) -> None:
    """Tell whoever submitted a proof what officers decided. Who takes no messages sees it in ``/proof``."""
    if one.by_officer or one.withdrawn_at is not None:
        return
    kinds = await services.proofs.kinds(clan)
    try:
        user = client.get_user(one.submitted_by) or await client.fetch_user(one.submitted_by)
        await user.send(
            decided_message(one, kinds, clan.name), allowed_mentions=discord.AllowedMentions.none()
        )
    except discord.HTTPException as failure:
        log.info("proof_outcome_not_delivered", user_id=one.submitted_by, reason=str(failure))


async def update_notice(services: Services, client: discord.Client, clan: Clan, one: Proof) -> None:
    """Let the notice in the officers' channel say what became of a proof, where there is one."""
    if one.channel is None or one.message is None:
        return
    kinds = await services.proofs.kinds(clan)
    notice = client.get_partial_messageable(one.channel).get_partial_message(one.message)
    try:
        await notice.edit(embed=proof_notice(one, kinds, services.clock()))
    except discord.HTTPException as failure:
        log.info("proof_notice_not_updated", channel_id=one.channel, reason=str(failure))


async def kind_choices(
    services: Services, interaction: Interaction[Any], typed: str
) -> list[app_commands.Choice[str]]:
    """The kinds whose name fits what was typed; none before the server is set up."""
    clans = await services.clans.of_guild(guild_of(interaction))
    kinds = await services.proofs.kinds(clans[0]) if clans else {}
    return [
        app_commands.Choice(name=kind.name, value=kind.key)
        for kind in kinds.values()
        if not kind.retired and typed.casefold() in kind.name.casefold()
    ]


async def value_choices(
    services: Services, interaction: Interaction[Any], typed: str
) -> list[app_commands.Choice[str]]:
    """The values of the kind that was chosen before; none where it has none."""
    clans = await services.clans.of_guild(guild_of(interaction))
    kinds = await services.proofs.kinds(clans[0]) if clans else {}
    kind = kinds.get(str(getattr(interaction.namespace, "kind", "")))
    values = kind.values if kind else ()
    return [
        app_commands.Choice(name=value, value=value)
        for value in values
        if typed.casefold() in value.casefold()
    ]


class ProofCog(commands.Cog):
    """Takes proofs, and posts them to officers. What could not be posted is tried again after a poll."""

    def __init__(self, bot: commands.Bot | commands.AutoShardedBot, services: Services) -> None:
        self.bot = bot
        self.services = services

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        kind="What you prove; leave it out to see your proofs",
        note="Where and when, for officers: “Elite tier, see the picture”",
        value="Which of its values, where it has some",
        account="Which of your verified accounts; your main one, if you leave it out",
        picture="A picture for officers; I do not keep it",
    )
    async def proof(
        self,
        interaction: Interaction[Any],
        kind: str | None = None,
        note: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
        value: str | None = None,
        account: app_commands.Range[str, 1, LONGEST_TYPED] | None = None,
        picture: discord.Attachment | None = None,
    ) -> None:
        """What no API knows of you: submit it, see what officers said."""
        clan, user, proofs = (
            await clan_of(self.services, interaction),
            user_of(interaction),
            self.services.proofs,
        )
        if kind is None:
            page = my_proofs_page(await proofs.mine(clan, user), self.services.clock())
            await answer(interaction, private=True, embed=page)
            return
        one, mine = await proofs.submit(clan, user, kind, value, note or "", account)
        await answer(interaction, private=True, embed=my_proofs_page(mine, self.services.clock()))
        self.bot.dispatch("proof_submitted", clan, one, picture)

    @proof.autocomplete("kind")
    async def _kinds(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await kind_choices(self.services, interaction, current)

    @proof.autocomplete("value")
    async def _values(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return await value_choices(self.services, interaction, current)

    @proof.autocomplete("account")
    async def _accounts(self, interaction: Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        clans = await self.services.clans.of_guild(guild_of(interaction))
        mine = await self.services.proofs.mine(clans[0], user_of(interaction)) if clans else None
        names = mine.accounts if mine else ()
        return [
            app_commands.Choice(name=name, value=name)
            for name in names
            if current.casefold() in name.casefold()
        ][:25]

    @commands.Cog.listener()
    async def on_proof_submitted(self, clan: Clan, one: Proof, picture: discord.Attachment | None) -> None:
        """Tell officers at once."""
        with new_trace(proof=one.id, clan_id=clan.id):
            file: discord.File | None = None
            if picture is not None and picture.size <= LARGEST_PICTURE:
                try:
                    file = await picture.to_file()
                except discord.HTTPException as failure:
                    log.info("proof_picture_not_read", reason=str(failure))
            await self._post(clan, one, file)

    @commands.Cog.listener()
    async def on_clan_polled(self, clan: Clan) -> None:
        """Tell officers of what they were not told yet."""
        with new_trace(job="proofs", clan_id=clan.id):
            for one in await self.services.proofs.unposted(clan):
                if not await self._post(clan, one):
                    return

    async def _post(self, clan: Clan, one: Proof, picture: discord.File | None = None) -> bool:
        """Whether officers were told."""
        settings = await self.services.clans.settings(clan.guild)
        if settings.officer_channel is None:
            return False
        notice = proof_notice(one, await self.services.proofs.kinds(clan), self.services.clock())
        if picture is not None:
            notice.set_image(url=f"attachment://{picture.filename}")
        view = view_of(*(ProofButton(clan.id, one.id, approve=approve) for approve in (True, False)))
        try:
            # Discord takes a nonce once: what was posted before the process ended is not posted again.
            sent = await self.bot.get_partial_messageable(settings.officer_channel).send(
                embed=notice,
                view=view or discord.utils.MISSING,
                file=picture or discord.utils.MISSING,
                nonce=f"proof:{pack(clan.id)}:{pack(one.id)}",
                silent=True,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as failure:
            log.warning("proof_not_told", channel_id=settings.officer_channel, reason=str(failure))
            return False
        place = ChannelId(sent.channel.id), MessageId(sent.id)
        await self.services.proofs.note_posted(clan.id, one.id, *place)
        return True
