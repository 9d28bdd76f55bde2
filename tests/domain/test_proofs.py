"""What can be proved, about which account, and for how long it counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.accounts import Account
from bot.domain.desk_errors import KindUnreadable, ProofNeedsLink, ProofUnknown
from bot.domain.errors import LinkNotFound
from bot.domain.ids import MemberId, UserId
from bot.domain.proofs import (
    DEFAULT_KINDS,
    MOST_KINDS,
    Proof,
    ProofId,
    ProofKind,
    ProofState,
    Proven,
    kinds_of,
    new_kind,
    provable_account,
    read_kind,
    read_value,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
KINDS = kinds_of(())
TIERS = KINDS["combat_achievements"]
ONE = Proof(ProofId(1), MemberId(1), "Jo hn", "event", None, "", UserId(1), NOW)


def account(name: str, *, verified: bool = True, is_main: bool = False, stands: bool = True) -> Account:
    return Account(MemberId(len(name)), name, verified, is_main, stands)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, ProofState.WAITING),
        ({"approved": False}, ProofState.REFUSED),
        ({"approved": True}, ProofState.APPROVED),
        ({"approved": True, "expires_at": NOW + TICK}, ProofState.APPROVED),
        ({"approved": True, "expires_at": NOW}, ProofState.EXPIRED),
        ({"approved": True, "withdrawn_at": NOW}, ProofState.WITHDRAWN),
        ({"withdrawn_at": NOW}, ProofState.WITHDRAWN),
    ],
)
def test_a_proof_counts_from_its_approval_until_it_expires(
    changes: dict[str, object], state: ProofState
) -> None:
    assert replace(ONE, **changes).state(NOW) is state  # pyright: ignore[reportArgumentType] -- columns by name


def test_a_kind_says_until_when_and_how_high() -> None:
    assert KINDS["event"].expiry(NOW) == NOW + timedelta(days=365)
    assert TIERS.expiry(NOW) is None
    assert [TIERS.level(value) for value in ("Easy", "Grandmaster", "Divine", None)] == [1, 6, 0, 0]
    assert Proven(3, {"Hard": 1, "Easy": 1, "Divine": 1}).best(TIERS) == "Hard"
    assert Proven(1, {"Divine": 1}).best(TIERS) is None
    some = Proven(7, {"Hard": 1, "Elite": 2, "Easy": 3, "Divine": 1})
    assert [some.at_least(TIERS, value) for value in ("Easy", "Hard", "Master", "Divine")] == [6, 3, 0, 0]


def test_a_clans_kinds_are_the_common_ones_as_it_changed_them_then_its_own_by_name() -> None:
    capes = ProofKind("quest_cape", "Cape", retired=True)
    kinds = kinds_of([ProofKind("z", "Zulrah"), capes, ProofKind("b", "barrows")])
    assert list(kinds) == [*(kind.key for kind in DEFAULT_KINDS), "b", "z"]
    assert kinds["quest_cape"] == capes


def test_a_kind_is_found_by_key_or_name_while_it_takes_proofs() -> None:
    kinds = KINDS | {"split": replace(KINDS["split"], retired=True)}
    assert read_kind(" quest CAPE ", kinds) == read_kind("quest_cape", kinds) == KINDS["quest_cape"]
    with pytest.raises(ProofUnknown) as refused:
        read_kind("Combat achievments", kinds)
    assert refused.value.known == ("Combat achievements",)
    with pytest.raises(ProofUnknown) as refused:
        read_kind("zzz", kinds)
    assert refused.value.known == ("Combat achievements", "Quest cape", "Event attended")
    with pytest.raises(ProofUnknown):
        read_kind("Split", kinds)


def test_a_value_is_one_of_those_allowed_and_none_where_there_are_none() -> None:
    assert read_value(" elite", TIERS) == "Elite"
    assert read_value("5M", KINDS["split"]) is None
    for text in ("Divine", None, ""):
        with pytest.raises(ProofUnknown) as refused:
            read_value(text, TIERS)
        assert refused.value == ProofUnknown("value", text or "", TIERS.values)


def test_only_a_verified_account_proves_anything() -> None:
    owner = account("Owner", verified=False)
    assert provable_account([account("Main", is_main=True), account("Alt")], None).name == "Main"
    assert (
        provable_account([replace(owner, is_main=True), account("Alt"), account("Zed")], None).name == "Alt"
    )
    assert provable_account([account("Main", is_main=True), account("A l t")], "a_L-t").name == "A l t"
    for accounts, name, refusal in (
        ([], None, ProofNeedsLink()),
        ([owner], None, ProofNeedsLink(("Owner",))),
        ([account("Main"), owner], "owner", ProofNeedsLink(("Owner",))),
        ([replace(owner, stands=False)], None, ProofNeedsLink()),
        ([account("Main")], "Owner", LinkNotFound("Owner")),
    ):
        with pytest.raises((ProofNeedsLink, LinkNotFound)) as refused:
            provable_account(accounts, name)
        assert refused.value == refusal


def test_officers_add_and_change_kinds() -> None:
    made = new_kind("  Grand  Exchange: 1B! ", "low, High\nlow;", " 30 ", KINDS)
    assert made == ProofKind("grand_exchange_1b", "Grand Exchange: 1B!", ("low", "High"), 30)
    off = KINDS | {"event": replace(KINDS["event"], retired=True)}
    changed = new_kind("Clan event", "", "", off, "event")
    assert changed == ProofKind("event", "Clan event", retired=True)
    assert new_kind("Quest cape", "", "1", KINDS, "quest_cape").expires_days == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (("!!!", "", ""), "name"),
        (("x" * 41, "", ""), "name"),
        (("Quest-cape", "", ""), "taken"),
        (("event attended", "", ""), "taken"),
        (("New", "x" * 41, ""), "values"),
        (("New", ",".join(map(str, range(26))), ""), "values"),
        *((("New", "", days), "days") for days in ("0", "3651", "soon", "-1", "1.5", "٣")),
    ],
)
def test_what_cannot_be_a_kind_is_refused(typed: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(KindUnreadable) as refused:
        new_kind(*typed, KINDS)
    assert refused.value.reason == reason


def test_there_are_no_more_kinds_than_a_list_holds() -> None:
    full = {f"k{number}": ProofKind(f"k{number}", f"K{number}") for number in range(MOST_KINDS)}
    with pytest.raises(KindUnreadable) as refused:
        new_kind("One more", "", "", full)
    assert refused.value == KindUnreadable("many", MOST_KINDS)
    assert new_kind("Renamed", "", "", full, "k3").name == "Renamed"
