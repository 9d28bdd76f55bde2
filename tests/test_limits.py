"""Whatever names, numbers and periods there are, an answer stays within what Discord takes."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import errors
from bot.domain.accounts import Account, LinkChange, LinkNotice, MyAccounts, OpenCode, PendingName
from bot.domain.cards import Chat, Comparison, Figure, MemberCard
from bot.domain.desk_errors import RuleProblem
from bot.domain.errors import UserError
from bot.domain.ids import ClanId, MemberId, NameKey, UserId
from bot.domain.leaderboards import Board, Entry, rank
from bot.domain.link_review import Claim, Talker, Unseen
from bot.domain.mass_leaves import LeaveVerdict
from bot.domain.metrics import ALL_METRICS, Metric, metric
from bot.domain.periods import Period
from bot.domain.proofs import (
    LONGEST_EXPIRY,
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_KINDS,
    MOST_VALUES,
    MyProofs,
    Proof,
    ProofId,
    ProofKind,
    kinds_of,
)
from bot.domain.suggestions import Suggestion
from bot.domain.today import Awaits, Found
from bot.domain.worklist import Step, StepId, StepKind, grouped
from bot.present import links
from bot.present.accounts import accounts_page, link_panel, notice
from bot.present.board import leaderboard_page, my_place, pages
from bot.present.card import member_card
from bot.present.compare import comparison
from bot.present.errors import explain, unexpected
from bot.present.help import Audience, CommandHelp, help_pages
from bot.present.proofs import (
    decided_message,
    kinds_page,
    member_proofs_page,
    my_proofs_page,
    proof_notice,
    queue_page,
)
from bot.present.text import EMBED_LIMIT, embed_problems, units
from bot.present.today import today_page
from bot.present.worklist import worklist_page
from tests.present.makers import AMSTERDAM, NOW, WIDEST_NICKNAME, period

CONTENT_LIMIT = 2000
LARGEST = 2**63 - 1

names = st.one_of(
    st.text(min_size=1, max_size=100),
    st.text("*_~`|<>@#\\[]()-", min_size=1, max_size=100),
    st.sampled_from(["W" * 12, WIDEST_NICKNAME, "@everyone", "👨‍👩‍👧‍👦" * 12]),
)
values = st.none() | st.integers(0, LARGEST)
metrics = st.sampled_from(ALL_METRICS) | names.map(lambda name: metric(name * 3))
periods = st.sampled_from(
    ["all", "9y9m9w9d9h", "this-week", "2013-02-28..2026-11-18", "yesterday", "7d"]
).map(period)
moments = st.none() | st.integers(0, 5_000).map(lambda days: NOW - timedelta(days=days))


@st.composite
def boards(draw: st.DrawFn) -> Board:
    of, span = draw(metrics), draw(periods)
    entries = [
        Entry(MemberId(number), draw(names), draw(values), draw(moments))
        for number in range(1, draw(st.integers(1, 25)))
    ]
    standings, unmeasured = rank(entries)
    unattributed = draw(st.integers(0, LARGEST))
    since = draw(moments)
    return Board(
        ClanId(1), draw(names), of, span, standings, unmeasured, draw(moments), None, unattributed, since
    )


figures = st.builds(Figure, metrics, values, st.none() | st.integers(1, 999), st.integers(0, 999), moments)
chats = st.builds(
    Chat,
    values,
    st.integers(0, LARGEST),
    values,
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.integers(1, 999),
    st.integers(0, 999),
    moments,
)
cards = st.builds(
    MemberCard,
    clan=st.just(ClanId(1)),
    clan_name=names,
    member=st.just(MemberId(1)),
    name=names,
    rank=st.none() | names,
    account_type=names,
    joined_at=moments,
    left_at=moments,
    period=periods,
    figures=st.lists(figures, max_size=6).map(tuple),
    chat=chats,
    highlights=st.lists(figures, max_size=3).map(tuple),
    total_xp=values,
    total_level=values,
    checked_at=moments,
    notes=st.lists(names, max_size=5).map(tuple),
)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    count = draw(st.integers(2, 5))
    rows: list[tuple[Metric, tuple[int | None, ...]]] = [
        (of, tuple(draw(values) for _ in range(count))) for of in draw(st.lists(metrics, max_size=12))
    ]
    shown: Period = draw(periods)
    called = tuple(draw(names) for _ in range(count))
    ids = tuple(MemberId(number) for number in range(count))
    return Comparison(ClanId(1), draw(names), shown, ids, called, tuple(rows), draw(moments))


@given(boards(), st.integers(-2, 5), st.booleans())
def test_every_page_of_every_board_fits(board: Board, page: int, as_of: bool) -> None:
    for highlight in (None, MemberId(1)):
        embed = leaderboard_page(board, page, AMSTERDAM, highlight=highlight, as_of=as_of)
        assert embed_problems(embed) == ()
    assert units(my_place(board, MemberId(1), AMSTERDAM, as_of=as_of)) <= CONTENT_LIMIT
    assert pages(board) >= 1


@given(cards, st.booleans())
def test_every_card_fits(card: MemberCard, as_of: bool) -> None:
    assert embed_problems(member_card(card, AMSTERDAM, as_of=as_of)) == ()


@given(comparisons(), st.booleans())
def test_every_comparison_fits_discord_and_a_phone(compared: Comparison, as_of: bool) -> None:
    embed = comparison(compared, AMSTERDAM, as_of=as_of)
    assert embed_problems(embed) == ()


members = st.integers(1).map(MemberId)
users = st.integers(1, LARGEST).map(UserId)
accounts = st.builds(Account, members, names, st.booleans(), st.booleans(), st.booleans())
codes = st.builds(OpenCode, members, names, st.just("0042"), st.just(NOW))
mine = st.builds(
    MyAccounts,
    accounts=st.lists(accounts, max_size=400),
    pending=st.lists(st.builds(PendingName, st.just(NameKey("name")), names), max_size=5),
    codes=st.lists(codes, max_size=3),
    hears_chat=st.booleans(),
    kept=st.none() | names,
    nearest=st.lists(names, max_size=30).map(tuple),
)
commands = st.builds(
    CommandHelp, names, names, st.sampled_from(Audience), st.none() | st.integers(1, LARGEST)
)


@given(mine)
def test_any_number_of_accounts_fits(found: MyAccounts) -> None:
    assert embed_problems(accounts_page(found)) == ()


suggestions = st.builds(Suggestion, users, names, members, names, st.booleans())
claims = st.builds(
    Claim,
    users,
    members,
    names,
    st.none() | names,
    st.just(NOW),
    st.none() | names,
    st.booleans(),
    st.integers(0, 999),
    st.booleans(),
)
unseen = st.builds(Unseen, members, names, st.none() | names, moments, st.booleans(), st.none() | users)
many_names = st.lists(names, min_size=1, max_size=5).map(tuple)
talkers = st.builds(Talker, st.none() | users, many_names, st.integers(0, LARGEST), st.booleans())


@given(st.data(), st.integers(-2, 5), st.booleans())
def test_every_list_of_links_fits(data: st.DataObject, page: int, complete: bool) -> None:
    found = data.draw(st.lists(suggestions, max_size=45))
    pages_of_links = (
        links.review_page(data.draw(st.lists(claims, max_size=9)), page, complete=complete),
        links.suggestions_page(found, page, complete=complete),
        links.unseen_page(data.draw(st.lists(unseen, max_size=45)), page, complete=complete),
        links.talk_page(
            data.draw(st.lists(talkers, max_size=45)),
            page,
            since=NOW,
            observed_since=data.draw(moments),
            complete=complete,
        ),
        links.user_page(UserId(5), data.draw(st.none() | names), data.draw(mine).accounts, found),
        link_panel(data.draw(names)),
    )
    assert [embed_problems(embed) for embed in pages_of_links] == [()] * len(pages_of_links)
    assert units(links.accepted(found)) <= CONTENT_LIMIT


@given(st.sampled_from(LinkChange), names, names)
def test_what_users_are_told_fits(change: LinkChange, clan: str, name: str) -> None:
    words = notice(LinkNotice(UserId(5), clan, name, change))
    assert 0 < units(words) <= CONTENT_LIMIT
    assert "@everyone" not in words


@given(st.lists(commands, max_size=100), st.sampled_from(Audience), st.none() | names, st.booleans())
def test_help_fits(listed: list[CommandHelp], audience: Audience, clan: str | None, linked: bool) -> None:
    pages = help_pages(listed, audience, clan_name=clan, linked=linked)
    assert all(embed_problems(page) == () for page in pages)
    assert sum(units(page.title or "") + units(page.description or "") for page in pages) <= EMBED_LIMIT


def every_error() -> list[type[UserError]]:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in found if issubclass(kind, UserError) and kind is not UserError]


typed = st.text(min_size=1, max_size=6_000) | names
"""As long as Discord lets people type."""
ARGUMENTS: dict[Any, st.SearchStrategy[Any]] = {
    str: typed,
    tuple[str, ...]: st.lists(names, max_size=30).map(tuple),
    tuple[RuleProblem, ...]: st.lists(
        st.builds(RuleProblem, line=st.integers(0, LARGEST), place=typed, reason=typed), max_size=30
    ).map(tuple),
    int: st.integers(0, LARGEST),
    bool: st.booleans(),
    LeaveVerdict: st.sampled_from(LeaveVerdict),
    datetime | None: moments,
    datetime: moments.filter(bool),
}


def any_error(kind: type[UserError]) -> st.SearchStrategy[UserError]:
    """Any error of a kind."""
    return st.builds(kind, **{one.name: ARGUMENTS[one.type] for one in fields(kind)})


@given(st.sampled_from(every_error()).flatmap(any_error))
def test_every_refusal_fits_and_pings_nobody(error: UserError) -> None:
    words = explain(error)
    assert 0 < units(words) <= CONTENT_LIMIT
    assert "@everyone" not in words


def test_the_words_for_a_fault_fit() -> None:
    assert units(unexpected("0" * 32)) <= CONTENT_LIMIT


ranks = st.none() | st.from_regex(r"[a-z_]{1,40}", fullmatch=True)
steps = st.builds(
    Step,
    id=st.integers(1, 36**4).map(StepId),
    kind=st.sampled_from(StepKind),
    member=members,
    name=names,
    from_rank=ranks,
    to_rank=ranks,
    origin=st.just("x"),
    added_at=st.just(NOW),
    added_by=users,
    gone=st.booleans(),
    done_at=st.just(NOW),
    done_by=users,
)


@given(st.lists(steps, max_size=400), st.integers(-1, 9))
def test_every_page_of_the_worklist_fits(found: list[Step], page: int) -> None:
    groups = grouped(found, ("onyx",))
    for shown in [*list(groups)[:3], *([] if groups else [None])]:
        assert embed_problems(worklist_page(groups, shown, page, found[:300])) == ()


proofs = st.builds(
    Proof,
    id=st.integers(1).map(ProofId),
    member=members,
    name=names,
    kind=st.sampled_from(["event", "gone"]),
    value=st.none() | names,
    note=st.text(max_size=300),
    submitted_by=users,
    submitted_at=st.just(NOW),
    by_officer=st.booleans(),
    approved=st.none() | st.booleans(),
    decided_by=st.none() | users,
    decided_at=st.just(NOW),
    expires_at=moments,
    withdrawn_at=moments,
)
proof_kinds = st.builds(
    ProofKind,
    key=st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
    name=st.text("*_`|", min_size=1, max_size=LONGEST_NAME),
    values=st.lists(st.text(min_size=1, max_size=LONGEST_VALUE), max_size=MOST_VALUES).map(tuple),
    expires_days=st.none() | st.integers(1, LONGEST_EXPIRY),
)


@given(st.lists(proofs, max_size=60), st.lists(proof_kinds, max_size=MOST_KINDS), names)
def test_every_list_of_proofs_fits(found: list[Proof], changed: list[ProofKind], name: str) -> None:
    kinds = kinds_of(changed)
    mine = MyProofs(found, kinds, (name, name), (name,), ProofId(1))
    pages = [my_proofs_page(mine, NOW), my_proofs_page(MyProofs((), kinds, (), (name,) * 99), NOW)]
    pages += [member_proofs_page(name, found, kinds, NOW), kinds_page(kinds.values())]
    pages += [queue_page(found, kinds, page) for page in (0, 99)]
    for one in found[:3]:
        pages.append(proof_notice(one, kinds, NOW))
        assert units(decided_message(one, kinds, name)) <= CONTENT_LIMIT
    assert [embed_problems(page) for page in pages] == [()] * len(pages)


found_things = st.builds(
    Found, st.integers(1, LARGEST), st.lists(names, max_size=400).map(tuple), moments, st.none() | names
)


@given(st.dictionaries(st.sampled_from(Awaits), found_things), names)
def test_what_waits_today_fits(found: dict[Awaits, Found], name: str) -> None:
    for ids in ({}, {"setup": LARGEST, "member": LARGEST, "officer": LARGEST}):
        assert embed_problems(today_page(name, found, ids, NOW)) == ()
