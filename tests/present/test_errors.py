import pytest

from bot.domain import desk_errors, errors, post_errors
from bot.domain.errors import UserError
from bot.domain.mass_leaves import LeaveVerdict
from bot.present.errors import explain, unexpected
from tests.present.makers import NOW

EXAMPLES: list[UserError] = [
    errors.NotSetUp(),
    errors.PlayerNotTracked("jo hm", ("Jo hn", "Jo an")),
    errors.PlayerNotTracked("zzz"),
    errors.NameAmbiguous("Zed", ("Ann", "Cy", "Dee")),
    errors.InvalidName("not a name at all"),
    errors.NotLinked("Bob"),
    *(errors.UnreadablePeriod("soon", reason) for reason in ("syntax", "future", "order", "too-long", "new")),
    errors.UnreadableTime("tomorrow"),
    errors.UnknownMetric("vork", ("Vorkath",)),
    errors.UnknownMetric("zz"),
    errors.UnknownTimeZone("Mars"),
    errors.TooManyPlayers(1),
    errors.TooManyPlayers(7),
    *(
        errors.NotPermitted(needed)
        for needed in ("officer", "manage_server", "owner", "asker", "colleague", "role", "new")
        for needed in ("officer", "manage_server", "owner", "asker", "colleague", "own_proof", "new")
    ),
    errors.GroupNotFound("123"),
    errors.GroupAlreadyLinked("Iron Foundry"),
    *(
        errors.WomUnavailable(reason, retry_at)
        for reason in ("down", "slow", "rate_limited", "blocked", "nonsense", "refused", "new")
        for retry_at in (None, NOW)
    ),
    *(
        errors.UpdateRefused("Jo hn", reason)
        for reason in (
            "cooldown",
            "not_on_hiscores",
            "hiscores_down",
            "flagged",
            "archived",
            "opted_out",
            "blocked",
            "new",
        )
    ),
    errors.UnreadableGroupCode(),
    errors.WrongGroupCode(),
    errors.SecretsUnavailable(),
    errors.AlreadyLinked("Jo hn"),
    errors.AccountTaken("Jo hn", 5),
    errors.SeveralForOne("Jo hn"),
    errors.ClaimRefused("Jo hn"),
    errors.TooManyNames(5),
    errors.TooManyCodes(3, 15),
    errors.LinkNotFound("Jo hn"),
    errors.MissingPermissions(("send_messages", "embed_links"), "<#1>"),
    errors.MissingPermissions(()),
    errors.Outdated(),
    desk_errors.UnreadableUntil("someday"),
    desk_errors.OutOfRange("lots", 3, 365),
    desk_errors.NotAway("you"),
    desk_errors.NotAway("Jo hn"),
    desk_errors.ListChanged(),
    desk_errors.NoticesUnderWay(5, NOW),
    desk_errors.AccountNotYours("Jo hn"),
    *(desk_errors.QuietDecided("Jo hn", how, 5, NOW) for how in ("remove", "seen", "")),
    desk_errors.NotQuiet("Jo hn"),
    desk_errors.RiskMuted("Jo hn", 5, NOW),
    desk_errors.RiskNotMuted("Jo hn"),
    desk_errors.RefreshUnderWay(5, 12, 37),
    errors.RankUnknown("onix", ("Onyx",)),
    errors.RankUnknown("zzz"),
    *(errors.MassLeaveDecided(verdict, 5, NOW) for verdict in LeaveVerdict),
    errors.NoSpeaker(),
    errors.NoSpeaker("Jo hn"),
    *(errors.CannotMerge("Jo hn", "Ann B", reason) for reason in ("same", "both-present")),
    errors.NothingToSplit("Jo hn", NOW),
    errors.DecisionGone(3),
    errors.DecisionNeeded(3, 5),
    errors.ConflictGone("Jo hn"),
    errors.EmptySpan(),
    desk_errors.NotInClan("Jo hn"),
    desk_errors.NoRules(),
    desk_errors.NoDraft(),
    desk_errors.DraftChanged(),
    desk_errors.NothingChanged(),
    desk_errors.NoVersion(7),
    desk_errors.SimulationRunning(5, NOW),
    *(desk_errors.BatchDone(5, NOW, what) for what in ("approved", "announced", "undone")),
    desk_errors.NothingLeftToPromote(),
    desk_errors.NotAnnounced(5),
    desk_errors.RulesChanged(5, NOW),
    desk_errors.RulesUnreadable((desk_errors.RuleProblem(3, "ranks 1 › when", "is missing"),)),
    desk_errors.RulesUnreadable(tuple(desk_errors.RuleProblem(0, "", "is *odd*") for _ in range(12))),
    desk_errors.ChangeSetRunning(5, NOW),
    desk_errors.ChangeSetUndone(5, NOW),
    desk_errors.NothingToChange(),
    desk_errors.RoleTwice(),
    desk_errors.RolesBeyond((5,)),
    desk_errors.TakenBack(),
    desk_errors.NotPolled(),
    desk_errors.PeopleUnknown(),
    desk_errors.NotOnWorklist("jo hm", ("Jo hn",)),
    desk_errors.NotOnWorklist("zzz"),
    desk_errors.ProofNeedsLink(),
    *(desk_errors.ProofNeedsLink(("Jo hn",), officer=officer) for officer in (False, True)),
    *(
        desk_errors.ProofUnknown(what, text, known)
        for what in ("kind", "value")
        for text, known in (("x", ()), ("x", ("Easy", "Hard")), ("", ("Easy", "Hard")))
    ),
    desk_errors.TooManyProofs(5),
    *(
        desk_errors.ProofDecided(approved, 5, NOW, withdrawn)
        for approved in (False, True)
        for withdrawn in (False, True)
    ),
    *(
        desk_errors.KindUnreadable(reason, 25)
        for reason in ("name", "taken", "many", "values", "days", "new")
    ),
    *(desk_errors.StepsDone(5, NOW, dropped=dropped) for dropped in (False, True)),
    post_errors.NoChannelChosen(),
    post_errors.CannotPostThere(12, ("send_messages", "embed_links")),
    post_errors.UnreadableHour("25:00"),
    post_errors.UnreadableCoins("many"),
    post_errors.UnreadableWeight("-1"),
    post_errors.UnreadableWeight(""),
]


