"""Importing the database of the system before ClanStats, in batches that can be cut off anywhere."""
