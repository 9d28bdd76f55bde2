import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.present.text import (
    clip,
    cut_units,
    embed_problems,
    escape,
    fit_lines,
    pad,
    split_lines,
    tidy,
    units,
    verbatim,
    width,
)
from tests.present.makers import WIDEST_NICKNAME


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Jo hn", "Jo hn"),
        ("__x__", "\\_\\_x\\_\\_"),
        ("**b**", "\\*\\*b\\*\\*"),
        ("`c`", "\\`c\\`"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("1.5x", "1\\.5x"),
        ("<@123>", "\\<\\@123\\>"),
        ("<:x:1>", "\\<\\:x\\:1\\>"),
        ("[a](b)", "\\[a\\]\\(b\\)"),
        ("https://evil.example", "https\\://evil.example"),
    ],
)
def test_a_name_has_no_effect_on_the_text_around_it(name: str, safe: str) -> None:
    assert escape(name) == safe


def test_nobody_is_called_by_a_name() -> None:
    assert "@everyone" not in escape("@everyone")
    assert "@here" not in escape("@here")


def test_what_is_invisible_or_turns_a_line_around_is_dropped() -> None:
    assert tidy("a\u202eb\n\tc\x00 ") == "a b c"
    assert tidy("👨‍👩‍👧‍👦") == "👨‍👩‍👧‍👦"
    assert verbatim("a```b") == "a'''b"


def test_columns_are_counted_as_they_are_shown() -> None:
    assert width("Jo hn") == 5
    assert width("ホン") == 4
    assert width("👨‍👩‍👧‍👦") == 2
    assert width("🇳🇱🇧🇪") == 4
    assert width("é") == width("e\u0301") == 1
    assert width("❤️") == 2


def test_clipping_never_cuts_through_a_family_or_a_flag() -> None:
    assert clip(WIDEST_NICKNAME, 5) == "👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"
    assert clip("🇳🇱🇧🇪", 3) == "🇳🇱…"
    assert clip("short", 5) == "short"
    assert pad("ホン", 6) == "ホン  "


@given(st.text(), st.integers(1, 40))
def test_padded_text_fills_its_columns_exactly(text: str, columns: int) -> None:
    assert width(pad(tidy(text), columns)) == columns


@given(st.text(), st.integers(1, 40))
def test_cut_text_keeps_to_discords_count(text: str, limit: int) -> None:
    assert units(cut_units(text, limit)) <= limit


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30)), st.integers(20, 60))
def test_lines_that_do_not_fit_are_counted_and_none_is_broken(lines: list[str], limit: int) -> None:
    fitted = fit_lines(lines, limit)
    assert units(fitted) <= limit
    if fitted != "\n".join(lines):
        kept = fitted.split("\n")[:-1]
        assert kept == lines[: len(kept)]
        assert fitted.endswith(f"… and {len(lines) - len(kept)} more")


@given(st.lists(st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=30)))
def test_split_lines_lose_nothing(lines: list[str]) -> None:
    blocks = split_lines(lines, 40)
    assert all(units(block) <= 40 for block in blocks)
    joined = "\n".join(blocks).split("\n") if blocks else []
    assert [cut_units(line, 40) for line in lines] == joined


def test_every_limit_of_an_embed_is_checked() -> None:
    embed = discord.Embed(title="t" * 257, description="😀" * 2049)
    for _ in range(26):
        embed.add_field(name="n" * 257, value="v" * 1025)
    problems = "\n".join(embed_problems(embed))
    for what in ("title", "description", "name of field 3", "value of field 26", "embed", "number of fields"):
        assert what in problems
    assert embed_problems(discord.Embed(title="t" * 256, description="d" * 4096)) == ()
