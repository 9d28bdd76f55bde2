"""Loads what rules ask of everybody in the clan, in as many statements for any number of members."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.activity import quarter_of
from bot.domain.as_of import Now
from bot.domain.clans import Clan
from bot.domain.facts import SourceKind
from bot.domain.ids import MemberId, MetricId, UserId
from bot.domain.periods import EPOCH, Period, PeriodKind, midnight
from bot.domain.proofs import ProofKind, Proven, kinds_of
from bot.domain.rules.bounds import Bounds, Gap, at_least, loosened
from bot.domain.rules.facts import (
    age_of,
    count_of,
    days_of,
    gain_of,
    heard_since,
    seen_of,
    unobserved,
    value_of,
    wrote_of,
)
from bot.domain.rules.needs import Atom
from bot.domain.rules.numbers import Subject
from bot.domain.rules.since import Since, from_known_start, last_seen, since_of, window_start
from bot.domain.rules.terms import LIFETIME, Own, window_days
from bot.services.measured import group_ends, span_of
from db.queries import clan_roster, counts, cursors, eligibility, evidence, gains, members
from db.queries.clan_roster import Look
from db.queries.eligibility import VerifiedAccount
from db.queries.members import MemberRow

Presence = Mapping[UserId, frozenset[str]]
"""The roles (ids and folded names) of everybody on the Discord server."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What rules judge by. ``looks`` are WOM's last looks at each member, ``since`` their dates."""

    subjects: Sequence[Subject]
    readings: Mapping[Atom, Mapping[MemberId, Bounds]]
    looks: Mapping[MemberId, Look]
    since: Mapping[MemberId, Since]


