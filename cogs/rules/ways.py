"""``/rules edit``, and what each press on its screens does."""

from typing import Any

from discord import Interaction, app_commands

from bot.domain.desk_errors import DraftChanged, NoDraft, RuleProblem, RulesUnreadable
from bot.domain.rules.changes import changes_between, with_rank, without_part, without_rank
from bot.domain.rules.files import write_rank
from bot.domain.rules.language import Rank
from bot.domain.rules.presets import PRESETS, ladder_of
from bot.present.rules import discarded_page, note_of, saved_page
from bot.services.eligibility.drafts import Desk
from bot.services.registry import Services
from cogs.answers import answer, clan_of, user_of
from cogs.guild_people import giver_of
from cogs.member.command import officers_command
from cogs.officers import is_private_here, require_officer
from cogs.rules import forms, screens, simulate
from cogs.rules.items import Press, way


def edit_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def edit(interaction: Interaction[Any]) -> None:
        """Rank rules: look at them, write a draft, see what it would change, save it."""
        await require_officer(services, interaction)
        clan = await clan_of(services, interaction)
        embed, view = await screens.overview(services, interaction, clan)
        private = await is_private_here(services, interaction)
        await answer(interaction, private=private, embed=embed, view=view)

    return officers_command(edit)


async def _desk(press: Press) -> Desk:
    return await press.services.drafts.desk(press.clan, user_of(press.interaction))


async def _rank(press: Press) -> tuple[Desk, Rank]:
    desk = await _desk(press)
    return desk, screens.rank_of(desk, press.shown)


async def _show_rank(press: Press, name: str) -> None:
    screen = await screens.rank(press.services, press.interaction, press.clan, name)
    await screens.show(press.interaction, screen)


@way("overview")
async def _overview(press: Press) -> None:
    screen = await screens.overview(press.services, press.interaction, press.clan)
    await screens.show(press.interaction, screen)


@way("rank")
@way("rank_")
@way("rank__")
async def _look(press: Press) -> None:
    await _show_rank(press, press.chosen)


@way("preset")
async def _preset(press: Press) -> None:
    """Of the ranks that somebody holds: nobody is promoted to one that the clan does not use."""
    held = await press.services.roster.held_roles(press.clan)
    ladder = ladder_of([role for role in press.clan.role_order if role in held])
    made = PRESETS[press.chosen].rules(ladder)
    if not made.ranks:
        reason = "a ready-made set needs two ranks at Wise Old Man that somebody holds"
        raise RulesUnreadable((RuleProblem(0, "", reason),))
    await press.services.drafts.begin(press.clan, user_of(press.interaction), made)
    await _overview(press)


@way("versions")
async def _versions(press: Press) -> None:
    screen = await screens.versions(press.services, press.interaction, press.clan)
    await screens.show(press.interaction, screen)


@way("version")
async def _restore(press: Press) -> None:
    rules = await press.services.drafts.version(press.clan, int(press.chosen))
    await press.services.drafts.begin(press.clan, user_of(press.interaction), rules)
    await _overview(press)


@way("new")
async def _new(press: Press) -> None:
    desk = await _desk(press)
    if screens.seen_of(desk) != press.shown.seen:
        raise DraftChanged
    highest = max((one.order for one in desk.rules.ranks), default=0)
    await press.interaction.response.send_modal(forms.NewRankForm(press, highest + 10))


@way("add")
async def _add(press: Press) -> None:
    _, rank = await _rank(press)
    await press.interaction.response.send_modal(forms.RequirementForm(press, rank))


@way("roles")
async def _roles(press: Press) -> None:
    _, rank = await _rank(press)
    await press.interaction.response.send_modal(forms.RolesForm(press, rank))


@way("limits")
async def _limits(press: Press) -> None:
    _, rank = await _rank(press)
    await press.interaction.response.send_modal(forms.LimitsForm(press, rank))


@way("text")
async def _text(press: Press) -> None:
    _, rank = await _rank(press)
    if len(write_rank(rank)) > forms.LONGEST_TEXT:
        reason = "this rank is longer than a form holds: use /rules export and /rules import"
        raise RulesUnreadable((RuleProblem(0, rank.name, reason),))
    await press.interaction.response.send_modal(forms.TextForm(press, rank))


@way("part")
async def _remove_part(press: Press) -> None:
    desk, rank = await _rank(press)
    rest = without_part(rank.when, int(press.chosen))
    if rest is None:
        raise DraftChanged
    changed = with_rank(desk.rules, rank.model_copy(update={"when": rest}))
    giver = giver_of(press.interaction)
    await press.services.drafts.change(
        press.clan, user_of(press.interaction), changed, press.shown.seen, giver
    )
    await _show_rank(press, rank.name)


@way("remove")
async def _remove(press: Press) -> None:
    desk, rank = await _rank(press)
    data, giver = without_rank(desk.rules, rank.name), giver_of(press.interaction)
    await press.services.drafts.change(press.clan, user_of(press.interaction), data, press.shown.seen, giver)
    await _overview(press)


@way("preview")
async def _preview(press: Press) -> None:
    await press.interaction.response.defer()
    screen = await screens.preview(press.services, press.interaction, press.clan)
    await screens.show(press.interaction, screen)


@way("save")
async def _save(press: Press) -> None:
    desk = await _desk(press)
    if desk.draft is None or press.shown.seen is None:
        raise NoDraft
    changes = changes_between(desk.saved, desk.draft.rules)
    user, giver = user_of(press.interaction), giver_of(press.interaction)
    number = await press.services.drafts.save(press.clan, user, note_of(changes), press.shown.seen, giver)
    await screens.show(press.interaction, (saved_page(number, changes), None))


@way("discard")
async def _discard(press: Press) -> None:
    await press.services.drafts.discard(press.clan, user_of(press.interaction))
    await screens.show(press.interaction, (discarded_page(), None))


@way("on_top")
async def _put_on_top(press: Press) -> None:
    """Begin from what counts now, with what the draft says."""
    desk = await _desk(press)
    if desk.draft is None:
        raise NoDraft
    await press.services.drafts.begin(press.clan, user_of(press.interaction), desk.draft.rules)
    await _preview(press)


@way("simulate")
async def _simulate(press: Press) -> None:
    desk = await _desk(press)
    if desk.draft is None:
        raise NoDraft
    await simulate.run(
        press.services, press.interaction, press.clan, desk.draft.rules, simulate.DAYS, draft=True
    )
