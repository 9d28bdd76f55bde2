"""What officers see of the whole clan, of links, and without asking; and the menus on a message."""

from datetime import timedelta

from bot.domain.ids import GuildId, UserId
from bot.domain.worklist import NewStep, StepKind
from bot.services.worklist import Worklist
from demo.gallery.tour import Part
from demo.gallery.tour_officers import POLL
from demo.stage_record import Asked, Options

A_WHILE = timedelta(seconds=20)
_STEPS = [
    *[(StepKind.PROMOTE, "onyx")] * 5,
    *[(StepKind.PROMOTE, "ruby")] * 26,
    *[(StepKind.REMOVE, None)] * 3,
]
_ALL_DONE = "All done (5)"


class DeskTour(Part):
    """The officers' channel, and two menus on what somebody wrote."""

    async def all(self) -> None:
        """After a name came into dispute, so that there is something to tell."""
        await self.roster()
        await self.worklist()
        await self.links()
        await self.proofs()
        await self.messages()
        await self.told()
        await self.past()

    async def roster(self) -> None:
        """Everybody, then lists of some."""
        shown = await self._ask("roster", "officer roster")
        await self.tour.show(
            "roster-left", await self.recorder.choose(self.tour.officer, shown, "ow:", "Left")
        )
        await self._ask("roster-stale", "officer roster", filter="stale")

    async def worklist(self) -> None:
        """Ranks to be set and members to be removed in the game; one list is ticked off but for two."""
        services, officer = self.stage.bot.services, self.tour.officer
        (clan,) = await services.clans.of_guild(GuildId(officer.guild.id))
        members = [await services.lookup.by_name(clan, name) for name in self.stage.present_names()[:34]]
        steps = [
            NewStep(kind, one.member.id, f"demo:{one.member.id}", one.member.wom_role, rank)
            for one, (kind, rank) in zip(members, _STEPS, strict=False)
        ]
        # The stand-in's time is the bot's only while it is asked something.
        await Worklist(services.database, lambda: self.stage.now).add(clan, steps, UserId(officer.id))
        shown = await self._ask("worklist", "officer worklist")
        pressed = await officer.click(shown.message.message, label="Except…")
        await self.tour.show_form("worklist-except", shown, pressed)
        await self.tour.show("worklist-ticked", await self.recorder.press(officer, shown, _ALL_DONE))

    async def links(self) -> None:
        """Claims, suggestions, one user's accounts, and the button for everybody."""
        review = await self._ask("links-review", "member accounts")
        suggested = await self.recorder.press(self.tour.officer, review, "Suggested by nicknames")
        await self.tour.show("links-suggested", suggested)
        unseen = await self.recorder.press(self.tour.officer, suggested, "In game, not in Discord")
        await self.tour.show("links-unseen", unseen)
        dee = await self.tour.officer.slash(self.desk, "member link", user=self.tour.dee)
        await self.tour.show("links-user", self.recorder.note(self.tour.officer, "/member link", {}, dee))
        menu = await self.recorder.menu(self.tour.officer, self.tour.public, "Link account", self.tour.guest)
        await self.tour.show("link-account", menu)
        await self._ask("links-panel", "member panel")

    async def proofs(self) -> None:
        """A claim proves nothing; once verified, a proof is submitted, approved, listed. Then what waits."""
        officer, dee, show = self.tour.officer, self.tour.dee, self.tour.show
        ask = self.recorder.slash
        await show("proof-unverified", await ask(dee, self.tour.elsewhere, "proof"))
        await officer.slash(self.desk, "member link", user=dee, name="Dee")
        given: Options = {"kind": "Combat achievements", "value": "Elite", "note": "since last night’s raid"}
        await show("proof-submitted", await ask(dee, self.tour.elsewhere, "proof", **given))
        notice = max(self.desk.history(), key=lambda one: one.id)
        await self.tour.album.add("proof-notice", officer, self.desk, notice)
        await officer.click(notice, label="Approve")
        await self.tour.album.add("proof-approved", officer, self.desk, notice)
        for note in ("Friday’s bingo", "Wildy Wednesday"):
            await ask(dee, self.tour.elsewhere, "proof", kind="Event attended", note=note)
        await self._ask("member-proof", "member proof", member="Dee")
        queue = await self._ask("member-proof-queue", "member proof")
        await show("member-proof-kinds", await self.recorder.press(officer, queue, "Kinds…"))
        await self._ask("today", "officer today")

    async def messages(self) -> None:
        """What a message counts for, and whose card that is."""
        line = await self.tour.cy.send(self.tour.public, "anyone up for a raid tonight?")
        for name, menu, who in (
            ("how-read", "How was this read?", self.tour.officer),
            ("speaker", "Stats of speaker", self.tour.dee),
        ):
            result = await who.context_menu(self.tour.public, menu, line)
            await self.tour.show(name, self.recorder.note(who, menu, {}, result))

    async def told(self) -> None:
        """The next poll tells officers of the name in dispute, and of a member who is back."""
        wom, gone = self.stage.wom.server, self.tour.a_leaver()
        wom.join(self.stage.header.group, self.stage.player(gone), "member", self.stage.now)
        before = {message.id for message in self.desk.history()}
        await self.tour.later(POLL)
        titles = {"back": "told-back", "Whose": "told-disputed"}
        for message in self.desk.history():
            if message.id in before or not message.embeds:
                continue
            title = message.embeds[0].title or ""
            name = next((name for word, name in titles.items() if word in title), None)
            if name is not None:
                await self.tour.album.add(name, self.tour.officer, self.desk, message)

    async def past(self) -> None:
        """History from before the bot is asked for, and being read."""
        main = await self.recorder.slash(self.tour.officer, self.desk, "setup")
        asked = await self.recorder.choose(self.tour.officer, main, "su:menu", "past")
        await self.tour.show("past-ask", asked)
        before = {message.id for message in self.desk.history()}
        await self.recorder.choose(self.tour.officer, asked, "su:past", "30")
        await self.tour.later(A_WHILE)
        message = next(one for one in self.desk.history() if one.id not in before and one.components)
        await self.tour.album.add("past-progress", self.tour.officer, self.desk, message)
        await self.tour.officer.click(message, label="Cancel")

    async def mass_leave(self) -> None:
        """A broken sync drops most of the roster; a sane one heals it."""
        members = self.stage.wom.server.groups[self.stage.header.group].members
        before, told = dict(members), {message.id for message in self.desk.history()}
        for player in list(members)[::2]:
            del members[player]
        await self.tour.later(POLL)
        message = next(one for one in self.desk.history() if one.id not in told and one.components)
        await self.tour.album.add("told-mass-leave", self.tour.officer, self.desk, message)
        members.update(before)
        await self.tour.later(POLL)

    async def _ask(self, screen: str, command: str, **options: object) -> Asked:
        given: Options = dict(options)
        return await self.tour.show(
            screen, await self.recorder.slash(self.tour.officer, self.desk, command, **given)
        )
