"""The part of ``/setup`` that is about what is posted by itself."""

import re
from collections.abc import Collection, Sequence
from datetime import time
from typing import TYPE_CHECKING, Any, Final, Self

import discord
from discord import ButtonStyle, Interaction, SelectDefaultValue, SelectOption
from discord.ui import Button, ChannelSelect, RoleSelect, Select, TextInput, View

from bot.domain.clans import Clan
from bot.domain.ids import ChannelId, ClanId
from bot.domain.post_errors import CannotPostThere, UnreadableHour
from bot.domain.post_settings import StoredSchedule
from bot.domain.schedules import LAST_DAY, Cadence, Part
from bot.present.notices import hindered_words
from bot.present.posts import PARTS, WEEKDAYS, ordinal, posts_screen, schedule_screen
from bot.present.summary import summary_page
from bot.services.registry import Services
from cogs.answers import answer, guild_of, user_of
from cogs.buttons import pack, unpack, view_of
from cogs.officers import progress_channel
from cogs.posts.cog import chart_of
from cogs.posts.items import buttons
from cogs.posts.rights import WITH_FILE, lacking
from cogs.setup.items import CHOICES, CLAN, Go, SetupItem, channel_select
from cogs.setup.modals import SetupModal
from cogs.setup.score import ScoreModal
from cogs.setup.showing import defer, server_of, show

if TYPE_CHECKING:
    from cogs.setup.desk import Desk

_CADENCE: Final = r"(?P<cadence>weekly|monthly)"
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3])[:.h]([0-5][0-9])")
_BELOW: Final = 4


