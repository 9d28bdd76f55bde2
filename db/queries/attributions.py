"""Which member each source was, when: made from names, profiles, links and officers' decisions."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.domain.decisions import Attributed, attributions_in_force
from bot.domain.facts import SourceKind
from bot.domain.ids import ClanId, MemberId, NameKey, SourceId, UserId
from db.bulk import INTEGER, STRING, inserting, rows_as_table
from db.models import Alias, Attribution, DiscordLink, ImportedSpeaker, Member, Profile, Source
from db.queries import decisions
from db.queries.members import ROOT
from db.queries.speakers import speakers
from db.types import OPEN_END, OPEN_START, Moment

_BY_LINK: Final = "link"
_COLUMNS = ["clan_id", "source_id", "from_at", "to_at", "base_id", "origin", "member_id"]


async def attribute_relayed_names(session: AsyncSession, clan: ClanId, keys: Collection[NameKey]) -> None:
    """Give every line of these relayed names to whoever held the name at the line's time.

    The attribution of a relayed name is its aliases, row by row; where nobody held it
    it stays unresolved.
    """
    named = (Source.clan_id == clan) & (Source.kind == SourceKind.RELAY) & Source.key.in_(keys)
    holds = (
        select(
            Source.clan_id, Source.id, Alias.from_at, Alias.to_at, Alias.member_id, literal("alias", STRING)
        )
        .join_from(Source, Alias, (Alias.clan_id == Source.clan_id) & (Alias.name_key == Source.key))
        .where(named)
    )
    await _replace(session, clan, select(Source.id).where(named), holds, "alias")


async def attribute_users(session: AsyncSession, clan: ClanId, users: Collection[UserId]) -> None:
    """Give every message of these Discord users to the account that its nickname speaks for, or to nobody.

    Call it whenever that may have changed: a link, a main account, an account's name.
    """
    if not users:
        return
    given = rows_as_table(
        session,
        {"source_id": INTEGER, "member_id": INTEGER},
        list((await speakers(session, clan, users)).items()),
    )
    spoken = select(
        literal(clan, INTEGER),
        given.c.source_id,
        literal(OPEN_START, Moment()),
        literal(OPEN_END, Moment()),
        given.c.member_id,
        literal(_BY_LINK, STRING),
    )
    theirs = select(Source.id).where(
        Source.clan_id == clan, Source.kind == SourceKind.DISCORD, Source.user_id.in_(users)
    )
    await _replace(session, clan, theirs, spoken, _BY_LINK)


def is_verified() -> ColumnElement[bool]:
    """Whether an attribution rests on more than a claim: on a verified link, where on a link at all."""
    theirs, speaker = aliased(Member), aliased(Source)
    verified = (
        select(DiscordLink.user_id)
        .join_from(
            DiscordLink,
            theirs,
            (theirs.clan_id == DiscordLink.clan_id) & (theirs.id == DiscordLink.member_id),
        )
        .join(
            speaker,
            (speaker.clan_id == DiscordLink.clan_id) & (speaker.user_id == DiscordLink.user_id),
        )
        .where(
            DiscordLink.clan_id == Attribution.clan_id,
            DiscordLink.verified,
            speaker.id == Attribution.source_id,
            func.coalesce(theirs.same_as, theirs.id) == Attribution.member_id,
        )
        .correlate(Attribution)
    )
    return (Attribution.origin != _BY_LINK) | verified.exists()


async def attribute_profiles(session: AsyncSession, clan: ClanId, sources: Collection[SourceId]) -> None:
    """Give these WOM profiles to the members whose they are, for all time but what officers decided.

    What the old system's authors said goes with the profiles that they had there.
    """
    ours = (Profile.clan_id == clan) & Profile.source_id.in_(sources)
    owned = select(
        Profile.clan_id,
        Profile.source_id,
        literal(OPEN_START, Moment()),
        literal(OPEN_END, Moment()),
        Profile.member_id,
        literal("roster", STRING),
    ).where(ours)
    await _replace(session, clan, select(Profile.source_id).where(ours), owned, "roster")
    theirs = (ImportedSpeaker.clan_id == clan) & ImportedSpeaker.profile_id.in_(sources)
    await _attribute_speakers(session, clan, select(ImportedSpeaker.source_id).where(theirs))


async def attribute_speakers(session: AsyncSession, clan: ClanId, sources: Collection[SourceId]) -> None:
    """Give what these authors of the old system said to the members whose the profiles are that they had."""
    theirs = (ImportedSpeaker.clan_id == clan) & ImportedSpeaker.source_id.in_(sources)
    await _attribute_speakers(session, clan, select(ImportedSpeaker.source_id).where(theirs))


async def _attribute_speakers(session: AsyncSession, clan: ClanId, sources: Select[Any]) -> None:
    spoken = (
        select(
            ImportedSpeaker.clan_id,
            ImportedSpeaker.source_id,
            ImportedSpeaker.from_at,
            ImportedSpeaker.to_at,
            Profile.member_id,
            literal("import", STRING),
        )
        .join_from(
            ImportedSpeaker,
            Profile,
            (Profile.clan_id == ImportedSpeaker.clan_id) & (Profile.source_id == ImportedSpeaker.profile_id),
        )
        .where(ImportedSpeaker.clan_id == clan, ImportedSpeaker.source_id.in_(sources))
    )
    await _replace(session, clan, sources, spoken, "import")


async def _replace(
    session: AsyncSession, clan: ClanId, sources: Select[Any], observed: Any, origin: str
) -> None:
    """Make the attributions of some sources anew, under whom each member shows since the merges."""
    await session.execute(
        delete(Attribution).where(
            Attribution.clan_id == clan,
            Attribution.source_id.in_(sources),
            Attribution.origin == origin,
        )
    )
    given = observed.subquery("observed")
    await session.execute(
        inserting(session, Attribution).from_select(
            _COLUMNS,
            select(*given.c, ROOT).join_from(
                given, Member, (Member.clan_id == given.c[0]) & (Member.id == given.c[4])
            ),
        )
    )
    if origin in {"roster", "import"}:
        await _apply_splits(session, clan, sources)


async def _apply_splits(session: AsyncSession, clan: ClanId, sources: Select[Any]) -> None:
    """Lay what officers split over what was observed of these sources."""
    splits = await decisions.splits(session, clan)
    if not splits:
        return
    concerned = {one.member for one in splits}
    everything = await attributed(session, clan, sources)
    touched = {one.source for one in everything if one.member in concerned}
    observed = [one for one in everything if one.source in touched]
    if (made := attributions_in_force(observed, splits)) == observed:
        return
    roots = await decisions.roots(session, clan)
    await session.execute(
        delete(Attribution).where(Attribution.clan_id == clan, Attribution.source_id.in_(touched))
    )
    rows = [
        {
            "clan_id": clan,
            "source_id": one.source,
            "from_at": one.start or OPEN_START,
            "to_at": one.end or OPEN_END,
            "base_id": one.member,
            "origin": one.origin,
            "member_id": roots.get(one.member, one.member),
        }
        for one in made
    ]
    await session.execute(inserting(session, Attribution).values(rows))


async def own_profiles(session: AsyncSession, clan: ClanId, member: MemberId) -> set[SourceId]:
    """The WOM profiles that are a member's as far as the roster says."""
    rows = await session.scalars(
        select(Profile.source_id).where(Profile.clan_id == clan, Profile.member_id == member)
    )
    return {SourceId(source) for source in rows}


async def attributed(
    session: AsyncSession, clan: ClanId, sources: Collection[SourceId] | Select[Any]
) -> list[Attributed]:
    """Whose these sources were when, by the members that the origins name."""
    rows = await session.execute(
        select(
            Attribution.source_id,
            Attribution.base_id,
            Attribution.from_at,
            Attribution.to_at,
            Attribution.origin,
        ).where(Attribution.clan_id == clan, Attribution.source_id.in_(sources))
    )
    return [
        Attributed(
            SourceId(source),
            MemberId(member),
            None if start <= OPEN_START else start,
            None if end >= OPEN_END else end,
            origin,
        )
        for source, member, start, end, origin in rows
    ]
