"""Histories that nobody thought of: whatever happens, no fact ever shows under another person."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from db import migrate
from db.session import Database
from tests.databases import empty_database
from tests.services.histories import Account, History
from tests.services.tale import told

GROUPS = count(1)
ANY = st.integers(0, 10**6)
HOW = st.sampled_from(["untold", "told", "approved"])
MOST = 7
"""Accounts of a history."""


class Clan(RuleBasedStateMachine):
    """One clan's life, step by step. Which of several is meant is drawn as a number."""

    database: Database
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.stack = AsyncExitStack()
        self.stored = False

    def run(self, coroutine: Any) -> Any:
        """Run what may store something."""
        self.stored = True
        return self.runner.run(coroutine)

    @initialize(number=st.integers(2, 4))
    def begins(self, number: int) -> None:
        """A clan that was polled once."""
        self.history = History(self.run(self.stack.enter_async_context(told(self.database, next(GROUPS)))))
        for name in self.history.fresh_names()[:number]:
            self.history.appears(name)
        self.history.synced(listed=True)
        self.run(self.history.polls(minutes=10))

    def one_of(self, accounts: list[Account], which: int) -> Account:
        return accounts[which % len(accounts)]

    def passes(self) -> None:
        self.history.tale.passes(minutes=3)

    @rule()
    def the_clan_speaks(self) -> None:
        for account in self.history.accounts:
            if account.in_clan and self.history.is_met(account):
                self.run(self.history.says(account))

    @rule(which=ANY, name=ANY, how=HOW)
    def an_account_is_renamed(self, which: int, name: int, how: str) -> None:
        if able := self.history.settled():
            self.rename(self.one_of(able, which), name, how)

    @rule(which=ANY, other=ANY, name=ANY, how=HOW, speaks=st.booleans())
    def a_name_is_handed_over(self, which: int, other: int, name: int, how: str, speaks: bool) -> None:
        able = self.history.settled()
        if len(able) < 2:
            return
        giver = able.pop(which % len(able))
        taker, given = self.one_of(able, other), self.history.accounts[giver.number].name
        self.rename(giver, name, how)
        if speaks and self.history.is_met(giver):
            self.run(self.history.says(giver))
        if given in self.history.free_names():
            self.history.renames(taker, given, tells=how != "untold")
            if how == "approved" and self.history.can_approve(taker):
                self.history.is_approved(taker)
            self.passes()

    def rename(self, account: Account, name: int, how: str) -> None:
        """To a free name, if there is one; WOM is told and believes it as ``how`` says."""
        if free := self.history.free_names():
            self.history.renames(account, free[name % len(free)], tells=how != "untold")
            if how == "approved" and self.history.can_approve(account):
                self.history.is_approved(account)
            self.passes()

    @rule()
    def wom_is_told(self) -> None:
        for account in self.history.accounts:
            if self.history.can_tell(account):
                self.history.tells(account)
                self.passes()

    @rule(which=ANY)
    def wom_approves(self, which: int) -> None:
        able = [one for one in self.history.accounts if self.history.can_approve(one)]
        if able:
            self.history.is_approved(self.one_of(able, which))
            self.passes()

    @rule(which=ANY, name=ANY, what=st.sampled_from(["looks", "goes", "comes", "denied", "archived"]))
    def something_else_happens(self, which: int, name: int, what: str) -> None:
        account, free = self.one_of(self.history.accounts, which), self.history.fresh_names()
        if what == "looks":
            self.history.looked_at(account)
        elif what == "goes":
            account.in_clan = not account.in_clan
        elif what == "comes" and free and len(self.history.accounts) < MOST:
            self.history.appears(free[name % len(free)])
        elif what == "denied" and self.history.can_deny(account):
            self.history.is_denied(account)
        elif what == "archived" and free and account in self.history.settled():
            self.history.is_archived(account, free[name % len(free)])
        self.passes()

    @rule(listed=st.booleans(), broken=st.sampled_from([False, False, False, True]))
    def a_plugin_syncs(self, listed: bool, broken: bool) -> None:
        # Else a sync may hide that somebody had a name at all, and nothing tells it from a newcomer's.
        if self.history.unlisted:
            self.run(self.history.polls(hours=0.2))
        self.history.synced(listed=listed)
        if broken:
            self.history.drops(0.6)
        self.passes()

    @rule(hours=st.sampled_from([0.2, 1]))
    def the_bot_polls(self, hours: float) -> None:
        self.run(self.history.polls(hours=hours))

    @rule(hours=st.sampled_from([13, 50]))
    def the_bot_polls_much_later(self, hours: float) -> None:
        self.run(self.history.polls(hours=hours))

    @rule(one=ANY, other=ANY, keep=st.booleans())
    def officers_merge(self, one: int, other: int, keep: bool) -> None:
        members = self.run(self.history.members())
        self.run(self.history.merges(members[one % len(members)], members[other % len(members)], keep=keep))

    @precondition(lambda self: bool(self.history.decided))
    @rule()
    def officers_undo(self) -> None:
        self.run(self.history.undoes())

    @invariant()
    def every_fact_is_its_owners(self) -> None:
        """Only where something was stored since: else it is as it was."""
        if self.stored:
            self.run(self.history.check())
        self.stored = False

    def teardown(self) -> None:
        self.run(self.stack.aclose())


@pytest.fixture
def machine(database_kind: str, tmp_path: Path) -> Iterator[type[Clan]]:
    """The machine over one database, in which each history is a clan of its own."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        url = runner.run(stack.enter_async_context(empty_database(database_kind, tmp_path)))
        runner.run(migrate.upgrade(url))
        database = Database(url)
        yield type("ClanThere", (Clan,), {"database": database, "runner": runner})
        runner.run(database.close())
        runner.run(stack.aclose())


@pytest.mark.timeout(0)  # with --hypothesis-profile=soak it takes hours
def test_no_history_shows_a_fact_under_another_person(machine: type[Clan], database_kind: str) -> None:
    """100 histories of 30 steps, on PostgreSQL a handful; ``make soak`` runs 5,000 of 50."""
    few = settings(max_examples=5, stateful_step_count=20)
    run_state_machine_as_test(machine, settings=few if database_kind == "postgres" else settings())
