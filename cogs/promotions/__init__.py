"""``/promotions``: who earned which rank, and what officers make of it."""

from cogs.promotions.batches import BATCH_ITEMS
from cogs.promotions.cog import PromotionsCog
from cogs.promotions.items import LIST_ITEMS

ITEMS = (*LIST_ITEMS, *BATCH_ITEMS)
"""The buttons and lists, which outlive a restart."""

__all__ = ["ITEMS", "PromotionsCog"]
