"""Sets servers up as their officers do, and has each screen of it pictured."""

from datetime import timedelta
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from demo.gallery.poses import opened
from demo.gallery.tour import Part
from demo.stage_record import Asked, list_of
from demo.stage_wom import CODE
from demo.world import GROUP

POLL = timedelta(minutes=31)
"""Longer than between two polls."""
GIVEN_UP = timedelta(minutes=3)
"""Longer than a poll asks again before it gives up."""
HARBOUR, HARBOUR_MEMBERS = 4712, 42
_SAID = ("hello", "gz!", "team at 20:00?", "who is on world 416", "ty", "brb", "morning all", "gn")


class OfficersTour(Part):
    """Everything of ``/setup``: on the clan's own server, and on one that the bot just came to."""

    async def all(self) -> None:
        """The new server first, since its clan is then added to the other one as well."""
        self._found_groups()
        await self.new_server()
        await self.settings()
        await self.forms()
        await self.second_clan()
        await self.wom_down()

    async def new_server(self) -> None:
        """From nothing to a list of what could be better."""
        owner, channel = self._new_server()
        ask = self.recorder.slash
        show = self.tour.show
        await show("refused-not-set-up", await ask(owner, channel, "stats", refusal=True))
        await show("help-not-set-up", await ask(owner, channel, "help"))
        fresh = await show("setup-fresh", await ask(owner, channel, "setup"))
        pressed = await owner.click(fresh.message.message, label="Find my clan")
        await self.tour.show_form("setup-search", fresh, pressed)
        several = await self.recorder.fill(owner, fresh, "Find my clan", "Iron")
        await show("setup-several", several)
        one = await self.recorder.choose(owner, several, "su:pick", str(HARBOUR))
        await show("setup-confirm", one)
        await self._relay(owner)
        await show("setup-incomplete", await self.recorder.press(owner, one, "Yes"))

    async def settings(self) -> None:
        """The clan's own server: everything done, and each thing that can be changed."""
        recorder, show = self.recorder, self.tour.show
        main = await recorder.slash(self.tour.officer, self.desk, "setup")
        relay = self.stage.server.channels[self.stage.header.relay.channel]
        main = await self._choose(await self._go(main, "relay"), ":relay", relay)
        asked = await show("setup-relay", await self._go(main, "relay"))
        await show("setup-relay-silent", await self._choose(asked, ":relay", self.tour.public))
        main = await recorder.press(self.tour.officer, asked, "Back")
        for name, where in (
            ("setup-officers", "officer_roles"),
            ("setup-bot-channels", "bot_channels"),
            ("setup-counting", "included"),
            ("setup-ranks", "ranks"),
        ):
            await show(name, await self._go(main, where))
            main = await recorder.press(self.tour.officer, main, "Back")

    async def forms(self) -> None:
        """What is typed: the code and the time zone. With the code given, nothing is left to do."""
        officer, show = self.tour.officer, self.tour.show
        main = await self.recorder.slash(officer, self.desk, "setup")
        pressed = await officer.click(main.message.message, label="Add the group's code")
        await self.tour.show_form("setup-code", main, pressed)
        chosen = await officer.select(main.message.message, ["time_zone"], custom_id=self._menu(main))
        await self.tour.show_form("setup-zone", main, chosen)
        main = await self.recorder.fill(officer, main, "Add the group's code", CODE)
        await show("setup-complete", main)
        await show("setup-menu", main, opened(0))

    async def second_clan(self) -> None:
        """A second clan is added and taken away again."""
        officer = self.tour.officer
        main = await self.recorder.slash(officer, self.desk, "setup")
        found = await self.recorder.slash(officer, self.desk, "setup", group=str(HARBOUR))
        await self.tour.show("setup-second", found)
        main = await self.recorder.press(officer, found, "Yes")
        await self.tour.show("setup-two-clans", main)
        asked = await self._go(main, "unlink")
        await self.tour.show("setup-unlink", asked)
        await self.recorder.press(officer, asked, "Unlink")

    async def wom_down(self) -> None:
        """A poll fails."""
        self.stage.wom.server.go_down("503")
        await self.tour.later(POLL)
        await self.stage.env.advance_time(GIVEN_UP.total_seconds())
        await self.tour.show(
            "setup-wom-down", await self.recorder.slash(self.tour.officer, self.desk, "setup")
        )
        self.stage.wom.server.come_back()
        await self.tour.later(POLL)

    def _found_groups(self) -> None:
        """Other groups at Wise Old Man with such a name."""
        wom, now = self.stage.wom.server, self.stage.now
        wom.add_group(HARBOUR, "Iron Harbour", ("owner", "ruby", "recruit"), at=now)
        wom.add_group(4713, "Ironmen of the North", at=now)
        ranked = sorted(wom.groups[GROUP].members)[:HARBOUR_MEMBERS]
        for place, player in enumerate(ranked):
            wom.join(HARBOUR, player, ("owner", "ruby", "recruit")[min(place, 2)], now)

    def _new_server(self) -> tuple[MemberActor, ChannelHandle]:
        """With a role above the bot's, one that fits a rank, and a channel that is closed to the bot."""
        owner, channel = self.stage.another_server()
        guild = owner.guild
        guild.create_role("Ruby")
        closed: dict[Any, discord.PermissionOverwrite] = {
            guild.default_role: discord.PermissionOverwrite(read_message_history=False)
        }
        channels = [channel, guild.create_text_channel("clan-chat")]
        channels.append(guild.create_text_channel("trophies", overwrites=closed))
        self.tour.places |= {one.id: one for one in channels}
        return owner, channel

    async def _relay(self, owner: MemberActor) -> None:
        """The in-game chat is repeated on the new server, too."""
        relay = owner.guild.channels["clan-chat"]
        webhook = owner.guild.create_webhook(relay, "Clan chat")
        members = sorted(self.stage.wom.server.groups[HARBOUR].members)
        for player, said in zip(members, _SAID, strict=False):
            await webhook.send(f"**{self.stage.wom.server.players[player].name}**: {said}")

    async def _go(self, main: Asked, where: str) -> Asked:
        return await self._choose(main, "su:menu", where)

    async def _choose(self, on: Asked, select: str, *values: Any) -> Asked:
        return await self.recorder.choose(self.tour.officer, on, select, *values)

    @staticmethod
    def _menu(main: Asked) -> str:
        return str(list_of(main.message, "su:menu")["custom_id"])
