"""The presets' rules once more, as SQL over the tables, by its own reasoning.

A number is two columns: ``_lo``, what it is at least, and ``_hi``, what it is at most, null for no end.
A comparison is true where every number between the two meets it, false where none does, and else null;
SQL's own AND, OR and NOT do the rest. The old rules follow the old scripts' description, not our files.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.metrics import xp_of
from tests.services.lots import COMBAT, METRICS, NOW

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR
_NOW: Final = round((NOW - _EPOCH).total_seconds()) * 1000
_WINDOWS: Final = (7, 30, 90)
RAIDS: Final = (
    "chambers_of_xeric",
    "chambers_of_xeric_challenge_mode",
    "theatre_of_blood",
    "theatre_of_blood_hard_mode",
    "tombs_of_amascut",
    "tombs_of_amascut_expert",
)
LEADERS: Final = "('owner', 'deputy_owner', 'zenyte', 'dragonstone', 'saviour')"
OFFICERS: Final = "('onyx', 'administrator')"
ABOVE_PROSPECTOR: Final = (
    "('owner', 'deputy_owner', 'zenyte', 'dragonstone', 'saviour', 'onyx', 'administrator', 'member')"
)
RUNGS: Final = ("member", "onyx", "saviour", "dragonstone", "zenyte")
"""The ladder of these clans, the lowest first, without the rank that everybody begins with."""


# Facts


def _ends(ms: str) -> str:
    """Each profile's last snapshot, and the one that each window starts from."""
    taken = "FROM snapshots s WHERE s.clan_id = p.clan_id AND s.source_id = p.source_id"
    firsts = ", ".join(
        f"COALESCE((SELECT MAX({ms}) {taken} AND {ms} <= {_NOW - days * _DAY}), "
        f"(SELECT MIN({ms}) {taken} AND {ms} > {_NOW - days * _DAY})) AS first_{days}"
        for days in _WINDOWS
    )
    return (
        "CREATE TEMP TABLE ends AS SELECT p.clan_id, p.member_id, p.source_id, "
        f"(SELECT MAX({ms}) {taken}) AS last_at, {firsts} FROM profiles p"
    )


def _seen(ms: str) -> str:
    """The values as of those times."""

    def value(key: str, at: str) -> str:
        return (
            "(SELECT v.value FROM metric_values v WHERE v.clan_id = e.clan_id AND v.source_id = e.source_id "
            f"AND v.metric_id = (SELECT id FROM metrics WHERE key = '{key}') AND {ms} <= e.{at} "
            "ORDER BY v.taken_at DESC LIMIT 1)"
        )

    columns = [f"{value(one.key, 'last_at')} AS {one.key}_last" for one in METRICS]
    columns += [
        f"{value(key, f'first_{days}')} AS {key}_{days}"
        for key in ("overall", "boss_kills")
        for days in _WINDOWS
    ]
    return f"CREATE TEMP TABLE seen AS SELECT e.*, {', '.join(columns)} FROM ends e"


def _gain(key: str, days: int) -> list[str]:
    first, last = f"s.{key}_{days}", f"s.{key}_last"
    is_known = f"{first} IS NOT NULL AND {last} IS NOT NULL AND s.first_{days} < s.last_at"
    gained = f"CASE WHEN {last} > {first} THEN {last} - {first} ELSE 0 END"
    whole = f"s.first_{days} <= {_NOW - days * _DAY + 36 * _HOUR} AND s.last_at >= {_NOW - 36 * _HOUR}"
    return [
        f"CASE WHEN {is_known} THEN {gained} ELSE 0 END AS {key}_{days}_lo",
        f"CASE WHEN {is_known} AND {whole} THEN {gained} END AS {key}_{days}_hi",
    ]


