"""What has happened in a clan that its feed has not told yet."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from bot.domain.achievements import by_thing
from bot.domain.as_of import JOINED, LEFT, RANK_CHANGED, RENAMED, RETURNED
from bot.domain.broadcasts import BroadcastKind
from bot.domain.clans import Clan
from bot.domain.competitions import ContestNews, contest_news
from bot.domain.feed import (
    EXPELLED_WITHIN,
    FOR_OFFICERS,
    LATEST,
    NEWS_FOR,
    RECORD_NEWS_FOR,
    Batch,
    FeedItem,
    FeedKind,
    FeedSetting,
    kind_of,
    lets_more_in,
    wanted,
)
from bot.domain.ids import ChannelId, ClanId, GuildId, MemberId, UserId
from bot.domain.metrics import metric
from bot.domain.periods import midnight
from bot.domain.records import ClanRecords
from bot.domain.stays import each_begun_once
from bot.domain.summaries import LEADERS, Leader, rose
from bot.services.clock import Clock
from bot.services.competitions import Competitions
from bot.services.questions import Questions
from db.queries import clans, events, feed, members
from db.queries.events import Achieved, Announced, Happening
from db.session import Database

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_ANNOUNCED: Final = {
    BroadcastKind.DROP: FeedKind.DROPS,
    BroadcastKind.RAID_LOOT: FeedKind.DROPS,
    BroadcastKind.PERSONAL_BEST: FeedKind.BESTS,
    BroadcastKind.PET: FeedKind.PETS,
    BroadcastKind.COMBAT_TIER: FeedKind.ACHIEVEMENTS,
    BroadcastKind.DIARY: FeedKind.ACHIEVEMENTS,
    BroadcastKind.QUEST: FeedKind.ACHIEVEMENTS,
    BroadcastKind.COLLECTION_LOG: FeedKind.ACHIEVEMENTS,
    BroadcastKind.EXPELLED: FeedKind.LEAVERS,
}
_HAPPENED: Final = {
    JOINED: FeedKind.JOINS,
    LEFT: FeedKind.LEAVERS,
    RANK_CHANGED: FeedKind.RANK_UPS,
    RENAMED: FeedKind.RENAMES,
    RETURNED: FeedKind.JOINS,
}


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told in one channel, the oldest first; ``is_one_of_several`` clans of the server.

    ``tried`` is what was sent there before and may have arrived: that is to be found out first.
    """

    clan: Clan
    channel: ChannelId
    items: tuple[FeedItem, ...]
    tried: Batch | None = None
    is_one_of_several: bool = False


