"""A visit to the made-up clan that asks everything once: each command, its buttons and its refusals."""

from datetime import timedelta
from typing import Any

from simcord.builders import ChannelHandle

from demo.script import Linked, Unlinked
from demo.stage_record import Asked, Recorder
from demo.stage_wom import CODE

BOARDS: tuple[dict[str, Any], ...] = (
    {"metric": "overall", "period": "this-week"},
    {"metric": "overall", "period": "last-month"},
    {"metric": "overall", "period": "all"},
    {"metric": "total_level", "period": "all"},
    {"metric": "ehp", "period": "30d"},
    {"metric": "ehb", "period": "2026-10-01..2026-10-15"},
    {"metric": "vorkath", "period": "month"},
    {"metric": "boss_kills", "period": "week"},
    {"metric": "messages", "period": "week"},
    {"metric": "messages", "period": "this-month"},
    {"metric": "messages", "period": "all"},
    {"metric": "collections_logged", "period": "1w2d"},
    {"metric": "slayer", "period": "week", "as_of": "2026-11-10"},
    {"metric": "overall", "period": "2026-10", "as_of": "2026-10-20"},
    {"metric": "overall", "period": "all", "as_of": "2026-10-01"},
    {"metric": "messages", "period": "7d", "as_of": "2026-10-28"},
)


