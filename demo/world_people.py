"""Who is in the made-up clan, since when, under which names, and what they are like."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.world_names import TELLING, NameMaker

RANKS = (
    ("owner", "Owner", 1),
    ("deputy_owner", "Deputy Owner", 2),
    ("zenyte", "Zenyte", 4),
    ("dragonstone", "Dragonstone", 8),
    ("onyx", "Onyx", 20),
    ("ruby", "Ruby", 45),
    ("emerald", "Emerald", 60),
    ("sapphire", "Sapphire", 80),
    ("recruit", "Recruit", 0),
)
OFFICER_RANKS = ("owner", "deputy_owner", "zenyte", "dragonstone")
_TYPES = ("regular",) * 60 + ("ironman",) * 28 + ("hardcore",) * 8 + ("ultimate",) * 4
_FIRST_PLAYER = 10_001


@dataclass
class Rename:
    """``at`` in the game; WOM hears of it at ``submitted`` and believes it at ``approved``."""

    at: datetime
    new: str
    submitted: datetime
    approved: datetime


@dataclass
class Account:
    """One game account: its story, and the habits that its numbers are drawn from.

    ``effort`` is the XP of a usual day, ``start_xp`` where it began. ``cadence`` is how
    often WOM looks at it, in days; 0 for never. ``overall_from`` is when the hiscores began
    to list its total.
    """

    player: int
    name: str
    role: str
    joined: datetime
    account_type: str = "regular"
    build: str = "main"
    left: datetime | None = None
    returned: datetime | None = None
    role_changes: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    renames: list[Rename] = field(default_factory=list[Rename])
    effort: float = 0.0
    start_xp: float = 0.0
    bossing: float = 0.0
    cadence: float = 1.0
    hour: float = 0.0
    game_talk: float = 0.0
    discord_talk: float = 0.0
    user: int | None = None
    overall_from: datetime | None = None

    def present(self, moment: datetime) -> bool:
        """Whether it is in the clan then; the moments of joining and leaving are out."""
        if moment <= self.joined:
            return False
        if self.left is None or moment < self.left:
            return True
        return self.returned is not None and moment > self.returned

    def name_at(self, moment: datetime) -> str:
        """Its name in the game then."""
        held = self.name
        for rename in self.renames:
            if rename.at <= moment:
                held = rename.new
        return held

    def being_renamed(self, moment: datetime) -> bool:
        """Whether WOM does not find it, because it still looks for the old name."""
        return any(rename.at <= moment <= rename.approved for rename in self.renames)


@dataclass
class Span:
    """The time of the story, and chance bound to it."""

    rng: random.Random
    begin: datetime
    end: datetime

    @property
    def days(self) -> float:
        return (self.end - self.begin) / timedelta(days=1)

    def day(self, number: float) -> datetime:
        """A moment so many days after the begin, to a whole millisecond."""
        return self.begin + timedelta(milliseconds=round(number * 86_400_000))

    def before_end(self, minutes: float) -> datetime:
        """A moment so many minutes before the end, to a whole millisecond."""
        return self.end - timedelta(milliseconds=round(minutes * 60_000))


def people(span: Span, members: int) -> list[Account]:
    """Everybody who was ever in the clan; ``members`` of them are in it at the end.

    Leavers and newcomers of the story come on top of, and out of, that number.
    """
    maker = NameMaker(span.rng)
    newcomers, leavers = max(members // 18, 3), max(members // 20, 4)
    accounts = [_account(span, maker, index) for index in range(members + leavers)]
    _give_ranks(accounts)
    _let_join(span, accounts[-newcomers:])
    _let_leave(span, accounts[len(accounts) // 3 : len(accounts) // 3 + leavers + 1])
    _rename(span, maker, accounts)
    _change_roles(span, accounts)
    _make_odd(span, accounts)
    return accounts


def _account(span: Span, maker: NameMaker, index: int) -> Account:
    rng = span.rng
    name = TELLING[index] if index < len(TELLING) else maker.make()
    effort = min(rng.lognormvariate(11.0, 1.2), 1_500_000.0)
    return Account(
        player=_FIRST_PLAYER + index,
        name=name,
        role="recruit",
        joined=span.day(-rng.uniform(5, 1200)),
        account_type=rng.choice(_TYPES),
        build="main" if rng.random() < 0.95 else rng.choice(("zerker", "def1", "f2p")),
        effort=0.0 if rng.random() < 0.08 else effort,
        start_xp=min(rng.lognormvariate(17.8, 1.3), 2_500_000_000.0),
        bossing=0.0 if rng.random() < 0.25 else rng.uniform(0.05, 1.0),
        cadence=_cadence(rng),
        hour=rng.uniform(0, 24),
        game_talk=min(rng.paretovariate(1.1) - 1, 25.0),
        discord_talk=min(rng.paretovariate(1.2) - 1, 15.0),
    )


def _cadence(rng: random.Random) -> float:
    """Most are looked at once a day, some whenever they log out, some when somebody thinks of it."""
    chance = rng.random()
    if chance < 0.2:
        return rng.uniform(0.25, 0.5)
    return 1.0 if chance < 0.87 else rng.uniform(3, 9)


def _give_ranks(accounts: list[Account]) -> None:
    ranked = sorted(accounts[len(TELLING) :], key=lambda account: account.joined) + accounts[: len(TELLING)]
    place = 0
    for key, _, count in RANKS:
        for account in ranked[place : place + count]:
            account.role = key
        place += count
    # So that the first of the list, whom the demo is about, holds a rank worth showing.
    accounts[0].role, accounts[7].role, accounts[8].role = "onyx", "zenyte", "ruby"


def _let_join(span: Span, accounts: list[Account]) -> None:
    gap = (span.days - 2) / len(accounts)
    for index, account in enumerate(accounts):
        account.role = "recruit"
        account.joined = span.day(1 + index * gap + span.rng.uniform(0, gap / 2))
    accounts[-1].joined = span.before_end(80)


def _let_leave(span: Span, accounts: list[Account]) -> None:
    gap = (span.days - 6) / len(accounts)
    for index, account in enumerate(accounts):
        account.left = span.day(1 + index * gap)
    accounts[-1].left = span.before_end(70)
    back = accounts[0]
    back.returned = span.day(span.days * 0.55)
    back.cadence = 1.0


def _rename(span: Span, maker: NameMaker, accounts: list[Account]) -> None:
    """Plain renames, A to B to C, capitals only, two recycled names, and one near the end."""
    whole = [item for item in accounts[len(TELLING) :] if item.left is None and item.joined < span.begin]
    for account in whole[:20]:
        account.cadence = 1.0
        account.game_talk = max(account.game_talk, 2.0)
    days = span.days
    for index, account in enumerate(whole[:8]):
        _take(span, account, span.day(days * (0.08 + 0.1 * index)), maker.make())
    _take(span, whole[8], span.day(days * 0.2), maker.make())
    _take(span, whole[8], span.day(days * 0.65), maker.make())
    _take(span, whole[9], span.day(days * 0.4), whole[9].name.swapcase())
    given_up, taken_by, newcomer = whole[10], whole[11], accounts[-4]
    _take(span, given_up, span.day(days * 0.25), maker.make())
    _take(span, taken_by, span.day(days * 0.6), given_up.name)
    _take(span, whole[12], span.day(days * 0.15), maker.make())
    newcomer.name = whole[12].name
    last = whole[13]
    last.renames.append(
        Rename(span.before_end(100), maker.make(), span.before_end(95), span.before_end(50)),
    )


def _take(span: Span, account: Account, at: datetime, new: str) -> None:
    submitted = at + timedelta(milliseconds=round(span.rng.uniform(1, 30) * 3_600_000))
    approved = submitted + timedelta(milliseconds=round(span.rng.uniform(1, 48) * 3_600_000))
    account.renames.append(Rename(at, new, submitted, approved))


def _change_roles(span: Span, accounts: list[Account]) -> None:
    keys = [key for key, _, _ in RANKS]
    stayers = [
        item for item in accounts if item.left is None and item.role in ("recruit", "sapphire", "emerald")
    ]
    stayers = [item for item in stayers if item.joined < span.begin]
    for account in span.rng.sample(stayers, min(24, len(stayers))):
        above = keys[keys.index(account.role) - 1]
        account.role_changes.append((span.day(span.rng.uniform(1, span.days - 1)), above))


def _make_odd(span: Span, accounts: list[Account]) -> None:
    """Accounts that were never updated, or that the hiscores list late."""
    plain = [item for item in accounts[40:] if item.left is None and not item.renames]
    plain = [item for item in plain if item.joined < span.begin]
    for account in plain[:6]:
        account.cadence = 0.0
    for account, start_xp in zip(plain[6:8], (900_000.0, 870_000.0), strict=True):
        account.cadence = 1.0
        # By WOM's rule a total that was not listed gains nothing: so neither do they in anything else.
        account.start_xp, account.effort, account.bossing = start_xp, 0.0, 0.0
        account.overall_from = span.day(span.days - 4)
    # The people one meets first should have something to show.
    for account in (accounts[0], accounts[7], accounts[8], accounts[9]):
        account.cadence, account.effort, account.bossing = 1.0, max(account.effort, 400_000.0), 0.6
        account.start_xp = max(account.start_xp, 150_000_000.0)
        account.game_talk, account.discord_talk = max(account.game_talk, 25.0), max(account.discord_talk, 9.0)
