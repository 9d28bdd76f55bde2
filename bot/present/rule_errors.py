"""What went wrong with rank rules and promotions, in words: the cause, then what to do."""

from bot.domain import desk_errors
from bot.present.change_sets import mentions
from bot.present.explaining import explain
from bot.present.numbers import counted
from bot.present.text import escape
from bot.present.times import ago


@explain.register
def _(error: desk_errors.NotInClan) -> str:
    return f"{escape(error.name)} is not in the clan any more. Ask for somebody who is on the roster."


@explain.register
def _(error: desk_errors.NoRules) -> str:
    del error
    return "This clan has no rank rules yet. An officer can begin with a ready-made set: `/rules edit`."


@explain.register
def _(error: desk_errors.RulesChanged) -> str:
    return (
        f"<@{error.by}> saved other rules {ago(error.at)}. Nothing of yours was saved: "
        "look at theirs with `/rules export`, then try again."
    )


@explain.register
def _(error: desk_errors.BatchDone) -> str:
    did = {"announced": "announced these already", "undone": "took these back already"}.get(error.what)
    return f"<@{error.by}> {did or 'approved these already'}, {ago(error.at)}. Nothing was done twice."


@explain.register
def _(error: desk_errors.TakenBack) -> str:
    del error
    return (
        "These promotions were taken back, and their roles with them. Approve them anew with `/promotions`."
    )


@explain.register
def _(error: desk_errors.NothingLeftToPromote) -> str:
    del error
    return "None of them is to get that rank any more. Look again with `/promotions`."


@explain.register
def _(error: desk_errors.NotAnnounced) -> str:
    return (
        f"Discord did not answer when I posted in <#{error.channel}>. "
        "Wait a minute, look there, and choose the channel again if nothing came."
    )


@explain.register
def _(error: desk_errors.NoDraft) -> str:
    del error
    return "You have no unsaved rules: they were saved or discarded. `/rules edit` shows what counts now."


@explain.register
def _(error: desk_errors.DraftChanged) -> str:
    del error
    return "Your draft is another by now than this message shows. Look at it again with `/rules edit`."


@explain.register
def _(error: desk_errors.NothingChanged) -> str:
    del error
    return "Your draft says what the saved rules say already, so nothing was saved. Change something first."


@explain.register
def _(error: desk_errors.NoVersion) -> str:
    return f"No rules were saved as version {error.number}. Pick one from the list while you type."


@explain.register
def _(error: desk_errors.SimulationRunning) -> str:
    return (
        f"<@{error.by}> began a simulation {ago(error.since)}, and one runs at a time. "
        "Wait for it, or press **Cancel** on it."
    )


@explain.register
def _(error: desk_errors.RolesBeyond) -> str:
    return (
        f"The rank rules would give {mentions(error.roles)}, which you could not give yourself: it stands "
        "above yours, or lets people do what you may not. Name another role in `/rules edit`, or ask "
        "somebody higher up."
    )


@explain.register
def _(error: desk_errors.RulesUnreadable) -> str:
    lines = [_problem(one) for one in error.problems[:_SHOWN]]
    more = len(error.problems) - len(lines)
    rest = f"And {counted(more, 'more problem')}. " if more > 0 else ""
    return "\n".join(["These rules cannot be read:", *lines, f"{rest}Nothing was changed."])


_SHOWN = 10


def _problem(one: desk_errors.RuleProblem) -> str:
    where = f"line {one.line}" if one.line else "rules"
    place = f" ({escape(one.place)})" if one.place else ""
    return f"- **{where}**{place}: {escape(one.reason)}"
