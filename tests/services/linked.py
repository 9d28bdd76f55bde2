"""A polled clan that is listened to: its users' links, what they say, and whom it counts for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.domain.accounts import Account, LinkNotice
from bot.domain.clans import Relay
from bot.domain.ids import MemberId, UserId
from bot.domain.link_review import Officer
from bot.services.ingest import Ingest
from bot.services.link_review import LinkReview
from db.models import AuditEntry
from db.queries import clans, counts
from db.session import Database
from tests.services.hearing import RELAY, RELAYED, at, relayed, said
from tests.services.stage import Stage, staged

ANN, BOB, CY = UserId(5), UserId(6), UserId(7)
OFFICER = Officer(UserId(50))
MANAGER = Officer(UserId(51), manages=True)


@dataclass
class Linked:
    """The clan with its listener. Time goes on by a second with each line."""

    stage: Stage
    ingest: Ingest
    told: list[LinkNotice] = field(default_factory=list[LinkNotice])
    numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.review = LinkReview(self.stage.database, self.stage.lookup, self.stage.clock)
        for telling in (self.ingest.on_link, self.stage.polling.on_link):
            telling.append(self.told.append)

    def join(self, *names: str, role: str = "member") -> None:
        for name in names:
            self.stage.joins(name, role)

    async def claim(self, user: UserId, *names: str) -> str | None:
        """Claim these; the code of the last one."""
        mine = None
        for name in names:
            mine = await self.stage.links.claim(await self.stage.clan(), user, name)
        return mine.codes[-1].code if mine and mine.codes else None

    async def accounts(self, user: UserId) -> list[Account]:
        return await self.stage.links.accounts(await self.stage.clan(), user)

    async def shown(self, user: UserId) -> list[str]:
        """A user's accounts in order: * is main, ! verified, - does not stand; then the kept names."""
        mine = await self.stage.links.mine(await self.stage.clan(), user)
        marks = [
            f"{one.name}{'*' * one.is_main}{'!' * one.verified}{'-' * (not one.stands)}"
            for one in mine.accounts
        ]
        return [*marks, *(f"({one.name})" for one in mine.pending)]

    async def say(self, user: UserId, nickname: str, times: int = 1) -> None:
        """Somebody writes in Discord."""
        for _ in range(times):
            self.stage.clock.advance(seconds=1)
            seen = said(at(self.stage.clock.now, next(self.numbers) % 1000), user)
            self.ingest.observe(replace(seen, author_name=nickname))
        await self.ingest.flush()

    async def relay(self, line: str, *, author: int = RELAY, moment: datetime | None = None) -> None:
        """Something is written in the relay's channel."""
        self.stage.clock.advance(seconds=1)
        message = at(moment or self.stage.clock.now, next(self.numbers) % 1000)
        self.ingest.observe(relayed(message, line, author=author))
        await self.ingest.flush()

    async def counted(self) -> dict[str, int]:
        """Each member's messages by their name of today."""
        now = self.stage.clock.now
        async with self.stage.database.read() as session:
            rows = await counts.message_counts(
                session, self.stage.id, now - timedelta(days=900), now + timedelta(days=1)
            )
        names = {one.id: one.name for one in await self.stage.members()}
        return {names.get(row.member, f"#{row.member}"): row.messages for row in rows}

    async def member(self, name: str) -> MemberId:
        return next(one.id for one in await self.stage.members() if one.name == name)

    async def audit(self) -> list[tuple[int, str, dict[str, Any]]]:
        async with self.stage.database.read() as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.user_id, row.action, row.detail) for row in rows]


@asynccontextmanager
async def linked(database: Database) -> AsyncGenerator[Linked]:
    """A clan without members whose chat is relayed."""
    async with staged(database) as stage:
        async with database.write() as session:
            await clans.save_relay(session, Relay(stage.id, RELAYED, RELAY))
        ingest = Ingest(database, stage.clock)
        await ingest.load()
        yield Linked(stage, ingest)
