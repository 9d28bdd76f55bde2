"""Which of a user's accounts speaks under a nickname."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.accounts import Account, Owned, main_first, speaks_for
from bot.domain.ids import MemberId
from bot.domain.names import name_key

NAMES = ("Jo hn", "John", "J ohn", "Alt", "Main", "Old")


def owned(number: int, name: str, *former: str, main: bool = False) -> Owned:
    return Owned(MemberId(number), name, main, frozenset({name_key(name)}), frozenset(map(name_key, former)))


MAIN, ALT = owned(1, "Jo hn", "Old", main=True), owned(2, "Alt", "J_o_hn 2")
BOTH = (MAIN, ALT)


def test_the_main_account_speaks_unless_the_nickname_names_another() -> None:
    assert speaks_for("Peter", BOTH) == 1
    assert speaks_for("Jo hn", BOTH) == 1
    assert speaks_for("[GIM] ALT 🔥", BOTH) == 2


def test_a_former_name_names_its_account_too_unless_another_has_it_now() -> None:
    assert speaks_for("J o hn 2", BOTH) == 2
    assert speaks_for("Old", (MAIN, owned(2, "Old"))) == 2


def test_a_name_without_its_separators_names_the_one_it_fits() -> None:
    assert speaks_for("a-lt", BOTH) == 2
    twins = (owned(1, "Peter", main=True), owned(2, "Jo hn"), owned(3, "J ohn"))
    assert speaks_for("john", twins) == 1
    assert speaks_for("j_ohn", twins) == 3


def test_a_nickname_that_names_several_is_the_main_accounts() -> None:
    three = (*BOTH, owned(3, "Third"))
    assert speaks_for("Alt / Third", three) == 1
    assert speaks_for("Alt | Jo hn", BOTH) == 1


def test_nobody_without_an_account_speaks_for_one() -> None:
    assert speaks_for("Jo hn", ()) is None


def test_without_a_main_account_it_is_the_first_by_name() -> None:
    assert speaks_for("Peter", (owned(2, "Bbb"), owned(1, "Ccc"))) == 2


accounts = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.permutations(
        [owned(number, name, main=number == 1) for number, name in enumerate(names, start=1)]
    )
)
nicknames = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from([*NAMES, "jo-hn", "A LT", "Somebody"]), min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from([" | ", " / ", " 🔥 "]).map(lambda mark: mark.join(parts))
    ),
)


@given(nicknames, accounts)
def test_the_order_of_accounts_does_not_matter_and_always_one_of_them_speaks(
    nickname: str, mine: list[Owned]
) -> None:
    speaker = speaks_for(nickname, mine)
    assert speaker in {one.member for one in mine}
    assert speaks_for(nickname, list(reversed(mine))) == speaker
    if nickname.isascii():
        assert speaks_for(nickname.upper(), mine) == speaks_for(nickname.lower(), mine)


@given(nicknames, accounts, st.sampled_from(NAMES))
def test_an_account_more_changes_who_speaks_only_if_it_speaks_or_is_named_too(
    nickname: str, mine: list[Owned], name: str
) -> None:
    before = speaks_for(nickname, mine)
    if any(one.name == name for one in mine):
        return
    after = speaks_for(nickname, [*mine, owned(99, name)])
    main = next(one.member for one in mine if one.is_main)
    assert after in {before, 99, main}


@given(accounts, st.sampled_from(["{}", "{} | Onyx 1", "[tag] {}", "🔥 {} 🔥", "{} (Peter)"]))
def test_an_accounts_present_name_always_names_it(mine: list[Owned], decoration: str) -> None:
    for one in mine:
        assert speaks_for(decoration.format(one.name), mine) == one.member


def test_accounts_that_do_not_stand_come_last_and_are_never_main() -> None:
    listed = main_first(
        [
            Account(MemberId(1), "Aaa", verified=False, is_main=True, stands=False),
            Account(MemberId(3), "Ccc", verified=False, is_main=False),
            Account(MemberId(2), "Bbb", verified=True, is_main=False),
        ]
    )
    assert [(one.name, one.is_main) for one in listed] == [("Bbb", True), ("Ccc", False), ("Aaa", False)]
