"""A clan's report as a workbook for Excel and its like. Drawn in the render process."""

from collections.abc import Collection
from io import BytesIO
from typing import Any, Final

from bot.domain.periods import label_of
from bot.domain.reports import ClanReport, ReportKind
from bot.present.text import tidy
from bot.present.workbook.look import PALETTES, Look, add_styles
from bot.present.workbook.sheet import add_sheet
from bot.present.workbook.sheets import tables


def workbook(report: ClanReport, kinds: Collection[ReportKind], look: Look) -> bytes:
    """The sheets of these kinds and what they mean; of :attr:`ReportKind.ALL` all, and an overview first.

    The clan's time zone is that of every time, since a workbook knows none.
    """
    from openpyxl import Workbook

    from bot.present.workbook.about import about
    from bot.present.workbook.overview import overview

    book: Any = Workbook()
    book.remove(book.active)
    palette = PALETTES[look]
    add_styles(book, palette)
    heading = f"{tidy(report.clan_name)} · {label_of(report.period.code)}"
    book.properties.title, book.properties.creator = heading, "ClanStats"
    book.properties.created = book.properties.modified = report.made_at.replace(tzinfo=None)
    if ReportKind.ALL in kinds:
        overview(book, report, palette, heading)
    for table in tables(report, kinds):
        add_sheet(book, table, palette, heading)
    about(book, report, palette, heading)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


__all__: Final = ("Look", "workbook")
