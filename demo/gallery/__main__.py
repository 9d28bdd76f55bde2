"""``python -m demo.gallery DIR``."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

import click

NO_BROWSER = (
    "The pictures need a Chromium: install the package chromium (Debian, Ubuntu, Fedora: "
    "`apt install chromium`, `dnf install chromium`) or Google Chrome, and run this again. ({reason})"
)

ADDRESS = "https://foundry.example"
"""Where the made-up clan's pages are said to be: the same in every picture."""


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def main(directory: Path) -> None:
    """Picture every screen of the made-up clan into DIRECTORY, with a page that shows them."""
    from demo.gallery.camera import NoBrowserError, chromium

    try:
        chromium()
    except NoBrowserError as error:
        raise click.ClickException(NO_BROWSER.format(reason=error)) from error
    missing = asyncio.run(picture(directory))
    if missing:
        raise click.ClickException(f"no picture of {', '.join(missing)}")


async def picture(directory: Path) -> tuple[str, ...]:
    """Play the story and take every picture. Returns the screens without one."""
    from bot import logs
    from demo.gallery.album import Album
    from demo.gallery.camera import open_camera
    from demo.gallery.tour import Tour
    from demo.gallery.tour_clan import ClanTour
    from demo.gallery.tour_desk import DeskTour
    from demo.gallery.tour_extremes import ExtremesTour
    from demo.gallery.tour_identity import IdentityTour
    from demo.gallery.tour_officers import OfficersTour
    from demo.gallery.tour_pages import PagesTour
    from demo.gallery.tour_posts import PostsTour
    from demo.gallery.tour_promotions import PromotionsTour
    from demo.gallery.tour_quiet import QuietTour
    from demo.gallery.tour_ranks import RanksTour
    from demo.gallery.tour_risk import RiskTour
    from demo.once import END
    from demo.simulator import show_small_lines
    from demo.stage import open_stage
    from demo.stage_record import Recorder

    logs.configure("ERROR")
    show_small_lines()
    with tempfile.TemporaryDirectory(prefix="clanstats-gallery-") as answers:
        async with (
            open_stage(END, address=ADDRESS) as stage,
            open_camera(stage.env, stage.header.zone) as camera,
        ):
            await stage.play_until(END)
            # The simulator waits for what is due within its patience, and pictures take longer than that.
            stage.bot.services.renderer.idle_after = timedelta(days=1).total_seconds()
            album = Album(camera, directory)
            tour = Tour(Recorder(stage, Path(answers)), album)
            await tour.members()
            await ClanTour(tour).all()
            await IdentityTour(tour).all()
            desk = DeskTour(tour)
            await desk.all()
            await QuietTour(tour).all()
            await RanksTour(tour).all()
            await PromotionsTour(tour).all()
            await RiskTour(tour).all()
            await PostsTour(tour).all()
            await PagesTour(tour).all()
            await OfficersTour(tour).all()
            await desk.mass_leave()
            await ExtremesTour(tour).all()
    album.write_page()
    return album.missing


if __name__ == "__main__":
    main()
