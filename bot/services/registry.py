"""The one place where the services are put together."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from bot.domain.clans import GuildSettings
from bot.services.absences import Absences
from bot.services.at_risk import AtRisk
from bot.services.boards import Boards
from bot.services.change_sets import ChangeSets
from bot.services.clan_charts import ClanCharts
from bot.services.clan_roster import ClanRoster
from bot.services.clan_site import ClanSites
from bot.services.clans import Clans
from bot.services.clock import Clock
from bot.services.comparisons import Comparisons
from bot.services.competitions import Competitions
from bot.services.dashboards import Dashboards, Served
from bot.services.decisions import Decisions
from bot.services.dossiers import Dossiers
from bot.services.drift import Drifts
from bot.services.eligibility.drafts import Drafts
from bot.services.eligibility.exempting import Exempting
from bot.services.eligibility.next_rank import NextRanks
from bot.services.eligibility.service import Eligibility
from bot.services.eligibility.simulations import Simulations
from bot.services.feed import Feed
from bot.services.history import History
from bot.services.inactivity import Inactivity
from bot.services.ingest import Ingest
from bot.services.ladder import Ladder
from bot.services.leaderboards import Leaderboards
from bot.services.link_review import LinkReview
from bot.services.links import Links
from bot.services.lookup import Lookup
from bot.services.mass_leaves import MassLeaves
from bot.services.notices import Notices
from bot.services.officer_history import OfficerHistory
from bot.services.officers_site import OfficersSites
from bot.services.past import Past
from bot.services.polling import Polling
from bot.services.posts import Posts
from bot.services.promotions.badges import Badges
from bot.services.promotions.following import Following
from bot.services.promotions.service import Promotions
from bot.services.proofs import Proofs
from bot.services.questions import Questions
from bot.services.quiet_notices import QuietNotices
from bot.services.readings import Readings
from bot.services.refreshing import Refreshing
from bot.services.rendering import Renderer
from bot.services.reports import Reports
from bot.services.role_sync import RoleSync
from bot.services.sealing import Sealer
from bot.services.setting_up import SettingUp
from bot.services.site_pages import SitePages
from bot.services.statistics import Statistics
from bot.services.stats import Stats
from bot.services.summaries import Summaries
from bot.services.today import Today
from bot.services.unknown_forms import UnknownForms
from bot.services.upkeep import Upkeep
from bot.services.worklist import Worklist
from bot.settings import Settings
from bot.wom.client import WomClient
from bot.wom.pacing import Pacing
from db.session import Database


@dataclass(frozen=True)
class Services:
    """Every use case, with what they share. :meth:`open` them first; :meth:`close` gives all of it back."""

    settings: Settings
    clock: Clock
    database: Database
    wom: WomClient
    renderer: Renderer
    clans: Clans
    lookup: Lookup
    links: Links
    dossiers: Dossiers
    eligibility: Eligibility
    exempting: Exempting
    next_ranks: NextRanks
    drafts: Drafts
    simulations: Simulations
    promotions: Promotions
    following: Following
    badges: Badges
    decisions: Decisions
    link_review: LinkReview
    mass_leaves: MassLeaves
    change_sets: ChangeSets
    role_sync: RoleSync
    officer_history: OfficerHistory
    drifts: Drifts
    statistics: Statistics
    leaderboards: Leaderboards
    stats: Stats
    comparisons: Comparisons
    polling: Polling
    refreshing: Refreshing
    ingest: Ingest
    history: History
    notices: Notices
    roster: ClanRoster
    past: Past
    setting_up: SettingUp
    unknown_forms: UnknownForms
    readings: Readings
    absences: Absences
    inactivity: Inactivity
    at_risk: AtRisk
    ladder: Ladder
    quiet_notices: QuietNotices
    upkeep: Upkeep
    worklist: Worklist
    proofs: Proofs
    today: Today
    reports: Reports
    posts: Posts
    summaries: Summaries
    clan_charts: ClanCharts
    competitions: Competitions
    feed: Feed
    boards: Boards
    dashboards: Dashboards
    site_pages: SitePages
    officers_sites: OfficersSites
    questions: Questions

    @classmethod
    def build(cls, settings: Settings, clock: Clock, *, pacing: Pacing | None = None) -> Self:
        """Put them together; nothing is opened or started yet. Without ``pacing`` WOM's limits are kept."""
        database = Database(settings.database_url)
        key = settings.wom_api_key.get_secret_value() if settings.wom_api_key else None
        wom = WomClient(
            settings.wom_base_url,
            user_agent=settings.user_agent,
            api_key=key,
            pacing=pacing or Pacing.published(with_key=key is not None),
        )
        sealer = Sealer(settings.secret_key.get_secret_value() if settings.secret_key else None)
        statistics = Statistics(database)
        lookup = Lookup(database)
        polling = Polling(database, wom, statistics, clock)
        ingest = Ingest(database, clock)
        eligibility = Eligibility(database, statistics, clock)
        history = History(database, ingest, clock)
        leaderboards = Leaderboards(database, statistics)
        charts = ClanCharts(database, statistics, leaderboards, clock)
        competitions = Competitions(wom, leaderboards, clock)
        questions = Questions(database, statistics, leaderboards, clock)
        change_sets = ChangeSets(database, clock)
        role_sync, drifts = RoleSync(database, change_sets, clock), Drifts(database)
        worklist = Worklist(database, clock)
        roster, inactivity = ClanRoster(database), Inactivity(database, clock)
        promotions = Promotions(database, eligibility, change_sets, clock)
        following = Following(database, wom, sealer, clock)
        change_sets.followers.append(following.on_item)
        worklist.within.append(following.on_ticked)
        role_sync.expected = following.expected
        drifts.earned = eligibility.earned
        return cls(
            settings=settings,
            clock=clock,
            database=database,
            wom=wom,
            renderer=Renderer(),
            clans=Clans(database),
            lookup=lookup,
            links=Links(database, lookup, clock),
            dossiers=Dossiers(database, clock),
            eligibility=eligibility,
            exempting=Exempting(database, eligibility, clock),
            next_ranks=NextRanks(database, eligibility, statistics),
            drafts=Drafts(database, eligibility, clock),
            simulations=Simulations(database, statistics, clock),
            promotions=promotions,
            following=following,
            badges=Badges(database, change_sets, clock),
            decisions=Decisions(database, clock),
            link_review=LinkReview(database, lookup, clock),
            mass_leaves=MassLeaves(database, clock),
            change_sets=change_sets,
            officer_history=OfficerHistory(database),
            drifts=drifts,
            role_sync=role_sync,
            statistics=statistics,
            leaderboards=leaderboards,
            stats=Stats(database, statistics),
            comparisons=Comparisons(database, lookup, statistics),
            polling=polling,
            refreshing=Refreshing(database, wom, statistics, sealer, clock),
            ingest=ingest,
            history=history,
            notices=Notices(database, clock),
            roster=roster,
            past=Past(database, wom, statistics, clock),
            setting_up=SettingUp(
                database, wom, sealer, clock, partial(GuildSettings, backfill_days=settings.backfill_days)
            ),
            unknown_forms=UnknownForms(database, clock),
            readings=Readings(database, ingest, lookup),
            absences=Absences(database, clock),
            inactivity=inactivity,
            at_risk=AtRisk(database, statistics, eligibility, clock),
            ladder=Ladder(database, clock),
            quiet_notices=QuietNotices(database, clock),
            upkeep=Upkeep(database, clock),
            worklist=worklist,
            proofs=Proofs(database, clock),
            today=Today(database, clock),
            posts=Posts(database, clock),
            summaries=Summaries(database, statistics, leaderboards, questions),
            clan_charts=charts,
            competitions=competitions,
            feed=Feed(database, competitions, questions, clock),
            boards=Boards(database, leaderboards, charts, worklist, clock),
            dashboards=Dashboards(database, sealer, _served(settings), clock),
            site_pages=SitePages(
                ClanSites(database, statistics, leaderboards.derived, roster, questions, clock), clock
            ),
            officers_sites=OfficersSites(inactivity, promotions, clock),
            questions=questions,
            reports=Reports(database, statistics, roster, inactivity, promotions, clock),
        )

    async def open(self) -> None:
        """Make ready; to be called in the event loop that serves."""
        await self.wom.open()

    async def close(self) -> None:
        """Flush what is held, then close every connection and the render process."""
        await self.ingest.close()
        await self.renderer.close()
        await self.wom.close()
        await self.database.close()


def _served(settings: Settings) -> Served:
    return Served(settings.dashboard_address, timedelta(hours=settings.dashboard_link_hours))
