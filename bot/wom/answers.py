"""WOM's answers, as far as ClanStats reads them.

Fields we do not know are ignored. Metrics, roles, types, builds and statuses are open
sets and therefore plain text. Optional fields may be missing; a required one that is
missing, null or of another type makes the whole answer nonsense: no number is made up.
Times are UTC-aware, with milliseconds.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from bot.domain.ids import GroupId, PlayerId

Time = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=-1, le=2**53)]
"""XP, kills or score; -1 is unranked. Larger ones than JavaScript can hold are nonsense."""
Hours = Annotated[float, Meta(ge=-1, le=1e9)]
"""EHP or EHB; -1 is unranked. JSON knows neither NaN nor infinity."""


class Player(Struct, frozen=True, rename="camel"):
    """``updated_at`` is the last snapshot, None for never; ``last_changed_at`` the last real gain."""

    id: PlayerId
    username: str
    display_name: str
    type: str = "unknown"
    build: str = "unknown"
    status: str = "unknown"
    exp: int | None = None
    registered_at: Time | None = None
    updated_at: Time | None = None
    last_changed_at: Time | None = None
    last_imported_at: Time | None = None


class Membership(Struct, frozen=True, rename="camel"):
    """``client_sync_joined_at`` is the in-game join date; ``created_at`` when WOM learned of the member.

    ``updated_at`` is the last change of the role.
    """

    player_id: PlayerId
    role: str
    created_at: Time
    player: Player
    updated_at: Time | None = None
    client_sync_joined_at: Time | None = None


class RoleOrder(Struct, frozen=True, rename="camel"):
    """The place of a role in the clan's own order; 0 is the highest."""

    role: str
    index: int


class GroupSummary(Struct, frozen=True, rename="camel"):
    """A group, as found by its name."""

    id: GroupId
    name: str
    member_count: int
    clan_chat: str | None = None
    description: str | None = None
    homeworld: int | None = None
    verified: bool = False
    patron: bool = False


class GroupDetails(GroupSummary, frozen=True, rename="camel", kw_only=True):
    """A group with its roster. ``role_orders`` is empty where the clan set no order."""

    memberships: tuple[Membership, ...]
    role_orders: tuple[RoleOrder, ...] = ()
    created_at: Time | None = None
    updated_at: Time | None = None

    def __post_init__(self) -> None:
        if self.member_count > 0 and not self.memberships:
            raise ValueError("a group with members, but none listed")


class SkillValue(Struct, frozen=True, gc=False):
    """A skill; ``level`` of ``overall`` is the total level."""

    experience: Count
    level: Count | None = None


class BossValue(Struct, frozen=True, gc=False):
    """A boss's kills."""

    kills: Count


class ActivityValue(Struct, frozen=True, gc=False):
    """An activity's score."""

    score: Count


class ComputedValue(Struct, frozen=True, gc=False):
    """EHP or EHB, in hours."""

    value: Hours


class SnapshotData(Struct, frozen=True):
    """Every metric of one player, by WOM's key."""

    skills: dict[str, SkillValue]
    bosses: dict[str, BossValue]
    activities: dict[str, ActivityValue]
    computed: dict[str, ComputedValue]


class Snapshot(Struct, frozen=True, rename="camel"):
    """``created_at`` is when the player was looked at; ``imported_at`` is set for history from elsewhere."""

    player_id: PlayerId
    created_at: Time
    data: SnapshotData
    imported_at: Time | None = None

    @property
    def total_level(self) -> int | None:
        """The level of ``overall``; None where WOM does not say."""
        overall = self.data.skills.get("overall")
        return None if overall is None or overall.level == -1 else overall.level

    def readings(self) -> dict[str, int | float]:
        """Every metric's raw value by WOM's key: XP, kills, score, or hours of EHP and EHB.

        -1 (unranked) stays -1. A metric that WOM did not send is absent.
        """
        values: dict[str, int | float] = {key: entry.experience for key, entry in self.data.skills.items()}
        values.update((key, entry.kills) for key, entry in self.data.bosses.items())
        values.update((key, entry.score) for key, entry in self.data.activities.items())
        values.update((key, entry.value) for key, entry in self.data.computed.items())
        return values


class MemberHiscores(Struct, frozen=True):
    """One member of a group and the newest snapshot. Members never updated are not in WOM's list."""

    player: Player
    data: Snapshot


class MetricGain(Struct, frozen=True):
    """One metric's gain. WOM shows a stored 0 as -1 in ``start`` and ``end``."""

    metric: str
    gained: float
    start: float
    end: float


class MemberGains(Struct, frozen=True, rename="camel"):
    """One member's gains between the first and the last snapshot inside a window."""

    player: Player
    start_date: Time
    end_date: Time
    data: tuple[MetricGain, ...]


class Activity(Struct, frozen=True, rename="camel"):
    """Somebody joined, left or changed_role. The key is (group_id, player_id, created_at)."""

    group_id: GroupId
    player_id: PlayerId
    type: str
    created_at: Time
    player: Player
    role: str | None = None
    previous_role: str | None = None


class NameChange(Struct, frozen=True, rename="camel"):
    """``status`` is pending, approved or denied. ``player`` is absent from one player's own list."""

    id: int
    player_id: PlayerId
    old_name: str
    new_name: str
    status: str
    created_at: Time
    updated_at: Time | None = None
    resolved_at: Time | None = None
    player: Player | None = None


class Achievement(Struct, frozen=True, rename="camel"):
    """``accuracy`` is the uncertainty of ``created_at`` in milliseconds, None or -1 where unknown."""

    player_id: PlayerId
    name: str
    metric: str
    threshold: int
    created_at: Time
    measure: str = ""
    accuracy: int | None = None
    player: Player | None = None


class CompetitionMetric(Struct, frozen=True):
    """A metric that counts, and how much."""

    metric: str
    weight: float = 1


class Competition(Struct, frozen=True, rename="camel"):
    """A competition of a group: who gains the most of ``metric`` between two times.

    ``type`` is classic or team. ``metrics`` are all of them where it is over several.
    """

    id: int
    title: str
    metric: str
    starts_at: Time
    ends_at: Time
    type: str = "classic"
    metrics: list[CompetitionMetric] = []
    participant_count: int | None = None


class PlayerDetails(Player, frozen=True, rename="camel"):
    """A player with the newest snapshot, None for who was never updated."""

    latest_snapshot: Snapshot | None = None


class UpdateAllResult(Struct, frozen=True):
    """How many members WOM is updating now; 0 where nobody's data is old enough."""

    count: int
    message: str = ""
