"""What an account was called at a moment, as the bot can have seen it."""

from bisect import bisect_left
from datetime import datetime, timedelta

from demo.check.chat import Chat, speaker_in
from demo.check.known import Knowledge, Person, Renaming, fold

_TICK = timedelta(milliseconds=1)


class Names:
    """Names by moment. One passes when it was last sighted, by a poll or in the relayed chat."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._spoken: dict[str, list[datetime]] = {}
        for message in sorted(knowledge.story.messages, key=lambda one: one.at):
            name = speaker_in(message.content) if Chat.is_relayed(knowledge, message) else None
            if name is not None:
                self._spoken.setdefault(fold(name), []).append(message.at)

    def at(self, person: Person, moment: datetime, horizon: datetime) -> str:
        """The name at a moment, of what WOM had approved by the horizon."""
        name = before = person.name
        for item in person.renames:
            if item.approved is None or item.approved > horizon:
                continue
            # Other capitals are the same name, better known.
            respelt = fold(item.new) == fold(before) and name == before
            if respelt or self._passed(before, item, item.approved, person) <= moment:
                name = item.new
            before = item.new
        return name

    def _passed(self, old: str, item: Renaming, approved: datetime, person: Person) -> datetime:
        """After the last poll that saw the old name, or later lines under it; before the new one is heard.

        WOM's last look at the account is when it last found the old name in the game: lines
        count from there on.
        """
        polls = self._knowledge.story.polls
        found = bisect_left(polls, approved)
        seen = polls[found - 1] if found else item.at
        looked = [one.at for one in person.snapshots if one.at <= approved]
        since, until = min([seen, *looked[-1:]]), polls[found] if found < len(polls) else approved
        at = max([seen, *self._heard(old, since, until)[-1:]]) + _TICK
        return min([at, *self._heard(item.new, since, until)[:1]])

    def _heard(self, name: str, since: datetime, until: datetime) -> list[datetime]:
        return [at for at in self._spoken.get(fold(name), []) if since <= at <= until]
