"""The workbook as a person opens it: LibreOffice reads it, and prints every sheet."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cogs.conftest import Foundry
from tests.cogs.reading import message_of
from tests.cogs.test_report import EVERYTHING, Here
from tests.cogs.world import ANN, JOHN, WIDEST

PROGRAMS = ("soffice", "pdftotext")
"""Of Debian's packages libreoffice-calc and poppler-utils."""


def told_by(program: str, *options: str) -> str:
    """What a program writes, also of what it complains."""
    done = subprocess.run(  # noqa: S603 -- our own words
        [shutil.which(program) or program, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=100,
    )
    return done.stdout


def opened(book: Path) -> str:
    """What LibreOffice prints of a workbook, as text. It says nothing but what it does."""
    profile = f"-env:UserInstallation={(book.parent / 'profile').as_uri()}"
    said = told_by(
        "soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(book.parent), str(book)
    )
    complaints = [one for one in said.splitlines() if not one.startswith("convert ") and "javaldx" not in one]
    assert complaints == []
    return told_by("pdftotext", "-layout", str(book.with_suffix(".pdf")), "-")


async def test_libreoffice_opens_it_without_a_warning_and_prints_every_sheet(
    foundry: Foundry, tmp_path: Path
) -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        told = f"{' and '.join(missing)} not installed"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    foundry.use_renderer(Here(), "ReportCog")
    shown = await foundry.places.officer.slash(foundry.commands, "report")
    (attached,) = message_of(shown).attachments
    book = tmp_path / "clan.xlsx"
    book.write_bytes(await attached.read())
    text = opened(book)
    assert {name for name in EVERYTHING if name not in text} == set()
    assert JOHN in text
    assert ANN in text
    assert set(re.findall("W{3,}", text)) == {WIDEST}, "a name is cut"
    assert "Err:" not in text
    assert "#NAME?" not in text
