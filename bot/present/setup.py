"""The checklist of ``/setup``: what works, what could work better, what does not."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import discord

from bot.domain.listening import UNKNOWN_KEPT
from bot.domain.past import PastState
from bot.domain.setup import RelayShare, SetupState
from bot.present.numbers import counted
from bot.present.past import WOM_FAILURES, past_done
from bot.present.text import DESCRIPTION_LIMIT, TITLE_LIMIT, cut_units, escape, fit_lines
from bot.present.theme import ACCENT, ATTENTION
from bot.present.times import ago, on_day

_SHOWN = 5
_EXAMPLE = 80
_WELL_READ = 0.9
_ENOUGH_HISTORY = 31
_NOWHERE = "UTC"
"""The zone of a clan for which none was chosen."""


class State(StrEnum):
    """How a line of the checklist stands: works, could be better, is off, or does not work."""

    WORKS = "✅"
    BETTER = "🟡"
    OFF = "⚪"
    BROKEN = "❌"


_Line = tuple[State, str, str | None]
"""Where it stands, what is so, and what to do next (None: nothing)."""


def checklist(state: SetupState) -> discord.Embed:
    """Every line says where it stands and, where something is to be done, what."""
    lines = list(_checks(state))
    attention = any(line[0] is State.BROKEN for line in lines)
    return discord.Embed(
        title=cut_units(f"Set-up of {escape(state.clan_name)}", TITLE_LIMIT),
        colour=ATTENTION if attention else ACCENT,
        description=fit_lines([_write(line) for line in lines], DESCRIPTION_LIMIT),
    )


def _checks(state: SetupState) -> Iterator[_Line]:
    yield _clan(state)
    yield _polling(state)
    yield from _relays(state)
    yield from _permissions(state)
    yield from _ranks(state)
    yield _history(state)
    yield _past(state)
    yield _updates(state)
    yield from _officers(state)
    yield _bot_channels(state)
    yield _time_zone(state)
    yield from _nicknames(state)
    if state.other_clans:
        yield State.WORKS, f"Also here: {_listed(map(escape, state.other_clans))}", None


def _write(line: _Line) -> str:
    mark, text, step = line
    return f"{mark} {text}" if step is None else f"{mark} {text}\n-# \u2003→ {step}"


def _clan(state: SetupState) -> _Line:
    if state.members is None:
        return State.BETTER, f"{escape(state.clan_name)}, WOM group {state.group}: roster not read yet", None
    members = counted(state.members, "member")
    return State.WORKS, f"{escape(state.clan_name)}, {members}, WOM group {state.group}", None


def _polling(state: SetupState) -> _Line:
    if state.poll_failed is not None:
        why = WOM_FAILURES.get(state.poll_failed, "the last poll failed")
        read = f"last read {ago(state.polled_at)}" if state.polled_at else "nothing read yet"
        step = (
            "ask on Wise Old Man's Discord" if state.poll_failed == "blocked" else "I keep trying by myself"
        )
        return State.BROKEN, f"Wise Old Man: {why}; {read}", step
    if state.polled_at is None:
        return State.BETTER, "Wise Old Man: the first poll is under way", "look again in a minute"
    return State.WORKS, f"Wise Old Man read {ago(state.polled_at)}", None


def _relays(state: SetupState) -> Iterator[_Line]:
    if not state.message_content:
        yield (
            State.BROKEN,
            "Relayed chat cannot be read: Discord gives me no message content",
            "the bot's owner switches on Message Content Intent in Discord's Developer Portal",
        )
    for relay in state.relays:
        yield _relay(relay, named=len(state.relays) > 1)
    if state.relay_found is not None:
        yield State.BETTER, _relay_found(state.relay_found), "**Use it**, or choose an **Other**"
    elif not state.relays:
        yield State.OFF, "In-game chat: no relay channel", "choose one if a bot relays your clan chat"
    if state.unknown_lines:
        lines = counted(state.unknown_lines, "relayed line")
        text = f"{lines} of the last {UNKNOWN_KEPT.days} days not understood"
        yield State.BETTER, text, "**Unknown lines** shows them"


def _relay(relay: RelayShare, *, named: bool) -> _Line:
    where = f"<#{relay.channel}> is a relay{_by(relay) if named else ''}"
    if not relay.of:
        return State.BETTER, f"{where}: no line seen yet", "it counts from the first line on"
    if relay.read < relay.of * _WELL_READ:
        return State.BETTER, f"{where}: {_understood(relay)}", "check that it is the right channel and bot"
    return State.WORKS, f"{where}: {_understood(relay)}", None


def _relay_found(relay: RelayShare) -> str:
    rest = ", ".join(f"“{escape(cut_units(line, _EXAMPLE))}”" for line in relay.rest)
    small = f"\n-# \u2003Not understood: {rest}" if rest else ""
    return f"<#{relay.channel}> looks like a relay{_by(relay)}: {_understood(relay)}{small}"


def _by(relay: RelayShare) -> str:
    return f" by {escape(relay.author_name)}" if relay.author_name else ""


def _understood(relay: RelayShare) -> str:
    return f"{relay.read:,} of {counted(relay.of, 'line')} understood"


def _permissions(state: SetupState) -> Iterator[_Line]:
    if state.lacking:
        names = _listed(name.replace("_", " ").title() for name in state.lacking)
        yield State.BROKEN, f"I lack {names}", "grant it in Server Settings → Roles"
    if state.unreadable:
        channels = _listed(f"<#{channel}>" for channel in state.unreadable)
        yield State.BROKEN, f"I cannot read {channels}", "grant View Channel and Read Message History there"
    if state.unwritable:
        channels = _listed(f"<#{channel}>" for channel in state.unwritable)
        yield State.BROKEN, f"I cannot write in {channels}", "grant Send Messages and Embed Links there"
    if not (state.lacking or state.unreadable or state.unwritable):
        yield State.WORKS, "I have the permissions I need", None


def _ranks(state: SetupState) -> Iterator[_Line]:
    if state.ranks:
        match = "matches" if state.ranks == 1 else "match"
        text = f"{state.ranks_matched} of {counted(state.ranks, 'rank')} {match} a Discord role"
        if state.ranks_matched == state.ranks:
            yield State.WORKS, text, None
        else:
            yield State.BETTER, text, "**Review ranks** shows the others"
    if state.role_above is not None:
        above = escape(state.role_above)
        yield (
            State.BROKEN,
            f"I may not give all roles: mine is below {above}",
            "move mine above it in Server Settings → Roles",
        )
    if state.role_sync:
        yield State.WORKS, "Discord roles follow ranks", None
    elif state.ranks:
        yield State.OFF, "Discord roles do not follow ranks", "**Ranks and roles**, in the list below"


def _nicknames(state: SetupState) -> Iterator[_Line]:
    """Only where officers want it."""
    if state.nicknames_follow and state.may_rename:
        yield State.WORKS, "Nicknames follow names in the game", None
    elif state.nicknames_follow:
        yield State.BROKEN, "Nicknames follow names: I may not change them", "give me **Manage Nicknames**"


def _history(state: SetupState) -> _Line:
    text = f"History: {counted(state.history_days, 'day')} of messages"
    if state.loading is not None:
        done = f"{state.loading.done} of {counted(state.loading.of, 'channel')}"
        return State.BETTER, f"{text}; reading back, {done} done", None
    if state.history_days >= _ENOUGH_HISTORY:
        return State.WORKS, text, None
    return State.BETTER, text, "**Load 90 days**, else it grows with every day"


def _past(state: SetupState) -> _Line:
    past = state.past
    if past is None:
        return State.OFF, "History before the bot: not read", "choose how far back I read it at Wise Old Man"
    text = f"History before the bot: since {on_day(past.since)}"
    if past.state is PastState.RUNNING:
        how = "paused" if past.paused else "being read"
        return State.BETTER, f"{text}, {how}, {past_done(past)}", "its own message tells more"
    if past.state is PastState.CANCELLED:
        return State.OFF, f"{text}, cancelled, {past_done(past)}", "choose it again to go on"
    if past.refused:
        whom = counted(len(past.refused), "member")
        return State.BETTER, f"{text}, but for {whom}", "choose it again to try them again"
    return State.WORKS, text, None


def _updates(state: SetupState) -> _Line:
    if state.code_known:
        return State.WORKS, "I ask WOM to update the whole clan once a day", None
    return State.BETTER, "WOM updates this clan only when asked", "add the **group's code**"


def _officers(state: SetupState) -> Iterator[_Line]:
    if state.officer_roles:
        yield State.WORKS, f"Officers: {_listed(map(escape, state.officer_roles))}", None
    else:
        yield State.OFF, "Officers: only those with Manage Server", "choose the officers' roles"
    if state.officers_gone:
        yield (
            State.BROKEN,
            "Officers' channel: it is gone, and what I would post there waits",
            "choose another",
        )
    elif state.officer_channel is not None:
        yield State.WORKS, f"Officers' channel: <#{state.officer_channel}>", None
    else:
        yield State.OFF, "Officers' channel: none, so their answers are private", "choose one to share them"


def _bot_channels(state: SetupState) -> _Line:
    if not state.bot_channels:
        return (
            State.OFF,
            "Bot channels: none, so answers are private at first",
            "choose where they may be public",
        )
    return State.WORKS, f"Bot channels: {_listed(f'<#{channel}>' for channel in state.bot_channels)}", None


def _time_zone(state: SetupState) -> _Line:
    text = f"Time zone: {state.time_zone}"
    if state.time_zone != _NOWHERE:
        return State.WORKS, text, None
    return State.OFF, text, "choose yours, so that days and weeks begin at your midnight"


def _listed(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    everything = list(names)
    more = f" and {len(everything) - _SHOWN} more" if len(everything) > _SHOWN else ""
    return ", ".join(everything[:_SHOWN]) + more
