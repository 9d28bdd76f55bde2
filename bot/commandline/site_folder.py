"""A clan's pages as one folder, written whole or not at all."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.domain.site import ClanSite
from bot.present.site.document import clan_document
from bot.present.site.pages import ASSETS, Pages, asset

DOCUMENT: Final = "clan.json"
_SEEN_BY_ALL: Final = 0o755


class NotOursError(Exception):
    """The folder holds something else than pages that were written before."""


def write_site(directory: Path, site: ClanSite) -> int:
    """Write every page and replace the folder by them. Returns how many pages there are.

    They are written beside it first: whatever fails leaves the folder as it was.

    Raises:
        NotOursError: there is a folder with other things in it.
        OSError: the disk or the folder's owner says no.
    """
    directory = directory.resolve()
    if directory.exists() and not _is_ours(directory):
        raise NotOursError
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".new", dir=directory.parent))
    try:
        pages = _write(made, site)
        made.chmod(_SEEN_BY_ALL)
        _swap(made, directory)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return pages


def _is_ours(directory: Path) -> bool:
    return directory.is_dir() and ((directory / DOCUMENT).is_file() or not any(directory.iterdir()))


def _write(made: Path, site: ClanSite) -> int:
    for folder in ("members", "metrics", "assets"):
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
    except BaseException:
        with suppress(OSError):
            old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
