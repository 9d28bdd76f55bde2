"""Goes through the made-up clan as its members do, and has each screen pictured."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from demo.gallery.album import Album
from demo.gallery.camera import ANSWER, View
from demo.gallery.poses import opened, typed
from demo.script import Event, MemberJoined, MemberLeft, MemberReturned, Snapshot
from demo.stage import Stage
from demo.stage_record import Asked, Options, Recorder

MOMENT = timedelta(minutes=2)
"""Between two things that somebody does: longer than Wise Old Man refuses a second update."""
RECENT = timedelta(hours=48)
_DAY = timedelta(days=1)


class Part:
    """What the tours of officers share: who asks is the main tour's officer, in their own channel."""

    def __init__(self, tour: "Tour") -> None:
        self.tour = tour
        self.recorder = tour.recorder
        self.stage = tour.stage
        self.desk = tour.channel("officers")


class Tour:
    """Who asks, and where. Everything that members see."""

    def __init__(self, recorder: Recorder, album: Album) -> None:
        self.recorder = recorder
        self.album = album
        self.stage: Stage = recorder.stage
        self.john, self.cy, self.dee = (self.owner_of(name) for name in ("Jo hn", "Cy", "Dee"))
        self.officer = self.owner_of("Ann B")
        self.guest = self.stage.guest()
        self.public, self.elsewhere = self.channel("commands"), self.channel("chat")
        self.places = dict(self.stage.server.channels)
        """Every channel in which something is answered, by its id."""

    async def members(self) -> None:
        """Everything that changes nothing, then what does."""
        await self.cards()
        await self.odd_cards()
        await self.boards()
        await self.lists()
        await self.comparisons()
        await self.refusals()
        await self.accounts()

    def owner_of(self, name: str) -> MemberActor:
        """Who linked the account. Raises: StopIteration for nobody."""
        return next(actor for actor in self.stage.linked() if self.stage.called(actor) == name)

    def channel(self, use: str) -> ChannelHandle:
        """The channel of that use."""
        return self.stage.server.channels[self.stage.header.channel(use).id]

    async def show(self, name: str, asked: Asked, view: View = ANSWER) -> Asked:
        """Picture an answer as whoever asked sees it."""
        await self.album.add(name, asked.who, self.places[asked.message.channel_id], asked.message, view)
        return asked

    async def show_form(self, name: str, asked: Asked, result: Any) -> None:
        """Picture the form that a press on an answer opened."""
        await self.album.add(name, asked.who, self.places[asked.message.channel_id], result)

    def a_leaver(self) -> str:
        """Somebody who left, as the bot believes by now."""
        return self._name(next(self._left(recently=False)))

    async def _ask_each(self, who: MemberActor, command: str, screens: dict[str, Options]) -> None:
        for name, options in screens.items():
            await self.show(name, await self.recorder.slash(who, self.public, command, **options))

    async def later(self, by: timedelta = MOMENT) -> None:
        """Let time pass."""
        await self.stage.play_until(self.stage.now + by)

    async def cards(self) -> None:
        """Cards of people whose numbers are all there."""
        ask, (former, present) = self.recorder.slash, self.stage.a_rename()
        own = await self.show("stats-own", await ask(self.john, self.public, "stats"))
        await self.show("stats-30d", await self.recorder.press(self.john, own, "30d"))
        await self.show("stats-year", await self.recorder.press(self.john, own, "Year"))
        await self.show("stats-another", await ask(self.dee, self.elsewhere, "stats", player=former))
        others: dict[str, Options] = {
            "stats-this-week": {"period": "this-week"},
            "stats-all": {"period": "all"},
            "stats-as-of": {"player": present, "as_of": "2026-11-05"},
        }
        await self._ask_each(self.cy, "stats", others)
        await self.show("clan-stats", await self.recorder.menu(self.dee, self.public, "Clan stats", self.cy))

    async def odd_cards(self) -> None:
        """Cards of people of whom something is not known."""
        cards: dict[str, Options] = {
            "stats-partial": {"player": self._joined_within_a_month(), "period": "30d"},
            "stats-unknown": {"player": self._seen_lately(), "period": "day"},
            "stats-never-read": {"player": self._never_read()},
            "stats-unlinked": {"player": self.stage.unlinked_names()[0]},
            "stats-pending": {"player": self._name(next(self._left(recently=True)))},
            "stats-left": {"player": self.a_leaver(), "period": "year"},
        }
        await self._ask_each(self.dee, "stats", cards)

    async def boards(self) -> None:
        """Boards of every kind."""
        boards: dict[str, Options] = {
            "board-messages": {"metric": "messages", "period": "this-month"},
            "board-boss": {"metric": "vorkath"},
            "board-partial": {"metric": "boss_kills", "period": "30d"},
            "board-ties": {"metric": "collections_logged"},
            "board-all-time": {"period": "all"},
            "board-calendar": {"metric": "ehb", "period": "2026-10-01..2026-10-15"},
            "board-empty": {"metric": "sol_heredit", "period": "all"},
        }
        await self._ask_each(self.dee, "leaderboard", boards)
        own = await self.recorder.slash(self.dee, self.elsewhere, "leaderboard", metric="fishing")
        await self.show("board-private", own)

    async def lists(self) -> None:
        """One board: its lists, its pages, one's own place, and what Discord offers to type."""
        first = await self.recorder.slash(self.dee, self.public, "leaderboard")
        await self.show("board-xp", first)
        await self.show("board-metrics", first, opened(0))
        await self.show("board-periods", first, opened(1))
        await self.show("commands", first, typed("/"))
        await self.show("board-my-place", await self.recorder.press(self.cy, first, "My place"))
        count = self.pages_of(first)
        for page in range(1, count):
            await self.recorder.press(self.dee, first, "▶")
            if page + 1 in {count // 2, count}:
                await self.show("board-last" if page + 1 == count else "board-middle", first)

    @staticmethod
    def pages_of(board: Asked) -> int:
        """How many pages a board's buttons count."""
        labels = [one.get("label") or "" for row in board.message.components for one in row["components"]]
        return int(next(label for label in labels if "/" in label).split("/")[1])

    async def comparisons(self) -> None:
        """Two members, and five."""
        ask, names = self.recorder.slash, self.stage.present_names()
        places = ("first", "second", "third", "fourth", "fifth")
        two = dict(zip(places[:2], ("Jo hn", "Cy"), strict=True))
        five = dict(zip(places, ("WWWWWWWWWWWW", "Jo hn", "x_X_Kelda_X", "Cy", names[-1]), strict=True))
        await self.show("compare-two", await ask(self.dee, self.public, "compare", **two))
        await self.show("compare-five", await ask(self.dee, self.public, "compare", period="30d", **five))

    async def refusals(self) -> None:
        """What cannot be done, and what to do instead."""
        for name, who, command, options in (
            ("refused-player", self.dee, "stats", {"player": "x_X_Keldo_X"}),
            ("refused-period", self.dee, "leaderboard", {"period": "soon"}),
            ("refused-metric", self.dee, "leaderboard", {"metric": "flying"}),
            ("refused-unlinked", self.guest, "stats", {}),
            ("refused-zone", self.officer, "setup", {"time_zone": "Amsterdamn"}),
        ):
            refused = await self.recorder.slash(who, self.public, command, refusal=True, **options)
            await self.show(name, refused)
        await self.show(
            "refused-other-unlinked",
            await self.recorder.menu(self.dee, self.public, "Clan stats", self.guest),
        )
        fetched = await self.stage.bot.tree.fetch_commands()
        command = next(one for one in fetched if one.name == "setup")
        self.stage.server.guild.set_command_permissions(command, {self.dee: True})
        await self.show(
            "refused-permission", await self.recorder.slash(self.dee, self.public, "setup", refusal=True)
        )
        await self._no_update()

    async def _no_update(self) -> None:
        card = await self.recorder.slash(self.cy, self.public, "stats")
        wom = self.stage.wom.server
        wom.go_down("503")
        await self.show("refused-wom", await self.recorder.press(self.cy, card, "Update now", refusal=True))
        wom.come_back()
        await self.later()
        await self.recorder.press(self.cy, card, "Update now")
        await self.show(
            "refused-cooldown", await self.recorder.press(self.cy, card, "Update now", refusal=True)
        )

    async def accounts(self) -> None:
        """Somebody new links one account, then a second one."""
        ask = self.recorder.slash
        await self.show("link-none", await ask(self.guest, self.elsewhere, "link"))
        await self.show("help-new", await ask(self.guest, self.elsewhere, "help"))
        first, second = self.stage.unlinked_names()[:2]
        await self.show("link-one", await ask(self.guest, self.elsewhere, "link", name=first))
        await self.show("link-two", await ask(self.guest, self.elsewhere, "link", name=second))
        await self.show("help-member", await ask(self.dee, self.public, "help"))
        await self.show("help-officer", await ask(self.officer, self.public, "help"))

    def _told(self, *kinds: type[Event]) -> Iterator[Any]:
        return (event for event in reversed(self.stage.told()) if isinstance(event, kinds))

    def _name(self, player: int) -> str:
        return self.stage.wom.server.players[player].name

    def _seen_lately(self) -> str:
        """Somebody whom Wise Old Man looked at in the last days, and not in the last 24 hours."""
        today = {event.player for event in self._told(Snapshot) if event.at > self.stage.now - _DAY}
        lately = [event for event in self._told(Snapshot) if event.at > self.stage.now - 4 * _DAY]
        return self._name(next(event.player for event in lately if event.player not in today))

    def _joined_within_a_month(self) -> str:
        """Somebody who joined a good while after the last 30 days began, and is looked at every day."""
        latest = self.stage.now - timedelta(days=10)
        joined = [event.player for event in self._told(MemberJoined) if event.at < latest]
        seen = {event.player for event in self._told(Snapshot) if event.at > self.stage.now - RECENT}
        return self._name(next(player for player in joined if player in seen))

    def _never_read(self) -> str:
        seen = {event.player for event in self._told(Snapshot)}
        return next(name for name in self.stage.present_names() if self.stage.player(name) not in seen)

    def _left(self, *, recently: bool) -> Iterator[int]:
        """Who left and did not come back: in the last two days, or before."""
        back = {event.player for event in self._told(MemberReturned)}
        for event in self._told(MemberLeft):
            if (self.stage.now - event.at < RECENT) is recently and event.player not in back:
                yield event.player
