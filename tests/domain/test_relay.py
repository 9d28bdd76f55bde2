"""What the relay's lines are read as: chat of a named player, announcements of the game, or unknown."""

import string

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.relay import (
    Broadcast,
    BroadcastKind,
    ChatLine,
    EmbedText,
    UnknownLine,
    read_line,
    share_understood,
)

NBSP = "\N{NO-BREAK SPACE}"

# Every form of the game, as it stands in the chat, before a relay escapes it.
BROADCASTS: list[tuple[str, BroadcastKind, dict[str, str | int]]] = [
    (
        "received a new collection log item: Abyssal whip (12/1,487)",
        BroadcastKind.COLLECTION_LOG,
        {"item": "Abyssal whip", "done": 12, "total": 1487},
    ),
    (
        "received a new collection log item: Dragon dagger (p++) (3/1487)",
        BroadcastKind.COLLECTION_LOG,
        {"item": "Dragon dagger (p++)", "done": 3, "total": 1487},
    ),
    (
        "received a drop: 1 x Twisted bow (1,530,274,199 coins) from Great Olm.",
        BroadcastKind.DROP,
        {"quantity": 1, "item": "Twisted bow", "coins": 1_530_274_199, "source": "Great Olm"},
    ),
    (
        "received a drop: 2,500 x Runite bolts (unf) (250,000 coins) from Zulrah.",
        BroadcastKind.DROP,
        {"quantity": 2500, "item": "Runite bolts (unf)", "coins": 250_000, "source": "Zulrah"},
    ),
    (
        "received a drop: 3rd age bow (2,000,000 coins) from Clue from afar.",
        BroadcastKind.DROP,
        {"quantity": 1, "item": "3rd age bow", "coins": 2_000_000, "source": "Clue from afar"},
    ),
    ("received a drop: Bones (1 coin).", BroadcastKind.DROP, {"quantity": 1, "item": "Bones", "coins": 1}),
    (
        "received a drop: 3 x Pet rock from Lumbridge.",
        BroadcastKind.DROP,
        {"quantity": 3, "item": "Pet rock", "source": "Lumbridge"},
    ),
    ("received a drop: Pet rock.", BroadcastKind.DROP, {"quantity": 1, "item": "Pet rock"}),
    (
        "received special loot from a raid: Dexterous prayer scroll.",
        BroadcastKind.RAID_LOOT,
        {"item": "Dexterous prayer scroll"},
    ),
    (
        "has a funny feeling like she's being followed: Pet snakeling at 1,204 kills.",
        BroadcastKind.PET,
        {"pet": "Pet snakeling", "kills": 1204},
    ),
    (
        "has a funny feeling like he's being followed: Heron at 5,000,000 XP.",
        BroadcastKind.PET,
        {"pet": "Heron", "xp": 5_000_000},
    ),
    (
        "has a funny feeling like they're being followed: Bloodhound at 40 caskets.",
        BroadcastKind.PET,
        {"pet": "Bloodhound", "count": 40},
    ),
    (
        "has a funny feeling like he’s being followed: Rocky.",
        BroadcastKind.PET,
        {"pet": "Rocky"},
    ),
    ("has reached Slayer level 99.", BroadcastKind.LEVEL, {"skill": "Slayer", "level": 99}),
    ("has reached 200,000,000 XP in Attack.", BroadcastKind.XP, {"skill": "Attack", "xp": 200_000_000}),
    ("has reached combat level 126.", BroadcastKind.COMBAT_LEVEL, {"level": 126}),
    ("has reached a total level of 2,277.", BroadcastKind.TOTAL_LEVEL, {"level": 2277}),
    (
        "has achieved a new Chambers of Xeric (Team Size: 3) personal best: 25:12.60",
        BroadcastKind.PERSONAL_BEST,
        {"boss": "Chambers of Xeric", "team_size": 3, "centiseconds": 151_260},
    ),
    (
        "has achieved a new Theatre of Blood (Team Size: Solo) personal best: 1:02:03",
        BroadcastKind.PERSONAL_BEST,
        {"boss": "Theatre of Blood", "team_size": 1, "centiseconds": 372_300},
    ),
    (
        "has achieved a new Chambers of Xeric (Team Size: 24+ players) personal best: 20:00.6",
        BroadcastKind.PERSONAL_BEST,
        {"boss": "Chambers of Xeric", "team_size": 24, "centiseconds": 120_060},
    ),
    (
        "has achieved a new Zulrah personal best: 0:52.05",
        BroadcastKind.PERSONAL_BEST,
        {"boss": "Zulrah", "centiseconds": 5205},
    ),
    (
        "has completed a master combat task: Nibblers, Begone!.",
        BroadcastKind.COMBAT_TASK,
        {"tier": "master", "task": "Nibblers, Begone!"},
    ),
    (
        "has completed an Easy combat task: Noxious Foe.",
        BroadcastKind.COMBAT_TASK,
        {"tier": "Easy", "task": "Noxious Foe"},
    ),
    ("has completed the Elite combat achievements.", BroadcastKind.COMBAT_TIER, {"tier": "Elite"}),
    (
        "has been defeated by Pk Er in The Wilderness (level 30) and lost (1,234 coins) worth of loot.",
        BroadcastKind.DEFEATED_BY,
        {"other": "Pk Er", "place": "The Wilderness (level 30)", "coins": 1234},
    ),
    (
        "has defeated Low-Lvl and received (987,654 coins) worth of loot!",
        BroadcastKind.DEFEATED,
        {"other": "Low-Lvl", "coins": 987_654},
    ),
    ("has been invited into the clan by Big Boss.", BroadcastKind.INVITED, {"other": "Big Boss"}),
    ("has left the clan.", BroadcastKind.LEFT, {}),
    ("has been expelled from the clan by Big_Boss.", BroadcastKind.EXPELLED, {"other": "Big_Boss"}),
    (
        "has completed a quest: Another Slice of H.A.M.",
        BroadcastKind.QUEST,
        {"quest": "Another Slice of H.A.M."},
    ),
    (
        "has completed the Hard Lumbridge & Draynor diary.",
        BroadcastKind.DIARY,
        {"tier": "Hard", "area": "Lumbridge & Draynor"},
    ),
]

