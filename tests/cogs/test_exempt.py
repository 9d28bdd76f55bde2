"""``/member exempt``: from every rank or from one, noted, private, ended."""

from tests.cogs.conftest import Foundry
from tests.cogs.desk import colleagues
from tests.cogs.reading import buttons_of, is_private, lines_of, message_of, text_of
from tests.cogs.test_promotions import listed, with_rules
from tests.cogs.world import ANN, CY, LEFT, WIDEST


async def test_a_member_is_exempt_from_every_rank_until_an_officer_ends_it(foundry: Foundry) -> None:
    desk, officer = await colleagues(foundry), foundry.places.officer
    await with_rules(foundry)
    shown = await officer.slash(desk, "member exempt", member=ANN, because="the *founder*")
    assert is_private(shown)
    assert lines_of(shown) == [
        f"{ANN} and the rank rules",
        "Exempt from every rank: neither promoted nor demoted until officers say otherwise",
        "> the *founder*",
        f"-# by <@{officer.id}> <t>",
    ]
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "2 ready"
    assert f"{ANN} · exempt · by <@{officer.id}> <t> · the *founder*" in await listed(foundry, desk, "h")
    assert f"<@{officer.id}> held back: {ANN}, —, the *founder*" in text_of(
        await officer.slash(desk, "officer history")
    )
    await foundry.restart()
    later = await officer.slash(desk, "member exempt", member=ANN, show=True)
    assert lines_of(later) == lines_of(shown)
    await officer.click(message_of(later), label="Exempt no more")
    assert lines_of(later)[1] == "The rank rules hold for them as for everybody."
    assert buttons_of(later) == {}
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "3 ready"


async def test_a_member_is_exempt_from_one_rank_by_a_new_version_of_its_rule(foundry: Foundry) -> None:
    desk, officer = await colleagues(foundry), foundry.places.officer
    await with_rules(foundry)
    offered = await officer.autocomplete(desk, "member exempt", "rank", "vet")
    assert [(one["name"], one["value"]) for one in offered] == [("Veteran", "veteran")]
    for because in ("a skiller", "once more"):
        shown = await officer.slash(desk, "member exempt", member="ann_b", rank="Veteran", because=because)
        assert lines_of(shown)[1] == "Exempt from Veteran: not offered, and not taken away"
    found = await foundry.services.eligibility.rules(await foundry.clan())
    assert (found.number, found.note) == (2, f"{ANN} exempt from veteran: a skiller")
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "2 ready"
    await officer.click(message_of(shown), label="No more from Veteran")
    assert buttons_of(shown) == {}
    found = await foundry.services.eligibility.rules(await foundry.clan())
    assert [one.exempt for one in found.rules.ranks] == [(), ()]
    assert lines_of(await officer.slash(desk, "promotions"))[0] == "3 ready"


async def test_what_cannot_be_exempt_is_refused_with_a_step_further(foundry: Foundry) -> None:
    desk, officer = await colleagues(foundry), foundry.places.officer
    assert await officer.autocomplete(desk, "member exempt", "rank", "") == []
    none = await officer.slash(desk, "member exempt", member=ANN, rank="veteran")
    assert text_of(none).startswith("This clan has no rank rules yet.")
    await with_rules(foundry)
    unknown = await officer.slash(desk, "member exempt", member=ANN, rank="veterans")
    assert text_of(unknown).startswith("The clan has no rank “veterans”")
    gone = await officer.slash(desk, "member exempt", member=LEFT)
    assert text_of(gone).startswith(f"{LEFT} is not in the clan any more.")
    refused = await foundry.john.slash(desk, "member exempt", member=CY)
    assert "officer" in text_of(refused)
    assert await foundry.john.autocomplete(desk, "member exempt", "rank", "") == []
    assert lines_of(await officer.slash(desk, "member exempt", member=WIDEST, show=True))[1:] == [
        "The rank rules hold for them as for everybody."
    ]
