"""Pictures of what the simulated Discord shows, taken by a real Chromium."""

import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal, NamedTuple

import simcord
from PIL import Image, ImageChops, ImageOps
from playwright.async_api import Browser, Page, async_playwright
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.preview._capture import ManagedCapture

CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESKTOP = 390, 760
"""Widths in Discord's own pixels; a window on a desktop is wider, but an answer is not."""
SCALE: Final = 2
"""Pixels of a picture to one of Discord's, as on a phone."""

_TALL: Final = 2_400
"""Higher than any answer, so that none is cut."""
_BACKGROUND: Final = (0x32, 0x33, 0x39)
_MARGIN: Final = 8 * SCALE
_COLOURS: Final = 48
_REFINED: Final = 3
_BACK: Final = "_capture_manager"

Pose = Callable[[Page], Awaitable[None]]
"""What is done in the page before its picture is taken."""


class NoBrowserError(Exception):
    """There is no Chromium to take pictures with."""


@dataclass(frozen=True)
class View:
    """How much is seen: the answer alone, or so many pixels of the window from its top.

    ``conversation`` shows the channel with its message box, and not one message alone.
    """

    height: int | None = None
    pose: Pose | None = None
    conversation: bool = False


ANSWER: Final = View()


class Window(NamedTuple):
    """A browser's window, in pixels, and the theme of its system."""

    width: int
    height: int
    scheme: Literal["light", "dark"]


class Camera:
    """Takes pictures of messages and forms as one member sees them."""

    def __init__(self, env: simcord.Env, browser: Browser, zone: str) -> None:
        self._env = env
        self._browser = browser
        self._zone = zone

    async def take(
        self, who: MemberActor, where: ChannelHandle, target: Any, width: int, view: View = ANSWER
    ) -> bytes:
        """A small PNG of a message, or of the form that an interaction opened."""
        page = self._env.preview(where, viewers=[who], timezone=self._zone)
        async with page as preview:
            # The only way to another browser than Playwright's own download.
            vars(preview)[_BACK] = _Capture(preview, self._browser, view.pose)
            taken = await preview.screenshot(
                viewer=who,
                target=target,
                mode="viewport" if view.height else "surface",
                viewport=(width, view.height or _TALL),
                layout="channel" if view.conversation else "message",
            )
        if taken.png is None:
            raise LookupError("the simulator gave no picture")
        return small(taken.png)

    async def visit(self, url: str, window: Window) -> bytes:
        """A small PNG of the top of a web page."""
        context = await self._browser.new_context(
            viewport={"width": window.width, "height": window.height}, color_scheme=window.scheme
        )
        try:
            page = await context.new_page()
            await page.goto(url)
            return in_few_colours(await page.screenshot())
        finally:
            await context.close()


class _Capture(ManagedCapture):
    """The simulator's capture with a browser that outlives it, finer pixels and a pose."""

    def __init__(self, preview: Any, browser: Browser, pose: Pose | None) -> None:
        super().__init__(preview)
        self._shared = _Fine(browser)
        self._pose = pose

    async def _ensure_browser(self) -> Any:
        return self._shared

    async def close(self) -> None:
        """The browser is not this capture's own."""

    # Static in the simulator, which calls it on the capture; here the pose is needed.
    async def _freeze(self, page: Page) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- as said
        # The last step before the page is measured and pictured.
        if self._pose is not None:
            await self._pose(page)
        await ManagedCapture._freeze(page)


class _Fine:
    """A browser whose pages have as many pixels as a phone's."""

    def __init__(self, browser: Browser) -> None:
        self._browser: Any = browser
        self.version = browser.version

    async def new_context(self, **options: Any) -> Any:
        return await self._browser.new_context(**{**options, "device_scale_factor": SCALE})


@asynccontextmanager
async def open_camera(env: simcord.Env, zone: str) -> AsyncGenerator[Camera]:
    """Start the browser, and end it afterwards. Times are shown in ``zone``.

    Raises:
        NoBrowserError: there is none.
    """
    path = chromium()
    async with async_playwright() as playwright:
        # Without a sandbox, since containers' root may have none; it shows our own page only.
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield Camera(env, browser, zone)
        finally:
            await browser.close()


def chromium() -> str:
    """The path of a Chromium.

    Raises:
        NoBrowserError: none is installed.
    """
    for name in CHROMIUMS:
        if path := shutil.which(name):
            return path
    raise NoBrowserError(f"none of {', '.join(CHROMIUMS)} is installed")


def small(png: bytes) -> bytes:
    """The picture without what is empty around it, in few colours."""
    with Image.open(BytesIO(png)) as opened:
        picture = opened.convert("RGB")
    empty = Image.new("RGB", picture.size, _BACKGROUND)
    box = ImageChops.difference(picture, empty).getbbox() or (0, 0, *picture.size)
    cut = picture.crop((0, box[1], picture.width, box[3]))
    return _few_colours(ImageOps.expand(cut, (0, _MARGIN), fill=_BACKGROUND))


def in_few_colours(png: bytes) -> bytes:
    """The whole picture, in few colours."""
    with Image.open(BytesIO(png)) as opened:
        return _few_colours(opened.convert("RGB"))


def _few_colours(picture: Image.Image) -> bytes:
    # Small patches keep their colours, such as medals'; the other methods go by area.
    plain = picture.quantize(
        _COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=_REFINED, dither=Image.Dither.NONE
    )
    shown = BytesIO()
    plain.save(shown, "PNG", optimize=True)
    return shown.getvalue()
