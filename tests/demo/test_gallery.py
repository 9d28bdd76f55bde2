"""The gallery that is in the documents: complete, shown by its page, and small."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from demo.gallery.__main__ import main
from demo.gallery.album import PAGE, page
from demo.gallery.camera import small
from demo.gallery.screens import SCREENS

GALLERY = Path(__file__).parent.parent.parent / "docs" / "gallery"
MOST_BYTES = 5_500_000


def shown_by(text: str) -> list[str]:
    """The pictures of a page."""
    return re.findall(r'<img src="([^"]+)"', text)


def test_the_page_is_as_the_command_writes_it_and_shows_each_picture_once() -> None:
    written = (GALLERY / PAGE).read_text(encoding="utf-8")
    assert written == page()
    assert sorted(shown_by(written)) == sorted(path.name for path in GALLERY.glob("*.png"))
    assert len({screen.name for screen in SCREENS}) == len(SCREENS)


def test_each_picture_has_a_description_for_who_cannot_see_it() -> None:
    alts = re.findall(r'alt="([^"]*)"', page())
    assert len(alts) == len(shown_by(page()))
    assert all(alts)


def test_the_gallery_stays_small() -> None:
    assert sum(path.stat().st_size for path in GALLERY.glob("*.png")) < MOST_BYTES


def test_without_a_browser_it_says_what_to_install_and_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    kept = tmp_path / "old.png"
    kept.write_bytes(b"a picture")
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 1
    assert "install the package chromium" in result.output
    assert kept.read_bytes() == b"a picture"


def test_a_small_patch_keeps_its_colour_and_what_is_empty_goes() -> None:
    picture = Image.new("RGB", (400, 600), (0x32, 0x33, 0x39))
    picture.paste(Image.linear_gradient("L").resize((400, 300)).convert("RGB"), (0, 100))
    picture.paste((230, 159, 0), (20, 200, 26, 206))
    taken = BytesIO()
    picture.save(taken, "PNG")
    with Image.open(BytesIO(small(taken.getvalue()))) as made:
        assert made.mode == "P"
        assert made.width == 400
        assert 300 <= made.height < 400
        colours = [colour for _, colour in made.convert("RGB").getcolors(10_000) or []]
    assert any(
        isinstance(colour, tuple) and max(abs(a - b) for a, b in zip(colour, (230, 159, 0), strict=True)) < 12
        for colour in colours
    )
