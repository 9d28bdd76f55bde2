"""``/officer atrisk``: members who play or talk much less than they did, for officers only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final, Self, TypeVar

import discord
import structlog
from discord import Interaction, SelectOption, app_commands
from discord.ui import Button, Item, Select, View

from bot.domain.at_risk import MUTE_DAYS, Listed, Risk, RiskReport
from bot.domain.clans import Clan
from bot.domain.errors import Outdated
from bot.domain.ids import ClanId, MemberId
from bot.present.at_risk import (
    TITLES,
    evidence,
    on_page,
    pages,
    risk_about,
    risk_page,
    risk_points,
)
from bot.present.chart import usual_chart
from bot.present.text import cut_units, plain_text
from bot.services.at_risk import Server
from bot.services.registry import Services
from bot.services.rendering import RenderFailedError
from cogs.answers import answer, guild_of, think, user_of
from cogs.buttons import NUMBER, pack, unpack, view_of
from cogs.guild_people import people_of
from cogs.member.command import officers_command
from cogs.officer.pages import PAGE, Page, Shown, offered, show_first, turn, ways
from cogs.officers import OfficersItem
from cogs.presence import presence_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

ItemT = TypeVar("ItemT", bound=Item[Any])
CHART: Final = "weeks.png"
_LABEL: Final = 100


async def server_of(services: Services, interaction: Interaction[Any]) -> Server:
    """What Discord tells of the server."""
    guild = interaction.guild
    officers = (await services.clans.settings(guild_of(interaction))).officer_roles
    if guild is None:
        return Server(None, None, officers)
    people = await people_of(guild)
    roles = people.people if people.complete else None
    return Server(roles, await presence_of(guild), officers)


async def report_of(services: Services, interaction: Interaction[Any], clan: Clan) -> RiskReport:
    """Everybody, as of now."""
    return await services.at_risk.report(clan, await server_of(services, interaction))


async def screen(services: Services, interaction: Interaction[Any], clan: Clan, page: Page) -> Shown:
    """A page of a list as it is now; one past the end is the last one."""
    report, risk = await report_of(services, interaction, clan), Risk(page.what)
    listed = on_page(report, risk, page.page)
    return risk_page(report, risk, page.page, clan.polled_at), view_of(*_items(report, page, listed))


def _items(report: RiskReport, page: Page, listed: Sequence[Listed]) -> Iterator[Item[Any]]:
    yield RiskSelect(page, report)
    if listed:
        yield AboutSelect(page, listed)
    number = pages(len(report.of(Risk(page.what))))
    if number > 1:
        yield from ways(page, number, row=2)


class RiskSelect(OfficersItem[Select[View]], template=rf"rk:{PAGE}"):
    """Chooses among the lists; whoever did not ask for the message gets one of their own."""

    def __init__(self, page: Page, report: RiskReport | None = None) -> None:
        options = [
            SelectOption(
                label=title if report is None else f"{title} ({len(report.of(risk))})",
                value=risk.value,
                default=risk.value == page.what,
            )
            for risk, title in TITLES.items()
        ]
        super().__init__(Select(custom_id=f"rk:{page}", options=options, row=0))
        self.page, self.clan = page, page.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Page.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        await turn(self.services, interaction, clan, replace(self.page, what=self.item.values[0], page=0))


class AboutSelect(OfficersItem[Select[View]], template=rf"ra:{PAGE}"):
    """One of a page, shown alone and to whoever asks."""

    def __init__(self, page: Page, listed: Sequence[Listed] = ()) -> None:
        options = [_option(one) for one in listed] or [SelectOption(label="…", value="0")]
        super().__init__(Select(custom_id=f"ra:{page}", placeholder="About one…", options=options, row=1))
        self.page, self.clan = page, page.clan

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(Page.read(match))

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        member = MemberId(int(self.item.values[0]))
        await show_about(self.services, interaction, clan, member)


def _option(one: Listed) -> SelectOption:
    lead = one.judged.person.lead
    signs = [part for part in evidence(one.judged) if part.startswith("▼")]
    said = ", ".join(signs or [hit.says for hit in one.hits]) or None
    described = None if said is None else cut_units(plain_text(said), _LABEL)
    return SelectOption(label=cut_units(lead.name, _LABEL), value=str(lead.member), description=described)


async def show_about(services: Services, interaction: Interaction[Any], clan: Clan, member: MemberId) -> None:
    """A person alone, privately, with a chart of ten weeks.

    Raises:
        Outdated: they are not on the roster any more.
    """
    await think(interaction, private=True)
    one = (await report_of(services, interaction, clan)).by_member(member)
    if one is None:
        raise Outdated
    chart, embed = await _chart(services, clan, one), risk_about(one)
    if chart is not None:
        embed.set_image(url=f"attachment://{CHART}")
    lead = one.judged.person.lead.member
    acts = ("mute", "forever") if one.mute is None else ("unmute",)
    view = view_of(*(MuteButton(clan.id, lead, act) for act in acts))
    await answer(interaction, private=True, embed=embed, view=view, files=[chart] if chart else [])


async def _chart(services: Services, clan: Clan, one: Listed) -> discord.File | None:
    """Ten weeks; None where there is nothing to draw, or drawing failed."""
    judged = one.judged
    points = risk_points(judged)
    if all(point.xp is None and point.messages is None for point in points):
        return None
    usual, name = (judged.xp.usual, judged.chat.usual), judged.person.lead.name
    try:
        png = await services.renderer.render(usual_chart, points, *usual, name, guild=clan.guild)
    except RenderFailedError as failure:
        # The numbers are the answer; the picture only goes with them.
        log.warning("chart_left_out", clan_id=clan.id, reason=failure.reason)
        return None
    return discord.File(BytesIO(png), CHART)


_ACTS: Final = {"mute": f"Mute {MUTE_DAYS} days", "forever": "Mute for good", "unmute": "Unmute"}
_DONE: Final = {
    "mute": f"Muted for {MUTE_DAYS} days: on no list of `/officer atrisk` but **Muted**.",
    "forever": "Muted for good: on no list of `/officer atrisk` but **Muted**.",
    "unmute": "Not muted any more.",
}


class MuteButton(
    OfficersItem[Button[View]],
    template=rf"rm:(?P<clan>{NUMBER}):(?P<member>{NUMBER}):(?P<act>mute|forever|unmute)",
):
    """Takes a person off the lists, or lets them be on them again."""

    def __init__(self, clan: ClanId, member: MemberId, act: str) -> None:
        custom_id = f"rm:{pack(clan)}:{pack(member)}:{act}"
        super().__init__(Button(label=_ACTS[act], custom_id=custom_id))
        self.clan, self.member, self.what = clan, member, act

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), MemberId(unpack(match["member"])), match["act"])

    async def act(self, interaction: Interaction[Any], clan: Clan) -> None:
        by, risks = user_of(interaction), self.services.at_risk
        if self.what == "unmute":
            await risks.unmute(clan, self.member, by)
        else:
            await risks.mute(clan, self.member, MUTE_DAYS if self.what == "mute" else None, by)
        following = ("mute", "forever") if self.what == "unmute" else ("unmute",)
        view = view_of(*(MuteButton(clan.id, self.member, one) for one in following))
        await answer(interaction, private=True, content=_DONE[self.what], view=view)


def at_risk_command(services: Services) -> app_commands.Command[Any, ..., None]:
    """The command."""

    async def atrisk(interaction: Interaction[Any]) -> None:
        """Who plays or talks much less than they usually did, and who is new and quiet; for officers only."""
        await show_first(services, interaction, Risk.FADING.value)

    return officers_command(atrisk)


offered({risk.value: screen for risk in Risk}, slow=True)
RISK_ITEMS = (RiskSelect, AboutSelect, MuteButton)
