"""The gallery shows every command, as a real browser draws it."""

import os
from io import BytesIO

import pytest
from discord import AppCommandType, app_commands
from PIL import Image

from bot.present.theme import ACCENT
from demo.gallery.camera import PHONE, SCALE, NoBrowserError, chromium, open_camera
from demo.gallery.screens import SCREENS, UNPICTURED
from tests.cogs.conftest import Foundry
from tests.cogs.reading import message_of


async def test_every_command_has_a_picture_and_no_picture_is_of_another(fresh: Foundry) -> None:
    tree = fresh.bot.tree
    known = {one.qualified_name for one in tree.walk_commands() if isinstance(one, app_commands.Command)}
    for kind in (AppCommandType.user, AppCommandType.message):
        known |= {menu.name for menu in tree.get_commands(type=kind)}
    pictured = {screen.of for screen in SCREENS}
    assert pictured | UNPICTURED == known
    assert not pictured & UNPICTURED


async def test_an_answer_is_pictured_as_its_asker_sees_it(foundry: Foundry) -> None:
    try:
        chromium()
    except NoBrowserError as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    answer = message_of(await foundry.john.slash(foundry.commands, "help"))
    async with open_camera(foundry.env, "UTC") as camera:
        png = await camera.take(foundry.john, foundry.commands, answer, PHONE)
    with Image.open(BytesIO(png)) as picture:
        assert picture.width == PHONE * SCALE
        colours = {
            "{:02x}{:02x}{:02x}".format(*colour)
            for _, colour in picture.convert("RGB").getcolors(10_000) or []
            if isinstance(colour, tuple)
        }
    assert f"{ACCENT:06x}" in colours