def _said(days: int) -> str:
    return (
        "COALESCE((SELECT SUM(a.messages) FROM activity a "
        "JOIN attributions t ON t.clan_id = a.clan_id AND t.source_id = a.source_id "
        "JOIN sources o ON o.clan_id = a.clan_id AND o.id = a.source_id "
        "WHERE a.clan_id = m.clan_id AND t.member_id = m.id "
        f"AND a.quarter >= {(_NOW - days * _DAY) // 900_000} AND a.quarter < {_NOW // 900_000} "
        f"AND (o.kind = 'relay' OR {_VERIFIED})), 0)"
    )


_VERIFIED = (
    "EXISTS (SELECT 1 FROM discord_links l WHERE l.clan_id = m.clan_id AND l.member_id = m.id AND l.verified)"
)


def _messages(days: int, from_: str, to: str) -> list[str]:
    start = _NOW - days * _DAY
    since = f"{from_} <= {start} AND {to} >= {_NOW - _HOUR}"
    late = f"{to} >= {_NOW} AND {from_} <= {start + _HOUR}"
    heard = f"({since} OR {late})"
    return [
        f"{_said(days)} AS messages_{days}_lo",
        f"CASE WHEN {_VERIFIED} AND {heard} THEN {_said(days)} END AS messages_{days}_hi",
    ]


def _active(from_: str, to: str) -> list[str]:
    """Days of the last 30 with a message, today included, and how many may have had one unheard."""
    today = _NOW // _DAY
    days = (
        "(SELECT COUNT(DISTINCT a.quarter / 96) FROM activity a "
        "JOIN attributions t ON t.clan_id = a.clan_id AND t.source_id = a.source_id "
        "JOIN sources o ON o.clan_id = a.clan_id AND o.id = a.source_id "
        "WHERE a.clan_id = m.clan_id AND t.member_id = m.id "
        f"AND a.quarter >= {(today - 29) * 96} AND (o.kind = 'relay' OR {_VERIFIED}))"
    )
    unheard = [
        _unheard(from_, to, day * _DAY, min((day + 1) * _DAY, _NOW)) for day in range(today - 29, today + 1)
    ]
    dark = " + ".join(f"CASE WHEN {one} > {_HOUR} THEN 1 ELSE 0 END" for one in unheard)
    most = f"{days} + ({dark})"
    return [
        f"{days} AS active_lo",
        f"CASE WHEN NOT {_VERIFIED} OR {most} > 30 THEN 30 ELSE {most} END AS active_hi",
    ]


def _unheard(from_: str, to: str, start: int, end: int) -> str:
    """How long of a time lies outside of the one span in which a clan was heard."""
    whole = end - start
    before = (
        f"CASE WHEN {from_} <= {start} THEN 0 WHEN {from_} >= {end} THEN {whole} ELSE {from_} - {start} END"
    )
    after = f"CASE WHEN {to} >= {end} THEN 0 WHEN {to} <= {start} THEN {whole} ELSE {end} - {to} END"
    return f"({before} + {after})"


def _facts(ms: str) -> str:
    def at(column: str) -> str:
        return ms.replace("taken_at", column)

    columns = ["m.clan_id", "m.id AS member_id", "m.wom_role AS role"]
    for key in ("overall", "boss_kills"):
        for days in _WINDOWS:
            columns += _gain(key, days)
    for one in METRICS:
        is_fresh = f"s.last_at > {_NOW - 7 * _DAY}"
        columns.append(f"COALESCE(s.{one.key}_last, 0) AS {one.key}_lo")
        columns.append(f"CASE WHEN {is_fresh} THEN s.{one.key}_last END AS {one.key}_hi")
    from_, to = at("c.from_at"), at("c.to_at")
    for days in _WINDOWS:
        columns += _messages(days, from_, to)
    columns += _active(from_, to)
    since = f"({_NOW} - {{}}) / {_DAY}"
    joined, created = since.format(at("m.joined_at")), since.format(at("m.created_at"))
    columns.append(f"COALESCE({joined}, {created}) AS days_lo")
    columns.append(f"{joined} AS days_hi")
    return (
        f"CREATE TEMP TABLE facts AS SELECT {', '.join(columns)} FROM members m "
        "JOIN coverage c ON c.clan_id = m.clan_id "
        "LEFT JOIN seen s ON s.clan_id = m.clan_id AND s.member_id = m.id"
    )


