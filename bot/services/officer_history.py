"""What officers did, a page at a time, in as many statements for any history."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from bot.domain.change_sets import ChangeSetId, tally_of
from bot.domain.clans import Clan
from bot.domain.decisions import Decision
from bot.domain.history import Action, Changes, Entry, HistoryPage, Sort
from bot.domain.ids import MemberId
from db.queries import change_sets, decisions, history, members
from db.session import Database

PAGE_SIZE = 8


class OfficerHistory:
    """Reads the one list of everything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, clan: Clan, page: int) -> HistoryPage:
        """A page, the first being 0; one out of range is the nearest there is."""
        async with self._database.read() as session:
            number = await history.count_entries(session, clan)
            pages = max(1, -(-number // PAGE_SIZE))
            page = min(max(page, 0), pages - 1)
            marks = await history.marks(session, clan, page * PAGE_SIZE, PAGE_SIZE)
            wanted = {sort: [one.number for one in marks if one.sort is sort] for sort in Sort}
            sets = [ChangeSetId(one) for one in wanted[Sort.CHANGES]]
            found = await change_sets.sets_by_id(session, clan.id, sets)
            states = await change_sets.tallies(session, clan.id, sets)
            made = await decisions.decisions_of(session, clan.id) if wanted[Sort.DECISION] else []
            actions = await history.actions(session, wanted[Sort.ACTION])
            known = await members.all_members(session, clan.id)
        by_number: dict[tuple[Sort, int], Entry] = {
            **{
                (Sort.CHANGES, id_): Changes(one, tally_of(states.get(id_, {}))) for id_, one in found.items()
            },
            **{(Sort.DECISION, one.id): one for one in made},
            **{(Sort.ACTION, id_): one for id_, one in actions.items()},
        }
        entries = tuple(by_number[one.sort, one.number] for one in marks)
        named = set(_members(entries))
        names = {one.id: one.name for one in known if one.id in named}
        return HistoryPage(entries, page, pages, number, names)

    async def decision(self, clan: Clan, number: int) -> Decision | None:
        """A decision of who is who; None where there is none of that number."""
        async with self._database.read() as session:
            made = await decisions.decisions_of(session, clan.id)
        return next((one for one in made if one.id == number), None)


def _members(entries: Iterable[Entry]) -> Iterator[MemberId]:
    """Whom actions name, one by one or in lists."""
    for entry in entries:
        if isinstance(entry, Action):
            told = [entry.detail.get(key) for key in ("member", "member_id")]
            for key in ("members", "steps"):
                told += cast("list[Any]", entry.detail.get(key) or [])
            ids = [
                cast("dict[str, Any]", one).get("member_id") if isinstance(one, dict) else one for one in told
            ]
            yield from (MemberId(one) for one in ids if isinstance(one, int))
