"""The checker: what the bot should have answered, worked out from the script of events alone.

Nothing here imports the bot, its cogs or its database, so that a fault of theirs cannot
hide in the check. Where a rule is the same, it is written a second time.
"""
