"""What is posted by itself: summaries of a week and a month."""

from cogs.posts.cog import PostsCog
from cogs.posts.items import SummaryButton

ITEMS = (SummaryButton,)

__all__ = ["ITEMS", "PostsCog"]
