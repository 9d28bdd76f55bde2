"""When something is news of a clan."""

from datetime import UTC, datetime, timedelta

from bot.domain.feed import NEWS_FOR, found_at

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)


def test_what_a_clans_first_poll_finds_is_history() -> None:
    assert found_at(None, NOW) is None


def test_a_rename_is_news_when_it_is_found_unless_nobody_looked_for_longer_than_anything_is_news() -> None:
    assert found_at(NOW - NEWS_FOR, NOW) == NOW
    assert found_at(NOW - NEWS_FOR - timedelta(milliseconds=1), NOW) is None
