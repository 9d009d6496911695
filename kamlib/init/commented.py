"""Sections that no file can tell: a proposed study shows them as comments, for a person to fill in."""

SECTIONS = (
    "# What no table holds, for the parts on cost and cash:",
    "# money: {fixed_costs: 480000, opening_cash: 1200000, hour: 55}   # a month; today; an hour of your people",
    "# Whether the fixed costs pay those hours already; until you say so the page on risk shows both:",
    "#   hours_in_fixed: true",
    "# For the path of cash: days until goods are paid, the rate of VAT (0: none), what the bank lends at once:",
    "#   supplier_days: 30, vat: 0.2, credit_line: 500000",
    "# How a year of losses is drawn (0: customers of one industry stop independently):",
    "# risk: {correlation: 0.1, draws: 10000}",
    "# What a year should reach; the page on measures says met, not met, or can't be told:",
    "# targets: [{measure: nrr, at_least: 0.95}]",
    "# Pages number your account managers, unless these know that they are named:",
    "# managers: named",
    "# What to do with whom: strategy by tier, a move for each trigger, offers, hours of the account managers. What a file of your own",
    "# leaves out stands as in the kit's (kamlib/study/settings/playbook.yaml); one called playbook.yaml beside this is found by itself.",
    "# playbook: playbook.yaml",
)
"""Lines of the study file."""