class Visit:
    """Who asks, and where: members who linked their account, one who has none, an officer."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.stage = recorder.stage
        members = [one for one in self.stage.linked() if not self.stage.is_officer(one.id)]
        self.ann, self.cy = members[0], members[5]
        self.officer = next(one for one in self.stage.linked() if self.stage.is_officer(one.id))
        self.guest = self.stage.guest()
        self.public = self.channel("commands")
        self.elsewhere = self.channel("chat")

    def channel(self, use: str) -> ChannelHandle:
        """The channel of that use."""
        return self.stage.server.channels[self.stage.header.channel(use).id]

    async def all(self) -> None:
        """Everything; what changes something comes last, each change in a minute of its own."""
        await self.boards()
        await self.cards()
        await self.others()
        await self.update()
        await self.links()
        await self.setup()
        await self.first_setup()

    async def _later(self) -> None:
        await self.stage.play_until(self.stage.now + timedelta(minutes=1))

    async def boards(self) -> None:
        """Leaderboards of every kind, their pages and lists, and whose place it is."""
        recorder = self.recorder
        first = await recorder.slash(self.ann, self.public, "leaderboard")
        first.options |= {"metric": "overall", "period": "week"}
        for options in BOARDS:
            await recorder.slash(self.ann, self.public, "leaderboard", **options)
        await recorder.press(self.cy, first, "▶")
        for who in (self.cy, self.ann):
            await recorder.press(who, first, "My place")
        await recorder.press(self.guest, first, "My place", refusal=True)
        second = await recorder.press(self.ann, first, "▶")
        await recorder.press(self.ann, second, "◀")
        chat = await recorder.choose(self.ann, second, ":metric", "messages", metric="messages")
        await recorder.choose(self.ann, chat, ":period", "30d", period="30d")
        own = await recorder.slash(self.ann, self.elsewhere, "leaderboard", metric="fishing", period="7d")
        recorder.expect(own.message.ephemeral, "a board outside the bot's channels is not private")
        posted = await recorder.press(self.ann, own, "Post here")
        recorder.expect(not posted.message.ephemeral, "what is posted is still private")
        await recorder.slash(self.ann, self.public, "leaderboard", refusal=True, period="soon")
        await recorder.slash(self.ann, self.public, "leaderboard", refusal=True, metric="flying")
        await recorder.slash(self.ann, self.public, "leaderboard", refusal=True, as_of="whenever")

    async def cards(self) -> None:
        """Members' cards, by present and former names, then and now."""
        recorder, stage = self.recorder, self.stage
        mine = await recorder.slash(self.ann, self.public, "stats")
        for period in ("30d", "this-week", "last-month", "year", "all"):
            await recorder.slash(self.cy, self.public, "stats", period=period)
        former, present = stage.a_rename()
        await recorder.slash(self.ann, self.elsewhere, "stats", player=former)
        typed = present.lower().replace(" ", "_")
        await recorder.slash(self.ann, self.public, "stats", player=typed, period="year")
        await recorder.slash(self.ann, self.public, "stats", player=present, as_of="2026-11-05")
        for day in ("2026-10-01", "2026-10-15", "2026-10-28"):
            await recorder.slash(self.cy, self.public, "stats", player=present, as_of=day)
        await recorder.press(self.cy, mine, "30d", period="30d", player=stage.called(self.ann))
        await recorder.press(self.ann, mine, "Year", period="year")
        offered = await recorder.offered(self.ann, self.public, "stats", "player", former[:5])
        recorder.expect(present in offered, f"{former[:5]!r} offers {offered}, not {present!r}")
        await recorder.slash(self.guest, self.public, "stats", refusal=True)
        misspelt = await recorder.slash(
            self.ann, self.public, "stats", refusal=True, player=f"{present[:-1]}q"
        )
        recorder.expect(
            present in misspelt.message.content.replace("\\", ""), "the nearest name is not given"
        )
        await recorder.slash(self.ann, self.public, "stats", refusal=True, player="no such name at all")

    async def others(self) -> None:
        """Comparisons, accounts, help, and the menu on a user."""
        recorder, stage = self.recorder, self.stage
        former, present = stage.a_rename()
        one, two, three = stage.present_names()[:3]
        await recorder.slash(self.ann, self.public, "compare", first=one, second=two)
        many: dict[str, Any] = {
            "first": one,
            "second": two,
            "third": three,
            "fourth": present,
            "period": "30d",
        }
        await recorder.slash(self.ann, self.public, "compare", **many)
        await recorder.slash(self.ann, self.public, "compare", first=one, second=former, period="all")
        await recorder.slash(self.ann, self.public, "compare", refusal=True, first=former, second=present)
        for who in (self.guest, self.ann, self.officer):
            await recorder.slash(who, self.public, "help")
        await recorder.menu(self.ann, self.public, "Clan stats", self.ann)

    async def update(self) -> None:
        """Update now: at WOM, too soon, and with WOM away."""
        recorder, stage = self.recorder, self.stage
        await self._later()
        card = await recorder.slash(self.cy, self.elsewhere, "stats")
        stage.wom.server.go_down("nonsense")
        await recorder.press(self.cy, card, "Update now", refusal=True)
        stage.wom.server.come_back()
        await self._later()
        card = await recorder.press(self.cy, card, "Update now")
        await recorder.press(self.cy, card, "Update now", refusal=True)
        await self._later()

    async def links(self) -> None:
        """Somebody links two accounts, changes the main one and gives one up."""
        recorder = self.recorder
        await recorder.slash(self.ann, self.elsewhere, "link")
        await recorder.slash(self.guest, self.elsewhere, "link")
        await recorder.slash(self.guest, self.elsewhere, "link", refusal=True, name="no such name at all")
        first, second = self.stage.unlinked_names()[:2]
        await self._claim(first, main=True)
        await recorder.slash(self.guest, self.elsewhere, "stats")
        accounts = await self._claim(second, main=False)
        await self._tell(Linked, second, main=True)
        accounts = await recorder.choose(self.guest, accounts, ":main", second)
        await recorder.slash(self.guest, self.elsewhere, "stats", period="30d")
        await self._tell(Unlinked, second)
        await recorder.choose(self.guest, accounts, ":remove", second)
        await recorder.slash(self.guest, self.elsewhere, "stats", period="this-week")

    async def _claim(self, name: str, *, main: bool) -> Asked:
        await self._tell(Linked, name, main=main)
        return await self.recorder.slash(self.guest, self.elsewhere, "link", name=name)

    async def _tell(self, kind: type[Linked] | type[Unlinked], name: str, **how: bool) -> None:
        await self._later()
        self.stage.tell(kind(self.stage.now, self.guest.id, self.stage.player(name), **how))

    async def setup(self) -> None:
        """An officer looks at what works, chooses the relay again and gives the group's code."""
        recorder, stage = self.recorder, self.stage
        private = self.channel("officers")
        main = await recorder.slash(self.officer, private, "setup")
        relay = stage.server.channels[stage.header.relay.channel]
        chosen = await recorder.choose(self.officer, main, "su:menu", "relay")
        main = await recorder.choose(self.officer, chosen, ":relay", relay)
        await recorder.fill(self.officer, main, "Add the group's code", "123-456-78", refusal=True)
        main = await recorder.fill(self.officer, main, "Add the group's code", CODE)
        ranks = await recorder.choose(self.officer, main, "su:menu", "ranks")
        main = await recorder.press(self.officer, ranks, "Back")
        await recorder.choose(self.officer, main, "su:menu", "bot_channels")
        await recorder.slash(self.officer, private, "setup", refusal=True, time_zone="Atlantis")

    async def first_setup(self) -> None:
        """Another server, from nothing: not set up, found, confirmed, and then it works."""
        recorder, stage = self.recorder, self.stage
        await self._later()
        owner, channel = stage.another_server()
        await recorder.slash(owner, channel, "stats", refusal=True)
        welcome = await recorder.slash(owner, channel, "setup")
        await recorder.slash(owner, channel, "setup", refusal=True, group="zzzzzz")
        found = await recorder.fill(owner, welcome, "Find my clan", "Iron")
        await recorder.press(owner, found, "Yes")
        await recorder.slash(owner, channel, "help")