class Feed:
    """Keeps what is told where, and finds what is new."""

    def __init__(
        self, database: Database, competitions: Competitions, questions: Questions, clock: Clock
    ) -> None:
        self._database = database
        self._questions = questions
        self._records: dict[ClanId, tuple[date, ClanRecords]] = {}
        self._competitions = competitions
        self._clock = clock

    async def settings(self, clan: Clan) -> dict[FeedKind, FeedSetting]:
        """The kinds that are on. Those for officers are told where their channel is now."""
        async with self._database.read() as session:
            on = await feed.feeds(session, clan.id)
            officers = await clans.officer_channel(session, clan.guild)
        return {kind: _placed(one, officers) or one for kind, one in on.items()}

    async def switch_on(
        self, clan: Clan, kind: FeedKind, channel: ChannelId, by: UserId, *, least: int | None = None
    ) -> None:
        """Tell of a kind in a channel; what happened before is not told.

        Nor is what happened before a limit that lets more in: it was not wanted then.
        """
        async with self._database.write() as session:
            before = (await feed.feeds(session, clan.id)).get(kind)
            now = self._clock()
            kept = before.least if before is not None and least is None else least
            one = FeedSetting(clan.id, kind, channel, now, kept)
            if before is not None and not lets_more_in(before, one):
                one = replace(one, since=before.since)
            await feed.save_feed(session, one)
            detail = {"clan_id": clan.id, "post": kind.value, "channel": str(channel), "on": True}
            await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, now)

    async def switch_off(self, clan: Clan, kind: FeedKind, by: UserId | None) -> None:
        """Tell of it no more; ``by`` is None where the bot itself cannot."""
        async with self._database.write() as session:
            await feed.end_feed(session, clan.id, kind)
            if by is not None:
                detail = {"clan_id": clan.id, "post": kind.value, "on": False}
                await clans.add_audit_entry(session, clan.guild, by, "posts_changed", detail, self._clock())

    async def look(self, clan: Clan) -> None:
        """Look, after a poll, for what it takes long to find, where the feed tells of it.

        Records once a day, since they are of days that are over; competitions at WOM.

        Raises:
            WomUnavailable: WOM did not answer usefully.
        """
        wanted_kinds = await self.settings(clan)
        today = self._clock().astimezone(clan.zone).date()
        looked = self._records.get(clan.id)
        if FeedKind.RECORDS in wanted_kinds and (looked is None or looked[0] != today):
            self._records[clan.id] = today, await self._questions.records(clan)
        if FeedKind.COMPETITIONS in wanted_kinds:
            await self._competitions.look(clan)

    async def news(self, guilds: Collection[GuildId]) -> list[News]:
        """What is to be told now, a message to each channel. A clan that cannot be looked at has none."""
        async with self._database.read() as session:
            wanted_by = await feed.all_feeds(session, guilds)
            if not wanted_by:
                return []
            by_id = {clan.id: clan for clan in await clans.active_clans(session, guilds)}
        in_guild = Counter(clan.guild for clan in by_id.values())
        found: list[News] = []
        for clan_id, settings in wanted_by.items():
            try:
                clan = by_id[clan_id]
                several = in_guild[clan.guild] > 1
                found += [replace(one, is_one_of_several=several) for one in await self._of(clan, settings)]
            except Exception:  # whatever is wrong with one clan is no reason to keep silent about others
                log.exception("feed_not_looked_up", clan_id=clan_id)
        return found

    async def _of(self, clan: Clan, settings: Sequence[FeedSetting]) -> list[News]:
        now = self._clock()
        start = max(now - NEWS_FOR, min(one.since for one in settings))
        async with self._database.read() as session:
            everybody = await members.all_members(session, clan.id)
            happened = await events.news(session, clan.id, start, now)
            # Two profiles' times of one thing are no further apart than WOM may be late.
            achieved = await events.achieved(session, clan.id, start - LATEST, now)
            heard_from = start - EXPELLED_WITHIN
            announced = await events.announced(session, clan.id, _ANNOUNCED, heard_from, now)
            known = await feed.told(session, clan.id)
            tried = await feed.batches(session, clan.id)
            officers = await clans.officer_channel(session, clan.guild)
        names = {one.id: one.name for one in everybody}
        joined = {one.id: one.joined_at for one in everybody}
        # What may be in another channel waits until that is found out.
        tried_in = {key: channel for channel, batch in tried.items() for key in batch.keys}
        items = [
            *_happened(
                [one for one in each_begun_once(happened) if not _is_expulsion(one, announced)], names, clan
            ),
            *_achieved(achieved, names, joined, known | tried_in.keys()),
            *_said(announced, names),
            *self._contests(clan),
            *self._set(clan),
        ]
        by_kind = {one.kind: placed for one in settings if (placed := _placed(one, officers))}
        new = [one for one in items if one.key not in known and wanted(one, by_kind.get(one.kind), now)]
        new = [await self._with_leaders(clan, one) for one in new]
        by_channel: dict[ChannelId, list[FeedItem]] = {channel: [] for channel in tried}
        for one in sorted(new, key=lambda one: (one.at, one.key)):
            channel = by_kind[one.kind].channel
            if tried_in.get(one.key, channel) == channel:
                by_channel.setdefault(channel, []).append(one)
        return [News(clan, channel, tuple(told), tried.get(channel)) for channel, told in by_channel.items()]

    def _set(self, clan: Clan) -> Iterator[FeedItem]:
        """Records of a day, week or month that was over when they were looked for."""
        today, found = self._records.get(clan.id, (None, None))
        if today is None or found is None:
            return
        for one in found.records:
            if one.is_news(one.first, one.last) and today - one.last <= RECORD_NEWS_FOR:
                key = f"r:{one.span}:{one.metric.key}:{one.first.isoformat()}"
                at = midnight(one.last + timedelta(days=1), clan.zone)
                yield FeedItem(key, FeedKind.RECORDS, at, one.holders[0], record=one)

    def _contests(self, clan: Clan) -> Iterator[FeedItem]:
        """What is news of competitions; a result waits for a poll after the end."""
        for contest in self._competitions.known(clan):
            for news, at in contest_news(contest, self._clock()):
                if news is ContestNews.OVER and (clan.polled_at is None or clan.polled_at <= at):
                    continue
                key = f"c:{contest.id}:{news}"
                yield FeedItem(key, FeedKind.COMPETITIONS, at, contest.title, contest=contest, news=news)

    async def _with_leaders(self, clan: Clan, one: FeedItem) -> FeedItem:
        """A competition's last hours, or its result, with who leads or won."""
        if one.contest is None or one.news is ContestNews.BEGUN or one.contest.is_team:
            return one
        board = (await self._competitions.standings(clan, one.contest)).board
        if board is None:
            return one
        return replace(
            one,
            leaders=tuple(
                Leader(row.place, row.entry.name, row.entry.value, row.entry.is_partial)
                for row in board.standings
                if row.place <= LEADERS and row.entry.value
            ),
        )

    async def begin(self, news: News, said: str) -> Batch | None:
        """It is about to be told. Until what became of it is settled nothing else is told in its channel.

        None where it was found before something else was sent: some of it is told by now, or may be.
        The next look finds the rest.
        """
        batch = Batch(news.channel, tuple(one.key for one in news.items), said, self._clock())
        async with self._database.write() as session:
            tried = await feed.batches(session, news.clan.id)
            passed = await feed.told(session, news.clan.id)
            passed.update(key for one in tried.values() for key in one.keys)
            if news.channel in tried or not passed.isdisjoint(batch.keys):
                return None
            await feed.save_batch(session, news.clan.id, batch)
        return batch

    async def settle(self, clan: Clan, batch: Batch, *, arrived: bool) -> None:
        """It is there, and told; or it is not, and what it told of is news as before."""
        now = self._clock()
        async with self._database.write() as session:
            if arrived:
                await feed.note_told(session, clan.id, batch.keys, now, forget=now - 3 * NEWS_FOR)
            await feed.end_batch(session, clan.id, batch)


