"""The made-up clan at the simulated WOM: each event of the script happens there too."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.script import (
    Achieved,
    Event,
    Header,
    MemberJoined,
    MemberLeft,
    MemberReturned,
    Polled,
    RenameApproved,
    RenameSubmitted,
    RoleChanged,
    Snapshot,
)
from demo.wom import SimulatedWom
from demo.wom.state import Look, Value

CODE = "123-456-789"
"""The group's verification code at the simulated WOM."""
_HOURS = frozenset({"ehp", "ehb"})
_WHOLE = 100_000
_DAY = timedelta(days=1)


def at_wom(values: Mapping[str, int]) -> dict[str, Value]:
    """A snapshot's values as WOM gives them: EHP and EHB in hours."""
    return {name: value / _WHOLE if name in _HOURS else value for name, value in values.items()}


@dataclass
class Sheet:
    """What WOM last saw of an account, in the script's units."""

    values: dict[str, int] = field(default_factory=dict[str, int])
    level: int = 0


class ClanAtWom:
    """Plays the script's events to a :class:`SimulatedWom`, and tells what an update there finds.

    ``tell`` is called with what an update by somebody else than the script makes: the
    snapshot, and that the bot knows it, so that both can be added to the script.
    """

    def __init__(self, header: Header, now: Callable[[], datetime], tell: Callable[[Event], None]) -> None:
        self.server = SimulatedWom(now=now, on_update=self._look)
        self.group = header.group
        self.sheets: dict[int, Sheet] = {}
        self._begin = header.begin
        self._tell = tell
        self._renames: dict[tuple[int, str], int] = {}
        self.server.add_group(
            header.group, header.clan, [role.key for role in header.roles], CODE, at=header.begin
        )

        end = header.end
        self.server.compete(header.group, "Slayer of the week", "slayer", end - 5 * _DAY, end + 2 * _DAY)
        self.server.compete(header.group, "Boss of the week", "vorkath", end + 3 * _DAY, end + 10 * _DAY)

    def play(self, event: Event) -> None:
        """Let an event happen at WOM; those of Discord and of the game alone are nothing to it."""
        wom = self.server
        match event:
            case MemberJoined():
                wom.add_player(
                    event.name, event.player, at=event.at, account_type=event.account_type, build=event.build
                )
                # As at WOM, whose lists of who came are younger than many clans.
                listed = event.at >= self._begin
                wom.join(self.group, event.player, event.role, event.at, listed=listed)
            case MemberLeft():
                wom.leave(self.group, event.player, event.at)
            case MemberReturned():
                wom.join(self.group, event.player, event.role, event.at)
            case RoleChanged():
                wom.change_role(self.group, event.player, event.after, event.at)
            case RenameSubmitted():
                self._renames[event.player, event.new] = wom.submit_rename(event.player, event.new, event.at)
            case RenameApproved():
                wom.approve_rename(self._renames[event.player, event.new], event.at)
            case Snapshot():
                self._note(event)
                wom.record(event.player, at_wom(event.values), event.at, level=event.level)
            case Achieved():
                wom.achieve(event.player, event.name, event.metric, event.threshold, event.at)
            case _:
                pass

    def remember(self, looks: Iterable[Snapshot]) -> None:
        """Looks of the past, in order, all at once: WOM then answers with the newest."""
        for look in looks:
            self._note(look)
            profile = self.server.players[look.player]
            profile.looks.append(Look(look.at, at_wom(look.values), look.level))
            profile.last_changed_at = look.at
        for profile in self.server.players.values():
            profile.refold()

    def _note(self, look: Snapshot) -> None:
        sheet = self.sheets.setdefault(look.player, Sheet())
        sheet.values |= look.values
        sheet.level = look.level

    def _look(self, player: int, at: datetime) -> Mapping[str, Value]:
        """Somebody had WOM look: an hour's play since the last look, of what the account trains most."""
        sheet = self.sheets.setdefault(player, Sheet())
        skills = {name: value for name, value in sheet.values.items() if name not in _HOURS | {"overall"}}
        trained = max(skills, key=lambda name: skills[name], default="overall")
        gained = {trained: sheet.values.get(trained, 0) + 50_000, "ehp": sheet.values.get("ehp", 0) + 40_000}
        if trained != "overall" and "overall" in sheet.values:
            gained["overall"] = sheet.values["overall"] + 50_000
        seen = Snapshot(at, player, gained, sheet.level or 32)
        self._note(seen)
        self._tell(seen)
        method, path = self.server.requests[-1]
        if method == "POST" and path.startswith("/players/"):
            # Whoever asks for one player's update gets its outcome in the answer.
            self._tell(Polled(at, player))
        return at_wom(gained)