async def gather(session: AsyncSession) -> None:
    """Make the table of facts."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    ms = "taken_at" if is_sqlite else "CAST(EXTRACT(EPOCH FROM taken_at) * 1000 AS BIGINT)"
    for statement in (_ends(ms), _seen(ms.replace("taken_at", "v.taken_at")), _facts(ms)):
        await session.execute(text(statement))
    await session.execute(text("CREATE INDEX ix_facts ON facts (clan_id)"))


# Rules


def _ge(number: str, least: int) -> str:
    return f"(CASE WHEN {number}_lo >= {least} THEN TRUE WHEN {number}_hi < {least} THEN FALSE END)"


def _lt(number: str, past: int) -> str:
    return f"(NOT {_ge(number, past)})"


def _gt(number: str, most: int) -> str:
    return _ge(number, most + 1)


def _is_none(number: str) -> str:
    return _lt(number, 1)


def _all(*conditions: str) -> str:
    return f"({' AND '.join(conditions)})"


def _any(*conditions: str) -> str:
    return f"({' OR '.join(conditions)})"


def _number_of(of: str, number: str, roles: str) -> str:
    among = "" if not roles else f" AND o.role IN {roles}"
    return f"(SELECT {of} FROM facts o WHERE o.clan_id = f.clan_id AND o.{number}_lo = o.{number}_hi{among})"


def _over_mean(number: str, roles: str = "", *, sign: str = ">", opposite: str = "<=") -> str:
    """Above the mean of those whose number is known; with other signs below it."""
    count, sum_ = _number_of("COUNT(*)", number, roles), _number_of(f"SUM(o.{number}_lo)", number, roles)
    sure, never = ("lo", "hi") if sign == ">" else ("hi", "lo")
    return (
        f"(CASE WHEN {count} = 0 THEN NULL WHEN {number}_{sure} * {count} {sign} {sum_} THEN TRUE "
        f"WHEN {number}_{never} * {count} {opposite} {sum_} THEN FALSE END)"
    )


def _in_top(percent: int, number: str, floor: int = 0) -> str:
    """Fewer are ahead than places; so many percent are rounded up to whole places."""
    count = _number_of("COUNT(*)", number, "")
    places = f"(({count} * {percent} + 99) / 100)"

    def ahead(of: str) -> str:
        return _number_of("COUNT(*)", number, "")[:-1] + f" AND o.{number}_lo > f.{number}_{of})"

    return (
        f"(CASE WHEN {count} = 0 THEN NULL "
        f"WHEN {ahead('lo')} < {places} AND f.{number}_lo >= {floor} THEN TRUE "
        f"WHEN f.{number}_hi < {floor} THEN FALSE "
        f"WHEN f.{number}_hi IS NOT NULL AND {ahead('hi')} >= {places} THEN FALSE END)"
    )


def old_rules() -> dict[str, str]:
    """Promotions, moderation, enforcer and outliers, as the old scripts are described."""
    silent, idle = _is_none("messages_30"), _is_none("overall_30")
    officer = f"role IN {OFFICERS}"
    fading = (
        "(CASE WHEN overall_7_hi * 10 < overall_30_lo THEN TRUE "
        "WHEN overall_7_lo * 10 >= overall_30_hi THEN FALSE END)"
    )
    return {
        "high_velocity": _all("role = 'prospector'", _over_mean("overall_7", ABOVE_PROSPECTOR)),
        "social_pillar": _in_top(10, "messages_30"),
        "carry": _in_top(15, "raids", 50),
        "leadership_slump": _all(
            f"role IN {LEADERS}", _is_none("overall_7"), _is_none("boss_kills_7"), _is_none("messages_7")
        ),
        "churn_risk": _all(_gt("messages_30", 100), _lt("messages_7", 10)),
        "silent_recruit": _all("role = 'prospector'", _gt("overall_30", 0), silent),
        "slack": _all(
            officer,
            _over_mean("messages_30", sign="<", opposite=">="),
            _lt("overall_30", 1_000_000),
            f"NOT {_all(silent, idle)}",
        ),
        "awol": _all(officer, silent, idle),
        "purge_candidate": _all(_ge("days", 30), silent, _lt("overall_30", 10_000)),
        "fading_star": _all(_gt("overall_30", 5_000_000), fading),
        "silent_grinder": _all(_gt("overall_7", 3_000_000), _lt("messages_7", 5)),
        "town_crier": _all(_gt("messages_30", 300), _lt("overall_30", 100_000)),
        "boss_hunter": _all(_gt("boss_kills_30", 150), _lt("overall_30", 500_000)),
    }


def preset_rules(height: int) -> dict[str, str]:
    """The other presets' rule for so high a rung."""
    hours = 2_500_000 * 2 ** (height - 1)
    combat = [_ge(skill, xp_of(60 + 3 * height)) for skill in COMBAT]
    lively = (
        _ge("overall_90", 2_000_000 * height),
        _ge("boss_kills_90", 100 * height),
        _ge("messages_90", 50 * height),
        _ge("active", 2 * height),
    )
    pairs = [_all(one, other) for place, one in enumerate(lively) for other in lively[:place]]
    return {
        "tenure": _ge("days", 15 * height * (height + 1)),
        "points": _ge("points", 100 * height),
        "bands": _any(_ge("ehp", 2 * hours), _ge("ehb", hours)),
        "skiller_pvm": _any(
            _all(_ge("total_level", 1000 + 120 * height), _ge("ehp", 4_000_000 * height)),
            _all(_ge("ehb", 2_000_000 * height), *combat, _ge("raids", 10 * 2 ** (height - 1))),
        ),
        "mixed": _all(_ge("days", 30 * height), _any(*pairs)),
    }


