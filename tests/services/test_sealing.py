"""Sealed texts open with their key and with no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import SecretsUnavailable
from bot.services.sealing import Sealer

SEALER = Sealer("correct horse battery staple")


@given(text=st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    assert SEALER.open(SEALER.seal(text)) == text


def test_a_sealed_text_shows_nothing_and_differs_each_time() -> None:
    first, second = SEALER.seal("123-456-789"), SEALER.seal("123-456-789")
    assert first != second
    assert "123" not in first.replace("gAAAAA", "")[:20]


def test_what_the_first_version_sealed_opens_for_ever() -> None:
    sealed = (
        "gAAAAABrBAT_hS1hHIgBC-tkmpEP7elZdMEWMbjzIzKX6cFQiSVy1UljvVtWfnS8r5wzqpC3FZpAZmnXdFmb9JQBwAaHzMFw8w=="
    )
    assert Sealer("correct horse battery staple").open(sealed) == "123-456-789"


def test_another_key_or_a_damaged_text_is_refused() -> None:
    sealed = SEALER.seal("code")
    with pytest.raises(SecretsUnavailable):
        Sealer("another passphrase!").open(sealed)
    with pytest.raises(SecretsUnavailable):
        SEALER.open(sealed[:-8] + "AAAAAAA=")
    with pytest.raises(SecretsUnavailable):
        SEALER.open("ünreadable")


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_sealed_or_opened(key: str | None) -> None:
    assert not Sealer(key).available
    with pytest.raises(SecretsUnavailable):
        Sealer(key).seal("code")
    with pytest.raises(SecretsUnavailable):
        Sealer(key).open("sealed")
