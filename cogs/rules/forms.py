"""What is typed in ``/rules edit``. A form changes the draft that its officer was shown, or nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from discord import Interaction, SelectOption, TextStyle
from discord.ui import Label, Modal, RoleSelect, Select, TextInput

from bot.domain.rules.changes import with_part, with_rank
from bot.domain.rules.files import read_check, read_rank, write_rank
from bot.domain.rules.language import Rank
from bot.domain.rules.terms import LIFETIME, SINCE_JOINING, SINCE_RANK
from bot.domain.rules.typed import (
    IS,
    TOP,
    TOP_PERCENT,
    name_of,
    number_or_text,
    requirement_data,
    words_of,
)
from bot.logs import new_trace
from bot.present.text import cut_units, rank_name
from cogs.answers import handle_error, user_of
from cogs.guild_people import giver_of
from cogs.officers import require_officer
from cogs.rules import screens
from cogs.rules.items import CHOICES, Press

NO_ROLE: Final = "-"
_PARAGRAPH: Final = TextStyle.paragraph
LONGEST_TEXT: Final = 4_000
_COMPARISONS: Final = {
    "at_least": "at least",
    "more_than": "more than",
    "at_most": "at most",
    "less_than": "less than",
    IS: "is one of these words",
    TOP: "among the first so many",
    TOP_PERCENT: "among the first so many percent",
}
_WINDOWS: Final = {
    LIFETIME: "all of it",
    **{f"{days}d": f"in the last {days} days" for days in (7, 14, 30, 60, 90, 180, 365)},
    SINCE_JOINING: "since joining",
    SINCE_RANK: "since the last rank",
}
_ACCOUNTS: Final = {
    "own": "the account itself",
    "main": "the person's main account",
    "best": "the best of the person's accounts",
    "sum": "all accounts of the person together",
}


def _choice(options: Mapping[str, str], chosen: str) -> Select[Any]:
    return Select[Any](
        options=[
            SelectOption(label=cut_units(label, 100), value=value, default=value == chosen)
            for value, label in list(options.items())[:CHOICES]
        ]
    )


def _line(value: str = "", placeholder: str = "", *, required: bool = True) -> TextInput[Any]:
    return TextInput[Any](
        default=value or None, placeholder=placeholder or None, required=required, max_length=400
    )


class RulesForm(Modal):
    """What all of them share."""

    def __init__(self, press: Press, title: str) -> None:
        super().__init__(title=cut_units(title, 45), timeout=900)
        self.press = press
        self.giver = giver_of(press.interaction)

    async def on_submit(self, interaction: Interaction[Any], /) -> None:
        """Check the right once more, change the draft, and show what became of it."""
        with new_trace(submitted=type(self).__name__, guild_id=interaction.guild_id):
            services, clan = self.press.services, self.press.clan
            await require_officer(services, interaction)
            self.giver = giver_of(interaction)
            rank = await self.change(user_of(interaction))
            await screens.show(interaction, await screens.rank(services, interaction, clan, rank))

    async def change(self, user: Any) -> str:
        """Change the draft, and return the name of the rank to be shown."""
        raise NotImplementedError

    async def keep(self, user: Any, data: Mapping[str, Any]) -> None:
        """Put changed rules into the draft."""
        await self.press.services.drafts.change(
            self.press.clan, user, data, self.press.shown.seen, self.giver
        )

    async def on_error(self, interaction: Interaction[Any], error: Exception, /) -> None:
        """Errors go where those of commands go."""
        await handle_error(interaction, error)


class RankForm(RulesForm):
    """A form about one rank, as it was when the form was opened."""

    def __init__(self, press: Press, rank: Rank, title: str) -> None:
        super().__init__(press, f"{rank_name(rank.name)}: {title}")
        self.rank = rank

    async def replace(self, user: Any, data: Mapping[str, Any], **changed: Any) -> str:
        """Put the rank into the draft with these changes; what is None is left out."""
        given = {key: value for key, value in {**data, **changed}.items() if value not in (None, "", [])}
        desk = await self.press.services.drafts.desk(self.press.clan, user)
        rules = desk.rules.data()
        others = [one.data() for one in desk.rules.ranks if one.name != self.rank.name]
        await self.keep(user, {**rules, "ranks": [*others, given]})
        return str(given.get("name", ""))


class RequirementForm(RankForm):
    """One requirement more."""

    def __init__(self, press: Press, rank: Rank) -> None:
        super().__init__(press, rank, "add requirement")
        self.field = _line(placeholder="ehb, cox + tob, messages, days in clan, attack level")
        self.comparison = _choice(_COMPARISONS, "at_least")
        self.threshold = _line(placeholder="250, 10k, 2.5m, or words such as ironman")
        self.window = _choice(_WINDOWS, LIFETIME)
        self.accounts = _choice(_ACCOUNTS, "own")
        self.add_item(Label(text="What", description="Several are joined by +", component=self.field))
        self.add_item(Label(text="Compared how", component=self.comparison))
        self.add_item(Label(text="With what", component=self.threshold))
        self.add_item(Label(text="Over which time", component=self.window))
        self.add_item(Label(text="Whose", component=self.accounts))

    async def change(self, user: Any) -> str:
        """Add it."""
        data = requirement_data(
            self.field.value,
            self.comparison.values[0],
            self.threshold.value,
            self.window.values[0],
            self.accounts.values[0],
        )
        services = self.press.services
        check = read_check(data, await services.eligibility.metrics())
        desk = await services.drafts.desk(self.press.clan, user)
        rank = screens.rank_of(desk, self.press.shown)
        changed = rank.model_copy(update={"when": with_part(rank.when, check)})
        await self.keep(user, with_rank(desk.rules, changed))
        return rank.name


def _wom_roles(roles: Iterable[str], chosen: str | None) -> Select[Any]:
    named = {NO_ROLE: "none: a role in Discord alone"}
    named |= {one: rank_name(one) for one in ([chosen] if chosen else [])}
    return _choice(named | {one: rank_name(one) for one in roles}, chosen or NO_ROLE)


def _wom_role(select: Select[Any]) -> str | None:
    return None if select.values[0] == NO_ROLE else select.values[0]


class RolesForm(RankForm):
    """Its place and its roles."""

    def __init__(self, press: Press, rank: Rank) -> None:
        super().__init__(press, rank, "role and order")
        self.order = _line(str(rank.order))
        self.wom_role = _wom_roles(press.clan.role_order, rank.wom_role)
        self.discord_role = RoleSelect[Any](required=False, min_values=0)
        kept = f"Left empty, it stays {rank.discord_role}" if rank.discord_role else "None, if left empty"
        self.add_item(Label(text="Order", description="Higher ranks have more", component=self.order))
        self.add_item(Label(text="Rank at Wise Old Man", component=self.wom_role))
        self.add_item(
            Label(text="Role in Discord", description=cut_units(kept, 100), component=self.discord_role)
        )

    async def change(self, user: Any) -> str:
        """Change them."""
        roles = self.discord_role.values
        discord_role = str(roles[0].id) if roles else self.rank.discord_role
        return await self.replace(
            user,
            self.rank.data(),
            order=number_or_text(self.order.value),
            wom_role=_wom_role(self.wom_role),
            discord_role=discord_role,
        )


class LimitsForm(RankForm):
    """Who may have it, when, and for how long."""

    def __init__(self, press: Press, rank: Rank) -> None:
        super().__init__(press, rank, "limits")
        self.requires = _line(", ".join(rank.requires), "recruit, corporal", required=False)
        self.days = _line(str(rank.min_days_in_rank or ""), "30", required=False)
        demote = "never" if rank.demote is None else f"after {rank.demote} days"
        self.demote = _line(demote, "never, or after 14 days")
        self.badge_days = _line(str(rank.badge_days or ""), "14", required=False)
        self.exempt = _line(", ".join(rank.exempt), "owner, role:1234, member:Jo hn", required=False)
        for text, hint, field in (
            ("Only for who holds one of these", "Names of ranks here, with commas", self.requires),
            ("Days in the rank before", "0, if left empty", self.days),
            ("Demote who no longer meets it", "never, or after 1 to 365 days", self.demote),
            ("A badge stays for", "Days after it was last met; for roles in Discord alone", self.badge_days),
            ("Never for", "Ranks, role: and an id, member: and a name, with commas", self.exempt),
        ):
            self.add_item(Label(text=text, description=hint, component=field))

    async def change(self, user: Any) -> str:
        """Change them."""
        return await self.replace(
            user,
            self.rank.data(),
            requires=[name_of(one) for one in words_of(self.requires.value)],
            min_days_in_rank=number_or_text(self.days.value),
            demote=self.demote.value,
            badge_days=number_or_text(self.badge_days.value),
            exempt=words_of(self.exempt.value),
        )


class TextForm(RankForm):
    """A rank as it stands in a file: everything can be said so."""

    def __init__(self, press: Press, rank: Rank) -> None:
        super().__init__(press, rank, "as text")
        text = write_rank(rank)
        self.text = TextInput[Any](style=_PARAGRAPH, default=text, max_length=LONGEST_TEXT)
        self.add_item(
            Label(
                text="As in a file",
                description="Under another name it takes this one's place",
                component=self.text,
            )
        )

    async def change(self, user: Any) -> str:
        """Read it; a rank of another name takes this one's place."""
        services = self.press.services
        rank = read_rank(self.text.value, await services.eligibility.metrics())
        desk = await services.drafts.desk(self.press.clan, user)
        await self.keep(user, with_rank(desk.rules, rank, instead_of=self.rank.name))
        return rank.name


