"""What is known of one member besides names and numbers: links, notes, how much shows under them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.dossiers import LinkedUser, Note
from bot.domain.ids import ClanId, MemberId, UserId
from db.models import Attribution, DiscordLink, Member, MemberNote, SnapshotRow
from db.queries.members import ROOT, shows_under


async def linked_users(session: AsyncSession, clan: ClanId, member: MemberId) -> list[LinkedUser]:
    """The Discord users who linked a member or whom was merged into them, with their other accounts."""
    theirs = (Member.clan_id == DiscordLink.clan_id) & (Member.id == DiscordLink.member_id)
    owners = (
        select(DiscordLink.user_id)
        .join(Member, theirs)
        .where(DiscordLink.clan_id == clan, shows_under(member))
    )
    rows = await session.execute(
        select(DiscordLink.user_id, ROOT, Member.name, DiscordLink.verified, DiscordLink.is_main)
        .join_from(DiscordLink, Member, theirs)
        .where(DiscordLink.clan_id == clan, DiscordLink.user_id.in_(owners))
        .order_by(DiscordLink.verified.desc(), DiscordLink.user_id, Member.name)
    )
    listed = list(rows)
    others: dict[int, list[str]] = {}
    for user, root, name, _, _ in listed:
        if root != member:
            others.setdefault(user, []).append(name)
    users = {
        user: LinkedUser(UserId(user), verified, is_main, tuple(others.get(user, ())))
        for user, root, _, verified, is_main in listed
        if root == member
    }
    return list(users.values())


async def notes_of(session: AsyncSession, clan: ClanId, member: MemberId) -> list[Note]:
    """What officers noted, the newest first."""
    rows = await session.execute(
        select(MemberNote.at, MemberNote.user_id, MemberNote.note)
        .join_from(
            MemberNote,
            Member,
            (Member.clan_id == MemberNote.clan_id) & (Member.id == MemberNote.member_id),
        )
        .where(MemberNote.clan_id == clan, shows_under(member))
        .order_by(MemberNote.at.desc(), MemberNote.id.desc())
    )
    return [Note(at, UserId(user), text) for at, user, text in rows]


async def add_note(
    session: AsyncSession, clan: ClanId, member: MemberId, note: str, *, by: UserId, now: datetime
) -> None:
    """Keep a note."""
    session.add(MemberNote(clan_id=clan, member_id=member, at=now, user_id=by, note=note))
    await session.flush()


class SnapshotSpan(NamedTuple):
    """How many snapshots there are, and when the first and the last were taken."""

    number: int
    first: datetime | None
    last: datetime | None


async def snapshot_span(
    session: AsyncSession, clan: ClanId, member: MemberId, before: datetime
) -> SnapshotSpan:
    """The snapshots that show under a member, up to a time."""
    row = (
        await session.execute(
            select(func.count(), func.min(SnapshotRow.taken_at), func.max(SnapshotRow.taken_at))
            .select_from(Attribution)
            .join(
                SnapshotRow,
                (SnapshotRow.clan_id == Attribution.clan_id)
                & (SnapshotRow.source_id == Attribution.source_id)
                & (SnapshotRow.taken_at >= Attribution.from_at)
                & (SnapshotRow.taken_at < Attribution.to_at),
            )
            .where(
                Attribution.clan_id == clan, Attribution.member_id == member, SnapshotRow.taken_at < before
            )
        )
    ).one()
    return SnapshotSpan(*row)


async def merged_into(session: AsyncSession, clan: ClanId, member: MemberId) -> Sequence[MemberId]:
    """The member, and who shows under them by officers' merges."""
    rows = await session.scalars(select(Member.id).where(Member.clan_id == clan, shows_under(member)))
    return [MemberId(id_) for id_ in rows]
