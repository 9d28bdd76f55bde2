"""Ranks that disagree, and what is too little known to say so."""

from datetime import timedelta

import pytest

from bot.domain.change_sets import Roles
from bot.domain.drift import Drift, Ranked, ShownRank, drifts, rank_of_emoji, unknown_emojis
from bot.domain.ids import MemberId, UserId
from bot.domain.role_sync import Clanspeople, RoleSyncOptions, SyncAccount
from tests.present.makers import NOW

ORDER = ("owner", "onyx", "short_green_guy", "member")
ONYX, RUBY = 1, 2
OPTIONS = RoleSyncOptions(ranks={"onyx": ONYX, "ruby": RUBY})
M = MemberId(1)
JOHN = UserId(10)


@pytest.mark.parametrize(
    ("emoji", "rank"),
    [
        ("Onyx", "onyx"),
        ("onyx_", "onyx"),
        ("Clan_icon_-_Short_Green_Guy", "short_green_guy"),
        ("ShortGreenGuy", "short_green_guy"),
        ("rank_onyx", "onyx"),
        ("OnyxRank", "onyx"),
        ("👑", None),
        ("Zenyte", None),
        ("icon", None),
    ],
)
def test_an_emojis_name_is_folded(emoji: str, rank: str | None) -> None:
    assert rank_of_emoji(emoji, ORDER) == rank


def found(
    role: str | None = "onyx",
    *,
    emoji: str | None = None,
    shown_ago: int = 0,
    changed_ago: int | None = None,
    accounts: tuple[SyncAccount, ...] = (),
    held: Roles | None = None,
    earned: str | None = None,
    options: RoleSyncOptions = OPTIONS,
) -> list[Drift]:
    """Of one member."""
    changed = None if changed_ago is None else NOW - timedelta(days=changed_ago)
    shown = {} if emoji is None else {M: ShownRank(emoji, NOW - timedelta(days=shown_ago))}
    who = Clanspeople({JOHN: accounts} if accounts else {}, ORDER)
    people = {} if held is None else {JOHN: held}
    ranks = {} if earned is None else {M: earned}
    return drifts([Ranked(M, "Jo hn", role, changed)], ORDER, shown, who, people, options, ranks)


def mine(rank: str | None = "onyx", number: int = 1, name: str = "Jo hn") -> SyncAccount:
    return SyncAccount(MemberId(number), name, rank, in_clan=True)


def test_the_game_shows_another_rank_than_wom() -> None:
    (one,) = found(emoji="Member")
    assert (one.in_game, one.in_game_differs, one.discord_differs) == ("member", True, False)
    assert found(emoji="Onyx") == []


def test_what_is_unknown_disagrees_with_nothing() -> None:
    assert found() == []
    assert found(emoji="Zenyte") == []
    assert found(None, emoji="Member") == []
    assert found(None, accounts=(mine(None),), held=frozenset({RUBY})) == []
    assert found(None, earned="member") == []


def test_an_emoji_older_than_the_last_change_of_rank_says_nothing() -> None:
    assert found(emoji="Member", shown_ago=3, changed_ago=2) == []
    assert found(emoji="Member", shown_ago=2, changed_ago=3)
    (one,) = found(emoji="Member", shown_ago=3, changed_ago=2, earned="member")
    assert (one.in_game, one.emoji, one.earned_differs) == (None, "Member", True)


@pytest.mark.parametrize(
    ("role", "held", "differs"),
    [
        ("onyx", {ONYX}, False),
        ("onyx", {ONYX, 9}, False),
        ("onyx", set[int](), True),
        ("onyx", {RUBY}, True),
        ("onyx", {ONYX, RUBY}, True),
        ("member", set[int](), False),
        ("member", {ONYX}, True),
    ],
)
def test_discord_shows_another_rank_than_wom(role: str, held: set[int], differs: bool) -> None:
    assert bool(found(role, accounts=(mine(role),), held=frozenset(held))) is differs


def test_only_the_account_that_decides_is_compared_with_discord() -> None:
    accounts = (mine("member"), mine("onyx", 2, "Main"))
    assert found("member", accounts=accounts, held=frozenset({ONYX})) == []
    assert found("onyx", accounts=(mine(),), held=None) == [], "not in the server"
    unmapped = RoleSyncOptions()
    assert found(accounts=(mine(),), held=frozenset(), options=unmapped) == []


def test_they_stand_by_rank_and_then_by_name() -> None:
    members = [
        Ranked(MemberId(1), "b", "member"),
        Ranked(MemberId(2), "A", "member"),
        Ranked(MemberId(3), "z", "onyx"),
        Ranked(MemberId(4), "y", "newrank"),
    ]
    earned = {one.member: "owner" for one in members}
    rows = drifts(members, ORDER, {}, Clanspeople({}, ORDER), {}, OPTIONS, earned)
    assert [row.name for row in rows] == ["z", "A", "b", "y"]


def test_emojis_of_no_rank_are_listed_the_most_frequent_first() -> None:
    shown = [ShownRank(emoji, NOW) for emoji in ("Onyx", "Foo", "Bar", "Foo", "Baz")]
    assert unknown_emojis(shown, ORDER) == ["Foo", "Bar", "Baz"]