def every_error(base: type[UserError] = UserError) -> set[type[UserError]]:
    return {found for child in base.__subclasses__() for found in ({child} | every_error(child))}


def test_every_error_has_an_example_here() -> None:
    ours = {error for error in every_error() if error.__module__.startswith("bot.")}
    assert ours == {type(error) for error in EXAMPLES}


@pytest.mark.parametrize("error", EXAMPLES, ids=repr)
def test_every_error_has_words_of_its_own(error: UserError) -> None:
    assert explain.dispatch(type(error)) is not explain.dispatch(UserError)
    text = explain(error)
    assert "{" not in text
    assert text.endswith((".", "?"))
    assert len(text) <= 2000


def test_an_error_nobody_worded_yet_still_gets_an_answer() -> None:
    class FreshError(UserError):
        pass

    assert "/help" in explain(FreshError())


def test_the_nearest_names_are_offered() -> None:
    assert explain(EXAMPLES[1]).endswith("Did you mean **Jo hn** or **Jo an**?")
    assert "**Ann**, **Cy** or **Dee**" in explain(EXAMPLES[3])


def test_what_was_typed_calls_nobody_and_is_cut() -> None:
    text = explain(errors.PlayerNotTracked("@everyone {0} <@1> " + "x" * 5000))
    assert "@everyone" not in text
    assert "<@1>" not in text
    assert len(text) < 300


def test_a_fault_gives_its_trace_id() -> None:
    assert "`abc123`" in unexpected("abc123")
