"""Two spellings are one account exactly where Wise Old Man says so."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.errors import InvalidName
from bot.domain.names import loose_key, name_key, nearest

LETTERS = "abcxyzABCXYZ0189"
plain_names = st.text(LETTERS, min_size=1, max_size=12)
spelled_names = st.text(LETTERS + " -_\u00a0\t", max_size=14)
SEPARATORS = ("-", "_", " ", "\u00a0")


@pytest.mark.parametrize("spelling", ["l loi", "l-loi", "L_LOI", "  L\u00a0Loi ", "-l loi_"])
def test_separators_and_case_do_not_tell_two_accounts_apart(spelling: str):
    assert name_key(spelling) == "l loi"


def test_a_missing_separator_is_somebody_else():
    assert name_key("l-loi") != name_key("lloi")


def test_inner_double_spaces_are_kept():
    assert name_key("a_-b") == "a  b"


@pytest.mark.parametrize(
    "text", ["", "   ", "-_-", "thirteen_char", "naïve", "a.b", "ab\n\x00", "<@123>", "٣٤"]
)
def test_what_the_game_would_refuse_is_refused_with_the_text_itself(text: str):
    with pytest.raises(InvalidName) as refused:
        name_key(text)
    assert refused.value.name == text


@pytest.mark.parametrize("text", ["twelve_chars", " twelve chars "])
def test_twelve_characters_are_enough(text: str):
    assert name_key(text) == "twelve chars"


@given(spelled_names)
def test_folding_again_changes_nothing(text: str):
    try:
        key = name_key(text)
    except InvalidName:
        return
    assert name_key(key) == key
    assert 1 <= len(key) <= 12


@given(
    st.lists(plain_names, min_size=2, max_size=3), st.sampled_from(SEPARATORS), st.sampled_from(SEPARATORS)
)
def test_every_separator_is_the_same_one(parts: list[str], one: str, other: str):
    first, second = (joiner.join(part[:3] for part in parts) for joiner in (one, other))
    assert name_key(first) == name_key(second.upper())


@given(st.text(max_size=30))
@example("🦀 Jo-hn")
def test_any_text_has_a_loose_key_without_separators(text: str):
    assert loose_key(loose_key(text)) == loose_key(text)
    assert not any(character in loose_key(text) for character in "-_ ")


@pytest.mark.parametrize("spelling", ["Jo hn", "jo-HN", "_john "])
def test_loosely_names_are_alike_without_their_separators(spelling: str):
    assert loose_key(spelling) == "john"


CLAN = ("Jo hn", "Ann B", "Dee", "Zezima", "Iron Zez", "Cy")


@pytest.mark.parametrize(
    ("typed", "meant"), [("jhon", "Jo hn"), ("annb", "Ann B"), ("ZEZIMS", "Zezima"), ("ironzez", "Iron Zez")]
)
def test_a_slip_finds_the_name_that_was_meant_first(typed: str, meant: str):
    assert nearest(typed, CLAN)[0] == meant


def test_nothing_alike_is_nothing():
    assert nearest("qqqq", CLAN) == ()
    assert nearest("--", CLAN) == ()
    assert nearest("john", []) == ()


def test_no_more_names_than_asked_for_and_each_once():
    many = [f"Crab {number}" for number in range(9)]
    assert nearest("crab", many + many) == ("Crab 0", "Crab 1", "Crab 2")
    assert len(nearest("crab", many, limit=5)) == 5


@given(st.lists(spelled_names, max_size=6), plain_names)
def test_the_order_of_the_roster_does_not_matter(names: list[str], typed: str):
    assert nearest(typed, names) == nearest(typed, list(reversed(names)))
