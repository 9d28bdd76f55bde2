"""The tables. Alembic's migrations create them; a test holds the two together.

Every table of facts leads its key with ``clan_id``. Ranges are half-open, with
:data:`db.types.OPEN_START` and :data:`db.types.OPEN_END` for what has no known end.
"""

from db.models.at_risk import RiskMute
from db.models.base import Base
from db.models.change_sets import (
    ChangeSetItemRow,
    ChangeSetRow,
    GivenRole,
    RoleRemoval,
    RoleSyncRow,
    SeenRank,
)
from db.models.clans import AuditEntry, Clan, Guild, ImportRow, KeptState, Relay
from db.models.dashboards import DashboardRow
from db.models.decisions import IdentityConflict, IdentityDecision, NameOverrideRow
from db.models.evidence import EvidenceKind, EvidenceRow
from db.models.inactivity import (
    AbsenceRow,
    InactivityCase,
    InactivityRound,
    InactivitySettings,
    InactivityStep,
)
from db.models.links import DiscordLink, LinkCode, LinkRefusal, PendingLink
from db.models.members import (
    Achievement,
    Alias,
    MassLeaveRow,
    Member,
    MemberEvent,
    MemberNote,
    NameChange,
    ObservedName,
    Profile,
)
from db.models.messages import Activity, ActivityDay, Broadcast, Coverage, IngestCursor, Message, RelayPrint
from db.models.posts import BoardRow, FeedBatch, FeedRow, FeedTold, PostRow, ScheduleRow, ScoreWeight
from db.models.readings import MetricRow, MetricValue, PastJob, PastRefusal, PastSpan, SnapshotRow
from db.models.rules import PromotionBatch, PromotionRow, RankHold, RuleDraft, RuleVersion, StandingRow
from db.models.sources import Attribution, ImportedSpeaker, Source
from db.models.worklist import WorklistStep

__all__ = [
    "AbsenceRow",
    "Achievement",
    "Activity",
    "ActivityDay",
    "Alias",
    "Attribution",
    "AuditEntry",
    "Base",
    "BoardRow",
    "Broadcast",
    "ChangeSetItemRow",
    "ChangeSetRow",
    "Clan",
    "Coverage",
    "DashboardRow",
    "DiscordLink",
    "EvidenceKind",
    "EvidenceRow",
    "FeedBatch",
    "FeedRow",
    "FeedTold",
    "GivenRole",
    "Guild",
    "IdentityConflict",
    "IdentityDecision",
    "ImportRow",
    "ImportedSpeaker",
    "InactivityCase",
    "InactivityRound",
    "InactivitySettings",
    "InactivityStep",
    "IngestCursor",
    "KeptState",
    "LinkCode",
    "LinkRefusal",
    "MassLeaveRow",
    "Member",
    "MemberEvent",
    "MemberNote",
    "Message",
    "MetricRow",
    "MetricValue",
    "NameChange",
    "NameOverrideRow",
    "ObservedName",
    "PastJob",
    "PastRefusal",
    "PastSpan",
    "PendingLink",
    "PostRow",
    "Profile",
    "PromotionBatch",
    "PromotionRow",
    "RankHold",
    "Relay",
    "RelayPrint",
    "RiskMute",
    "RoleRemoval",
    "RoleSyncRow",
    "RuleDraft",
    "RuleVersion",
    "ScheduleRow",
    "ScoreWeight",
    "SeenRank",
    "SnapshotRow",
    "Source",
    "StandingRow",
    "WorklistStep",
]
