"""The look of embeds and charts, in one place.

The chart's colours are Okabe and Ito's, which stay apart for colour-blind eyes; each has
a contrast of more than 5:1 against the canvas.
"""

from typing import Final

ACCENT: Final = 0x3B82C4
"""The stripe of ordinary answers."""
ATTENTION: Final = 0xE69F00
"""The stripe where something waits to be done."""

CANVAS: Final = "#2b2d31"
"""Discord's dark embed. The picture carries it, so that it reads the same on the light theme."""
INK: Final = "#f2f3f5"
FAINT_INK: Final = "#b5bac1"
GRID: Final = "#44474d"
XP_COLOUR: Final = "#56b4e9"
MESSAGES_COLOUR: Final = "#e69f00"
SERIES: Final = ("#56b4e9", "#e69f00", "#3fbf97", "#f0e442", "#e08fbf")
"""Apart for colour-blind eyes, for up to five members side by side; the green and the pink are lighter
than Okabe and Ito's, for the contrast."""
GAP_COLOUR: Final = "#3a3c42"

MEDALS: Final = {1: "🥇", 2: "🥈", 3: "🥉"}
SEPARATOR: Final = " · "