LEGAL = string.ascii_letters + string.digits
OUTER = st.sampled_from(LEGAL)
INNER = st.text(st.sampled_from(LEGAL + " -_" + NBSP), max_size=10)
names = st.tuples(OUTER, INNER, OUTER).map("".join)
emojis = st.sampled_from(["", "<:Zenyte:123>", "<a:Zenyte:123> <:Ironman_chat_badge:456> ", "👑 "])


def escaped(text: str) -> str:
    """As a relay escapes: everything that could be Markdown, and the marks seen in its lines."""
    return discord.utils.escape_markdown(text, ignore_links=False).replace("-", r"\-").replace(".", r"\.")


def describe_case(case: object) -> str | None:
    return case if isinstance(case, str) else None


@pytest.mark.parametrize("name", ["Bob", "l-loi", "_x_", "a b_c-d" + NBSP + "e", "2 x Has left"])
@pytest.mark.parametrize(("text", "kind", "detail"), BROADCASTS, ids=describe_case)
def test_each_of_the_games_announcements_is_read_with_its_values(
    name: str, text: str, kind: BroadcastKind, detail: dict[str, str | int]
):
    expected = Broadcast(kind, name, detail)
    assert read_line(f"{name} {text}") == expected
    assert read_line(escaped(f"{name} {text}")) == expected
    assert read_line(f"<:Owner:1><:Ironman_chat_badge:2> {escaped(name)} {text}") == expected
    assert read_line("", [EmbedText(description=escaped(f"{name} {text}"))]) == expected
    assert (
        read_line("", [EmbedText(description=f"👑 <:Iron_badge:2> {escaped(f'{name} {text}')}")]) == expected
    )