class PostsDesk:
    """Shows what is posted, and lets officers choose."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._posts = desk.services.posts

    async def ask(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Show everything that can be posted."""
        await defer(interaction)
        weights = await self._desk.services.leaderboards.derived.weights(clan)
        embed = posts_screen(clan, await self._posts.schedules(clan), weights)
        ways = [Go(clan.id, f"post_{one.value}", f"{one.value.capitalize()}…") for one in Cadence]
        events = Go(clan.id, "feed", "Events…")
        boards = Go(clan.id, "boards", "Boards…")
        score = Go(clan.id, "score", "Score…", row=1)
        back = Go(clan.id, "main", "Back", row=1)
        await show(interaction, embed, view_of(*ways, events, boards, score, back))

    async def ask_score(self, interaction: Interaction[Any], clan: Clan) -> None:
        """Ask what the clan's score is made of."""
        weights = await self._desk.services.leaderboards.derived.weights(clan)
        await interaction.response.send_modal(ScoreModal(self._desk, clan, weights))

    async def ask_one(self, cadence: Cadence, interaction: Interaction[Any], clan: Clan) -> None:
        """Show one summary's settings."""
        await defer(interaction)
        one = await self._posts.schedule(clan, cadence)
        is_on = one.since is not None and one.stopped is None
        next_at = (await self._posts.next_slot(clan, one)).due_at if is_on else None
        is_heard = may_mention(server_of(interaction), one)
        embed = schedule_screen(clan, one, next_at, is_heard=is_heard)
        await show(interaction, embed, self._view(clan, one, is_on=is_on))

    def _view(self, clan: Clan, one: StoredSchedule, *, is_on: bool) -> View | None:
        name = one.cadence.value
        switch = Go(
            clan.id,
            f"{name}_off" if is_on else f"{name}_on",
            "Switch off" if is_on else "Switch on",
            ButtonStyle.danger if is_on else ButtonStyle.success,
            row=_BELOW,
        )
        return view_of(
            PostChannel(clan.id, one.cadence, [one.channel] if one.channel else []),
            PostDay(clan.id, one.cadence, one.day),
            PostParts(clan.id, one.cadence, one.parts),
            PostMention(clan.id, one.cadence, [one.mention] if one.mention else []),
            PostTime(clan.id, one.cadence),
            Go(clan.id, f"{name}_try", "Try it", row=_BELOW),
            switch,
            Go(clan.id, "posts", "Back", row=_BELOW),
        )

    async def choose(
        self, interaction: Interaction[Any], clan: ClanId, cadence: Cadence, **chosen: Any
    ) -> None:
        """Keep a choice."""
        found = await self._desk.services.clans.by_id(clan, guild_of(interaction))
        await self._posts.choose(found, cadence, user_of(interaction), **chosen)
        await self.ask_one(cadence, interaction, found)

    async def switch_on(self, cadence: Cadence, interaction: Interaction[Any], clan: Clan) -> None:
        """Post from now on.

        Raises:
            CannotPostThere: the bot may not.
            NoChannelChosen: nobody said where.
        """
        one = await self._posts.schedule(clan, cadence)
        if one.channel is not None:
            require_may_post(server_of(interaction), one.channel)
        await self._posts.switch(clan, cadence, user_of(interaction), on=True)
        await self.ask_one(cadence, interaction, clan)

    async def switch_off(self, cadence: Cadence, interaction: Interaction[Any], clan: Clan) -> None:
        """Post no more."""
        await self._posts.switch(clan, cadence, user_of(interaction), on=False)
        await self.ask_one(cadence, interaction, clan)

    async def try_it(self, cadence: Cadence, interaction: Interaction[Any], clan: Clan) -> None:
        """Show to whoever asks what it would say if it were posted now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = self._desk.services
        one = await self._posts.schedule(clan, cadence)
        slot = self._posts.as_of_now(clan, cadence)
        summary = await services.summaries.of(clan, cadence, slot, one.parts)
        chart = await chart_of(services, clan, summary)
        embed = summary_page(summary, chart=chart and chart.filename)
        files = None if chart is None else [chart]
        await answer(interaction, private=True, embed=embed, view=buttons(clan.id, slot.key), files=files)


def require_may_post(guild: discord.Guild, channel: ChannelId) -> None:
    """Refuse a channel in which the bot cannot do what a post takes.

    Raises:
        CannotPostThere: with what it lacks; all of it where the channel is gone.
    """
    missing = lacking(guild, channel, WITH_FILE)
    if missing is None or missing:
        raise CannotPostThere(channel, WITH_FILE if missing is None else missing)


async def officers_hindered(
    services: Services, interaction: Interaction[Any], clan: Clan, needed: Sequence[str]
) -> str | None:
    """What keeps what is for officers, and takes this, from being posted; None where nothing does."""
    channel = await progress_channel(services, clan)
    missing = None if channel is None else lacking(server_of(interaction), channel, needed)
    return hindered_words(channel, missing)


def may_mention(guild: discord.Guild, one: StoredSchedule) -> bool | None:
    """Whether a mention in the summary's channel reaches its role; None where that is gone.

    True where it mentions nobody.
    """
    if one.mention is None:
        return True
    role = guild.get_role(one.mention)
    if role is None:
        return None
    channel = None if one.channel is None else guild.get_channel(one.channel)
    held = guild.me.guild_permissions if channel is None else channel.permissions_for(guild.me)
    return role.mentionable or held.mention_everyone


class PostChannel(SetupItem[ChannelSelect[View]], template=rf"su:pchan:{CLAN}:{_CADENCE}"):
    """Chooses where it is posted."""

    def __init__(self, clan: ClanId, cadence: Cadence, chosen: Collection[int] = ()) -> None:
        super().__init__(channel_select(f"su:pchan:{pack(clan)}:{cadence.value}", chosen))
        self.clan, self.cadence = clan, cadence

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), Cadence(match["cadence"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        channel = ChannelId(self.item.values[0].id)
        require_may_post(server_of(interaction), channel)
        await desk.posts.choose(interaction, self.clan, self.cadence, channel=channel)


class PostDay(SetupItem[Select[View]], template=rf"su:pday:{CLAN}:{_CADENCE}"):
    """Chooses the day. A list holds 25 of a month's 28; the day that is chosen now is always among them."""

    def __init__(self, clan: ClanId, cadence: Cadence, chosen: int = 1) -> None:
        if cadence is Cadence.WEEKLY:
            days = [(name, number) for number, name in enumerate(WEEKDAYS)]
        else:
            first = [chosen] if chosen >= CHOICES else []
            numbers = [*range(1, CHOICES - len(first)), *first, LAST_DAY]
            days = [(f"The {ordinal(number)}", number) for number in dict.fromkeys(numbers)]
        options = [
            SelectOption(label=label, value=str(number), default=number == chosen) for label, number in days
        ]
        super().__init__(Select(custom_id=f"su:pday:{pack(clan)}:{cadence.value}", options=options, row=1))
        self.clan, self.cadence = clan, cadence

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), Cadence(match["cadence"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        await desk.posts.choose(interaction, self.clan, self.cadence, day=int(self.item.values[0]))


class PostParts(SetupItem[Select[View]], template=rf"su:pparts:{CLAN}:{_CADENCE}"):
    """Chooses what it tells of."""

    def __init__(self, clan: ClanId, cadence: Cadence, chosen: Collection[Part] = ()) -> None:
        options = [
            SelectOption(label=label, value=part.value, default=part in chosen)
            for part, label in PARTS.items()
        ]
        super().__init__(
            Select(
                custom_id=f"su:pparts:{pack(clan)}:{cadence.value}",
                placeholder="What is it to tell of?",
                min_values=1,
                max_values=len(options),
                options=options,
                row=2,
            )
        )
        self.clan, self.cadence = clan, cadence

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), Cadence(match["cadence"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        parts = [Part(one) for one in self.item.values]
        await desk.posts.choose(interaction, self.clan, self.cadence, parts=parts)


class PostMention(SetupItem[RoleSelect[View]], template=rf"su:prole:{CLAN}:{_CADENCE}"):
    """Chooses whom it mentions."""

    def __init__(self, clan: ClanId, cadence: Cadence, chosen: Collection[int] = ()) -> None:
        super().__init__(
            RoleSelect(
                custom_id=f"su:prole:{pack(clan)}:{cadence.value}",
                placeholder="Mention a role, or nobody",
                min_values=0,
                max_values=1,
                default_values=[SelectDefaultValue.from_role(discord.Object(one)) for one in chosen],
                row=3,
            )
        )
        self.clan, self.cadence = clan, cadence

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), Cadence(match["cadence"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        role = next(iter(self.item.values), None)
        await desk.posts.choose(
            interaction, self.clan, self.cadence, mention=role and role.id, nobody=role is None
        )


class PostTime(SetupItem[Button[View]], template=rf"su:ptime:{CLAN}:{_CADENCE}"):
    """Asks for the time of day."""

    def __init__(self, clan: ClanId, cadence: Cadence) -> None:
        super().__init__(
            Button(label="Time…", custom_id=f"su:ptime:{pack(clan)}:{cadence.value}", row=_BELOW)
        )
        self.clan, self.cadence = clan, cadence

    @classmethod
    def read(cls, match: re.Match[str]) -> Self:
        return cls(ClanId(unpack(match["clan"])), Cadence(match["cadence"]))

    async def act(self, interaction: Interaction[Any], desk: "Desk") -> None:
        clan = await desk.services.clans.by_id(self.clan, guild_of(interaction))
        now = (await desk.services.posts.schedule(clan, self.cadence)).at
        await interaction.response.send_modal(TimeModal(desk, clan, self.cadence, now))


class TimeModal(SetupModal):
    """Asks when, in the clan's time zone."""

    def __init__(self, desk: "Desk", clan: Clan, cadence: Cadence, now: time) -> None:
        field = TextInput[Any](placeholder="18:30", default=f"{now:%H:%M}", min_length=3, max_length=5)
        super().__init__(desk, "Time of day", "When is it posted?", field, f"In {clan.zone.key}: 18:30, 9:00")
        self.clan, self.cadence = clan, cadence

    async def take(self, interaction: Interaction[Any], text: str) -> None:
        await self.desk.posts.choose(interaction, self.clan.id, self.cadence, at=read_clock(text))


def read_clock(text: str) -> time:
    """A time of day as people write it.

    Raises:
        UnreadableHour: it is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise UnreadableHour(text)
    return time(int(found[1]), int(found[2]))


POST_SETUP_ITEMS = (PostChannel, PostDay, PostParts, PostMention, PostTime)
