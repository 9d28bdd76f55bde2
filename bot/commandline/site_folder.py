"""A clan's pages as one folder, written whole or not at all."""

import glob
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.domain.site import ClanSite
from bot.present.site.document import clan_document
from bot.present.site.pages import ASSETS, WAYS, Pages, asset

DOCUMENT: Final = "clan.json"
_FOLDERS: Final = ("members", "metrics", "assets")
# A page whose name is given up later has to stay here, or folders with it are taken for somebody else's.
_AT_THE_TOP: Final = {DOCUMENT, *(way.path for way in WAYS)}
_DEEPER: Final = re.compile(r"members/\d+\.html|metrics/\w+\.html|assets/\w+\.(css|js|svg)")
_SEEN_BY_ALL: Final = 0o755


class NotOursError(Exception):
    """The folder holds something else than pages that were written before."""


def write_site(directory: Path, site: ClanSite) -> int:
    """Write every page and replace the folder by them. Returns how many pages there are.

    They are written beside it first: whatever fails leaves the folder as it was. What a run left that
    was killed while it replaced the folder is put back first.

    Raises:
        NotOursError: there is a folder with other things in it, whatever else it holds.
        OSError: the disk or the folder's owner says no.
    """
    directory = directory.resolve()
    _put_back(directory)
    if directory.exists() and not _is_ours(directory):
        raise NotOursError
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".new", dir=directory.parent))
    try:
        pages = _write(made, site)
        made.chmod(_SEEN_BY_ALL)
        _swap(made, directory)
    except BaseException:  # Ctrl-C too leaves nothing beside the folder
        shutil.rmtree(made, ignore_errors=True)
        raise
    return pages


def _put_back(directory: Path) -> None:
    """Let the pages that a killed run had moved away take their place again."""
    if directory.exists():
        return
    left = [one for one in directory.parent.glob(f".{glob.escape(directory.name)}.*.old") if _is_ours(one)]
    if left:
        max(left, key=lambda one: one.stat().st_mtime).rename(directory)


def _is_ours(directory: Path) -> bool:
    """Whether a folder holds what :func:`write_site` writes and nothing else, or nothing at all."""
    if not directory.is_dir():
        return False
    found = [one.relative_to(directory).as_posix() for one in directory.rglob("*")]
    files = [path for path in found if path not in _FOLDERS]
    return not files or (DOCUMENT in files and all(map(_is_page, files)))


def _is_page(path: str) -> bool:
    return path in _AT_THE_TOP or _DEEPER.fullmatch(path) is not None


def _write(made: Path, site: ClanSite) -> int:
    for folder in _FOLDERS:
        (made / folder).mkdir()
    pages = Pages(site, folder=True)
    paths = pages.paths()
    for path in paths:
        (made / path).write_text(pages.render(path) or "", encoding="utf-8", newline="\n")
    for name in ASSETS:
        (made / "assets" / name).write_bytes(asset(name))
    (made / DOCUMENT).write_bytes(clan_document(site))
    return len(paths)


def _swap(made: Path, directory: Path) -> None:
    """Let the new folder take the place of the old one, which comes back if that fails."""
    old = made.with_suffix(".old")
    if not directory.exists():
        made.rename(directory)
        return
    directory.rename(old)
    try:
        made.rename(directory)
    except BaseException:  # Ctrl-C too leaves the old folder where it was
        with suppress(OSError):
            old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
