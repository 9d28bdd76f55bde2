"""The ledger: only verified links reach it, officers decide once, and rules read what counts."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.desk_errors import ProofDecided, ProofNeedsLink, ProofUnknown, TooManyProofs
from bot.domain.errors import NotPermitted, Outdated
from bot.domain.ids import MemberId, UserId
from bot.domain.link_review import Officer
from bot.domain.proofs import MOST_WAITING, Proof, ProofId, Proven
from bot.services.link_review import LinkReview
from bot.services.proofs import Proofs
from db.models import AuditEntry
from db.queries import evidence
from db.session import Database
from tests.services.tale import Tale, told

ANN, BOB, THIEF = UserId(5), UserId(6), UserId(7)
OLAF, OTTO = Officer(UserId(50)), Officer(UserId(52))
MONA = Officer(UserId(51), manages=True)
OWNER = "The Owner"


class Ledger(Tale):
    """Ann B is verified as Ann's, Bo as Bob's, and the owner's account as nobody's."""

    @property
    def proofs(self) -> Proofs:
        return Proofs(self.stage.database, self.stage.clock)

    @property
    def review(self) -> LinkReview:
        return LinkReview(self.stage.database, self.stage.lookup, self.stage.clock)

    async def link(self, user: UserId, name: str) -> None:
        await self.review.link(await self.stage.clan(), MONA, user, name)

    async def member(self, name: str) -> MemberId:
        return (await self.stage.lookup.by_name(await self.stage.clan(), name)).member.id

    async def submit(self, user: UserId, kind: str, value: str | None = None, **more: Any) -> Proof:
        made, mine = await self.proofs.submit(await self.stage.clan(), user, kind, value, "note", **more)
        assert mine.submitted == made.id == mine.proofs[0].id
        return made

    async def decide(self, one: Proof, officer: Officer = OLAF, *, approve: bool = True) -> Proof:
        return await self.proofs.decide(await self.stage.clan(), officer, one.id, approve=approve)

    async def counts(self) -> dict[str, dict[str, Proven]]:
        async with self.stage.database.read() as session:
            found = await evidence.standing(session, self.stage.id, self.now)
        lookup, clan = self.stage.lookup, await self.stage.clan()
        return {(await lookup.by_id(clan, member)).member.name: theirs for member, theirs in found.items()}

    async def audit(self) -> list[tuple[int, str]]:
        async with self.stage.database.read() as session:
            rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            return [(row.user_id, row.action) for row in rows if row.action.startswith("proof")]


@pytest.fixture
async def ledger(database: Database) -> AsyncGenerator[Ledger]:
    async with told(database) as made:
        ledger = Ledger(made.stage)
        ledger.joins(OWNER, "Ann B", "Bo", "Ann Alt")
        await ledger.polled(hours=1)
        await ledger.link(ANN, "Ann B")
        await ledger.link(BOB, "Bo")
        yield ledger


async def test_what_is_approved_counts_by_value_until_it_expires(ledger: Ledger) -> None:
    for value in ("Easy", "Elite"):
        await ledger.decide(await ledger.submit(ANN, "Combat achievements", value))
    first = await ledger.submit(ANN, "event")
    ledger.passes(days=100)
    decided = await ledger.decide(first)
    assert decided.expires_at == first.submitted_at + timedelta(days=365), "not from when officers looked"
    await ledger.decide(await ledger.submit(ANN, "event"))
    await ledger.decide(await ledger.submit(BOB, "quest_cape"), approve=False)
    await ledger.submit(BOB, "quest_cape")
    tiers = Proven(2, {"Easy": 1, "Elite": 1})
    assert await ledger.counts() == {"Ann B": {"combat_achievements": tiers, "event": Proven(2)}}
    ledger.passes(days=265)
    assert await ledger.counts() == {"Ann B": {"combat_achievements": tiers, "event": Proven(1)}}
    ledger.passes(days=100)
    assert await ledger.counts() == {"Ann B": {"combat_achievements": tiers}}


async def test_who_claims_the_owners_account_gains_nothing(ledger: Ledger) -> None:
    clan = await ledger.stage.clan()
    for claimed in ((), (OWNER,)):
        for name in claimed:
            await ledger.stage.links.claim(clan, THIEF, name)
        with pytest.raises(ProofNeedsLink) as refused:
            await ledger.submit(THIEF, "quest cape")
        assert refused.value == ProofNeedsLink(claimed)
    await ledger.link(THIEF, "Ann Alt")
    with pytest.raises(ProofNeedsLink):
        await ledger.submit(THIEF, "quest cape", account=OWNER)
    made = await ledger.submit(THIEF, "quest cape")
    assert made.name == "Ann Alt", "of the accounts that are theirs"
    mine = await ledger.proofs.mine(clan, THIEF)
    assert (mine.accounts, mine.claimed) == (("Ann Alt",), (OWNER,))
    await ledger.review.unlink(clan, MONA, THIEF, await ledger.member("Ann Alt"))
    with pytest.raises(ProofNeedsLink) as refused:
        await ledger.decide(made)
    assert refused.value == ProofNeedsLink(("Ann Alt",), officer=True)
    await ledger.decide(made, approve=False)
    assert await ledger.counts() == {}
    assert (await ledger.proofs.mine(clan, THIEF)).proofs == []


@pytest.mark.slow_on_postgres
async def test_officers_decide_once_and_never_of_themselves(ledger: Ledger) -> None:
    clan = await ledger.stage.clan()
    one = await ledger.submit(ANN, "quest cape")
    await ledger.decide(one)
    for approve in (True, False):
        with pytest.raises(ProofDecided) as refused:
            await ledger.decide(one, OTTO, approve=approve)
        assert refused.value == ProofDecided(True, OLAF.user, ledger.now)
    taken = await ledger.proofs.withdraw(clan, OTTO, one.id)
    assert (taken.withdrawn_by, await ledger.counts()) == (OTTO.user, {})
    with pytest.raises(ProofDecided) as refused:
        await ledger.proofs.withdraw(clan, OLAF, one.id)
    assert refused.value == ProofDecided(True, OTTO.user, ledger.now, withdrawn=True)
    with pytest.raises(ProofDecided):
        await ledger.decide(one)
    with pytest.raises(Outdated):
        await ledger.proofs.withdraw(clan, OLAF, ProofId(99))
    await ledger.link(OLAF.user, OWNER)
    own = await ledger.submit(OLAF.user, "quest cape")
    with pytest.raises(NotPermitted, match="own_proof"):
        await ledger.decide(own, OLAF)
    with pytest.raises(NotPermitted, match="own_proof"):
        await ledger.proofs.enter(clan, OLAF, await ledger.member(OWNER), "quest cape", None, "")
    await ledger.stage.links.claim(clan, OTTO.user, "Ann Alt")
    with pytest.raises(NotPermitted, match="own_proof"):
        await ledger.proofs.enter(clan, OTTO, await ledger.member("Ann Alt"), "quest cape", None, "")
    assert await ledger.counts() == {}
    await ledger.decide(own, OTTO)
    entered = await ledger.proofs.enter(clan, OLAF, await ledger.member("Bo"), "event", None, "was there")
    assert set(await ledger.counts()) == {OWNER, "Bo"}
    assert entered.expires_at == ledger.now + timedelta(days=365)
    assert await ledger.audit() == [
        (OLAF.user, "proof_approved"),
        (OTTO.user, "proof_withdrawn"),
        (OTTO.user, "proof_approved"),
        (OLAF.user, "proof_entered"),
    ]


async def test_so_many_wait_at_once_and_no_more(ledger: Ledger) -> None:
    clan = await ledger.stage.clan()
    made = [await ledger.submit(ANN, "event") for _ in range(MOST_WAITING)]
    with pytest.raises(TooManyProofs):
        await ledger.submit(ANN, "event")
    await ledger.submit(BOB, "event")
    assert [one.id for one in await ledger.proofs.waiting(clan)] == [1, 2, 3, 4, 5, 6]
    await ledger.decide(made[0], approve=False)
    await ledger.submit(ANN, "event")


async def test_kinds_are_the_clans_own(ledger: Ledger) -> None:
    clan = await ledger.stage.clan()
    sister = await ledger.sister()
    await ledger.proofs.save_kind(clan, OLAF.user, "Inferno", "First try\nDaily", "30")
    made = await ledger.submit(ANN, "inferno", "daily")
    await ledger.proofs.save_kind(clan, OLAF.user, "Inferno", "Daily", "10", key="inferno")
    assert (await ledger.decide(made)).expires_at == made.submitted_at + timedelta(days=10)
    assert (await ledger.proofs.retire_kind(clan, OLAF.user, "inferno")).retired
    with pytest.raises(ProofUnknown):
        await ledger.submit(ANN, "inferno", "Daily")
    assert await ledger.counts() == {"Ann B": {"inferno": Proven(1, {"Daily": 1})}}, "old ones count on"
    assert not (await ledger.proofs.retire_kind(clan, OLAF.user, "inferno")).retired
    assert "inferno" not in await ledger.proofs.kinds(await sister.stage.clan())
    for key in ("nothing", "Inferno"):
        with pytest.raises(Outdated):
            await ledger.proofs.retire_kind(clan, OLAF.user, key)
        with pytest.raises(Outdated):
            await ledger.proofs.save_kind(clan, OLAF.user, "New", "", "", key=key)
    assert await ledger.audit() == [
        (OLAF.user, "proof_kind"),
        (OLAF.user, "proof_kind"),
        (OLAF.user, "proof_approved"),
        (OLAF.user, "proof_kind"),
        (OLAF.user, "proof_kind"),
    ]


@pytest.mark.slow_on_postgres
async def test_proofs_follow_a_merge_and_its_undoing(ledger: Ledger) -> None:
    clan = await ledger.stage.clan()
    player = ledger.joins("Old Name")[0]
    await ledger.polled(hours=1)
    await ledger.link(BOB, "Old Name")
    await ledger.decide(await ledger.submit(BOB, "event", account="Old Name"))
    await ledger.decide(await ledger.submit(BOB, "event", account="Bo"))
    ledger.synced(left=[player])
    await ledger.polled_for(days=3)
    old, new = await ledger.member("Old Name"), await ledger.member("Bo")
    decision = await ledger.decisions.merge(clan, old, new, BOB)
    assert await ledger.counts() == {"Bo": {"event": Proven(2)}}
    assert len(await ledger.proofs.about(clan, new)) == 2
    await ledger.decisions.undo(clan, decision, BOB)
    assert await ledger.counts() == {"Bo": {"event": Proven(1)}, "Old Name": {"event": Proven(1)}}
