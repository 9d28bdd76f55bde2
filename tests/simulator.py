"""simcord for tests, corrected as the demo's is. Take ``run`` from here."""

from contextlib import AbstractContextManager

import simcord
from simcord.env import Env

from demo.simulator import correct

__all__ = ["as_bot", "correct", "run"]


def as_bot(env: Env) -> AbstractContextManager[None]:
    """What is started in this block is the bot's own work: settling waits for its end."""
    return vars(Env)["_bot_scope"](env)


correct()
run = simcord.run
