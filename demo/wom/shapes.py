"""The simulated WOM's JSON, field by field as the real one writes it."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from demo.wom.catalogue import ACTIVITIES, BOSSES, COMPUTED, SKILLS
from demo.wom.state import Contest, Feat, Group, Happening, Member, Profile, Rename, Sight

Json = dict[str, Any]
LAST_RANK = 2_000_000
KNOWN = frozenset(SKILLS + BOSSES + ACTIVITIES + COMPUTED)


def _level_starts() -> list[int]:
    starts, points = [0], 0
    for level in range(1, 99):
        points += int(level + 300 * 2 ** (level / 7))
        starts.append(points // 4)
    return starts


LEVEL_STARTS = _level_starts()


@lru_cache(maxsize=4096)
def iso(moment: datetime | None) -> str | None:
    """A time as WOM writes it; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def player_json(profile: Profile) -> Json:
    """A player, as inside memberships and lists."""
    archived = profile.status == "archived"
    exp = 0 if archived else int(profile.value("overall"))
    ehp = 0 if archived else profile.value("ehp")
    return {
        "id": profile.id,
        "username": profile.username,
        "displayName": profile.name,
        "type": profile.type,
        "build": profile.build,
        "status": profile.status,
        "country": profile.country,
        "patron": False,
        "exp": exp,
        "ehp": ehp,
        "ehb": 0 if archived else profile.value("ehb"),
        "ttm": max(0, 1500 - ehp) if exp else 0,
        "tt200m": max(0, 15000 - ehp) if exp else 0,
        "registeredAt": iso(profile.registered_at),
        "updatedAt": iso(profile.updated_at),
        "lastChangedAt": iso(profile.last_changed_at),
        "lastImportedAt": iso(profile.last_imported_at),
    }


def details_json(profile: Profile, retired: frozenset[str]) -> Json:
    """A player asked for by name or id."""
    return {
        **player_json(profile),
        "combatLevel": 3 if profile.latest is None else 126,
        "archive": profile.archive,
        "annotations": [],
        "latestSnapshot": None if profile.latest is None else msgspec.Raw(latest_bytes(profile, retired)),
    }


def latest_bytes(profile: Profile, retired: frozenset[str]) -> bytes:
    """The newest snapshot, encoded once and kept until the next.

    Raises:
        ValueError: the player was never looked at.
    """
    if profile.latest is None:
        raise ValueError(f"{profile.name} was never looked at")
    if profile.encoded is None:
        profile.encoded = msgspec.json.encode(snapshot_json(profile.latest, retired))
    return profile.encoded


def snapshot_json(sight: Sight, retired: frozenset[str]) -> Json:
    """A snapshot with all metrics but the retired. What the catalogue does not know is a new boss."""
    bosses = (*BOSSES, *(key for key in sight.values if key not in KNOWN))
    return {
        "id": -1,
        "playerId": sight.player,
        "createdAt": iso(sight.at),
        "importedAt": iso(sight.imported_at),
        "data": {
            "skills": {key: _skill(key, sight) for key in SKILLS if key not in retired},
            "bosses": {key: _boss(key, sight) for key in bosses if key not in retired},
            "activities": {key: _activity(key, sight) for key in ACTIVITIES if key not in retired},
            "computed": {key: _computed(key, sight) for key in COMPUTED if key not in retired},
        },
    }


def total_level(sight: Sight) -> int:
    """The level of ``overall``: as told, else the sum of the skills' levels."""
    if sight.level is not None:
        return sight.level
    return sum(level_at(sight.values.get(key, -1)) for key in SKILLS if key != "overall")


def level_at(experience: float) -> int:
    """The level that so much XP gives, 1 to 99."""
    return max(1, bisect_right(LEVEL_STARTS, experience))


def membership_json(group: Group, member: Member, profile: Profile) -> Json:
    """A member of a group, with the player."""
    return {
        "playerId": member.player,
        "groupId": group.id,
        "role": member.role,
        "clientSyncJoinedAt": iso(member.in_game_join),
        "createdAt": iso(member.created_at),
        "updatedAt": iso(member.updated_at),
        "player": player_json(profile),
    }


