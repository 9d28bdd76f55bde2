"""Which pages there are, and each as HTML."""

from collections.abc import Callable
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.domain.metrics import MetricKind
from bot.domain.site import ClanSite
from bot.present.numbers import counted
from bot.present.site import overview, people, words
from bot.present.text import tidy

HERE: Final = Path(__file__).parent
ASSETS: Final = {
    "site.css": "text/css",
    "site.js": "text/javascript",
    "theme.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""The files beside the pages, by name, with what they are."""
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""The Content-Security-Policy of every page: nothing but the site's own files, and nothing inline."""


class Way(NamedTuple):
    """A link of the navigation."""

    path: str
    title: str


WAYS: Final = (
    Way("index.html", "Overview"),
    Way("leaderboards.html", "Leaderboards"),
    Way("roster.html", "Roster"),
    Way("skills.html", "Skills"),
    Way("bosses.html", "Bosses"),
    Way("activity.html", "Activity"),
    Way("records.html", "Records"),
    Way("about.html", "About"),
)


class Pages:
    """The pages of one clan. ``folder`` is whether they are for a folder, which sends no headers."""

    def __init__(self, site: ClanSite, *, folder: bool = False) -> None:
        self.site = site
        self._folder = folder
        self._members = {f"members/{one.member}.html": one for one in site.people}
        self._metrics = {f"metrics/{one.key}.html": one for one in (*site.skills, *site.bosses)}

    def paths(self) -> list[str]:
        """Every page's path."""
        return [*_WHOLE, *self._metrics, *self._members]

    def render(self, path: str) -> str | None:
        """A page; None where there is none of this path."""
        if path in _WHOLE:
            template, context = _WHOLE[path]
            return self._page(template, path, context(self.site))
        if path in self._members:
            person = self._members[path]
            context = people.member_page(self.site, person, self._places, "../")
            return self._page("member.html", path, context)
        if path in self._metrics:
            return self._page(
                "metric.html", path, overview.metric_page(self.site, self._metrics[path], "../")
            )
        return None

    @cached_property
    def _places(self) -> people.Places:
        return people.Places(self.site)

    def _page(self, template: str, path: str, context: dict[str, Any]) -> str:
        policy = POLICY if self._folder else None
        return frame(template, path, tidy(self.site.name), _age(self.site), context, policy=policy)


def frame(
    template: str,
    path: str,
    clan: str,
    age: "Age",
    context: dict[str, Any],
    *,
    policy: str | None = None,
    own_ways: tuple[Way, ...] = (),
) -> str:
    """A page with what all pages have around it. ``own_ways`` are links beside those of every page."""
    given = {
        "clan": clan,
        "root": "../" * path.count("/"),
        "here": path,
        "ways": (*WAYS, *own_ways),
        "policy": policy,
        "version": asset_version(),
        "age": age,
    }
    return environment().get_template(template).render(given | context)


def plain(title: str, says: str) -> str:
    """A page of a few words, for who finds none."""
    return environment().get_template("plain.html").render(title=title, says=says)


class Age(NamedTuple):
    """How old what a page says is."""

    made: str
    made_stamp: str
    city: str
    lines: tuple[str, ...]


def _age(site: ClanSite) -> Age:
    if site.checked_at is None or site.oldest_check is None:
        looked = "Wise Old Man has not looked at anybody yet."
    else:
        newest, oldest = (words.minute(at, site.zone) for at in (site.checked_at, site.oldest_check))
        looked = f"Wise Old Man's last look at a member: newest {newest}, oldest {oldest}."
    if site.collecting_since is None:
        heard = "No channel was listened to yet, so messages are unknown."
    else:
        heard = f"Messages collected since {words.minute(site.collecting_since, site.zone)}."
    made = words.minute(site.made_at, site.zone)
    return Age(made, words.stamp(site.made_at), words.city(site.zone), (looked, heard))


def _about(site: ClanSite) -> dict[str, Any]:
    start, end = (words.minute(at, site.zone) for at in (site.period.start, site.period.end))
    return {
        "title": "About",
        "zone": site.zone.key,
        "group": site.group,
        "members": counted(len(site.people), "member"),
        "period": f"{start} to {end}",
        "weights": ", ".join(
            f"{people.label(one)} {site.answers.weights.get(one.key, 0)}" for one in people.MEASURES
        ),
    }


def _roster(site: ClanSite) -> dict[str, Any]:
    return {"title": "Roster", "table": people.roster(site, "")}


_WHOLE: Final[dict[str, tuple[str, Callable[[ClanSite], dict[str, Any]]]]] = {
    "index.html": ("overview.html", overview.overview),
    "leaderboards.html": ("leaderboards.html", overview.leaderboards),
    "roster.html": ("roster.html", _roster),
    "skills.html": ("metrics.html", lambda site: overview.metrics(site, MetricKind.SKILL)),
    "bosses.html": ("metrics.html", lambda site: overview.metrics(site, MetricKind.BOSS)),
    "activity.html": ("activity.html", overview.activity),
    "records.html": ("records.html", overview.records),
    "about.html": ("about.html", _about),
}


@cache
def environment() -> Environment:
    """Escapes everything, and fails where a template asks for what is not there."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def asset(name: str) -> bytes:
    """A file beside the pages.

    Raises:
        KeyError: there is none of this name.
    """
    if name not in ASSETS:
        raise KeyError(name)
    return (HERE / "assets" / name).read_bytes()


@cache
def asset_version() -> str:
    """Changes when a file beside the pages does, so that browsers may keep them."""
    return sha256(b"".join(asset(name) for name in ASSETS)).hexdigest()[:10]
