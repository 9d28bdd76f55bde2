"""Keeps the pictures: each screen once, and the page that shows them in order."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from demo.gallery.camera import ANSWER, DESKTOP, PHONE, Camera, View, Window
from demo.gallery.screens import SCREENS, SECTIONS, Screen, Section

PAGE: Final = "README.md"
PAGE_PHONE: Final = Window(PHONE, 760, "dark")
PAGE_DESKTOP: Final = Window(1_000, 700, "light")
"""How web pages are looked at."""
_SHOWN_WIDTHS: Final = (PHONE, DESKTOP)
_INTRODUCTION: Final = """\
# Gallery

Every screen of ClanStats as Discord shows it in its dark theme, drawn by `make gallery` from the made-up clan
of `make demo`. The narrow pictures are a phone's width, the wide ones a desktop's.
"""


class Album:
    """A directory of pictures. What is there from an earlier run is replaced."""

    def __init__(self, camera: Camera, directory: Path) -> None:
        self._camera = camera
        self._directory = directory
        self._left = {screen.name: screen for screen in SCREENS}
        directory.mkdir(parents=True, exist_ok=True)
        for old in directory.glob("*.png"):
            old.unlink()

    @property
    def missing(self) -> tuple[str, ...]:
        """Screens without a picture yet."""
        return tuple(self._left)

    async def add(
        self, name: str, who: MemberActor, where: ChannelHandle, target: Any, view: View = ANSWER
    ) -> None:
        """Take a screen's pictures as somebody sees it now.

        Raises:
            KeyError: there is no such screen, or it was taken before.
        """
        screen = self._left.pop(name)
        for file, width in zip(screen.files, (PHONE, DESKTOP), strict=False):
            picture = await self._camera.take(who, where, target, width, view)
            (self._directory / file).write_bytes(picture)
        click.echo(f"{len(SCREENS) - len(self._left)}/{len(SCREENS)} {name}")

    async def add_page(self, name: str, url: str) -> None:
        """Take a web page's pictures: dark on a phone, light on a desktop.

        Raises:
            KeyError: there is no such screen, or it was taken before.
        """
        screen = self._left.pop(name)
        for file, view in zip(screen.files, (PAGE_PHONE, PAGE_DESKTOP), strict=False):
            (self._directory / file).write_bytes(await self._camera.visit(url, view))
        click.echo(f"{len(SCREENS) - len(self._left)}/{len(SCREENS)} {name}")

    def write_page(self) -> None:
        """Write the page that shows all of them."""
        (self._directory / PAGE).write_text(page(), encoding="utf-8", newline="\n")


def page(sections: Iterable[Section] = SECTIONS) -> str:
    """The gallery's page, in Markdown as GitHub shows it."""
    blocks = [_INTRODUCTION]
    for section in sections:
        blocks.append(f"## {section.title}\n")
        blocks += [_shown(screen) for screen in section.screens]
    return "\n".join(blocks)


def _shown(screen: Screen) -> str:
    alt = screen.caption.replace("*", "")
    images = [
        f'<img src="{file}" width="{width}" alt="{alt}">'
        for file, width in zip(screen.files, _SHOWN_WIDTHS, strict=False)
    ]
    return f"{screen.caption}\n\n{' '.join(images)}\n"
