"""The buttons and lists under each screen of ``/setup``."""

from collections.abc import Collection, Iterator, Sequence

from discord import ButtonStyle, SelectOption
from discord.ui import View

from bot.domain.clans import Clan
from bot.domain.ids import ClanId
from bot.domain.role_sync import RoleSyncOptions, SyncPreview
from bot.domain.setup import GroupChoice, RankMatch, SetupState
from cogs.buttons import view_of
from cogs.setup.items import Channels, Days, Go, LinkGroup, Menu, OtherClan, PickGroup, Roles, Search
from cogs.setup.relay_items import ChooseRelays, DropRelays, Option, UnknownPage, UseRelay, Within
from cogs.setup.role_sync_items import OneRole, OtherSelect, RankSelect, RemovalDays, SyncOn

HISTORY_DAYS = 90
_BELOW = 2
"""The row under a select."""


def welcome_view(zone: str) -> View | None:
    """Find the clan."""
    return view_of(Search(zone, "Find my clan", ButtonStyle.primary))


def confirm_view(choice: GroupChoice, zone: str, linked: Sequence[Clan]) -> View | None:
    """Yes, or search again; back where there is a checklist to go back to."""
    return view_of(LinkGroup(choice.group, zone), Search(zone), *_back(linked))


def pick_view(choices: Sequence[GroupChoice], zone: str, linked: Sequence[Clan]) -> View | None:
    """The groups that were found."""
    return view_of(PickGroup(zone, choices), Search(zone, row=_BELOW), *_back(linked, row=_BELOW))


def _back(linked: Sequence[Clan], row: int = 0) -> Iterator[Go]:
    if linked:
        yield Go(linked[0].id, "main", "Back", row=row)


def main_view(clan: Clan, state: SetupState, linked: Sequence[Clan]) -> View | None:
    """What there is to do, then everything that can be changed, then the other clans."""
    others = [OtherClan(linked, clan.id)] if len(linked) > 1 else []
    menu = Menu(clan.id, list(_settings(clan, state)))
    return view_of(*_relay_steps(clan.id, state), *_next_steps(clan.id, state), menu, *others)


def _relay_steps(clan: ClanId, state: SetupState) -> Iterator[Go | UseRelay | UnknownPage]:
    found = state.relay_found
    if found is not None and found.author is not None:
        yield UseRelay(clan, found.channel, found.author)
        yield Go(clan, "relay", "Other")
    if state.unknown_lines:
        yield UnknownPage(clan, 0, "Unknown lines")


def _next_steps(clan: ClanId, state: SetupState) -> Iterator[Go]:
    if state.history_days < HISTORY_DAYS and state.loading is None:
        yield Go(clan, "history", f"Load {HISTORY_DAYS} days", row=1)
    if not state.code_known:
        yield Go(clan, "code", "Add the group's code", row=1)
    if state.ranks_matched < state.ranks or state.role_above is not None:
        yield Go(clan, "ranks", "Review ranks", row=1)
    yield Go(clan, "main", "Refresh", row=1)


def _settings(clan: Clan, state: SetupState) -> Iterator[SelectOption]:
    """Values are where :meth:`Desk.go` leads."""
    yield SelectOption(label="Officers' roles", value="officer_roles", emoji="🛡️")
    yield SelectOption(label="Officers' channel", value="officer_channel", emoji="🗂️")
    yield SelectOption(label="Bot channels", value="bot_channels", emoji="📣", description="Public answers")
    yield SelectOption(label="Channels that count", value="included", emoji="💬")
    yield SelectOption(label="Channels that never count", value="excluded", emoji="🔇")
    yield SelectOption(label="Days of history", value="days", emoji="📜", description="How far back I read")
    yield SelectOption(
        label="History before the bot", value="past", emoji="🕰️", description="XP, kills and levels from WOM"
    )
    yield SelectOption(label="In-game chat", value="relay", emoji="🎮", description="The relay of clan chat")
    yield SelectOption(label="Time zone", value="time_zone", emoji="🕛", description=clan.zone.key)
    yield SelectOption(label="Group's code", value="code", emoji="🔑", description="Add or replace it")
    yield SelectOption(
        label=f"Nicknames follow names: {'on' if state.nicknames_follow else 'off'}",
        value="nicknames",
        emoji="🏷️",
        description="Rename who is renamed in the game",
    )
    if clan.sealed_code is not None:
        yield SelectOption(label="Forget the group's code", value="forget_code", emoji="🧹")
    if state.ranks:
        yield SelectOption(label="Ranks and roles", value="ranks", emoji="💎")
    yield SelectOption(
        label="Posts", value="posts", emoji="🗞️", description="Summaries, events feed, live boards"
    )
    yield SelectOption(label="Add another clan", value="add", emoji="➕")
    if not clan.is_default:
        yield SelectOption(label="Make this the default clan", value="default", emoji="⭐")
    yield SelectOption(label="Unlink this clan", value="unlink", emoji="✂️")


