"""The whole demo set up: the made-up clan, its server, its WOM, and the real bot among them."""

import gc
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any

import discord
import simcord
from pydantic import SecretStr
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.app import ClanStatsBot
from bot.domain.activity import time_of
from bot.domain.cards import DayPoint
from bot.domain.clans import Clan
from bot.present.chart import member_chart
from bot.services.polling import PollResult
from bot.services.registry import Services
from bot.settings import Settings
from bot.wom.pacing import Pacing
from db import migrate
from demo import simulator
from demo.ports import free_port
from demo.script import (
    DiscordMember,
    Event,
    Linked,
    MemberJoined,
    MemberLeft,
    Message,
    MessageDeleted,
    Observed,
    Polled,
    RenameApproved,
    Script,
    in_order,
    renumbered,
)
from demo.stage_discord import Server, open_server, wind
from demo.stage_past import SetClock, lay_past
from demo.stage_wom import ClanAtWom
from demo.world import build_world
from demo.world_discord import OFFICER

SECRET = "the demo keeps no secrets"  # noqa: S105 -- nothing is behind it
UNPACED = Pacing(100_000)
"""The stand-in is ours: nobody minds how often it is asked."""
LIVE = timedelta(hours=2)
"""How much of the story is played through the simulators; the rest is laid."""
SETTLING = timedelta(seconds=2)
PATIENCE = 300.0
"""Real seconds that one step may take: a picture takes its time on a busy machine."""
VISIT = timedelta(days=365)
"""So long of the clan's time may pass before whatever draws is ended: two minutes of it are soon over."""


@dataclass(frozen=True)
class Size:
    """How large the made-up clan is."""

    members: int = 300
    days: int = 60
    messages: int = 9_000
    seed: int = 7


class Stage:
    """The running demo. One task at a time may act on it: the simulator allows no more."""

    def __init__(
        self,
        env: simcord.Env,
        bot: ClanStatsBot,
        server: Server,
        wom: ClanAtWom,
        script: Script,
        heard: list[Event],
    ) -> None:
        self.env = env
        self.bot = bot
        self.server = server
        self.wom = wom
        self.header = script.header
        self._story = script.events
        self._coming = deque(event for event in script.events if event.at > script.header.laid_until)
        self._after: Iterator[Event] = iter(())
        self._happened = [event for event in script.events if event.at <= script.header.laid_until]
        self._heard = heard
        self._posted: dict[int, discord.Message] = {}
        self._roles = {
            event.user: event.roles for event in self._happened if isinstance(event, DiscordMember)
        }
        self.drawn: Sequence[DayPoint] = ()
        """The days of the last chart that was drawn."""
        self._observe_polls()
        self._observe_charts()

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self.env.now()

    def script(self) -> Script:
        """Everything that happened so far, for the checker."""
        for channel in self.header.channels:
            self._heard.append(Observed(self.now, channel.id, self.header.begin))
        return Script(self.header, in_order([*self._happened, *self._heard]))

    def told(self) -> list[Event]:
        """What happened so far, in order, without what the bot read and heard of it."""
        return list(self._happened)

    def story(self) -> Sequence[Event]:
        """What was told from the beginning: what happened, and what is still to come."""
        return self._story

    def coming_after(self, events: Iterator[Event]) -> None:
        """Let these happen too, each at its time, among what is still to come and after it."""
        self._after = merge(self._coming, events, key=lambda event: event.at)
        self._coming = deque[Event]()

    def linked(self) -> list[MemberActor]:
        """Who linked an account, in that order, and is on the server."""
        links = [event for event in self._happened if isinstance(event, Linked)]
        return [self.server.people[user] for user in dict.fromkeys(link.user for link in links)]

    def guest(self) -> MemberActor:
        """Somebody on the server who linked nothing."""
        owners = {event.user for event in self._happened if isinstance(event, Linked)}
        return next(
            actor for user, actor in self.server.people.items() if user not in owners and not actor.user.bot
        )

    def a_rename(self) -> tuple[str, str]:
        """The former and the present name of somebody who was renamed once and is still there."""
        renames = [event for event in self._happened if isinstance(event, RenameApproved)]
        gone = {event.player for event in self._happened if isinstance(event, MemberLeft)}
        old = [event.player for event in renames]
        one = next(event for event in renames if old.count(event.player) == 1 and event.player not in gone)
        return one.old, one.new

    def present_names(self) -> list[str]:
        """Names at WOM of everybody who never left, in the order they came."""
        gone = {event.player for event in self._happened if isinstance(event, MemberLeft)}
        players = [event.player for event in self._happened if isinstance(event, MemberJoined)]
        return [self.wom.server.players[player].name for player in players if player not in gone]

    def player(self, name: str) -> int:
        """Who goes by a name at WOM. Raises: LookupError."""
        found = self.wom.server.find(name)
        if found is None:
            raise LookupError(name)
        return found.id

    def shown(self, actor: MemberActor) -> str:
        """How somebody is called on the server."""
        member = self.env.backend.get_guild(actor.guild.id).members[actor.id]
        user = self.env.backend.get_user(actor.id)
        return member.nick or user.global_name or user.name

    def called(self, actor: MemberActor) -> str:
        """The name of the account that counts somebody's messages: the first that they linked."""
        player = next(
            event.player
            for event in self._happened
            if isinstance(event, Linked) and event.user == actor.id and event.main
        )
        return self.wom.server.players[player].name

    def unlinked_names(self) -> list[str]:
        """Names of accounts in the clan that nobody linked."""
        owned = {event.player for event in self._happened if isinstance(event, Linked)}
        return [name for name in self.present_names() if self.player(name) not in owned]

    def tell(self, event: Event) -> None:
        """Add something to the script that somebody just did."""
        self._happened.append(event)

    def another_server(self) -> tuple[MemberActor, ChannelHandle]:
        """A server that the bot was just added to, seen by its owner."""
        guild = self.env.create_guild("Second Home")
        channel = guild.create_text_channel("general")
        return MemberActor(self.env, guild, guild.owner), channel

    def is_officer(self, user: int) -> bool:
        """Whether a user has the officers' role now: nobody's roles change while the story is played."""
        return OFFICER in self._roles.get(user, ())

    def uploaded(self, url: str) -> bytes:
        """An attachment's content."""
        found = self.env.backend.cdn.get(url)
        if found is None:
            raise LookupError(url)
        return found

    async def play_until(self, moment: datetime) -> None:
        """Let the coming events happen up to a moment, each at its time."""
        while (event := self._next(moment)) is not None:
            await self._wait_for(event.at)
            await self._play(event)
        await self._wait_for(moment)

    def _next(self, until: datetime) -> Event | None:
        if not self._coming:
            self._coming.extend(islice(self._after, 1))
        return self._coming.popleft() if self._coming and self._coming[0].at <= until else None

    async def _wait_for(self, moment: datetime) -> None:
        # Loops that come round every second are let run at the end only: nobody watches the rest.
        if moment - self.now > SETTLING:
            wind(self.env, moment - SETTLING)
            simulator.rest(self.bot, self.now)
        seconds = (moment - self.now).total_seconds()
        if seconds > 0:
            await self.env.advance_time(seconds)

    async def _play(self, event: Event) -> None:
        if isinstance(event, Message):
            await self._say(event)
        elif isinstance(event, MessageDeleted):
            await self._take_back(event)
        elif not isinstance(event, DiscordMember):
            self._happened.append(event)
            self.wom.play(event)

    async def _say(self, event: Message) -> None:
        channel = self.server.channels[event.channel]
        relay = self.server.relay
        if event.webhook is not None and relay is not None and event.webhook == relay.id:
            said = await relay.send(event.content, username=event.name)
        elif event.author in self.server.people and not event.bot:
            said = await self.server.people[event.author].send(channel, event.content)
        else:
            return
        self._posted[event.id] = said
        self._happened.append(replace(event, id=said.id, at=time_of(said.id)))

    async def _take_back(self, event: MessageDeleted) -> None:
        """The server's owner deletes, as whoever may manage messages can."""
        owner = MemberActor(self.env, self.server.guild, self.server.guild.owner)
        gone = [self._posted.pop(id_) for id_ in event.ids if id_ in self._posted]
        for message in gone:
            await owner.delete(message)
        if gone:
            self._happened.append(MessageDeleted(self.now, tuple(message.id for message in gone)))

    def _observe_polls(self) -> None:
        """Note in the script when the bot asked WOM: the checker knows nothing else of it."""
        polling = self.bot.services.polling
        poll = polling.poll

        async def noted(clan: Clan) -> PollResult:
            result = await poll(clan)
            if clan.guild == self.header.guild:
                self._heard.append(Polled(self.now))
            return result

        vars(polling)["poll"] = noted

    def _observe_charts(self) -> None:
        """Remember what each chart is drawn from, so that the checker can look at its points."""
        renderer = self.bot.services.renderer
        renderer.idle_after = VISIT.total_seconds()
        render = renderer.render

        async def noted(function: Callable[..., bytes], *args: Any, **options: Any) -> bytes:
            if function is member_chart:
                self.drawn = args[0]
            return await render(function, *args, **options)

        vars(renderer)["render"] = noted


