"""A clan of the widest names and the largest numbers, on a server of its own."""

from datetime import datetime
from typing import Final

from demo.gallery.tour import Tour
from demo.gallery.tour_officers import POLL
from demo.wom.catalogue import BOSSES
from demo.world_metrics import MOST_XP, SKILLS

GROUP: Final = 4799
NAME: Final = "Wwwww Mmmmm Wwwww Mmmmm Wwwwww"
"""As long as Wise Old Man allows, of wide letters."""
MEMBERS: Final = 120
_FIRST_PLAYER: Final = 90_001
_LETTERS: Final = "MW"
_NAME_LENGTH: Final = 12
_ALL_XP: Final = 4_600_000_000
_HOURS: Final = 99_999.9
_KILLS: Final = 99_999


def widest_name(number: int) -> str:
    """One of 4,096 names of twelve of the widest letters."""
    return "".join(_LETTERS[number >> bit & 1] for bit in range(_NAME_LENGTH))


class ExtremesTour:
    """Whether every screen still holds them."""

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self.stage = tour.stage

    async def all(self) -> None:
        """Two looks at everybody, an hour apart, and then the screens."""
        recorder, show = self.tour.recorder, self.tour.show
        owner, channel = self.stage.another_server()
        self.tour.places[channel.id] = channel
        self._found_clan()
        found = await recorder.slash(owner, channel, "setup", group=str(GROUP))
        await show("widest-setup", await recorder.press(owner, found, "Yes"))
        self._look(self.stage.now, 2)
        await self.tour.later(POLL)
        self._look(self.stage.now, 1)
        await self.tour.later(POLL)
        first, *others = (widest_name(number) for number in range(5))
        await recorder.slash(owner, channel, "link", name=others[0])
        await owner.send(channel, "hello")
        await self.tour.later()
        await show("widest-link", await recorder.slash(owner, channel, "link", name=first))
        await show("widest-stats", await recorder.slash(owner, channel, "stats", player=first))
        five = dict(zip(("first", "second", "third", "fourth", "fifth"), (first, *others), strict=True))
        await show("widest-compare", await recorder.slash(owner, channel, "compare", **five))
        await show("widest-board-gained", await recorder.slash(owner, channel, "leaderboard"))
        board = await recorder.slash(owner, channel, "leaderboard", period="all")
        for _ in range(self.tour.pages_of(board) - 1):
            await recorder.press(owner, board, "▶")
        await show("widest-board", board)

    def _found_clan(self) -> None:
        wom, now = self.stage.wom.server, self.stage.now
        wom.add_group(GROUP, NAME, ("owner", "member"), at=now)
        for number in range(MEMBERS):
            name, player = widest_name(number), _FIRST_PLAYER + number
            wom.add_player(name, player, at=now, account_type="hardcore")
            wom.join(GROUP, player, "member" if number else "owner", now)

    def _look(self, at: datetime, share: int) -> None:
        """Everybody has everything there is, divided by ``share``; no two have the same."""
        for number in range(MEMBERS):
            whole = dict.fromkeys(SKILLS, MOST_XP) | dict.fromkeys(BOSSES, _KILLS) | {"overall": _ALL_XP}
            values = {name: (value - number) // share for name, value in whole.items()}
            hours = dict.fromkeys(("ehp", "ehb"), (_HOURS - number) / share)
            self.stage.wom.server.record(_FIRST_PLAYER + number, values | hours, at, level=2_376)
