"""Encrypting what must be kept but never read by whoever sees the database: clans' WOM codes."""

import base64
from functools import cached_property
from typing import TYPE_CHECKING

from bot.domain.errors import SecretsUnavailable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

SALT = b"clanstats/sealing/1"
"""Fixed: one installation has one key, and the same passphrase must open its backup elsewhere."""
COST = 2**14
"""Scrypt's n with r=8, p=1: 16 MB and about 40 ms, once a process."""


class Sealer:
    """Seals texts with a Fernet key that scrypt derives from SECRET_KEY. Without one it refuses."""

    def __init__(self, secret_key: str | None) -> None:
        self._secret_key = secret_key

    @property
    def available(self) -> bool:
        """Whether there is a key at all."""
        return bool(self._secret_key)

    def seal(self, text: str) -> str:
        """An encrypted, signed, printable form of the text, different each time.

        Raises:
            SecretsUnavailable: no SECRET_KEY is set.
        """
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            SecretsUnavailable: no SECRET_KEY, another one than it was sealed with, or a damaged text.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretsUnavailable from None

    @cached_property
    def _fernet(self) -> "Fernet":
        """Derived when first needed: most processes never seal anything."""
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        if not self._secret_key:
            raise SecretsUnavailable
        key = Scrypt(salt=SALT, length=32, n=COST, r=8, p=1).derive(self._secret_key.encode())
        return Fernet(base64.urlsafe_b64encode(key))
