"""A simulated Wise Old Man for the demo and the bot's own tests.

It shares nothing with the bot, so that what the bot shows can be checked against it.
"""

from demo.wom.simulated import SimulatedWom

__all__ = ["SimulatedWom"]
