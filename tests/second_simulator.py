"""dpytest, imported in spite of its old escape sequences, which our warnings filter makes errors."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord.ext.test as dpytest

__all__ = ["dpytest"]
