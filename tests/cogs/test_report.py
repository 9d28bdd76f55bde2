"""``/report`` as officers use it: files that are reopened and read."""

import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any, TypeVarTuple

import discord
import pytest
import simcord
from openpyxl import load_workbook

from bot.domain.ids import GuildId
from bot.domain.metrics import OVERALL
from bot.domain.periods import read_period
from bot.services.rendering import Renderer
from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import Answer, answer_of, is_private, message_of, text_of
from tests.cogs.world import AMSTERDAM, ANN, CY, DEE, FINN, JOHN, NOW

Args = TypeVarTuple("Args")
EVERYTHING = [
    "Overview",
    "Roster",
    "Gains by skill",
    "Gains by boss",
    "Activity",
    "Changes",
    "Promotions",
    "Inactive",
    "About",
]


class Here(Renderer):
    """Draws in this process: starting another takes longer than a test."""

    async def render(
        self, function: Callable[[*Args], bytes], *args: *Args, guild: GuildId, key: str | None = None
    ) -> bytes:
        return function(*args)


@pytest.fixture(autouse=True)
def _drawn_here(foundry: Foundry) -> None:
    foundry.use_renderer(Here(), "ReportCog")


async def files_of(answer: Answer) -> dict[str, bytes]:
    return {one.filename: await one.read() for one in message_of(answer).attachments}


async def report(foundry: Foundry, **options: str) -> Answer:
    return await foundry.places.officer.slash(foundry.commands, "report", **options)


async def book(foundry: Foundry, **options: str) -> Any:
    (data,) = (await files_of(await report(foundry, **options))).values()
    return load_workbook(BytesIO(data))


