"""Officers look up who is who, and decide it; each screen is pictured."""

from datetime import timedelta
from typing import Final

from bot.domain.identity import Dispute
from bot.domain.ids import GuildId
from bot.domain.names import name_key
from db.queries import attributions, clans, conflicts, names
from demo.gallery.tour import Part
from demo.stage_record import Asked, Options

CLAIMED: Final = timedelta(days=12)
"""Since when two members claim one name."""


class IdentityTour(Part):
    """Everything of ``/member``, in the officers' channel."""

    async def all(self) -> None:
        """What is known first, then what is decided."""
        await self.known()
        await self.decisions()
        await self.review()

    async def known(self) -> None:
        """Dossiers, and what officers add to them."""
        former, present = self.stage.a_rename()
        await self._ask(
            "member-note", "member note", member=present, text="Plays from Brazil, asks for masses"
        )
        await self._ask("member-joined", "member joined", member=present, date="2025-03-14")
        await self._ask("member-whois", "member whois", name=present)
        await self._ask("member-whois-when", "member whois", name=former, when="2026-10-01")
        cy = await self.recorder.menu(self.tour.officer, self.tour.public, "Who is this?", self.tour.cy)
        await self.tour.show("who-is-this", cy)
        refused = await self.recorder.slash(self.tour.dee, self.tour.public, "member whois", name=present)
        await self.tour.show("refused-officer", refused)

    async def decisions(self) -> None:
        """Previews, a decision, and that it can be taken back."""
        gone = self.tour.a_leaver()
        preview = await self._ask("member-merge", "member identity merge", member=gone, into="Jo hn")
        made = await self.recorder.press(self.tour.officer, preview, "Do it")
        await self.tour.show("member-merged", made)
        await self._ask("member-split", "member identity split", member="Dee", before="2026-11-03")
        options: Options = {"name": "Zezima", "member": "Cy", "since": "2026-10-01", "until": "2026-11-01"}
        alias = await self._ask("member-alias", "member identity alias", **options)
        await self.recorder.press(self.tour.officer, alias, "Do it")
        await self._ask("member-undo", "member identity undo", number=1)
        await self._ask("member-history", "member identity history")

    async def review(self) -> None:
        """No name is disputed, and then one is."""
        await self._ask("member-review-none", "member identity review")
        await self._dispute("Cy", "Dee")
        await self._ask("member-review", "member identity review")

    async def _ask(self, screen: str, command: str, **options: str | int) -> Asked:
        given: Options = dict(options)
        asked = await self.recorder.slash(self.tour.officer, self.desk, command, **given)
        return await self.tour.show(screen, asked)

    async def _dispute(self, holder: str, claimant: str) -> None:
        """The second member claims the first one's name, as where WOM's changes contradict each other."""
        services = self.stage.bot.services
        clan = await services.clans.default(GuildId(self.stage.header.guild))
        one, other = [(await services.lookup.by_name(clan, name)).member.id for name in (holder, claimant)]
        claim = Dispute(name_key(holder), self.stage.now - CLAIMED, None, one, other)
        async with services.database.write() as session:
            await clans.lock_clan(session, clan.id)
            touched = await conflicts.add_disputes(session, clan.id, [claim], self.stage.now)
            await names.rebuild_aliases(session, clan.id, touched)
            await attributions.attribute_relayed_names(session, clan.id, touched)
