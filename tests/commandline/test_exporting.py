"""`clanstats export site` as an operator runs it: the folder, and the document beside its pages."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import make_url

from bot.present.site.document import ClanDocument, schema
from bot.present.site.pages import Pages
from db.session import Database
from tests.commandline.support import clanstats
from tests.web.clan import CLAN_NAME, SCRIPT, lay_hostile

DOCS = Path(__file__).parents[2] / "docs"


Render = Callable[[Pages, str], str | None]


def broken_at(render: Render, path: str) -> Render:
    def rendered(pages: Pages, asked: str) -> str | None:
        return str(1 / 0) if asked == path else render(pages, asked)

    return rendered


def named_like(folder: Path) -> list[str]:
    return [one.name for one in folder.parent.iterdir() if folder.name in one.name]


def test_the_schema_in_the_documents_is_the_code_s() -> None:
    assert (DOCS / "clan.schema.json").read_bytes() == schema()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_export_is_written_whole_or_the_folder_stays_as_it_was(
    bots: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(bots)
    await lay_hostile(database)
    await database.close()
    folder = tmp_path / "pages"

    async def export(directory: Path = folder) -> str:
        return (await asyncio.to_thread(clanstats, "export", "site", str(directory))).output

    assert "Open" in await export()
    pages = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.html")}
    document = msgspec.json.decode((folder / "clan.json").read_bytes(), type=ClanDocument)
    assert len(document.members) == 7
    assert pages.keys() >= {f"members/{one.id}.html" for one in document.members}
    assert not [path for path in pages if "officer" in path]
    for path, page in pages.items():
        for link in re.findall(r'(?:href|src)="([^"#?]+)', page):
            # All that leads out of the folder is the clan's page at Wise Old Man.
            assert (folder / path).parent.joinpath(link).exists() or path == "about.html", (path, link)
        assert "Content-Security-Policy" in page
        assert 'As of <time datetime="' in page
        assert SCRIPT not in page
        assert "\u202e" not in page
        assert not re.search(r"<script(?! src=)| style=| on\w+=\"", page)
    # Also a boss that is newer than the program has its page, unless its name is a way out of the folder.
    assert 'href="metrics/the_newest_one.html"' in pages["bosses.html"]
    assert "the_newest_one" in document.members[0].bosses
    assert not (tmp_path / "above.html").exists()
    assert "&lt;script&gt;" in pages["roster.html"]
    assert CLAN_NAME not in document.name

    (folder / "index.html").write_text("yesterday's")
    with monkeypatch.context() as broken:
        broken.setattr(Pages, "render", broken_at(Pages.render, "members/7.html"))
        with pytest.raises(ZeroDivisionError):
            await export()
    assert (folder / "index.html").read_text() == "yesterday's"
    assert named_like(folder) == ["pages"]
    await export()
    assert (folder / "index.html").read_text("utf-8") != "yesterday's"
    assert named_like(folder) == ["pages"]

    # A page that an earlier version or a member who left has left behind is replaced with the rest.
    for path in ("members/99.html", "metrics/old_boss.html"):
        (folder / path).write_text("old")
    await export()
    assert not (folder / "members" / "99.html").exists()
    # Whatever else is in it, an export lets be.
    for path in ("letter.html", ".git/config", "members/notes.html"):
        other = tmp_path / "home" / path
        shutil.copytree(folder, tmp_path / "home")
        other.parent.mkdir(exist_ok=True)
        other.write_text("dear")
        assert "something else" in await export(tmp_path / "home")
        assert other.read_text() == "dear"
        shutil.rmtree(tmp_path / "home")

    # A run that was killed while it replaced the folder left it beside its place.
    folder.rename(tmp_path / ".pages.abcdefgh.old")
    with closing(sqlite3.connect(str(make_url(bots).database))) as file:
        file.execute("ALTER TABLE score_weights RENAME TO away")
        assert "Nothing was written: no such table: score_weights" in await export()
        file.execute("ALTER TABLE away RENAME TO score_weights")
    with monkeypatch.context() as broken:
        broken.setattr(Pages, "render", broken_at(Pages.render, "members/7.html"))
        with pytest.raises(ZeroDivisionError):
            await export()
    assert named_like(folder) == ["pages"]
    assert (
        "no clan of group 99"
        in (await asyncio.to_thread(clanstats, "export", "site", str(folder), "--group", "99")).output
    )


def test_without_a_database_an_export_says_so_and_makes_none(tmp_path: Path) -> None:
    failed = clanstats("export", "site", str(tmp_path / "pages"))
    assert failed.exit_code == 1
    file = tmp_path / "data" / "clanstats.db"
    assert f"There is no database at {file}: is DATA_DIR (or DATABASE_URL) right?" in failed.output
    assert "The bot makes it when it first runs." in failed.output
    for offline in (["health"], ["doctor", "--offline"]):
        clanstats(*offline)
    assert list(tmp_path.iterdir()) == []
