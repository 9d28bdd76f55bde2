"""Whom a typed name offers, by everybody's present and former names."""

from db.session import Database
from tests.services.tale import told


async def test_who_has_or_had_exactly_that_name_is_offered_first(database: Database) -> None:
    async with told(database) as tale:
        ann, _ = tale.joins("Ann", "Annabel")
        await tale.polled(hours=1)
        tale.renames(ann, "Cat")
        await tale.polled(hours=1)
        assert await tale.stage.lookup.suggest(await tale.stage.clan(), "ann") == ["Cat", "Annabel"]
        assert await tale.stage.lookup.suggest(await tale.stage.clan(), "anna") == ["Annabel"]