def test_every_kind_of_announcement_is_covered():
    assert {kind for _, kind, _ in BROADCASTS} == set(BroadcastKind)


@pytest.mark.parametrize(("text", "kind", "detail"), BROADCASTS, ids=describe_case)
def test_nobody_makes_an_announcement_by_chatting(
    text: str, kind: BroadcastKind, detail: dict[str, str | int]
):
    fake = f"Victim {text}"
    for line in (
        read_line(f"**Faker**: {fake}"),
        read_line(f"<:Zenyte:1> **Faker**: {escaped(fake)}"),
        read_line(f"**Faker**:\n{fake}"),
        read_line("", [EmbedText(author="Faker", description=fake)]),
        read_line("", [EmbedText(title="Faker", description=fake)]),
        read_line("", [EmbedText(author="⚔ Clan chat of all ⚔", title="**Faker**", description=fake)]),
    ):
        assert isinstance(line, ChatLine)
        assert line.name == "Faker"


def test_text_under_a_heading_that_is_no_name_proves_nothing():
    fakes = ["Victim has left the clan.", "**Victim**: I quit"]
    for fake in fakes:
        line = read_line("", [EmbedText(author="[Zenyte] Faker (main)", description=fake)])
        assert line == UnknownLine(f"[Zenyte] Faker (main)\n{fake}")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("**Bob**: hi", ChatLine("Bob", 2)),
        ("**Bob:** hi there", ChatLine("Bob", 8)),
        ("**Bob**\\: hi", ChatLine("Bob", 2)),
        ("**Bob**:", ChatLine("Bob", 0)),
        ("**l\\-loi**: gz\\.", ChatLine("l-loi", 3)),
        ("**\\_x\\_**: \\:\\) \\*w\\*", ChatLine("_x_", 6)),
        (f"**Jo{NBSP}hn**: hi", ChatLine(f"Jo{NBSP}hn", 2)),
        ("**B\u200bob**: hi", ChatLine("Bob", 2)),
        ("**Bob**: **Eve**: I said *nothing*", ChatLine("Bob", 25)),
        ("**Bob**: ¯\\\\\\_(ツ)\\_/¯", ChatLine("Bob", 9)),
        ("**Bob**: C\\o/", ChatLine("Bob", 4)),
        ("<:Zenyte:123> **Bob**: hi", ChatLine("Bob", 2, "Zenyte")),
        (
            "<:Zenyte:123> <:Ironman_chat_badge:456> **Bob**: hi",
            ChatLine("Bob", 2, "Zenyte", ("Ironman_chat_badge",)),
        ),
        ("<:Ironman_chat_badge:456>**Bob**: hi", ChatLine("Bob", 2, None, ("Ironman_chat_badge",))),
        ("<a:Owner:1> <:Helm:2> **Bob**: hi", ChatLine("Bob", 2, "Owner", ("Helm",))),
        (":Owner: **Bob**: hi", ChatLine("Bob", 2, "Owner")),
        ("🛡\ufe0f **Bob**: hi", ChatLine("Bob", 2, "🛡")),
        ("\u200b **Bob**: hi", ChatLine("Bob", 2)),
        ("👨\u200d🌾 **Bob**: hi", ChatLine("Bob", 2, "👨\u200d🌾")),
    ],
)
def test_a_chat_line_gives_its_speaker_rank_and_length(content: str, line: ChatLine):
    assert read_line(content) == line