@contextmanager
def _growing() -> Generator[None]:
    """While hundreds of thousands of objects are made that all stay, looking for garbage only takes time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _nothing() -> None:
    """Do nothing."""


@asynccontextmanager
async def open_stage(
    end: datetime, size: Size | None = None, *, address: str | None = None
) -> AsyncGenerator[Stage]:
    """Set everything up, in a directory that is gone afterwards; the story stands at ``laid_until``.

    ``address`` is where the clan's pages are said to be, else where they are.
    """
    size = size or Size()
    simulator.correct()
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clanstats-demo-")))
        with _growing():
            script = build_world(
                size.seed, end, days=size.days, members=size.members, messages=size.messages, live=LIVE
            )
        heard: list[Event] = []
        clock = SetClock(script.header.begin)
        wom = ClanAtWom(script.header, clock, heard.append)
        base_url = await stack.enter_async_context(wom.server.serve())
        settings = Settings(
            data_dir=directory,
            database_url=f"sqlite+aiosqlite:///{directory / 'clan.db'}",
            wom_base_url=base_url,
            wom_api_key=SecretStr("demo-demo-demo"),
            wom_contact="the demo",
            secret_key=SecretStr(SECRET),
            dashboard_port=free_port(),
            dashboard_url=address,
        )
        await migrate.upgrade(settings.database_url)
        bot = ClanStatsBot.build(settings, shard_count=1, pacing=UNPACED)
        # Pages are served beside the bot: see stage_pages.
        vars(bot.web)["start"] = _nothing
        env = simcord.Env(bot, check_errors=False, settle_timeout=PATIENCE)
        simulator.let_refuse(env)
        with _growing():
            server = open_server(env, script)
            script = renumbered(script, server.ids)
            officer = next(iter(server.people))
            past = Services.build(settings, clock, pacing=UNPACED)
            async with past.wom:
                heard += await lay_past(past, clock, wom, script, officer)
            await past.close()
        wind(env, script.header.laid_until)
        await env.start()
        stack.push_async_callback(bot.services.close)
        stack.push_async_callback(env.shutdown)

        wom.server.now = env.now
        yield Stage(env, bot, server, wom, script, heard)