class Loading:
    """One load: everything that these atoms need, at one moment."""

    def __init__(
        self, session: AsyncSession, clan: Clan, metric_ids: Mapping[str, MetricId], now: datetime
    ) -> None:
        self._session = session
        self._clan = clan
        self._metric_ids = metric_ids
        self._now = now

    async def load(self, atoms: Collection[Atom], presence: Presence | None) -> Loaded:
        """Everything; ``presence`` is None where Discord does not tell who is on the server."""
        session, clan = self._session, self._clan.id
        everybody = await members.current_members(session, clan)
        stored = await members.members_now(session, clan)
        happened = await members.happened(session, clan)
        since = {one.root: since_of(one, happened.get(one.id, ())) for one in _roots_last(stored)}
        links = await eligibility.verified_accounts(session, clan)
        looks = await clan_roster.looks(session, clan)
        linked = frozenset(one.member for one in links)
        readings = {
            **await self._metrics([one for one in atoms if one.field not in set(Own)], since),
            **await self._messages([one for one in atoms if one.field == Own.MESSAGES], since, linked),
            **await self._active_days([one for one in atoms if one.field == Own.ACTIVE_DAYS], since, linked),
            **await self._seen(
                [one for one in atoms if one.field == Own.DAYS_SINCE_SEEN], looks, linked, since
            ),
            **await self._evidence([one for one in atoms if one.field == Own.EVIDENCE], since),
            **self._ages(since),
        }
        return Loaded(subjects_of(everybody, links, presence), readings, looks, since)

    async def _metrics(
        self, atoms: Sequence[Atom], since: Mapping[MemberId, Since]
    ) -> dict[Atom, dict[MemberId, Bounds]]:
        found: dict[Atom, dict[MemberId, Bounds]] = {atom: {} for atom in atoms}
        windows: dict[str, list[Atom]] = defaultdict(list)
        for atom in atoms:
            if atom.field in self._metric_ids:
                windows[atom.over].append(atom)
        for window, those in windows.items():
            by_metric = {self._metric_ids[atom.field]: atom for atom in those}
            period, ends = await self._ends(window, list(by_metric), since)
            for (member, metric), of in group_ends(ends).items():
                atom = by_metric[metric]
                if window == LIFETIME:
                    found[atom][member] = value_of(span_of(of, period).last, self._now)
                    continue
                dates = since.get(member)
                start = window_start(window, dates, self._now)
                gained = gain_of(span_of(of, replace(period, start=start)), start, self._now)
                found[atom][member] = from_known_start(gained, window, dates)
        return found

    async def _ends(
        self, window: str, metrics: Sequence[MetricId], since: Mapping[MemberId, Since]
    ) -> tuple[Period, list[gains.Ends]]:
        session, clan, now = self._session, self._clan.id, self._now
        days = window_days(window)
        start = EPOCH if days is None else now - days * _ONE_DAY
        period = Period(window, PeriodKind.CALENDAR, start, now)
        if window == LIFETIME or days is not None:
            return period, await gains.readings(session, clan, metrics, period)
        starts = {member: window_start(window, one, now) for member, one in since.items()}
        return period, await gains.readings_since(session, clan, metrics, starts, now)

    async def _messages(
        self, atoms: Sequence[Atom], since: Mapping[MemberId, Since], linked: Collection[MemberId]
    ) -> dict[Atom, dict[MemberId, Bounds]]:
        """Counts; who said nothing in observed time has 0.

        What claimed links bring does not count, and without a verified one a member may
        have written more in Discord.
        """
        if not atoms:
            return {}
        session, clan, now = self._session, self._clan.id, self._now
        spans = [(one.start, one.end) for one in await cursors.covered(session, clan, EPOCH, now)]
        found: dict[Atom, dict[MemberId, Bounds]] = {}
        for atom in atoms:
            days = window_days(atom.over)
            starts = {member: window_start(atom.over, one, now) for member, one in since.items()}
            if days is not None or atom.over == LIFETIME:
                start = EPOCH if days is None else now - days * _ONE_DAY
                counted = dict(await counts.message_counts(session, clan, start, now, is_sure=True))
            else:
                counted = await eligibility.messages_since(session, clan, starts, now)
            holes = {start: unobserved(spans, start, now) for start in set(starts.values())}
            for member, start in starts.items():
                number = from_known_start(
                    count_of(counted.get(member, 0), holes[start]), atom.over, since[member]
                )
                column = found.setdefault(atom, {})
                column[member] = number if member in linked else loosened(number, Gap.NOT_LINKED)
        return found

    async def _active_days(
        self, atoms: Sequence[Atom], since: Mapping[MemberId, Since], linked: Collection[MemberId]
    ) -> dict[Atom, dict[MemberId, Bounds]]:
        """Local days, today included; one of which more than an hour was not observed may be active."""
        found: dict[Atom, dict[MemberId, Bounds]] = {}
        today = self._now.astimezone(self._clan.zone).date()
        for atom in atoms:
            number = window_days(atom.over) or 1
            dates = [today - timedelta(days=back) for back in range(number)]
            bounds = [
                (midnight(one, self._clan.zone), midnight(one + _ONE_DAY, self._clan.zone)) for one in dates
            ]
            covered = await cursors.covered(self._session, self._clan.id, bounds[-1][0], self._now)
            spans = [(one.start, one.end) for one in covered]
            # A day that was heard in part counts where it was active, and may have been where not.
            dark = sum(
                1 for one in bounds if count_of(0, unobserved(spans, one[0], min(one[1], self._now))).why
            )
            quarters = [(quarter_of(start), quarter_of(end)) for start, end in bounds]
            active = await eligibility.active_days(
                self._session, self._clan.id, quarters, int(atom.detail or 1)
            )
            for member in since:
                days = active.get(member, 0)
                column = found.setdefault(atom, {})
                column[member] = days_of(days, min(dark, number - days))
                if member not in linked:
                    column[member] = loosened(column[member], Gap.NOT_LINKED, number)
        return found

    async def _seen(
        self,
        atoms: Sequence[Atom],
        looks: Mapping[MemberId, Look],
        linked: Collection[MemberId],
        since: Mapping[MemberId, Since],
    ) -> dict[Atom, dict[MemberId, Bounds]]:
        if not atoms:
            return {}
        words = await clan_roster.last_words(self._session, self._clan.id)
        covered = await cursors.covered(self._session, self._clan.id, EPOCH, self._now)
        heard = heard_since([(one.start, one.end) for one in covered], self._now)
        found: dict[Atom, dict[MemberId, Bounds]] = {}
        for atom in atoms:
            found[atom] = {}
            for member in since:
                look = looks.get(member, Look(None, None))
                said, wrote = (words.get((member, kind)) for kind in (SourceKind.RELAY, SourceKind.DISCORD))
                game = seen_of(_latest(look.gained_at, said), look.checked_at, self._now)
                discord = at_least(0, Gap.NOT_LINKED)
                if member in linked:
                    discord = wrote_of(wrote, heard, self._now)
                found[atom][member] = last_seen(atom.detail, game, discord)
        return found

    async def _evidence(
        self, atoms: Sequence[Atom], since: Mapping[MemberId, Since]
    ) -> dict[Atom, dict[MemberId, Bounds]]:
        """So many approved proofs at least; of a tier, whether one has it. What nobody told may be so too."""
        if not atoms:
            return {}
        standing = await evidence.standing(self._session, self._clan.id, self._now)
        kinds = kinds_of(await evidence.changed_kinds(self._session, self._clan.id))
        found: dict[Atom, dict[MemberId, Bounds]] = {}
        for atom in atoms:
            key, _, tier = atom.detail.partition(":")
            found[atom] = {
                member: at_least(
                    _proven(standing.get(member, {}).get(key), kinds.get(key), tier), Gap.NO_EVIDENCE
                )
                for member in since
            }
        return found

    def _ages(self, since: Mapping[MemberId, Since]) -> dict[Atom, dict[MemberId, Bounds]]:
        now = self._now
        return {
            Atom(Own.DAYS_IN_CLAN): {id_: age_of(one.joined, one.seen, now) for id_, one in since.items()},
            Atom(Own.DAYS_IN_RANK): {id_: age_of(one.ranked, one.seen, now) for id_, one in since.items()},
        }


