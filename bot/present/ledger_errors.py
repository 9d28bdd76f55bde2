"""What went wrong with the worklist and with proofs, in words: the cause, then what to do."""

from bot.domain import desk_errors
from bot.present.explaining import any_of, explain, nearest, typed
from bot.present.numbers import counted
from bot.present.times import ago


@explain.register
def _(error: desk_errors.NotOnWorklist) -> str:
    otherwise = "Copy the names from the list, one on each line."
    return f"{typed(error.name)} is not among them. {nearest(error.nearest, otherwise)}"


@explain.register
def _(error: desk_errors.StepsDone) -> str:
    did = "took that off the list" if error.dropped else "ticked that off"
    return (
        f"<@{error.by}> {did} {ago(error.at)}. Nothing was changed. `/officer worklist` shows what is left."
    )


@explain.register
def _(error: desk_errors.ProofNeedsLink) -> str:
    names = any_of(error.claimed)
    if error.officer:
        return (
            f"{names} is not verified as the account of whoever submitted that, so it can only be refused. "
            "`/member link` verifies an account; `/member proof` enters a proof yourself."
        )
    if not error.claimed:
        return "I do not know which account is yours. Tell me with `/link`, have it verified, then try again."
    return (
        f"Proofs need a verified account, and {names} is only claimed so far. `/link` shows how to verify "
        "it: by a code that you say in the clan chat, where it is relayed, or by an officer. Then try again."
    )


@explain.register
def _(error: desk_errors.ProofUnknown) -> str:
    known = any_of(error.known)
    if error.what == "value" and not error.text:
        return f"That needs a value: {known}. Pick one with `value` while you type."
    step = f"Choose {known}." if known else "Officers say with `/member proof` what can be proved."
    return f"There is no {error.what} {typed(error.text)}. {step}"


@explain.register
def _(error: desk_errors.TooManyProofs) -> str:
    return f"Officers have {counted(error.most, 'proof')} of yours to look at already. Wait for their answer."


@explain.register
def _(error: desk_errors.ProofDecided) -> str:
    said = "took that back" if error.withdrawn else "approved that" if error.approved else "refused that"
    return f"<@{error.by}> {said} {ago(error.at)}, and that stands. Nothing else was changed."


_KIND_REASONS = {
    "name": "A kind needs a name with letters or digits, of at most {most} characters. Give it another one.",
    "taken": "There is a kind of that name already. Change that one, or choose another name.",
    "many": "There are {most} kinds already, and a list in Discord holds no more. Change one of them.",
    "values": "At most {most} values can be allowed, of at most 40 characters each. Make them fewer.",
    "days": "I cannot read the days until it expires. Give a number from 1 to {most}, or leave it empty.",
}


@explain.register
def _(error: desk_errors.KindUnreadable) -> str:
    return _KIND_REASONS.get(error.reason, _KIND_REASONS["name"]).format(most=error.most)
