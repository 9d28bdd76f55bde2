"""Who may be about to leave: which list, by what, and who is on none."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from bot.domain.at_risk import (
    Hit,
    Judged,
    Known,
    LeftOut,
    Listed,
    Mute,
    Risk,
    RiskReport,
    Sign,
    hits_of,
    judge,
)
from bot.domain.coverage import Heard
from bot.domain.ids import ClanId, MemberId, UserId
from bot.domain.inactivity import AccountFacts, Person
from bot.domain.metrics import ALL_METRICS
from bot.domain.rules.files import read_rules
from bot.domain.rules.judging import Finding, Outcome
from bot.domain.simulation.series import Counts
from bot.domain.usual import Listened, Talk
from tests.domain.test_usual import ALWAYS, LISTENED, NOW, ago, daily, talk

USER = UserId(5)


def account(number: int = 1, joined: float | None = 365, **facts: object) -> AccountFacts:
    joined_at = None if joined is None else ago(joined)
    return replace(AccountFacts(MemberId(number), f"Member {number}", "onyx", joined_at), **facts)  # type: ignore[arg-type] -- named fields of any type


def known(
    usual: int = 700,
    lately: int = 700,
    *,
    chat: tuple[int, int] = (5, 5),
    joined: float | None = 365,
    **facts: object,
) -> Known:
    is_officer = bool(facts.pop("is_officer", False))
    person = replace(Person((account(joined=joined),), USER), **facts)  # type: ignore[arg-type] -- named fields of any type
    days = 80 if joined is None else min(80, int(joined))
    readings = tuple(daily(usual, lately, days=days) for _ in person.accounts)
    words = talk(*chat, days=days)
    return Known(person, readings, words if person.user else words._replace(discord=None), is_officer)


def judged(one: Known, listened: Listened = LISTENED) -> Judged:
    return judge(one, listened, NOW)


def found(one: Known, listened: Listened = LISTENED) -> tuple[Risk | None, tuple[Sign, ...]]:
    it = judged(one, listened)
    return it.risk, it.signs


def test_game_and_chat_are_judged_apart() -> None:
    assert found(known()) == (None, ())
    assert found(known(lately=100)) == (Risk.FADING, (Sign.XP_FELL,))
    assert found(known(chat=(5, 0))) == (Risk.FADING, (Sign.CHAT_FELL,))
    assert found(known(lately=0, chat=(5, 1))) == (Risk.FADING, (Sign.XP_FELL, Sign.CHAT_FELL))
    assert found(known(lately=100, joined=None)) == (Risk.FADING, (Sign.XP_FELL,))


def test_who_is_not_linked_or_whose_name_is_in_dispute_is_not_judged_by_chat() -> None:
    assert found(known(chat=(5, 0), user=None)) == (None, ())
    disputed = known(chat=(5, 0), accounts=(account(disputed=True),))
    assert found(disputed) == (None, ())
    assert found(known(chat=(0, 0), joined=30, accounts=(account(joined=30, disputed=True),))) == (None, ())


def test_who_is_away_was_lately_or_is_safe_is_on_no_list() -> None:
    out = {
        LeftOut.AWAY: known(lately=0, absent_until=NOW + timedelta(days=1)),
        LeftOut.WAS_AWAY: known(lately=0, excused_until=ago(13)),
        LeftOut.SAFE: known(lately=0, safe="rank"),
        LeftOut.UNKNOWN: known(lately=0, roles_unknown=True),
    }
    for why, one in out.items():
        it = judged(one)
        assert (it.left_out, it.risk) == (why, None)
        assert Listed(it, (HIT,)).is_in(Risk.WATCH) is False
    assert found(known(lately=0, absent_until=NOW, excused_until=ago(14)))[0] is Risk.FADING


def test_officers_are_quiet_when_fading_or_not_seen_at_all() -> None:
    assert found(known(lately=100, is_officer=True)) == (Risk.OFFICER, (Sign.XP_FELL,))
    assert found(known(is_officer=True)) == (None, ())
    assert found(known(0, 0, chat=(0, 0), is_officer=True)) == (Risk.OFFICER, (Sign.SILENT,))
    assert found(known(0, 0, chat=(0, 0), is_officer=True, user=None)) == (None, ()), "Discord is not known"
    unheard = Listened(Heard(None, ()), NOW)
    assert found(known(0, 0, chat=(0, 0), is_officer=True), unheard) == (None, ())


def test_newcomers_are_quiet_without_a_word_or_with_less_after_the_first_week() -> None:
    assert found(known(chat=(0, 0), joined=10)) == (Risk.NEWCOMER, (Sign.NO_CHAT,))
    assert found(known(chat=(0, 0), joined=6.9)) == (None, ())
    assert found(known(chat=(0, 0), joined=46)) == (None, ())
    assert found(known(chat=(0, 0), joined=10, user=None)) == (None, ())
    unheard = Listened(Heard(tuple(one._replace(start=ago(9)) for one in ALWAYS), ALWAYS), NOW)
    assert found(known(chat=(0, 0), joined=10), unheard) == (None, ())
    assert found(known(chat=(5, 0), joined=30)) == (Risk.NEWCOMER, (Sign.CHAT_FELL,))
    assert found(known(lately=0, joined=30)) == (Risk.NEWCOMER, (Sign.XP_FELL,))
    heard_in_game = known(joined=30, user=None)
    words = Talk(talk(5, 0, days=30).discord or Counts({}), None)
    assert found(replace(heard_in_game, talk=words)) == (Risk.NEWCOMER, (Sign.CHAT_FELL,))


def rule() -> Hit:
    text = "watch: [{name: b, says: hello, when: {field: linked}}]"
    (watch,) = read_rules(text, ALL_METRICS).watch
    return Hit(MemberId(1), watch.name, watch.says, Finding(Outcome.PASS, watch.when))


HIT = rule()


def test_who_is_muted_is_on_no_other_list() -> None:
    fading = judged(known(lately=0))
    assert [risk for risk in Risk if Listed(fading, (HIT,)).is_in(risk)] == [Risk.FADING, Risk.WATCH]
    muted = Listed(fading, (HIT,), Mute(USER, NOW))
    assert [risk for risk in Risk if muted.is_in(risk)] == [Risk.MUTED]
    assert Mute(USER, NOW).lasts(NOW)
    assert Mute(USER, NOW, NOW + timedelta(days=1)).lasts(NOW)
    assert not Mute(USER, NOW, NOW).lasts(NOW)


def named(name: str, number: int, one: Known) -> Judged:
    accounts = tuple(replace(it, name=name, member=MemberId(number)) for it in one.person.accounts)
    return judged(replace(one, person=replace(one.person, accounts=accounts)))


def test_who_fell_the_furthest_comes_first() -> None:
    people = (
        named("Little", 1, known(lately=200)),
        named("Both", 2, known(lately=200, chat=(5, 1))),
        named("Much", 3, known(lately=1)),
        named("Also much", 4, known(lately=1)),
        named("New", 5, known(lately=0, joined=30)),
        named("Newer", 6, known(chat=(0, 0), joined=20, lately=0)),
        named("Silent", 7, known(0, 0, chat=(0, 0), is_officer=True)),
        named("Quiet", 8, known(lately=1, is_officer=True)),
        named("Fine", 9, known()),
        named("Unknown", 10, known(user=None, accounts=(account(),))),
    )
    report = RiskReport(ClanId(1), NOW, tuple(map(Listed, people)))

    def names(of: RiskReport, risk: Risk) -> list[str]:
        return [one.judged.person.lead.name for one in of.of(risk)]

    assert names(report, Risk.FADING) == ["Both", "Also much", "Much", "Little"]
    assert names(report, Risk.NEWCOMER) == ["Newer", "New"]
    assert names(report, Risk.OFFICER) == ["Silent", "Quiet"]
    assert report.measured == (10, 9)
    watched = (Listed(people[8], (replace(HIT, rule="z"),)), Listed(people[7], (HIT,)))
    assert names(RiskReport(ClanId(1), NOW, watched), Risk.WATCH) == ["Quiet", "Fine"]
    assert report.by_member(MemberId(9)) == Listed(people[8])
    assert report.by_member(MemberId(99)) is None
    assert hits_of(people[8].person, {MemberId(9): [HIT]}) == (HIT,)
    assert hits_of(people[7].person, {MemberId(9): [HIT]}) == ()


def test_the_share_that_orders_them_is_a_share() -> None:
    assert Fraction(judged(known(lately=350)).xp.share) == Fraction(1, 2)