def _proven(proven: Proven | None, kind: ProofKind | None, tier: str) -> int:
    """How many proofs there are, or for a tier whether one reaches it."""
    if proven is None:
        return 0
    if not tier:
        return proven.number
    return min(1, proven.at_least(kind, tier)) if kind is not None else 0


def _latest(*moments: datetime | None) -> datetime | None:
    """The last of those that are known."""
    return max((one for one in moments if one is not None), default=None)


def _roots_last(stored: Sequence[Now]) -> list[Now]:
    """Present members; of several who show under one, the one they show under comes last, and counts."""
    present = [one for one in stored if one.left_at is None]
    return sorted(present, key=lambda one: one.id == one.root)


def subjects_of(
    everybody: Sequence[MemberRow], links: Sequence[VerifiedAccount], presence: Presence | None
) -> list[Subject]:
    """Everybody in the clan, with the accounts that verified links make one person's."""
    present = {one.id for one in everybody}
    owned: dict[UserId, list[MemberId]] = defaultdict(list)
    owner: dict[MemberId, UserId] = {}
    for link in links:
        if link.member in present and link.member not in owner:
            owner[link.member] = link.user
            owned[link.user].append(link.member)
    return [_subject(one, owner.get(one.id), owned, presence) for one in everybody]


def _subject(
    member: MemberRow,
    user: UserId | None,
    owned: Mapping[UserId, Sequence[MemberId]],
    presence: Presence | None,
) -> Subject:
    plain = Subject(member.id, member.name, member.wom_role, member.account_type, (member.id,))
    if user is None:
        return plain
    roles = None if presence is None else presence.get(user)
    return replace(
        plain, person=tuple(owned[user]), linked=True, discord_roles=roles, unseen=Gap.NOT_IN_SERVER
    )
