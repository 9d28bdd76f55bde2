"""The time, as it is handed to whatever needs it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Gives the present, UTC-aware. In the bot it is Discord's own helper, so that a simulation can set it."""