def _at_most(number: str, cap: int) -> str:
    """Where the number has no end, the cap is the end."""
    return f"(CASE WHEN {number} < {cap} THEN {number} ELSE {cap} END)"


def _sums() -> str:
    """What rules add up: raids of all modes, and points."""
    tiers = "(CASE WHEN {0} < 1500 THEN 0 WHEN {0} < 2000 THEN 25 WHEN {0} < 2277 THEN 75 ELSE 150 END)"
    sums: list[str] = []
    for end in ("lo", "hi"):
        raids = " + ".join(f"{one}_{end}" for one in RAIDS)
        points = [
            _at_most(f"days_{end} / 30 * 10", 200),
            f"ehb_{end} / 2500000 * 10",
            f"ehp_{end} / 2500000 * 10",
            _at_most(f"messages_90_{end} / 100 * 5", 100),
            tiers.format(f"total_level_{end}"),
        ]
        sums += [f"{raids} AS raids_{end}", f"{' + '.join(points)} AS points_{end}"]
    return f"CREATE TEMP TABLE summed AS SELECT facts.*, {', '.join(sums)} FROM facts"


async def outcomes(
    session: AsyncSession, rules: Sequence[str]
) -> list[tuple[int, int, str | None, list[bool | None]]]:
    """What each rule comes to: clan, member, role, and true, false or null for each."""
    await gather(session)
    await session.execute(text(_sums()))
    await session.execute(text("DROP TABLE facts"))
    await session.execute(text("ALTER TABLE summed RENAME TO facts"))
    await session.execute(text("CREATE INDEX ix_summed ON facts (clan_id)"))
    columns = ", ".join(rules)
    rows = await session.execute(
        text(f"SELECT clan_id, member_id, role, {columns} FROM facts f ORDER BY clan_id, member_id")
    )
    return [
        (clan, member, role, [None if one is None else bool(one) for one in found])
        for clan, member, role, *found in rows
    ]
