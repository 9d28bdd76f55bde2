"""Everything that can go wrong for a reason a person should hear about.

An error is a value: what happened, with its particulars. The words are in
:mod:`bot.present.errors`. Whatever is not a :class:`UserError` is a fault of the
program: it is logged with its traceback, and the person sees a trace id.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.mass_leaves import LeaveVerdict


@dataclass(unsafe_hash=True)
class UserError(Exception):
    """Base of the errors that have a wording; raised anywhere below the cogs.

    Not frozen, although a value: a context manager that an exception passes through
    sets its traceback.
    """


@dataclass(unsafe_hash=True)
class NotSetUp(UserError):
    """No clan is linked to this server yet."""


@dataclass(unsafe_hash=True)
class PlayerNotTracked(UserError):
    """Nobody of this name was ever in the clan."""

    name: str
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class RankUnknown(UserError):
    """No rank of the clan is called so."""

    name: str
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class NameAmbiguous(UserError):
    """Several members once held this name; ask for one of them."""

    name: str
    members: tuple[str, ...]


@dataclass(unsafe_hash=True)
class InvalidName(UserError):
    """Not something the game would accept as a name."""

    name: str


@dataclass(unsafe_hash=True)
class NotLinked(UserError):
    """The asker gave no name and has linked no account, or asked about another user who has none."""

    user_name: str
    is_asker: bool = True


@dataclass(unsafe_hash=True)
class NoSpeaker(UserError):
    """A message in which no member speaks; ``name`` is whose name it gives, where nobody held it then."""

    name: str = ""


@dataclass(unsafe_hash=True)
class UnreadablePeriod(UserError):
    """A period that no rule reads. ``reason`` is one of: syntax, future, order, too-long."""

    text: str
    reason: str = "syntax"


@dataclass(unsafe_hash=True)
class UnreadableTime(UserError):
    """A moment (``as_of``) that no rule reads, or one in the future."""

    text: str


@dataclass(unsafe_hash=True)
class UnknownMetric(UserError):
    """No metric of this name is known to WOM or to this clan."""

    text: str
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class UnknownTimeZone(UserError):
    """Not a name of the IANA time zone database."""

    text: str
    nearest: tuple[str, ...] = ()


@dataclass(unsafe_hash=True)
class TooManyPlayers(UserError):
    """More players than one comparison can show, or fewer than two."""

    given: int
    least: int = 2
    most: int = 5


@dataclass(unsafe_hash=True)
class NotPermitted(UserError):
    """The asker lacks a right. ``needed`` is one of: officer, manage_server, owner,
    asker, colleague, role."""

    needed: str


@dataclass(unsafe_hash=True)
class GroupNotFound(UserError):
    """WOM knows no such group."""

    text: str


@dataclass(unsafe_hash=True)
class GroupAlreadyLinked(UserError):
    """This server follows that group already."""

    name: str


@dataclass(unsafe_hash=True)
class WomUnavailable(UserError):
    """WOM did not answer usefully.

    ``reason`` is one of: down, slow, rate_limited, blocked, nonsense, refused.
    """

    reason: str
    retry_at: datetime | None = None


@dataclass(unsafe_hash=True)
class UpdateRefused(UserError):
    """WOM would not update one player.

    ``reason`` is one of: cooldown, not_on_hiscores, hiscores_down, flagged, archived,
    opted_out, blocked.
    """

    name: str
    reason: str


@dataclass(unsafe_hash=True)
class UnreadableGroupCode(UserError):
    """What was given cannot be a verification code: it is not nine digits. It is a secret: never shown."""


@dataclass(unsafe_hash=True)
class WrongGroupCode(UserError):
    """WOM refused the group's verification code."""


@dataclass(unsafe_hash=True)
class SecretsUnavailable(UserError):
    """A secret was given or is stored, but no SECRET_KEY is set, or another one than it was sealed with."""


@dataclass(unsafe_hash=True)
class AlreadyLinked(UserError):
    """That account belongs to another Discord user (a verified link)."""

    name: str


@dataclass(unsafe_hash=True)
class AccountTaken(UserError):
    """An officer wants to give away an account whose link to another user (``owner``) is verified."""

    name: str
    owner: int


@dataclass(unsafe_hash=True)
class SeveralForOne(UserError):
    """An officer chose several people for one account."""

    name: str


@dataclass(unsafe_hash=True)
class ClaimRefused(UserError):
    """Officers said that this account is not the asker's."""

    name: str


@dataclass(unsafe_hash=True)
class TooManyNames(UserError):
    """So many names not on the roster are kept for the asker already."""

    most: int


@dataclass(unsafe_hash=True)
class TooManyCodes(UserError):
    """So many one-time codes of the asker are open already; they end after ``minutes``."""

    most: int
    minutes: int


@dataclass(unsafe_hash=True)
class LinkNotFound(UserError):
    """The asker has no such linked account."""

    name: str


@dataclass(unsafe_hash=True)
class MissingPermissions(UserError):
    """The bot itself may not do this here; ``permissions`` are Discord's names of them."""

    permissions: tuple[str, ...]
    where: str = ""


@dataclass(unsafe_hash=True)
class Outdated(UserError):
    """A button whose answer no longer exists (the clan was unlinked, the member vanished)."""


@dataclass(unsafe_hash=True)
class CannotMerge(UserError):
    """Two members who cannot be one account. ``reason`` is one of: same, both-present."""

    member: str
    into: str
    reason: str


@dataclass(unsafe_hash=True)
class NothingToSplit(UserError):
    """Nothing is known of the member before ``moment`` that could be somebody else's."""

    name: str
    moment: datetime


@dataclass(unsafe_hash=True)
class DecisionGone(UserError):
    """There is no such decision, or it was undone before."""

    number: int


@dataclass(unsafe_hash=True)
class DecisionNeeded(UserError):
    """A later decision rests on this one; undo that one first."""

    number: int
    later: int


@dataclass(unsafe_hash=True)
class MassLeaveDecided(UserError):
    """An officer has said what a mass leave is."""

    verdict: LeaveVerdict
    by: int
    at: datetime


@dataclass(unsafe_hash=True)
class ConflictGone(UserError):
    """The conflict was decided meanwhile, by an officer or because it went away."""

    name: str


@dataclass(unsafe_hash=True)
class EmptySpan(UserError):
    """A time that ends before it begins, or in the future."""