def _placed(one: FeedSetting, officers: ChannelId | None) -> FeedSetting | None:
    """A setting with the channel that it is told in now; None for officers' while they have none."""
    if one.kind not in FOR_OFFICERS:
        return one
    return None if officers is None else replace(one, channel=officers)


def _happened(happened: Sequence[Happening], names: Mapping[MemberId, str], clan: Clan) -> Iterator[FeedItem]:
    for one in happened:
        kind = _HAPPENED.get(one.kind)
        if kind is None or one.member not in names:
            continue
        if kind is FeedKind.RANK_UPS and not rose(one.before, one.after, clan.role_order):
            continue
        yield FeedItem(f"ev:{one.key}", kind, one.at, names[one.member], one.before, one.after)


def _achieved(
    achieved: Sequence[Achieved],
    names: Mapping[MemberId, str],
    joined: Mapping[MemberId, datetime | None],
    passed: Collection[str],
) -> Iterator[FeedItem]:
    """What members reached since they joined, so far as that is known, each thing once.

    Of two profiles that list it, it is known by the one that it was told of, or may have been (``passed``).
    """
    dated = [one for one in achieved if timedelta(milliseconds=one.accuracy_ms) <= LATEST]
    for same in by_thing(dated):
        one = same[0]
        since = joined.get(one.member)
        if one.member not in names or (since is not None and one.at < since):
            continue
        keys = [f"ach:{each.source}:{each.name}" for each in same]
        key = next((each for each in keys if each in passed), keys[0])
        measured = metric(one.metric)
        kind = kind_of(measured, one.threshold)
        name = names[one.member]
        yield FeedItem(key, kind, one.at, name, after=one.name, metric=measured, value=one.threshold)


def _is_expulsion(one: Happening, announced: Sequence[Announced]) -> bool:
    """Whether a leave is an expulsion that the game announced, and that is told as such."""
    return one.kind == LEFT and any(
        said.kind == BroadcastKind.EXPELLED
        and said.member == one.member
        and abs(said.at - one.at) <= EXPELLED_WITHIN
        for said in announced
    )


def _said(announced: Sequence[Announced], names: Mapping[MemberId, str]) -> Iterator[FeedItem]:
    for one in announced:
        if one.member not in names:
            continue
        said = BroadcastKind(one.kind)
        heard = FeedItem(f"b:{one.message}", _ANNOUNCED[said], one.at, names[one.member], announced=said)
        yield _with_detail(heard, said, one.detail)


def _with_detail(heard: FeedItem, said: BroadcastKind, detail: Mapping[str, Any]) -> FeedItem:
    """What the game said beside whom it is about."""
    match said:
        case BroadcastKind.PERSONAL_BEST:
            boss, team = str(detail.get("boss", "")), detail.get("team_size")
            return replace(heard, after=boss, value=detail.get("centiseconds"), of=team)
        case BroadcastKind.PET:
            return replace(heard, after=str(detail.get("pet", "")), value=detail.get("kills"))
        case BroadcastKind.COMBAT_TIER:
            return replace(heard, before=str(detail.get("tier", "")))
        case BroadcastKind.DIARY:
            return replace(heard, before=str(detail.get("tier", "")), after=str(detail.get("area", "")))
        case BroadcastKind.QUEST:
            return replace(heard, after=str(detail.get("quest", "")))
        case BroadcastKind.COLLECTION_LOG:
            item = str(detail.get("item", ""))
            return replace(heard, after=item, value=detail.get("done"), of=detail.get("total"))
        case BroadcastKind.EXPELLED:
            return replace(heard, before=str(detail.get("other", "")))
        case _:
            return replace(heard, after=str(detail.get("item", "")), value=detail.get("coins"))
