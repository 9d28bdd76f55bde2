import discord
import pytest

from bot.present.help import Audience, CommandHelp, help_pages
from tests.present import makers

COMMANDS = [
    CommandHelp("stats", "A member's card.", id=12345),
    CommandHelp("leaderboard", "Who gained the most."),
    CommandHelp("Clan stats", "the card of whoever you pressed.", menu=True),
    CommandHelp("inactive", "Who has been quiet.", Audience.OFFICER),
    CommandHelp("setup", "Link the clan.", Audience.MANAGER),
]


def read(pages: list[discord.Embed]) -> str:
    return "\n".join(makers.read(page) for page in pages)


def test_members_see_their_own_commands_only() -> None:
    text = read(help_pages(COMMANDS, Audience.MEMBER, clan_name="Iron Foundry"))
    assert "</stats:12345> A member's card.\n`/leaderboard` Who gained the most." in text
    assert "Apps → *Clan stats*" in text
    assert "/inactive" not in text
    assert "/setup" not in text


@pytest.mark.parametrize(
    ("audience", "last"), [(Audience.OFFICER, "/inactive"), (Audience.MANAGER, "/setup")]
)
def test_each_role_sees_what_those_before_it_see(audience: Audience, last: str) -> None:
    text = read(help_pages(COMMANDS, audience, clan_name="Iron Foundry"))
    assert "</stats:12345>" in text
    assert last in text


@pytest.mark.parametrize(
    ("audience", "hint"),
    [(Audience.MANAGER, "Start with `/setup`"), (Audience.MEMBER, "Somebody with Manage")],
)
def test_before_set_up_the_first_step_comes_first(audience: Audience, hint: str) -> None:
    text = read(help_pages(COMMANDS, audience, clan_name=None))
    assert text.index("No clan is set up here yet") < text.index("stats:12345")
    assert hint in text


def test_who_has_not_linked_is_told_how() -> None:
    assert "/link" in read(help_pages(COMMANDS, Audience.MEMBER, clan_name="X", linked=False))
    assert "/link" not in read(help_pages(COMMANDS, Audience.MEMBER, clan_name="X"))


def test_many_commands_still_fit() -> None:
    many = [CommandHelp(f"command-{number}", "d" * 100, id=2**63) for number in range(100)]
    assert "more" in read(help_pages(many, Audience.MEMBER, clan_name="c" * 300))