def roles_view(clan: ClanId, chosen: Collection[int]) -> View | None:
    """The officers' roles."""
    return view_of(Roles(clan, chosen), Go(clan, "main", "Back", row=_BELOW))


def days_view(clan: ClanId, chosen: int) -> View | None:
    """How many days are read back."""
    return view_of(Days(clan, chosen), Go(clan, "main", "Back", row=_BELOW))


def channels_view(clan: ClanId, what: str, chosen: Collection[int]) -> View | None:
    """One choice of channels."""
    return view_of(Channels(clan, what, chosen), Go(clan, "main", "Back", row=_BELOW))


def relay_view(clan: Clan, relays: Sequence[Option]) -> View | None:
    """One more relay's channel, an end to those that are used, and what counts once of several."""
    drop = [DropRelays(clan.id, relays)] if relays else []
    within = [Within(clan.id, int(clan.doubles_within.total_seconds()))] if len(relays) > 1 else []
    return view_of(Channels(clan.id, "relay"), *drop, *within, Go(clan.id, "main", "Back", row=4))


def authors_view(clan: ClanId, authors: Sequence[Option]) -> View | None:
    """The bots that write chat in one channel."""
    return view_of(ChooseRelays(clan, authors), Go(clan, "main", "Back", row=_BELOW))


def unknown_view(clan: ClanId, page: int, pages: int) -> View | None:
    """The pages before and after, and the way back."""
    before = [UnknownPage(clan, page - 1, "◀")] if page > 0 else []
    after = [UnknownPage(clan, page + 1, "▶")] if page < pages - 1 else []
    return view_of(*before, *after, Go(clan, "main", "Back"))


def ranks_view(clan: ClanId, matches: Sequence[RankMatch], options: RoleSyncOptions) -> View | None:
    """The roles of ranks, what else can be chosen, and whether roles follow."""
    ranks = [RankSelect(clan, matches)] if matches else []
    proposed = any(one.role is not None and not one.chosen for one in matches)
    names = [Go(clan, "rank_names", "Use names", ButtonStyle.primary, row=_BELOW)] if proposed else []
    if options.enabled:
        switch = Go(clan, "sync_off", "Switch off", ButtonStyle.danger, row=_BELOW)
    else:
        switch = Go(clan, "sync_preview", "Preview", row=_BELOW)
    return view_of(*ranks, OtherSelect(clan, options), *names, switch, Go(clan, "main", "Back", row=_BELOW))


def one_role_view(clan: ClanId, what: str, chosen: Collection[int]) -> View | None:
    """One role, or none."""
    return view_of(OneRole(clan, what, chosen), Go(clan, "ranks", "Back", row=_BELOW))


def removal_view(clan: ClanId, options: RoleSyncOptions) -> View | None:
    """How long a role is kept."""
    return view_of(RemovalDays(clan, options), Go(clan, "ranks", "Back", row=_BELOW))


def sync_preview_view(clan: ClanId, shown: SyncPreview) -> View | None:
    """Switch it on, or not; and all of it as a file."""
    csv = [Go(clan, "sync_csv", "CSV")] if shown.preview.changes else []
    on = [SyncOn(clan, shown.seen)] if shown.preview.may_manage else []
    return view_of(*on, *csv, Go(clan, "ranks", "Back"))


def unlink_view(clan: ClanId) -> View | None:
    """Unlink, or not."""
    return view_of(Go(clan, "unlink_now", "Unlink", ButtonStyle.danger), Go(clan, "main", "Keep"))