def group_summary_json(group: Group) -> Json:
    """A group without its roster, as found by name."""
    return {
        "id": group.id,
        "name": group.name,
        "clanChat": group.clan_chat,
        "description": group.description,
        "homeworld": group.homeworld,
        "verified": False,
        "patron": group.patron,
        "visible": True,
        "profileImage": None,
        "bannerImage": None,
        "score": 0,
        "createdAt": iso(group.created_at),
        "updatedAt": iso(group.updated_at),
        "memberCount": len(group.members),
    }


def group_json(group: Group, profiles: Mapping[int, Profile]) -> Json:
    """A group with its order of roles and its roster, in the clan's order."""
    places = {role: index for index, role in enumerate(group.roles)}
    roster = sorted(group.members.values(), key=lambda member: places.get(member.role, len(places)))
    links = dict.fromkeys(("website", "discord", "twitter", "youtube", "twitch"))
    return {
        **group_summary_json(group),
        "socialLinks": links | {"website": group.website, "discord": group.discord},
        "roleOrders": [{"groupId": group.id, "role": role, "index": index} for role, index in places.items()],
        "memberships": [membership_json(group, member, profiles[member.player]) for member in roster],
    }


def happening_json(happening: Happening, profile: Profile) -> Json:
    """A row of a group's activity."""
    return {
        "groupId": happening.group,
        "playerId": happening.player,
        "type": happening.type,
        "role": happening.role,
        "previousRole": happening.previous_role,
        "createdAt": iso(happening.at),
        "player": player_json(profile),
    }


def rename_json(rename: Rename) -> Json:
    """A name change, as in a player's own list."""
    return {
        "id": rename.id,
        "playerId": rename.player,
        "oldName": rename.old,
        "newName": rename.new,
        "status": rename.status,
        "reviewContext": None,
        "resolvedAt": iso(rename.resolved_at),
        "createdAt": iso(rename.created_at),
        "updatedAt": iso(rename.updated_at),
    }


def feat_json(feat: Feat, profile: Profile) -> Json:
    """An achievement."""
    return {
        "playerId": feat.player,
        "name": feat.name,
        "metric": feat.metric,
        "threshold": feat.threshold,
        "accuracy": feat.accuracy,
        "createdAt": iso(feat.at),
        "measure": feat.measure,
        "legacy": False,
        "player": player_json(profile),
    }


def contest_json(one: Contest, group: Group, participants: int) -> Json:
    """A competition."""
    return {
        "id": one.id,
        "title": one.title,
        "type": one.kind,
        "startsAt": iso(one.starts_at),
        "endsAt": iso(one.ends_at),
        "groupId": group.id,
        "score": 0,
        "visible": True,
        "createdAt": iso(one.created_at),
        "updatedAt": iso(one.created_at),
        "metric": one.metric,
        "metrics": [{"weight": 1, "metric": one.metric, "createdAt": iso(one.created_at)}],
        "participantCount": participants,
        "group": group_summary_json(group),
    }


def gains_json(profile: Profile, first: Sight, last: Sight, retired: frozenset[str]) -> Json:
    """The gains of every metric between two looks, by WOM's formula."""
    keys = (*SKILLS, *ACTIVITIES, *BOSSES, *COMPUTED)
    return {
        "player": player_json(profile),
        "startDate": iso(first.at),
        "endDate": iso(last.at),
        "data": [_gain(key, first, last) for key in keys if key not in retired],
    }


def _gain(key: str, first: Sight, last: Sight) -> Json:
    start, end = first.values.get(key, -1), last.values.get(key, -1)
    gained = 0 if key == "overall" and start == -1 else max(0, end - max(start, 0))
    return {"metric": key, "gained": gained, "start": start or -1, "end": end or -1}


def _skill(key: str, sight: Sight) -> Json:
    experience = sight.values.get(key, -1)
    level = total_level(sight) if key == "overall" else level_at(experience)
    return {"metric": key, "experience": experience, "rank": _rank(experience), "level": level, "ehp": 0}


def _boss(key: str, sight: Sight) -> Json:
    kills = sight.values.get(key, -1)
    return {"metric": key, "kills": kills, "rank": _rank(kills), "ehb": 0}


def _activity(key: str, sight: Sight) -> Json:
    score = sight.values.get(key, -1)
    return {"metric": key, "score": score, "rank": _rank(score)}


def _computed(key: str, sight: Sight) -> Json:
    value = sight.values.get(key, -1)
    return {"metric": key, "value": value, "rank": _rank(value)}


def _rank(value: float) -> int:
    return -1 if value < 0 else max(1, LAST_RANK - int(value) // 100)
