"""The identifiers that every layer passes around, kept apart by type."""

from typing import NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
UserId = NewType("UserId", int)

GroupId = NewType("GroupId", int)
"""A group at Wise Old Man."""
PlayerId = NewType("PlayerId", int)
"""A player's profile at Wise Old Man. One account may move between profiles."""

ClanId = NewType("ClanId", int)
"""One WOM group linked to one server. All facts are kept per clan."""
MemberId = NewType("MemberId", int)
"""One game account in one clan; unique within the clan and never used again."""
SourceId = NewType("SourceId", int)
"""What was observed (a Discord user under a nickname, a relayed name, a WOM profile); unique in its clan."""
MetricId = NewType("MetricId", int)
"""A row of the ``metrics`` table."""
NameKey = NewType("NameKey", str)
"""A RuneScape name folded as WOM does; see :func:`bot.domain.names.name_key`."""
