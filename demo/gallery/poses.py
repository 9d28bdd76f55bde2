"""What is done in Discord's window before a picture is taken: a list opened, a command begun."""

from typing import Final

from playwright.async_api import Page

from demo.gallery.camera import Pose, View

_WINDOW: Final = 700
"""A phone's height, less its keyboard, in Discord's own pixels."""


def opened(place: int) -> View:
    """With a message's list number ``place`` (from 0) open."""

    async def pose(page: Page) -> None:
        await page.locator(".select-trigger").nth(place).click()
        await page.locator(".select-list").nth(place).wait_for()

    return _posed(pose)


def typed(text: str) -> View:
    """With this typed in the message box, and not sent."""

    async def pose(page: Page) -> None:
        await page.locator("#channel-composer-input").focus()
        await page.keyboard.type(text)
        await page.locator(".command-popup").wait_for()

    return _posed(pose, conversation=True)


def _posed(pose: Pose, *, conversation: bool = False) -> View:
    return View(height=_WINDOW, pose=pose, conversation=conversation)
