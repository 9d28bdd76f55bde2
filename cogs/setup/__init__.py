"""``/setup``: linking a server to its clan, and everything that officers choose."""

from cogs.setup.cog import SetupCog

__all__ = ["SetupCog"]
