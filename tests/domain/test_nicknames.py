"""Which names stand in a nickname, once its decorations are cut; never a part of a word."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import name_key
from bot.domain.nicknames import exact_keys, loose_keys, names_in, renamed

NAMES = st.text("abcXYZ019", min_size=1, max_size=5).flatmap(
    lambda first: st.sampled_from([first, f"{first} b", f"{first}-b", f"{first}_2"])
)


@pytest.mark.parametrize(
    ("nickname", "names"),
    [
        ("Jo hn", ("Jo hn",)),
        ("Jo hn | Onyx", ("Jo hn", "Onyx")),
        ("Jo hn/Alt", ("Jo hn", "Alt")),
        ("Jo hn - Onyx", ("Jo hn", "Onyx")),
        ("Jo hn, Alt & Other", ("Jo hn", "Alt", "Other")),
        ("[GIM] Jo hn", ("Jo hn",)),
        ("Jo hn (Peter)", ("Jo hn",)),
        ("🔥 Jo hn 🔥", ("Jo hn",)),
        ("🔥Jo hn🇳🇱", ("Jo hn",)),
        ("👩‍👩‍👧👍🏽 Jo hn 1️⃣", ("Jo hn",)),
        ("⚔️ Jo hn ⚔️ GIM", ("Jo hn", "GIM")),
        ("~*Jo hn*~!!", ("Jo hn",)),
        ("l-loi", ("l-loi",)),
        ("_jo_hn_", ("_jo_hn_",)),
        ("𝕁𝕠 ⓗⓝ", ("Jo hn",)),
        ("Alt | Alt", ("Alt",)),
        ("🔥 | ()", ()),
        ("", ()),
    ],
)
def test_decorations_are_cut(nickname: str, names: tuple[str, ...]) -> None:
    assert names_in(nickname) == names


@pytest.mark.parametrize(
    "nickname", ["Zezima's", "Ze★zima", "Zezima.2007", "Ze[x]zima", "Zezimá", "x\u200bZezima", "Zezima&co"]
)
def test_a_part_of_a_word_is_no_name(nickname: str) -> None:
    assert exact_keys(nickname).isdisjoint({name_key(part) for part in ("Zezima", "Ze", "zima", "x", "co")})
    assert loose_keys(nickname).isdisjoint({"zezima", "ze", "zima", "x", "co"})


@given(
    NAMES,
    st.sampled_from(["", "🔥", "⚔️ ", "[tag] ", "(x)", "~ ", "★"]),
    st.sampled_from(["", " 🔥", " | Role", " / Alt", " - Boss", "!", " (Alt)", "™"]),
)
def test_a_name_is_found_in_any_decoration(name: str, before: str, after: str) -> None:
    assert name_key(name) in exact_keys(before + name + after)


@given(st.text(string.ascii_letters[:6] + "01" + " -_|/[](){}<>~.,'&:+!*#", max_size=24))
def test_every_name_stands_in_the_nickname_as_whole_words(nickname: str) -> None:
    def stands_alone(name: str, at: int) -> bool:
        around = (nickname[at - 1 : at] if at else "", nickname[at + len(name) :][:1])
        return nickname.startswith(name, at) and not any(char.isalnum() for char in around)

    for name in names_in(nickname):
        assert any(stands_alone(name, at) for at in range(len(nickname)))


@pytest.mark.parametrize(
    ("nickname", "after"),
    [
        ("Zezima", "Lynx Titan"),
        ("[A] zezima | Onyx", "[A] Lynx Titan | Onyx"),
        ("zezima ★", "Lynx Titan ★"),
        ("Zezimas", None),
        ("Zezima / zezima", None),
        ("Zezima | Zezimas", None),
        ("Zezima / lynx-titan", None),
        ("Zezima | twenty more letters here", None),
    ],
)
def test_a_nickname_takes_a_new_name_where_it_says_the_former_one_once(
    nickname: str, after: str | None
) -> None:
    assert renamed(nickname, "Zezima", "Lynx Titan") == after


def test_other_capitals_are_followed_too_and_what_is_no_name_is_not() -> None:
    assert renamed("zezima", "zezima", "Zezima") == "Zezima"
    assert renamed("Zezima", "Zezima", "Zezima") is None
    assert renamed("Zezima", "not a name at all", "Zezima") is None
