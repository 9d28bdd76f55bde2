"""How an error is put into words: by its class, with what somebody typed quoted and made safe."""

from functools import singledispatch

from bot.domain.errors import UserError
from bot.present.text import cut_units, escape

_TYPED = 60


@singledispatch
def explain(error: UserError) -> str:
    """The private answer to an error: its cause, then what to do. Safe to send as it is.

    Every class of :mod:`bot.domain.errors` has words of its own; a test walks them.
    """
    return f"That did not work ({type(error).__name__}). Try `/help` for what I can do here."


def typed(text: str) -> str:
    """What somebody typed, quoted, short and without effect."""
    return f"“{escape(cut_units(text, _TYPED))}”"


def nearest(names: tuple[str, ...], otherwise: str) -> str:
    """A question after who was meant; where nobody is near, something else."""
    return f"Did you mean {any_of(names)}?" if names else otherwise


def any_of(names: tuple[str, ...]) -> str:
    """Up to ten names, the last after an *or*."""
    shown = [f"**{escape(name)}**" for name in names[:10]]
    return " or ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
