"""One process per token and per SQLite file, held by operating-system locks that die with the process."""

import hashlib
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class AlreadyRunningError(Exception):
    """Another process holds what this one needs. ``holder`` is its process id, None where it left none."""

    def __init__(self, what: str, lock: Path, holder: int | None) -> None:
        self.what = what
        self.lock = lock
        self.holder = holder
        who = f"process {holder}" if holder else "another process"
        super().__init__(
            f"{what} is in use by {who}. Stop it first, or give this one a token and a DATA_DIR of its own. "
            f"(The lock is {lock}; it is freed when that process ends.)"
        )


@contextmanager
def sole_process(data_dir: Path, *, token: str | None, database_file: Path | None) -> Generator[None]:
    """Hold the token and the SQLite file for the length of the block; either may be absent.

    The token's lock is in ``data_dir``, under a hash; the file's is beside the file, so that
    processes with different data directories meet at it too.

    Raises:
        AlreadyRunningError: another process holds one of them.
    """
    with ExitStack() as held:
        if token:
            digest = hashlib.sha256(token.encode()).hexdigest()[:16]
            held.enter_context(_hold("This bot's token", data_dir / f"token-{digest}.lock"))
        if database_file:
            lock = database_file.with_name(f"{database_file.name}.lock")
            held.enter_context(_hold(f"The database {database_file}", lock))
        yield


@contextmanager
def _hold(what: str, path: Path) -> Generator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    note = path.with_suffix(".pid")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunningError(what, path, _holder(note)) from None
    try:
        note.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> int | None:
    try:
        return int(note.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
