"""The screens of ``/setup`` about relays: which are read, what counts once, what nobody knows to read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import discord

from bot.domain.clans import Relay
from bot.domain.doubles import DOUBLES_WITHIN
from bot.domain.ids import ChannelId, GuildId
from bot.domain.listening import UNKNOWN_KEPT
from bot.domain.setup import RelayShare
from bot.domain.unknown_forms import LONGEST, UnknownForm
from bot.present.numbers import counted
from bot.present.setup_screens import OPTION_LIMIT, screen
from bot.present.text import cut_units, escape
from bot.present.times import ago

WITHIN: Final = (0, 2, 5, 10, 20, 30, 60, 120)
"""How many seconds apart two relays may write the same line, to choose from."""
FORMS_A_PAGE: Final = 6

_PICK: Final = (
    "Pick the channel where a bot or webhook repeats your in-game chat. I look at its last messages, "
    "and from then on read what that bot writes there, beside what I read already."
)


def relay_screen(
    relays: Sequence[Relay], within: timedelta, *, silent: ChannelId | None, content: bool
) -> discord.Embed:
    """Choosing relays. ``silent`` is the channel that was chosen and holds none; ``content`` whether
    Discord shows what is written at all; ``within`` matters where several are read.
    """
    lines = [_PICK, *map(_used, relays)]
    if silent is not None:
        lines.append(
            f"❌ In <#{silent}> I see no line of a bot or webhook that I can read as chat. "
            "Pick another, or come back when it has written something."
        )
    if not content:
        lines.append(
            "❌ Discord gives me no message content, so I cannot read any relay. The bot's owner switches on "
            "Message Content Intent in Discord's Developer Portal."
        )
    if len(relays) > 1:
        lines.append(f"-# {_once(within)}")
    return screen("In-game chat", *lines, attention=silent is not None or not content)


def _used(relay: Relay) -> str:
    mark = "✅" if relay.lines_understood else "🟡"
    by = f", {escape(relay.author_name)}," if relay.author_name else ""
    return f"{mark} <#{relay.channel}>{by} is read"


def _once(within: timedelta) -> str:
    seconds = int(within.total_seconds())
    if not seconds:
        return "Each relay's line counts, also where two carry the same one."
    apart = counted(seconds, "second")
    return f"A line that two relays carry counts once, if they write it at most {apart} apart."


def within_option(seconds: int) -> str:
    """A choice of seconds as one line of a list."""
    if not seconds:
        return "Count every relay's line"
    usual = " (usual)" if seconds == DOUBLES_WITHIN.total_seconds() else ""
    return f"Count once within {counted(seconds, 'second')}{usual}"


def relay_option(channel: str, author: str | None, share: RelayShare | None = None) -> str:
    """A relay as one line of a list; with ``share`` how much of it was understood."""
    end = f" · {share.read:,} of {share.of:,} lines" if share else ""
    name = " ".join(f"#{channel} · {author or 'a bot'}".split())
    return cut_units(name, OPTION_LIMIT - len(end)) + end


def which_relay(channel: ChannelId, authors: int) -> discord.Embed:
    """Several bots write what can be read as chat in one channel."""
    return screen(
        "Which of them is your in-game chat?",
        f"In <#{channel}> {counted(authors, 'bot or webhook', 'bots or webhooks')} write lines that I can "
        "read as chat. Choose all that relay your clan's; of the others nothing counts.",
    )


def unknown_pages(forms: Sequence[UnknownForm]) -> int:
    """How many pages the forms take, one at least."""
    return max(1, -(-len(forms) // FORMS_A_PAGE))


def unknown_screen(guild: GuildId, forms: Sequence[UnknownForm], page: int) -> discord.Embed:
    """A page of the forms of relays' lines that were not understood, each with its newest line."""
    days = UNKNOWN_KEPT.days
    if not forms:
        return screen("Lines not understood", f"I understood every line of the last {days} days.")
    first = page * FORMS_A_PAGE
    shown = [_form(guild, form) for form in forms[first : first + FORMS_A_PAGE]]
    lines = counted(sum(form.lines for form in forms), "line")
    small = (
        f"-# {lines} in {counted(len(forms), 'form')}. They count for nobody. Their text is kept {days} days."
    )
    return screen("Lines not understood", *shown, small)


def _form(guild: GuildId, form: UnknownForm) -> str:
    link = f"https://discord.com/channels/{guild}/{form.channel}/{form.message}"
    return f"**{form.lines:,}×** {escape(cut_units(form.form, LONGEST))} · [newest]({link}) {ago(form.at)}"