def rows_of(sheet: Any, *, headings: int = 1) -> dict[str, dict[str, Any]]:
    """A sheet's rows by the member's name, each by the columns' headings."""
    titles = [cell.value for cell in sheet[headings]]
    rows = [
        dict(zip(titles, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(headings + 1)
    ]
    return {row["Name"]: row for row in rows}


async def test_an_officer_is_given_the_whole_clan_as_a_workbook(foundry: Foundry) -> None:
    shown = await report(foundry)
    assert is_private(shown)
    assert "26 members" in text_of(shown)
    ((name, data),) = (await files_of(shown)).items()
    assert name == "clan-all-2026-01-15.xlsx"
    made = load_workbook(BytesIO(data))
    assert made.sheetnames == EVERYTHING
    roster = made["Roster"]
    assert roster.freeze_panes == "C3"
    (table,) = roster.tables.values()
    assert table.ref.startswith("A2:")
    assert table.autoFilter is not None
    assert roster.print_title_rows == "$1:$2"
    assert roster.page_setup.orientation == "landscape"


async def test_the_roster_says_what_the_boards_say(foundry: Foundry) -> None:
    rows = rows_of((await book(foundry, kind="roster"))["Roster"], headings=2)
    assert len(rows) == 26
    clan = await foundry.clan()
    for days in ("7", "30", "90", "365"):
        period = read_period(f"{days}d", now=NOW, zone=AMSTERDAM)
        board = await foundry.services.leaderboards.top(clan, OVERALL, period)
        gained = {row.entry.name: row.entry.value for row in board.standings}
        assert {name: row[f"XP {days} d"] for name, row in rows.items()} == {
            name: gained.get(name) for name in rows
        }
    john = rows[JOHN]
    assert (john["Rank"], john["Account"], john["Link"]) == ("Onyx", "Ironman", "claimed")
    assert (john["Messages 7 d"], john["Messages total"]) == (10, 10)
    assert rows[ANN]["Messages 7 d"] == 3
    assert rows[CY]["Messages 7 d"] == 0
    board = await foundry.services.leaderboards.top(
        clan, OVERALL, read_period("30d", now=NOW, zone=AMSTERDAM)
    )
    assert {name: row["#"] for name, row in rows.items()} == {
        **dict.fromkeys(board.unmeasured),
        **{row.entry.name: row.place for row in board.standings},
    }


async def test_what_is_unknown_is_empty_and_hatched_and_zero_is_zero(foundry: Foundry) -> None:
    made = await book(foundry)
    roster = made["Roster"]
    titles = [cell.value for cell in roster[2]]
    row = next(row for row in roster.iter_rows(3) if row[1].value == FINN)
    unknown = row[titles.index("XP 30 d")]
    assert unknown.value is None
    assert unknown.fill.patternType == "lightUp"
    silent = next(row for row in roster.iter_rows(3) if row[1].value == CY)
    heard, unheard = (silent[titles.index(f"Messages {days} d")] for days in (7, 30))
    assert (heard.value, heard.fill.patternType) == (0, "solid")
    assert (unheard.value, unheard.fill.patternType) == (None, "lightUp"), "nobody listened all of that time"
    nobodys = row[titles.index("Messages 30 d")]
    assert (nobodys.value, nobodys.fill.patternType) == (None, "lightUp"), "he is nobody's in Discord"
    rules = [rule.formula for found in roster.conditional_formatting for rule in found.rules if rule.formula]
    assert any("ISNUMBER" in formula[0] for formula in rules), "an empty cell equals 0 to Excel"


async def test_gains_activity_and_changes_are_those_of_the_period(foundry: Foundry) -> None:
    made = await book(foundry, period="this-week")
    gains = rows_of(made["Gains by skill"])
    clan = await foundry.clan()
    period = read_period("this-week", now=NOW, zone=AMSTERDAM)
    for metric in await foundry.services.leaderboards.metrics():
        board = await foundry.services.leaderboards.top(clan, metric, period)
        known = {row.entry.name: row.entry.value for row in board.standings}
        for sheet in (made["Gains by skill"], made["Gains by boss"]):
            rows = rows_of(sheet)
            if metric.kind != "chat" and metric.name in rows[JOHN]:
                assert {name: row[metric.name] for name, row in rows.items()} == {
                    name: known.get(name) for name in rows
                }
    assert gains[DEE]["Measured from"] is not None
    activity = rows_of(made["Activity"])
    assert list(activity[JOHN]) == ["Name", "Messages", "12 Jan", "13 Jan", "14 Jan", "15 Jan"]
    assert (activity[JOHN]["Messages"], activity[JOHN]["14 Jan"], activity[JOHN]["15 Jan"]) == (10, 8, 0)
    changes = [tuple(cell.value for cell in row)[1:3] for row in made["Changes"].iter_rows(2)]
    assert (DEE, "joined") in changes


async def test_all_of_a_sheet_is_readable_in_either_look(foundry: Foundry) -> None:
    for look, ground in (("dark", "002B2D31"), ("light", "00FFFFFF")):
        made = await book(foundry, look=look)
        name = made["Roster"].cell(3, 2)
        assert name.fill.fgColor.rgb == ground
        assert name.font.color.rgb != ground


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\x07=1", "#N/A", "#REF!"])
async def test_no_text_of_others_becomes_a_formula_or_an_error(foundry: Foundry, name: str) -> None:
    user = foundry.places.guild.add_member(foundry.env.create_user("evil"), nick=name)
    await user.send(foundry.general, "hello")
    await foundry.services.ingest.flush()
    foundry.env.backend.clock.advance(60)
    made = await book(foundry)
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type in {"f", "e"}]
    written = [
        cell for cell in made["About"]["A"] if str(cell.value).lstrip().startswith(name.strip("\t\x07"))
    ]
    assert written
    assert all(cell.quotePrefix for cell in written)


async def test_csv_has_a_file_for_each_table_and_nothing_else_in_it(foundry: Foundry) -> None:
    files = await files_of(await report(foundry, format="csv"))
    assert list(files) == [
        "roster.csv",
        "gains-by-skill.csv",
        "gains-by-boss.csv",
        "activity.csv",
        "changes.csv",
        "promotions.csv",
        "inactive.csv",
    ]
    rows = {row["Name"]: row for row in csv.DictReader(StringIO(files["roster.csv"].decode("utf-8-sig")))}
    assert (rows[JOHN]["Rank"], rows[JOHN]["Messages 7 d"]) == ("Onyx", "10")
    assert rows[FINN]["XP 30 d"] == ""
    assert (rows[DEE]["Begin late"], rows[JOHN]["Begin late"]) == (
        "7 d, 30 d, 90 d, 365 d",
        "30 d, 90 d, 365 d",
    )
    assert rows[DEE]["XP 30 d"].isdecimal(), "what begins late is a number too"
    (only,) = await files_of(await report(foundry, format="csv", kind="roster"))
    assert only == "roster.csv"


async def test_json_says_its_version_and_null_where_nothing_is_known(foundry: Foundry) -> None:
    (data,) = (await files_of(await report(foundry, format="json"))).values()
    found = json.loads(data)
    assert found["schema"] == 2
    members = {one["name"]: one for one in found["members"]}
    assert members[JOHN]["messages"] == {"7d": 10, "30d": 10, "90d": 10, "total": 10}
    assert members[FINN]["xp"]["30d"] is None
    gained = {one["name"]: one["metrics"] for one in found["gains"]}
    assert 0 < gained[JOHN]["ehp"] == members[JOHN]["ehp"]["30d"] < 1_000, "hours"
    assert members[DEE]["late"] == ["7d", "30d", "90d", "365d"]
    assert members[JOHN]["late"] == ["30d", "90d", "365d"]
    assert found["activity"]["members"]
    assert found["changes"]
    assert found["promotions"] is None, "no rules yet"
    assert {one["known"] for one in found["inactive"]} <= {"quiet", "absent", "unknown"}


async def test_json_has_what_was_asked_for_and_nothing_else(foundry: Foundry) -> None:
    every = {"members", "gains", "activity", "changes", "promotions", "inactive"}
    for kind, section in (("roster", "members"), ("inactive", "inactive"), ("promotions", "promotions")):
        ((name, data),) = (await files_of(await report(foundry, format="json", kind=kind))).items()
        assert name.startswith(f"clan-{kind}-")
        assert json.loads(data).keys() & every == {section}


async def test_what_discord_does_not_take_at_once_is_split(
    foundry: Foundry, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 16_000
    monkeypatch.setattr(discord.Guild, "filesize_limit", property(lambda _guild: limit))
    shown = await report(foundry)
    assert "each of its sheets is a workbook of its own" in first_of(shown)
    sent = await parcels_of(shown)
    assert {name.split("-")[1] for parcel in sent for name in parcel} == {
        "roster", "gains", "activity", "changes", "promotions", "inactive",
    }  # fmt: skip
    assert all(sum(map(len, parcel.values())) <= limit for parcel in sent)
    limit = 2_000
    shown = await report(foundry)
    assert "it is tables as csv" in first_of(shown)
    parts = {name: data for parcel in await parcels_of(shown) for name, data in parcel.items()}
    assert next(iter(parts)).startswith("roster-1-of-")
    rows = [row for name, part in parts.items() if name.startswith("roster") for row in part.splitlines()[1:]]
    assert len(rows) == 26
    assert all(len(part) <= limit for part in parts.values())
    assert "it is tables as csv" in first_of(await report(foundry, format="json"))
    assert "csv" not in first_of(await report(foundry, format="csv"))


def first_of(answer: Answer) -> str:
    """What the message says that took the place of the progress."""
    assert isinstance(answer, simcord.InteractionResult)
    assert answer.response is not None
    return text_of(answer.response)


async def parcels_of(answer: Answer) -> list[dict[str, bytes]]:
    """The files of each message of an answer."""
    assert isinstance(answer, simcord.InteractionResult)
    messages = [*([answer.response] if answer.response else []), *answer.followups]
    return [await files_of(one) for one in {message.id: message for message in messages}.values()]


async def test_members_are_refused_and_in_the_officers_channel_colleagues_see_it(foundry: Foundry) -> None:
    refused = await foundry.john.slash(foundry.commands, "report")
    assert "officer" in text_of(refused)
    assert not message_of(refused).attachments
    channel = await colleagues(foundry)
    shown = answer_of(await foundry.places.officer.slash(channel, "report", kind="roster"))
    assert not is_private(shown)
    assert shown.attachments


async def test_before_anything_is_known_every_sheet_says_so(foundry: Foundry) -> None:
    made = await book(foundry, period="2020")
    assert made["Changes"].cell(2, 1).value.startswith("Nobody joined")
    assert made["Promotions"].cell(2, 1).value == "No rules yet: /rules edit"


@pytest.mark.parametrize("chart", ["trend", "hours", "quadrants", "ranks", "tenure"])
async def test_the_clan_is_drawn_for_whoever_chooses_after_a_restart_too(
    foundry: Foundry, chart: str
) -> None:
    channel = await colleagues(foundry)
    shown = await foundry.places.officer.slash(channel, "report", kind="changes")
    await foundry.restart()
    drawn = await foundry.places.officer.select(message_of(shown), [chart])
    assert is_private(drawn)
    (picture,) = answer_of(drawn).attachments
    assert picture.filename == "chart.png"
    refused = await foundry.john.select(message_of(shown), [chart])
    assert "officer" in text_of(refused)


@pytest.mark.parametrize(
    ("command", "options", "label"),
    [
        ("stats", {"player": JOHN}, "Skills"),
        ("stats", {"player": JOHN}, "Bosses"),
        ("leaderboard", {}, "Chart"),
        ("compare", {"first": JOHN, "second": ANN}, "Chart"),
    ],
)
async def test_what_an_answer_tells_can_be_drawn_for_whoever_presses(
    foundry: Foundry, command: str, options: dict[str, str], label: str
) -> None:
    shown = await foundry.ann.slash(foundry.commands, command, **options)
    drawn = await foundry.john.click(message_of(shown), label=label)
    assert is_private(drawn)
    assert answer_of(drawn).attachments
