"""Who talks without being on the roster, and when an officer's list has changed."""

from bot.domain.ids import MemberId, UserId
from bot.domain.link_review import Officer, Talker, fingerprint, talkers
from bot.domain.suggestions import Suggestion

ANN, BOB = UserId(5), UserId(6)


def suggestion(user: int, member: int) -> Suggestion:
    return Suggestion(UserId(user), "Nick", MemberId(member), "Name", exact=True)


def test_a_users_nicknames_are_one_talker_and_the_game_chat_another() -> None:
    counts = [(ANN, "Ann", 2), (ANN, "Annie", 5), (BOB, "Bob", 3), (None, "Ann", 7)]
    assert talkers(counts, [ANN]) == [
        Talker(None, ("Ann",), 7),
        Talker(ANN, ("Annie", "Ann"), 7),
        Talker(BOB, ("Bob",), 3, here=False),
    ]


def test_another_pair_is_another_fingerprint_and_the_order_is_none() -> None:
    one, other = suggestion(5, 1), suggestion(6, 2)
    assert fingerprint([one, other]) == fingerprint([other, one])
    assert len({fingerprint(found) for found in ([one], [other], [one, other], [suggestion(5, 2)], [])}) == 5


def test_nobody_but_a_manager_verifies_an_account_of_their_own() -> None:
    assert not Officer(ANN).may_verify(ANN)
    assert Officer(ANN).may_verify(BOB)
    assert Officer(ANN, manages=True).may_verify(ANN)