@pytest.mark.parametrize(
    ("embed", "line"),
    [
        (EmbedText(author="Bob", description="hi"), ChatLine("Bob", 2)),
        (EmbedText(title="l\\-loi", description="hi"), ChatLine("l-loi", 2)),
        (EmbedText(title="<:Zenyte:1> **Bob**", description="hi"), ChatLine("Bob", 2, "Zenyte")),
        (EmbedText(author=" ", title="Bob", description="gz\\."), ChatLine("Bob", 3)),
        (EmbedText(author="Bob"), ChatLine("Bob", 0)),
        (EmbedText(description="**Bob**: hi"), ChatLine("Bob", 2)),
    ],
)
def test_an_embed_names_its_speaker_in_its_author_or_title(embed: EmbedText, line: ChatLine):
    assert read_line("", [embed]) == line


def test_a_links_preview_does_not_speak_for_the_player():
    preview = EmbedText(author="Victim", title="A video", description="watch")
    assert read_line("**Bob**: https://example.org/v", [preview]) == ChatLine("Bob", 21)


def test_the_first_readable_embed_counts():
    embeds = [EmbedText(), EmbedText(title="Something longer"), EmbedText(author="Bob", description="hi")]
    assert read_line(" ", embeds) == ChatLine("Bob", 2)
    assert read_line("", embeds[:2]) == UnknownLine("Something longer")


@pytest.mark.parametrize("embeds", [(), (EmbedText(),), (EmbedText("", " ", "\n"),)])
def test_a_message_without_text_is_no_line(embeds: tuple[EmbedText, ...]):
    assert read_line(" \n", embeds) is None


@pytest.mark.parametrize(
    "content",
    [
        "hello",
        "Bob has learned to fly.",
        "**Thirteen chars**: hi",
        "**B*b**: hi",
        "****: hi",
        "**Bob** has left the clan.",
        "Thirteenchars has left the clan.",
        "B.b has left the clan.",
        "Bob has been expelled from the clan by the whole council.",
        "Bob has left the clan. Again.",
        "Bob has reached Slayer level 9999999999999999999.",
        "Bob has reached Slayer level ٣.",
        "Bob has reached Slayer level 1,0.",
        "Bob has achieved a new Zulrah personal best: fast",
        "Bob has left\nthe clan.",
        "Bob received a drop: " + "x" * 500,
        "<:Zenyte:1>",
    ],
)
def test_what_no_form_fits_is_kept_as_it_came(content: str):
    assert read_line(content) == UnknownLine(content)


@given(names, st.text(), emojis)
@example("Bob", "Eve has left the clan.", "")
@example("has left", "**Eve**: hi", "")
@example("Bob", "\\*", "👑")
def test_whatever_a_player_says_is_that_players_chat(name: str, text: str, prefix: str):
    line = read_line(f"{prefix}**{escaped(name)}**: {text}")
    assert isinstance(line, ChatLine)
    assert line.name == name
    assert line.text_length <= len(text.strip())


@given(names, st.text(st.sampled_from("ab *_`~|>#-.\\()[]!<:@")))
def test_a_texts_length_does_not_count_what_the_relay_escaped(name: str, text: str):
    every_mark = "".join("\\" + mark if mark in string.punctuation else mark for mark in text)
    assert read_line(f"**{name}**: {every_mark}") == ChatLine(name, len(text.strip()))


PIECES = [
    "**",
    ":",
    "\\",
    "<:a:1>",
    "Bob",
    " has left the clan.",
    " received a drop: ",
    "(1 coins)",
    " from ",
]
texts = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)
parts = st.none() | texts


@given(texts, st.lists(st.builds(EmbedText, parts, parts, parts), max_size=2))
def test_any_text_is_read_without_failing(content: str, embeds: list[EmbedText]):
    said = [content, *(part for e in embeds for part in (e.author, e.title, e.description))]
    assert (read_line(content, embeds) is None) == (not any(text and text.strip() for text in said))


def test_the_share_understood_leaves_out_messages_without_text():
    contents = ["**Bob**: hi", "Bob has left the clan.", "", "what?", "**Eve**: yo"]
    assert share_understood(read_line(content) for content in contents) == (3, 4)
    assert share_understood([]) == (0, 0)
