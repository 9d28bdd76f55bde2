"""What the made-up members train and kill, and how fast."""

_SKILLS = (
    "attack defence strength hitpoints ranged prayer magic cooking woodcutting fletching fishing firemaking "
    "crafting smithing mining herblore agility thieving slayer farming runecrafting hunter construction "
    "sailing"
)
SKILLS = _SKILLS.split()

SKILL_XP_AN_HOUR = dict.fromkeys(SKILLS, 90_000) | {
    "agility": 55_000,
    "runecrafting": 50_000,
    "mining": 65_000,
    "fletching": 350_000,
    "firemaking": 280_000,
    "cooking": 300_000,
    "construction": 450_000,
    "prayer": 600_000,
    "magic": 180_000,
}

BOSS_KILLS_AN_HOUR = {
    "zulrah": 35,
    "vorkath": 32,
    "alchemical_hydra": 27,
    "cerberus": 55,
    "general_graardor": 30,
    "kreearra": 25,
    "kril_tsutsaroth": 30,
    "commander_zilyana": 28,
    "dagannoth_rex": 60,
    "dagannoth_prime": 60,
    "dagannoth_supreme": 60,
    "chambers_of_xeric": 3,
    "chambers_of_xeric_challenge_mode": 2,
    "theatre_of_blood": 3,
    "tombs_of_amascut": 3,
    "tombs_of_amascut_expert": 2,
    "the_corrupted_gauntlet": 6,
    "nex": 12,
    "vardorvis": 30,
    "duke_sucellus": 26,
    "barrows_chests": 18,
    "giant_mole": 80,
    "king_black_dragon": 60,
    "phantom_muspah": 26,
    "araxxor": 36,
    "scurrius": 60,
    "tztok_jad": 2,
    "wintertodt": 14,
    "tempoross": 12,
    "the_royal_titans": 40,
}

RANKED_XP = 2_001
"""A skill with less XP than this the game's hiscores do not list."""
RANKED_KILLS = 5
"""Fewer kills than this the game's hiscores do not list."""

ACTIVITIES = {
    "clue_scrolls_all": 1,
    "clue_scrolls_hard": 1,
    "collections_logged": 500,
    "guardians_of_the_rift": 2,
}
"""With the least score that the hiscores list."""

LEVEL_99_XP = 13_034_431
MOST_XP = 200_000_000


def _thresholds() -> list[int]:
    points, found = 0, [0]
    for level in range(1, 99):
        points += int(level + 300 * 2 ** (level / 7))
        found.append(points // 4)
    return found


LEVELS = _thresholds()
"""``LEVELS[n - 1]`` is the XP at which level n is reached, up to 99."""
