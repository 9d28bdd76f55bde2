"""What is posted by itself: summaries of a week and a month, and the events feed."""

from cogs.posts.cog import PostsCog
from cogs.posts.feed import FeedCog
from cogs.posts.items import SummaryButton

ITEMS = (SummaryButton,)

__all__ = ["ITEMS", "FeedCog", "PostsCog"]
