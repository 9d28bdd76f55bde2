"""Names for the made-up clan: what the game would accept, and the spellings that trip programs."""

import random
import re

# Kept as they are, and always in the clan: a missing separator is another account,
# hyphens and underscores need escaping in Discord, twelve letters fill the width.
TELLING = (
    "Jo hn",
    "John",
    "l-loi",
    "lloi",
    "Iron_Maid_En",
    "WWWWWWWWWWWW",
    "iiiiiiiiiiii",
    "Ann B",
    "Cy",
    "Dee",
    "x_X_Kelda_X",
    "Ore-Or-Bust",
    "OOGA booga",
    "99 Regrets",
    "B A N K E R",
    "Zezi_ma-fan",
)

_FIRST = (
    "Iron Bone Ash Moss Dusk Rune Grim Pale Fen Oak Salt Wolf Lava Mith Gold Tin Coal Void Frost Ember "
    "Swamp Tide Crow Elder Lucky Tiny Old Sir Lady Lost Mad Shy Big Red Blu Zam Sara Guth Zar Kar Fal"
)
_LAST = (
    "smith forge anvil hammer pick axe bow rune rat hen cow imp elf orc ent cape helm ring orb ward gate "
    "moor fell dale wick ton born bane song fury mule main btw scape tick log ore bar gem lad lass fish"
)
_JOINS = ("", " ", " ", "_", "-", "")
_VALID = re.compile(r"[A-Za-z0-9 _-]{1,12}")


def fold(name: str) -> str:
    """The name as the game compares it: separators are one space each, case is ignored."""
    return re.sub(r"[-_\s]", " ", name).strip().casefold()


class NameMaker:
    """Hands out names; each only once, by :func:`fold`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._used = {fold(name) for name in TELLING}

    def make(self) -> str:
        """A name that nobody had before."""
        while True:
            name = self._attempt()
            if _VALID.fullmatch(name) and name.strip() == name and fold(name) not in self._used:
                self._used.add(fold(name))
                return name

    def _attempt(self) -> str:
        rng = self._rng
        name = rng.choice(_FIRST.split()) + rng.choice(_JOINS) + rng.choice(_LAST.split())
        if rng.random() < 0.4:
            name = name.title() if rng.random() < 0.5 else name.lower()
        if rng.random() < 0.35:
            name += rng.choice(("", " ", "_")) + str(rng.choice((1, 2, 7, 13, 42, 69, 99, 420, 2007)))
        return name
