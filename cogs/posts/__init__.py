"""What is posted by itself: summaries of a week and a month, the events feed, live boards."""

from cogs.posts.boards import BoardRefresh, BoardsCog
from cogs.posts.cog import PostsCog
from cogs.posts.feed import FeedCog
from cogs.posts.items import SummaryButton

ITEMS = (SummaryButton, BoardRefresh)

__all__ = ["ITEMS", "BoardsCog", "FeedCog", "PostsCog"]
