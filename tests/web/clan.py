"""A small clan whose names are as hostile as Wise Old Man or an officer could make them."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from bot.domain.ids import MemberId
from bot.domain.metrics import BOSS_KILLS, BOSSES, EHB, EHP, OVERALL, SKILLS, TOTAL_LEVEL, MetricKind, metric
from db.models import Clan
from db.queries import members
from db.session import Database
from tests.services.hearing import NOW
from tests.services.laid import Laid, game, lay

VORKATH = next(one for one in BOSSES if one.key == "vorkath")
SLAYER = next(one for one in SKILLS if one.key == "slayer")
NEWEST = metric("the_newest_one", MetricKind.BOSS)
"""A boss that the program does not know, of which most is killed."""
ABOVE = metric("../../above", MetricKind.BOSS)
METRICS = (OVERALL, EHP, EHB, BOSS_KILLS, TOTAL_LEVEL, SLAYER, VORKATH, NEWEST, ABOVE)
SCRIPT = "<script>x=1</script>"
QUOTES = "\"'>&<b"
TURNED = "\u202eevil\u202c"
EMOJI = "😀👩‍👩‍👧"
CLAN_NAME = f'Iron {SCRIPT} & "Co" \u202eyrdnuoF'
FORMER = "Old Ann"
DAY = timedelta(days=1)


async def lay_hostile(database: Database) -> Laid:
    """Seven members and one who left.

    Ann leads in all, Bo was never measured, Cy's readings began 3 days ago; of the hostile four each has
    gained a little less than the one before.
    """
    laid = await lay(database, "Europe/Amsterdam", METRICS)
    async with database.write() as session:
        await session.execute(update(Clan).values(name=CLAN_NAME, role_order=["owner", "short_green_guy"]))
    names = {1: "Ann", 2: "Bo", 3: "Cy", 4: SCRIPT, 5: QUOTES, 6: TURNED, 7: EMOJI}
    for number, name in names.items():
        role = "owner" if number == 1 else "short_green_guy"
        await laid.member(number, name, number, wom_role=role, joined_at=NOW - number * 100 * DAY)
    await laid.member(8, "Gone Girl", 8, joined_at=NOW - 300 * DAY, left_at=NOW - 2 * DAY)
    change = NOW - 20 * DAY
    await laid.hold((1, FORMER, None, change), (1, "Ann", change, None), (2, "Bo", None, None))
    for number in (1, 3, 4, 5, 6, 7, 8):
        days = (3, 1, 0) if number == 3 else (400, 89, 29, 6, 3, 1, 0)
        for step, back in enumerate(days):
            await laid.see(number, NOW - back * DAY, _values(number, step))
    await laid.observe(NOW - 10 * DAY, NOW)
    await laid.hear(game("Ann"), [NOW - hours * timedelta(hours=1) for hours in (1, 2, 26, 50)])
    await laid.hear(game("Bo"), [NOW - timedelta(hours=3)])
    async with database.write() as session:
        await members.add_events(
            session,
            laid.id,
            [
                _event(1, "renamed", 20, FORMER, "Ann"),
                _event(8, "left", 2, "short_green_guy", None),
                _event(2, "rank_changed", 5, "short_green_guy", "owner"),
                _event(3, "rank_changed", 4, "owner", "short_green_guy"),
                _event(4, "rank_changed", 3, "short_green_guy", "nobody_knows_how_high"),
            ],
        )
    return laid


def _values(number: int, step: int) -> dict[Any, int | None]:
    gained = (10 - number) * 1_000_000 * step
    return {
        OVERALL: 4_600_000_000 - number if number == 1 and step == 6 else 100_000_000 + gained,
        SLAYER: 13_000_000 + gained // 10,
        VORKATH: None if number == 7 else 50 + step * number,
        NEWEST: 100 * step,
        ABOVE: 1 + step,
        BOSS_KILLS: 50 + step * number,
        EHP: 100_000 * (10 + step),
        EHB: 50_000 * (10 + step),
        TOTAL_LEVEL: 2_000 + step,
    }


def _event(member: int, kind: str, back: int, before: str | None, after: str | None) -> dict[str, Any]:
    return {
        "key": f"test-{member}-{kind}",
        "member_id": MemberId(member),
        "kind": kind,
        "at": NOW - back * DAY,
        "before": before,
        "after": after,
    }
