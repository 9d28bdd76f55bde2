"""The screens of role sync: which role follows what, and what switching it on would change."""

from collections.abc import Iterator, Sequence

import discord

from bot.domain.role_sync import REMOVAL_DAYS_CHOICES, RoleSyncOptions, SyncPreview
from bot.domain.setup import RankMatch
from bot.present.change_sets import MAY_NOT, preview_embed
from bot.present.numbers import counted
from bot.present.setup_screens import screen
from bot.present.text import DESCRIPTION_LIMIT, escape, fit_lines

LINKED, GUEST = "linked", "guest"
_FOR = {
    LINKED: "Everybody whose account is verified gets this role. Choose none, and nobody does.",
    GUEST: "Everybody in the server who is not, as far as is verified, in the clan gets this role.",
}


def ranks_screen(
    matches: Sequence[RankMatch], options: RoleSyncOptions, *, may_manage: bool = True
) -> discord.Embed:
    """Each rank with its Discord role, and how roles follow."""
    ranks = [_rank(match) for match in matches]
    return screen(
        "Ranks and Discord roles",
        "Discord roles follow ranks." if options.enabled else "Discord roles do not follow ranks.",
        "" if may_manage else MAY_NOT,
        fit_lines(ranks, DESCRIPTION_LIMIT - 1_200),
        *_settings(options),
        *_advice(matches),
        attention=not may_manage,
    )


def _rank(match: RankMatch) -> str:
    rank = escape(match.rank.replace("_", " ").capitalize())
    if match.role is None:
        return f"🟡 {rank}: {'its role was deleted' if match.chosen else 'no role of this name'}"
    if not match.role.in_reach:
        return f"❌ {rank}: <@&{match.role.id}>, which stands above mine"
    return (
        f"✅ {rank}: <@&{match.role.id}>" if match.chosen else f"❔ {rank}: <@&{match.role.id}> has its name"
    )


def _settings(options: RoleSyncOptions) -> Iterator[str]:
    yield f"\nLinked: {_role(options.linked)} · Guest: {_role(options.guest)}"
    if options.removal_days:
        after = f"{counted(options.removal_days, 'day')} after there is a reason"
    else:
        after = "as soon as there is a reason"
    what = "also roles that I did not give" if options.strict else "only roles that I gave"
    yield f"I take away {what}, {after}."


def _role(role: int | None) -> str:
    return "no role" if role is None else f"<@&{role}>"


def _advice(matches: Sequence[RankMatch]) -> Iterator[str]:
    if any(match.role is not None and not match.chosen for match in matches):
        yield "-# **Use names** takes over every ❔."
    if any(match.role is None for match in matches):
        yield "-# Where none has a rank's name, choose one below, or make one in Server Settings → Roles."
    yield "-# Only accounts that are verified count; of several, the one with the highest rank."


def choose_role_screen(what: str, rank: str | None) -> discord.Embed:
    """A select for one role."""
    if rank is not None:
        name = escape(rank.replace("_", " ").capitalize())
        return screen(f"The Discord role of {name}", "Whoever has this rank in the clan gets this role.")
    return screen(f"The role for {'linked members' if what == LINKED else 'guests'}", _FOR[what])


def choose_days_screen(options: RoleSyncOptions) -> discord.Embed:
    """When roles are taken away."""
    return screen(
        "When I take roles away",
        "Who leaves, or loses a rank without getting another, keeps the role for so long. It is not taken "
        "if the reason goes away. A higher or lower rank's role takes the old one's place at once.",
        f"Now: {removal_option(options.removal_days)}.",
    )


def removal_option(days: int) -> str:
    """A number of days as one line of a list."""
    return "At once" if days == 0 else f"After {counted(days, 'day')}"


def removal_choices(options: RoleSyncOptions) -> list[int]:
    """What can be chosen, with what is chosen."""
    return sorted({*REMOVAL_DAYS_CHOICES, options.removal_days})


def sync_preview(shown: SyncPreview) -> discord.Embed:
    """What switching it on would change."""
    notes = [f"{counted(shown.verified, 'member')} of this server verified an account."]
    if shown.waiting:
        notes.append(f"{counted(shown.waiting, 'role')} to be taken away later.")
    return preview_embed("Switch role sync on?", shown.preview, *notes)
