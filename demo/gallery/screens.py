"""Every screen that there is a picture of, in the order of the gallery."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Screen:
    """One screen. ``name`` is that of its files, ``of`` the whole name of the command it belongs to.

    Each is taken at a phone's width; with ``desktop`` at a desktop's too.
    """

    name: str
    of: str
    caption: str
    desktop: bool = False

    @property
    def files(self) -> tuple[str, ...]:
        """Its pictures: the phone's, then the desktop's."""
        return (f"{self.name}.png", *([f"{self.name}-desktop.png"] if self.desktop else []))


@dataclass(frozen=True)
class Section:
    """Screens under one heading."""

    title: str
    screens: tuple[Screen, ...]


STATS: Final = Section(
    "/stats",
    (
        Screen("stats-own", "stats", "Your own card, in the bot's channel", desktop=True),
        Screen("stats-another", "stats", "Somebody else's, by a former name, where only you see it"),
        Screen("stats-30d", "stats", "The last 30 days, by a press on **30d**"),
        Screen("stats-year", "stats", "A year, drawn by the week, with the day since which messages count"),
        Screen("stats-this-week", "stats", "A calendar week, which names its rule"),
        Screen("stats-all", "stats", "All time: totals, and no chart"),
        Screen("stats-as-of", "stats", "As it stood on a day in the past"),
        Screen("stats-partial", "stats", "≈: first measured after the month began"),
        Screen("stats-unknown", "stats", "One reading in the period: gains are unknown, not zero"),
        Screen("stats-never-read", "stats", "Wise Old Man never looked at the account"),
        Screen("stats-unlinked", "stats", "Nobody linked the account: what was said in Discord is unknown"),
        Screen("stats-pending", "stats", "Missing from the roster for an hour: not yet believed gone"),
        Screen("stats-left", "stats", "A member who left"),
        Screen("clan-stats", "Clan stats", "*Clan stats* in the apps menu of a user, for you alone"),
    ),
)
LEADERBOARD: Final = Section(
    "/leaderboard",
    (
        Screen("board-xp", "leaderboard", "XP, last 7 days: the first page", desktop=True),
        Screen("board-middle", "leaderboard", "A page in the middle"),
        Screen("board-last", "leaderboard", "The last page; who has no number is counted, not named"),
        Screen("board-my-place", "leaderboard", "**My place**, private, on its own page"),
        Screen("board-messages", "leaderboard", "Messages this month"),
        Screen("board-boss", "leaderboard", "Kills of a boss"),
        Screen("board-partial", "leaderboard", "≈: measured for less than the period, hence no medal"),
        Screen("board-ties", "leaderboard", "Ties share a place and its medal"),
        Screen("board-all-time", "leaderboard", "All time: totals"),
        Screen("board-calendar", "leaderboard", "A range of days"),
        Screen("board-empty", "leaderboard", "A board that nobody is on"),
        Screen("board-metrics", "leaderboard", "Choosing another metric"),
        Screen("board-periods", "leaderboard", "Choosing another period"),
        Screen("board-private", "leaderboard", "Outside of the bot's channels: private, with **Post here**"),
    ),
)
COMPARE: Final = Section(
    "/compare",
    (
        Screen("compare-two", "compare", "Two members", desktop=True),
        Screen("compare-five", "compare", "Five members, no wider than a phone"),
    ),
)
LINK: Final = Section(
    "/link and /help",
    (
        Screen("link-none", "link", "Nothing linked yet"),
        Screen("link-one", "link", "One account, claimed"),
        Screen("link-two", "link", "Two accounts, and which of them counts messages"),
        Screen("help-new", "help", "Help for somebody who has linked nothing"),
        Screen("help-member", "help", "Help for a member"),
        Screen("help-officer", "help", "Help for an officer", desktop=True),
        Screen("help-not-set-up", "help", "Help before the server is set up"),
        Screen("commands", "help", "What Discord lists when somebody types /"),
    ),
)
SETUP: Final = Section(
    "/setup",
    (
        Screen("setup-fresh", "setup", "A server without a clan", desktop=True),
        Screen("setup-search", "setup", "**Find my clan** asks for its name or number"),
        Screen("setup-several", "setup", "Several clans have such a name"),
        Screen("setup-confirm", "setup", "One clan, to be confirmed"),
        Screen("setup-incomplete", "setup", "It works at once, and says what would be better", desktop=True),
        Screen("setup-complete", "setup", "A server where everything is done", desktop=True),
        Screen("setup-menu", "setup", "Everything that can be changed"),
        Screen("setup-officers", "setup", "Officers' roles"),
        Screen("setup-bot-channels", "setup", "Where answers are public"),
        Screen("setup-counting", "setup", "Which channels count"),
        Screen("setup-relay", "setup", "The relay of the in-game chat"),
        Screen("setup-relay-silent", "setup", "A channel without a relay"),
        Screen("setup-ranks", "setup", "Ranks and the roles of their names"),
        Screen("setup-code", "setup", "The group's code"),
        Screen("setup-zone", "setup", "The clan's time zone"),
        Screen("setup-second", "setup", "A second clan beside the first"),
        Screen("setup-two-clans", "setup", "Two clans on one server"),
        Screen("setup-unlink", "setup", "Before a clan is unlinked"),
        Screen("setup-wom-down", "setup", "Wise Old Man does not answer: nothing is lost, and it is said"),
    ),
)
MEMBER: Final = Section(
    "/member, for officers",
    (
        Screen("member-whois", "member whois", "Everything about one account", desktop=True),
        Screen("member-whois-when", "member whois", "Who held a name on a day"),
        Screen("who-is-this", "Who is this?", "*Who is this?* in the apps menu of a user"),
        Screen("member-note", "member note", "A note for colleagues"),
        Screen("member-joined", "member joined", "A corrected date of joining"),
        Screen("member-merge", "member identity merge", "Two members are one: what it would change"),
        Screen("member-merged", "member identity merge", "Decided, and it can be undone"),
        Screen("member-split", "member identity split", "An earlier time was somebody else's"),
        Screen("member-alias", "member identity alias", "Who held a name, and when"),
        Screen("member-undo", "member identity undo", "A decision is taken back"),
        Screen("member-history", "member identity history", "Every decision, and by whom"),
        Screen("member-review", "member identity review", "Two members claim one name", desktop=True),
        Screen("member-review-none", "member identity review", "No name is disputed"),
    ),
)
DESK: Final = Section(
    "The officers' channel",
    (
        Screen("roster", "officer roster", "Everybody by rank, with when they were seen", desktop=True),
        Screen("roster-left", "officer roster", "Who left"),
        Screen("roster-stale", "officer roster", "Whom Wise Old Man has not looked at"),
        Screen("today", "officer today", "Everything that waits for an officer, and where to go"),
        Screen("worklist", "officer worklist", "What is to be done in the game, to copy and tick off"),
        Screen("worklist-except", "officer worklist", "**Except…** asks who is not done yet"),
        Screen("worklist-ticked", "officer worklist", "What is left, and who ticked off what last"),
        Screen("links-review", "member accounts", "Claims to review"),
        Screen("links-suggested", "member accounts", "Suggested by nicknames"),
        Screen("links-unseen", "member accounts", "In the game and not in Discord"),
        Screen("links-user", "member link", "One user's accounts"),
        Screen("link-account", "Link account", "*Link account* in the apps menu of a user"),
        Screen("links-panel", "member panel", "The button for everybody is posted"),
        Screen("told-disputed", "member identity review", "Told without asking: a name in dispute"),
        Screen("told-back", "officer roster", "Told without asking: somebody is back"),
        Screen("told-mass-leave", "officer roster", "Told without asking: half the roster is missing"),
        Screen("past-ask", "setup", "History from before the bot: how far back"),
        Screen("past-progress", "setup", "It is read in the background, and can be cancelled"),
        Screen("how-read", "How was this read?", "*How was this read?* in the apps menu of a message"),
        Screen("speaker", "Stats of speaker", "*Stats of speaker* in the apps menu of a message"),
    ),
)
QUIET: Final = Section(
    "Who is quiet, and who is away",
    (
        Screen("inactive", "inactive", "Who is quiet, with what each clock tells", desktop=True),
        Screen("inactive-unknown", "inactive", "Of whom nothing can be said, and why"),
        Screen("inactive-excepted", "inactive", "Who is away, new or safe"),
        Screen("inactive-rules", "inactive", "The limits, the grace and the safe list"),
        Screen("away", "away", "Away, for yourself alone"),
        Screen("member-away", "member away", "Away, noted by an officer"),
    ),
)
PROOF: Final = Section(
    "/proof",
    (
        Screen("proof-unverified", "proof", "A claimed account proves nothing yet, and what to do"),
        Screen("proof-submitted", "proof", "Submitted: officers will look at it"),
        Screen("proof-notice", "proof", "What officers see in their channel"),
        Screen("proof-approved", "proof", "After **Approve**; the buttons stay, and the first press counts"),
        Screen("member-proof", "member proof", "Everything about one member"),
        Screen("member-proof-queue", "member proof", "What waits for officers"),
        Screen("member-proof-kinds", "member proof", "What can be proved, and how that is changed"),
    ),
)
REFUSALS: Final = Section(
    "When something cannot be done",
    (
        Screen("refused-player", "stats", "A misspelt player: the nearest names"),
        Screen("refused-period", "leaderboard", "A period that nobody can read"),
        Screen("refused-metric", "leaderboard", "A metric that does not exist"),
        Screen("refused-unlinked", "stats", "Asked for one's own card, with nothing linked"),
        Screen("refused-other-unlinked", "Clan stats", "Asked for the card of a user who linked nothing"),
        Screen("refused-not-set-up", "stats", "On a server that is not set up"),
        Screen("refused-permission", "setup", "By somebody without Manage Server"),
        Screen("refused-officer", "member whois", "By somebody who is no officer"),
        Screen("refused-wom", "stats", "**Update now** while Wise Old Man does not answer"),
        Screen("refused-cooldown", "stats", "**Update now** twice within a minute"),
        Screen("refused-zone", "setup", "A time zone that does not exist"),
    ),
)
EXTREMES: Final = Section(
    "The widest names and the largest numbers",
    (
        Screen("widest-stats", "stats", "200M in every skill, gained in an hour", desktop=True),
        Screen("widest-board", "leaderboard", "A board with three-digit places", desktop=True),
        Screen("widest-board-gained", "leaderboard", "Gains of an hour within the last 7 days"),
        Screen("widest-compare", "compare", "Five of them side by side"),
        Screen("widest-link", "link", "Two of them linked"),
        Screen("widest-setup", "setup", "The clan of the widest name"),
    ),
)

RANKS: Final = Section(
    "/nextrank and /rules",
    (
        Screen("nextrank-none", "nextrank", "A clan without rank rules"),
        Screen("nextrank", "nextrank", "What you have of the next two ranks, and what you lack"),
        Screen("rules-edit", "rules edit", "The rules, for officers", desktop=True),
        Screen("rules-rank", "rules edit", "One rank, and what can be changed of it"),
        Screen("rules-requirement", "rules edit", "**Add requirement**"),
        Screen("rules-roles", "rules edit", "**Role and order**"),
        Screen("rules-limits", "rules edit", "**Limits**"),
        Screen("rules-text", "rules edit", "**As text**: everything can be said so"),
        Screen("rules-preview", "rules edit", "What a draft changes, before it counts", desktop=True),
        Screen("rules-versions", "rules edit", "Everything that was ever saved"),
        Screen("rules-export", "rules export", "The rules as a file"),
        Screen("rules-import", "rules import", "A file is read: what it would change"),
        Screen("rules-unreadable", "rules import", "A file with faults, by line"),
        Screen("rules-simulate", "rules simulate", "The rules over 90 days", desktop=True),
    ),
)
PROMOTIONS: Final = Section(
    "/promotions, and ranks that disagree",
    (
        Screen("promotions", "promotions", "Who has earned which rank", desktop=True),
        Screen("promotions-why", "promotions", "**Why?** of one of them"),
        Screen("promotions-held", "promotions", "Held for a week"),
        Screen("promotions-preview", "promotions", "What four promotions would do, before they are made"),
        Screen("promotions-done", "promotions", "Approved: how far each is"),
        Screen("promotions-unknown", "promotions", "Of whom it is unknown, and why"),
        Screen("drift", "officer drift", "Ranks that disagree, with where each was seen", desktop=True),
        Screen("history", "officer history", "Who did what, with a way to undo it", desktop=True),
    ),
)
RISK: Final = Section(
    "/officer atrisk",
    (
        Screen("atrisk", "officer atrisk", "Who does much less than they usually do", desktop=True),
        Screen("atrisk-newcomers", "officer atrisk", "Quiet newcomers"),
        Screen("atrisk-officers", "officer atrisk", "Quiet officers"),
        Screen("atrisk-watch", "officer atrisk", "What the clan's own rules watch for"),
        Screen("atrisk-one", "officer atrisk", "One of them, week by week"),
    ),
)
REPORTS: Final = Section(
    "Charts, reports, and what is posted by itself",
    (
        Screen("chart-skills", "stats", "**Skills** of a card"),
        Screen("chart-bosses", "stats", "**Bosses** of a card"),
        Screen("chart-board", "leaderboard", "**Chart** of a board"),
        Screen("chart-compare", "compare", "**Chart** of a comparison"),
        Screen("report", "report", "The clan as a workbook, for officers"),
        Screen("report-trend", "report", "The clan by week: what its members gained and wrote"),
        Screen("report-hours", "report", "When the clan talks, in its time zone"),
        Screen("report-quadrants", "report", "Messages against XP"),
        Screen("report-tenure", "report", "Members by tenure"),
        Screen("posts", "setup", "What can be posted by itself"),
        Screen("posts-weekly", "setup", "The weekly summary: when, where and what"),
        Screen("posts-try", "setup", "**Try it**: the week's post, for your eyes only", desktop=True),
        Screen("posts-events", "setup", "Events, each kind in a channel of its own"),
        Screen("posts-boards", "setup", "Live boards"),
    ),
)
PAGES: Final = Section(
    "/officer dashboard, and the clan's pages",
    (
        Screen("dashboard-off", "officer dashboard", "Off: what everybody would see"),
        Screen("dashboard", "officer dashboard", "On: where the pages are, and officers' own"),
        Screen("pages-overview", "officer dashboard", "The first page, in a browser", desktop=True),
        Screen("pages-roster", "officer dashboard", "The roster, which sorts by any column", desktop=True),
        Screen("pages-member", "officer dashboard", "A member's page"),
        Screen("pages-activity", "officer dashboard", "When the clan talks and plays"),
    ),
)
CLAN: Final = Section(
    "/records, /competition",
    (
        Screen("records", "records", "The best days, weeks and months, with holder and date"),
        Screen("records-habits", "records", "Who writes, raids and never misses a day this month"),
        Screen("board-score", "leaderboard", "The clan's score, by its own weights"),
        Screen("competition", "competition", "The running competition at Wise Old Man"),
    ),
)
UNPICTURED: Final = frozenset({"member exempt"})
"""Commands that have no picture yet. What gets one leaves this list."""
SECTIONS: Final = (
    STATS,
    LEADERBOARD,
    CLAN,
    COMPARE,
    LINK,
    SETUP,
    MEMBER,
    DESK,
    RANKS,
    PROMOTIONS,
    PROOF,
    QUIET,
    RISK,
    REPORTS,
    PAGES,
    REFUSALS,
    EXTREMES,
)
SCREENS: Final = tuple(screen for section in SECTIONS for screen in section.screens)
