"""What can go wrong at the officers' desk: rules, promotions, roles, the worklist, proofs, who is quiet.

As everything in :mod:`bot.domain.errors`, each is a value whose words are in ``bot.present``.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import UserError


@dataclass(unsafe_hash=True)
class BatchDone(UserError):
    """``by`` did that with these promotions before. ``what`` is one of: approved, announced, undone."""

    by: int
    at: datetime
    what: str


@dataclass(unsafe_hash=True)
class TakenBack(UserError):
    """What would be undone took promotions back: those are approved anew, not brought back by their roles."""


@dataclass(unsafe_hash=True)
class NothingLeftToPromote(UserError):
    """Nobody of those who were chosen is still to get that rank."""


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with a rule, where in the file (0 for no file), and why."""

    line: int
    place: str
    reason: str


@dataclass(unsafe_hash=True)
class NotInClan(UserError):
    """The member has left; what was asked is about who is in the clan."""

    name: str


@dataclass(unsafe_hash=True)
class NoRules(UserError):
    """The clan has no rank rules yet."""


@dataclass(unsafe_hash=True)
class RulesChanged(UserError):
    """Somebody saved other rules while these were written."""

    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class NotAnnounced(UserError):
    """Discord took no announcement, for no reason that officers can mend; ``channel`` is where."""

    channel: int


@dataclass(unsafe_hash=True)
class NoDraft(UserError):
    """The asker has no unsaved rules (any more)."""


@dataclass(unsafe_hash=True)
class DraftChanged(UserError):
    """The draft is another than the screen shows whose button was pressed."""


@dataclass(unsafe_hash=True)
class NothingChanged(UserError):
    """The draft says what the saved rules say."""


@dataclass(unsafe_hash=True)
class NoVersion(UserError):
    """No rules were saved under this number."""

    number: int


@dataclass(unsafe_hash=True)
class SimulationRunning(UserError):
    """Another simulation runs on this server."""

    by: int
    since: datetime


@dataclass(unsafe_hash=True)
class RulesUnreadable(UserError):
    """A file of rank rules says what no rule can mean."""

    problems: tuple[RuleProblem, ...]


@dataclass(unsafe_hash=True)
class UnreadableUntil(UserError):
    """The end of an absence that no rule reads, that is over, or that is more than a year away."""

    text: str


@dataclass(unsafe_hash=True)
class ChangeSetRunning(UserError):
    """Roles are being changed already, in a set that ``by`` began."""

    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class ChangeSetUndone(UserError):
    """``by`` undid that set of role changes before."""

    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class NothingToChange(UserError):
    """Everybody's roles are as they should be."""


@dataclass(unsafe_hash=True)
class RoleTwice(UserError):
    """One Discord role was chosen for two things that contradict each other."""


@dataclass(unsafe_hash=True)
class RolesBeyond(UserError):
    """Rank rules would give Discord roles that the asker could not give by hand; ``roles`` are their ids."""

    roles: tuple[int, ...]


@dataclass(unsafe_hash=True)
class NotPolled(UserError):
    """The clan's roster was never read, so that nothing is known of anybody."""


@dataclass(unsafe_hash=True)
class PeopleUnknown(UserError):
    """Discord did not tell who is in the server."""


@dataclass(unsafe_hash=True)
class NotOnWorklist(UserError):
    """Nobody of this name is among the steps that were asked about."""

    name: str
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class StepsDone(UserError):
    """None of these steps is open any more: ``by`` ticked them off, or dropped them, at ``at``."""

    by: int
    at: datetime
    dropped: bool = False


@dataclass(unsafe_hash=True)
class ProofNeedsLink(UserError):
    """The asker has no verified account; ``claimed`` are those that wait to be verified.

    With ``officer`` it is told to one: whoever submitted the proof does not own the account now.
    """

    claimed: tuple[str, ...] = ()
    officer: bool = False


@dataclass(unsafe_hash=True)
class ProofUnknown(UserError):
    """No such kind of proof, or no such value of it: ``what`` is kind or value. ``known`` may be meant."""

    what: str
    text: str
    known: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class TooManyProofs(UserError):
    """So many proofs of the asker wait for officers already."""

    most: int


@dataclass(unsafe_hash=True)
class OutOfRange(UserError):
    """A number of days that is none, or not within the bounds."""

    text: str
    least: int
    most: int


@dataclass(unsafe_hash=True)
class ProofDecided(UserError):
    """An officer has decided a proof already, or taken it back."""

    approved: bool
    by: int
    at: datetime
    withdrawn: bool = False


@dataclass(unsafe_hash=True)
class KindUnreadable(UserError):
    """A kind of proof that cannot be. ``reason`` is one of: name, taken, many, values, days."""

    reason: str
    most: int = 0


@dataclass(unsafe_hash=True)
class NotAway(UserError):
    """No absence lasts that could be ended."""

    name: str


@dataclass(unsafe_hash=True)
class ListChanged(UserError):
    """What an officer was shown before a press is not so any more."""


@dataclass(unsafe_hash=True)
class NoticesUnderWay(UserError):
    """An officer sent notices, and they are still being delivered."""

    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class AccountNotYours(UserError):
    """A notice is answered by somebody whose verified account it was, and is not any more."""

    name: str


@dataclass(unsafe_hash=True)
class QuietDecided(UserError):
    """Officers decided of this person, or they answered.

    ``how`` is a :class:`bot.domain.ladder.Outcome`; ``by`` is 0 where nobody did it.
    """

    name: str
    how: str
    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class NotQuiet(UserError):
    """Somebody whom an officer would remove is not known to be quiet now."""

    name: str


@dataclass(unsafe_hash=True)
class RiskMuted(UserError):
    """An officer has muted somebody in ``/officer atrisk`` already; ``until`` None is for good."""

    name: str
    by: int
    until: datetime | None


@dataclass(unsafe_hash=True)
class RiskNotMuted(UserError):
    """Somebody whom an officer would unmute is not muted, or not any more."""

    name: str


@dataclass(unsafe_hash=True)
class RefreshUnderWay(UserError):
    """An officer has asked WOM to look at the clan's members, and that goes on."""

    by: int
    done: int
    number: int
