"""The study file of the sample, and its playbook."""

from __future__ import annotations

STUDY = """\
# The study of the sample: a fictional distributor of bearings, drives, seals and tools.
# Copy this file next to your own data, change what differs, and run:  kam run study.yaml

name: sample                  # folder of the reports
title: Key accounts of a distributor of machine parts
as_of: 2026Q2                 # the day everything is computed for: a day or a quarter (its last day)
# year_begins: 7              # month in which a fiscal year begins; it is called by its end, a quarter of it FY2026Q3
start: 2023-07-01             # first day of the study; earlier rows are set aside
currency: EUR
unit: group                   # what counts as a customer: the group under one parent, or each account
language: en                  # words and numbers: en, ru, ca; numbers alone: de, es, fr
managers: numbered            # how pages call our own people: numbered, or named where they know of it

# Where each table lies. Only orders is needed. Where a column has another name in your file, map it (ours: theirs):
#   orders: {files: [2024.csv, 2025.csv], columns: {account_id: Customer, date: Invoice date}}
sources:
  orders: {files: orders.csv}
  accounts: {files: accounts.csv}
  ratings: {files: ratings.csv}
  invoices: {files: invoices.csv}
  interactions: {files: interactions.csv}
  proposals: {files: proposals.csv}
  surveys: {files: surveys.csv, columns: {score: answer}}
  contacts: {files: contacts.csv}
  actions: {files: actions.csv}
  notes: {files: notes.csv}

cleaning:
  credit_notes: net           # net: they reduce revenue; drop: ignored; refuse: the run stops
  cancelled: ^CN-             # order ids of credit notes
  not_goods: ^FREIGHT$        # products that are no goods
  tests: ^TEST                # orders, accounts or products that are tests
  key: [line_id]              # names an order line: the same number twice is one line posted twice
  highest_price: 5000         # the price list ends far below it
  rules:                      # what is done otherwise than by default: set_aside, repair, mark or off
    absurd_price: set_aside
    no_rate: set_aside        # all is sold in EUR: another currency is a slip
    cancellation_above_zero: repair   # the old till wrote credit notes without their minus
  most_rows: 0.05             # the study stops when more than this share of lines is set aside
  most_amount: 0.05

# Accounts that may be one firm: `kam firms` proposes them in a file; the study obeys what is decided there, once it is named:
# identity: {review: firms.csv}

# Who is key. Each criterion runs from its worst anchor (0) to its best (1); anchors are fixed, so a new customer
# never changes the score of another. Weights say how much the step from worst to best is worth; they sum to 100.
# Margin stands for the money: revenue and lifetime value beside it would count the same thing three times.
# Money runs from the usual customer's lower quartile to one we would be proud of; opinions weigh 40 of 100 at most.
# What the kit measures by itself (kamlib/study/settings/known_criteria.py) needs a name, anchors and a weight; a column or rating of your
# own also its source and group.
scoring:
  scale: 100
  criteria:
    - {name: margin, worst: 500, best: 500000, curve: log, weight: 26}     # log: each doubling is worth the same
    - {name: cost_to_serve_share, worst: 0.25, best: 0, weight: 6}
    - {name: payment, worst: 0.5, best: 0, weight: 5}   # chance that an invoice is unpaid 60 days past due
    - {name: growth, worst: -0.5, best: 0.5, weight: 6}
    - {name: wallet, source: accounts, group: development, worst: 10000, best: 1000000, curve: log, weight: 17,
       words: what the customer buys a year from all suppliers in EUR}
    - {name: innovation, worst: 1, best: 10, weight: 12}
    - {name: reputation, worst: 1, best: 10, weight: 14}
    - {name: strategic_access, worst: 1, best: 10, weight: 14}

# Groups of customers have defaults (kamlib/study/settings/sections.py: rfm, abcxyz, lifecycle, clustering). Named RFM segments of your own
# replace the kit's ten; every cell of recency r, frequency f and money m belongs to exactly one of them:
#   rfm:
#     segments:
#       - {name: buys now, r: [high]}
#       - {name: slows down, r: [middle]}
#       - {name: gone and large, r: [low], m: [high]}
#       - {name: gone, r: [low], m: [low, middle]}

churn:
  horizon_days: 180           # no order within it is a loss

value:
  discount: 0.12              # a year

# What to do with whom stands in playbook.yaml beside this file, which is found by itself; another is named like this:
# playbook: another.yaml

# What no table holds, for dependence and cash.
money:
  fixed_costs: 480000         # EUR a month
  opening_cash: 1200000       # EUR
  hour: 55                    # EUR, an hour of our people
  supplier_days: 30           # days after an order in which its goods are paid
  vat: 0.2                    # on sales and goods
  credit_line: 500000         # EUR

# What a year should reach. The page on measures says of each: met, not met, or can't be told.
targets:
  - {measure: nrr, at_least: 0.95}             # revenue of last year's customers, as a share of what it was
  - {measure: on_time, at_least: 0.88}         # deliveries by the promised day
  - {measure: bids_won, at_least: 0.45}        # by number
  - {measure: nps, at_least: 15}               # net promoter score, -100 to 100
  - {measure: share_of_wallet, at_least: 0.2}
"""

PLAYBOOK = """\
# The playbook of the sample: what to do with whom. What is left out stands as in the kit's own, kamlib/study/settings/playbook.yaml:
# the order of precedence, the strategy of each tier, a move for each trigger.

hours_a_week: 8               # hours a week that each account manager has for the list of actions
hours_of: {M05: 4}            # who has more or fewer

tiers:
  invest:                     # a cell of the KAISM matrix: invest, development, maintenance, opportunistic, unknown
    offer: terms for the year, stock in consignment, first look at new bearings
    who: [account manager, service lead, owner]

# Offers to lost customers by the cause of the loss (deadlines, promises, quality, attention, opinions, bids; any: the rest) and what one
# costs. A share of the list gets no offer, drawn by the seed within strata of value: without it nobody knows what offers do.
win_back:
  control_share: 0.3
  offers:
    - {cause: deadlines, offer: deliveries tracked by a named person, cost: 40}          # EUR
    - {cause: promises, offer: visit of the service lead with an answer in hand, cost: 250}
    - {cause: quality, offer: visit of the service lead with an answer in hand, cost: 250}
    - {cause: attention, offer: call by a new account manager, cost: 60}
    - {cause: any, offer: first order free of freight, cost: 90}
"""
