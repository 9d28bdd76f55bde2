"""Lines that nobody knows to read are gathered by their form, without whom and how much they are about."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChannelId, MessageId
from bot.domain.names import name_key
from bot.domain.unknown_forms import UnknownForm, form_of, unknown_forms

NAMES = {name_key(name) for name in ("Zezima", "Jo hn", "Jo hn II", "99 Slayer", "x_x")}
CHAT, THERE = ChannelId(1), ChannelId(2)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("Zezima has opened a loot key worth 1,234 coins!", "‹name› has opened a loot key worth # coins!"),
        ("Jo_hn II beat JO-HN in 1:23.40", "‹name› beat ‹name› in #:#"),
        ("99 Slayer has 99 Slayer", "‹name› has ‹name›"),
        ("<:Onyx:1> <:Ironman:2> zezima\\-like\\. <:skull:3>", "‹name›-like. :skull:"),
        ("X\\_X met <@123> in <#456>", "‹name› met ‹name› in ‹name›"),
        ("Zezimas and Johnny\n are  nobody", "Zezimas and Johnny are nobody"),
        ("**Thirteen chars**: my number is 5", "**‹name›**: ‹text›"),
        ("<:Onyx:1> **B*b**: hi", "**B*b**: hi"),
        ("42", "#"),
    ],
)
def test_a_form_names_nobody_and_no_number(raw: str, form: str) -> None:
    assert form_of(raw, NAMES) == form


def test_lines_of_one_form_are_counted_together_and_the_newest_is_shown() -> None:
    lines = [
        (CHAT, MessageId(5), "Something else"),
        (CHAT, MessageId(3), "Zezima won 5 games"),
        (THERE, MessageId(4), "Jo hn won 12 games"),
        (CHAT, MessageId(6), "Another thing"),
    ]
    assert unknown_forms(lines, NAMES) == [
        UnknownForm("‹name› won # games", 2, THERE, MessageId(4)),
        UnknownForm("Another thing", 1, CHAT, MessageId(6)),
        UnknownForm("Something else", 1, CHAT, MessageId(5)),
    ]


@given(st.text(st.characters(exclude_characters=":"), max_size=300), st.sampled_from(["", "Jo-hn ", "7 "]))
def test_whatever_the_line_no_number_of_it_is_left(raw: str, start: str) -> None:
    assert not re.search("[0-9]", form_of(start + raw, NAMES))
