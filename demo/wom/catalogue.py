"""The metrics that WOM gives for every player, in its own order."""

_SKILLS = (
    "overall attack defence strength hitpoints ranged prayer magic cooking woodcutting fletching fishing "
    "firemaking crafting smithing mining herblore agility thieving slayer farming runecrafting hunter "
    "construction sailing"
)
_BOSSES = (
    "abyssal_sire alchemical_hydra amoxliatl araxxor artio barrows_chests brutus bryophyta callisto "
    "calvarion cerberus chambers_of_xeric chambers_of_xeric_challenge_mode chaos_elemental chaos_fanatic "
    "commander_zilyana corporeal_beast crazy_archaeologist dagannoth_prime dagannoth_rex "
    "dagannoth_supreme deranged_archaeologist doom_of_mokhaiotl duke_sucellus general_graardor giant_mole "
    "grotesque_guardians hespori kalphite_queen king_black_dragon kraken kreearra kril_tsutsaroth "
    "lunar_chests mad_angel maggot_king mimic nex nightmare phosanis_nightmare obor phantom_muspah "
    "sarachnis scorpia scurrius shellbane_gryphon skotizo sol_heredit spindel tempoross the_gauntlet "
    "the_corrupted_gauntlet the_hueycoatl the_leviathan the_royal_titans the_whisperer theatre_of_blood "
    "theatre_of_blood_hard_mode thermonuclear_smoke_devil tombs_of_amascut tombs_of_amascut_expert "
    "tzkal_zuk tztok_jad vardorvis venenatis vetion vorkath wintertodt yama zalcano zulrah"
)
_ACTIVITIES = (
    "bounty_hunter_hunter bounty_hunter_rogue clue_scrolls_all clue_scrolls_beginner clue_scrolls_easy "
    "clue_scrolls_medium clue_scrolls_hard clue_scrolls_elite clue_scrolls_master last_man_standing "
    "pvp_arena soul_wars_zeal guardians_of_the_rift colosseum_glory collections_logged"
)
_COMPUTED = "ehp ehb"

SKILLS = tuple(_SKILLS.split())
BOSSES = tuple(_BOSSES.split())
ACTIVITIES = tuple(_ACTIVITIES.split())
COMPUTED = tuple(_COMPUTED.split())

PERIOD_MS = {"five_min": 300000, "day": 86400000, "week": 604800000, "month": 2678400000, "year": 31556926000}
"""WOM's named periods, in milliseconds: a month is 31 days, a year 31,556,926 s."""
