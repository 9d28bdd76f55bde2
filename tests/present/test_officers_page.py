"""Officers' own pages: whose rank is to change, and where a name leads."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.domain.ids import MemberId
from bot.domain.reports import PromotionLine, Readiness
from bot.domain.site import OfficersSite
from bot.present.site.officers import officers_page

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_rank_is_called_the_same_now_and_by_the_rules_and_a_name_leads_to_its_page() -> None:
    line = PromotionLine(MemberId(7), Readiness.READY, "Jo hn", "dragon_stone", "sapphire", 3, 4, None, True)
    site = OfficersSite("Foundry", ZoneInfo("Europe/Amsterdam"), NOW, NOW, (), (line,))
    html = officers_page(site, "officers/promotions.html", NOW)
    assert html is not None
    cells = re.findall(r"<td[^>]*>(?:<bdi>)?([^<]*)", html)
    assert cells[1:3] == ["Dragon Stone", "Sapphire"]
    assert '<a href="../members/7.html"><bdi>Jo hn</bdi></a>' in html