class NewRankForm(RulesForm):
    """A rank with one requirement to begin with."""

    def __init__(self, press: Press, next_order: int) -> None:
        super().__init__(press, "New rank")
        self.name = _line(placeholder="Corporal")
        self.order = _line(str(next_order))
        self.days = _line(placeholder="30")
        self.wom_role = _wom_roles(press.clan.role_order, None)
        self.discord_role = RoleSelect[Any](required=False, min_values=0)
        for text, hint, field in (
            ("Name", "By which you and other ranks call it", self.name),
            ("Order", "Higher ranks have more", self.order),
            ("Days in the clan, at least", "Its first requirement; more can be added", self.days),
            ("Rank at Wise Old Man", None, self.wom_role),
            ("Role in Discord", "Needed where it is none at Wise Old Man", self.discord_role),
        ):
            self.add_item(Label(text=text, description=hint, component=field))

    async def change(self, user: Any) -> str:
        """Add it."""
        desk = await self.press.services.drafts.desk(self.press.clan, user)
        name, roles = name_of(self.name.value), self.discord_role.values
        given: dict[str, Any] = {
            "name": name,
            "order": number_or_text(self.order.value),
            "wom_role": _wom_role(self.wom_role),
            "discord_role": str(roles[0].id) if roles else None,
            "when": {"field": "days_in_clan", "at_least": self.days.value},
        }
        new = {key: value for key, value in given.items() if value is not None}
        await self.keep(
            user, {**desk.rules.data(), "ranks": [*(one.data() for one in desk.rules.ranks), new]}
        )
        return name
