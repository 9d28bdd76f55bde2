"""The rules of the scripts that ClanStats replaces, as a clan can have them again."""

from typing import Final

OLD_SCRIPTS: Final = """
ranks:
  - name: high_velocity
    order: 10
    wom_role: member
    when:
      all:
        - {field: rank, is: prospector}
        - {field: overall, over: 7d, more_than: {mean: {above: prospector}}}
  - name: social_pillar
    order: 20
    discord_role: Social pillar
    when: {field: messages, over: 30d, top: {percent: 10}}
    exempt: [owner, deputy_owner, zenyte, dragonstone, saviour]
  - name: carry
    order: 30
    discord_role: Carry
    when:
      field:
        - chambers_of_xeric
        - chambers_of_xeric_challenge_mode
        - theatre_of_blood
        - theatre_of_blood_hard_mode
        - tombs_of_amascut
        - tombs_of_amascut_expert
      top: {percent: 15, floor: 50}
    exempt: [onyx, administrator]
watch:
  - name: leadership_slump
    says: a leader who was quiet for a week
    when:
      all:
        - {field: rank, is: [owner, deputy_owner, zenyte, dragonstone, saviour]}
        - {field: overall, over: 7d, at_most: 0}
        - {field: boss_kills, over: 7d, at_most: 0}
        - {field: messages, over: 7d, at_most: 0}
  - name: churn_risk
    says: talked a lot, and hardly this week
    when:
      all:
        - {field: messages, over: 30d, more_than: 100}
        - {field: messages, over: 7d, less_than: 10}
  - name: silent_recruit
    says: a recruit who plays and does not talk yet
    when:
      all:
        - {field: rank, is: prospector}
        - {field: overall, over: 30d, more_than: 0}
        - {field: messages, over: 30d, at_most: 0}
  - name: slack
    says: an officer with a quiet month
    when:
      all:
        - {field: rank, is: [onyx, administrator]}
        - {field: messages, over: 30d, less_than: {mean: {}}}
        - {field: overall, over: 30d, less_than: 1000000}
        - not:
            all:
              - {field: messages, over: 30d, at_most: 0}
              - {field: overall, over: 30d, at_most: 0}
  - name: awol
    says: an officer who was not here this month
    when:
      all:
        - {field: rank, is: [onyx, administrator]}
        - {field: messages, over: 30d, at_most: 0}
        - {field: overall, over: 30d, at_most: 0}
  - name: purge_candidate
    says: no word and hardly any XP in a month
    when:
      all:
        - {field: days_in_clan, at_least: 30}
        - {field: messages, over: 30d, at_most: 0}
        - {field: overall, over: 30d, less_than: 10000}
  - name: fading_star
    says: gained much this month, and little this week
    when:
      all:
        - {field: overall, over: 30d, more_than: 5000000}
        - {field: overall, over: 7d, less_than: {share: {of: {field: overall, over: 30d}, times: 0.1}}}
  - name: silent_grinder
    says: gains a lot and says little
    when:
      all:
        - {field: overall, over: 7d, more_than: 3000000}
        - {field: messages, over: 7d, less_than: 5}
  - name: town_crier
    says: talks a lot and gains little
    when:
      all:
        - {field: messages, over: 30d, more_than: 300}
        - {field: overall, over: 30d, less_than: 100000}
  - name: boss_hunter
    says: many kills for little XP
    when:
      all:
        - {field: boss_kills, over: 30d, more_than: 150}
        - {field: overall, over: 30d, less_than: 500000}
"""
