"""What no table holds for dependence and cash, and how a year of losses is drawn."""

from __future__ import annotations

from pydantic import Field

from kamlib.study.settings.parts import Day, Part, Share


class Borrowing(Part):
    """What the bank lends on open invoices."""

    advance_rate: Share = Field(0.85, description="share of the eligible invoices that the bank lends")
    old_days: int = Field(90, ge=1, description="days from issue after which an invoice is left out")
    cross_aged: Share = Field(
        0.10, description="share of a customer's open money that may be old; above it, all it owes is left out"
    )
    largest_share: Share = Field(
        0.20, gt=0, description="share of the pool that one customer may have; what is above it is left out"
    )
    free_dilution: Share = Field(
        0.05, description="credit notes as a share of billing that cost nothing; what is above it lowers the rate"
    )


class Money(Part):
    """What no table holds, for dependence and cash."""

    fixed_costs: float | None = Field(None, ge=0, description="a month")
    opening_cash: float | None = None
    hour: float | None = Field(None, ge=0, description="cost of an hour of ours")
    hours_in_fixed: bool | None = Field(
        None, description="whether fixed_costs pay our hours already; None: pages show both and ask"
    )
    supplier_days: int | None = Field(None, ge=0, le=365, description="days after an order in which its goods are paid")
    vat: Share | None = Field(None, description="rate on sales and goods; 0: none")
    vat_days: int = Field(10, ge=0, le=90, description="days after the end of a month in which its VAT is paid")
    opening_vat: float | None = Field(
        None, description="owed on the day of the run; None: that of the last month, by the books"
    )
    credit_line: float | None = Field(None, ge=0, description="what the bank lends at once")
    forward_factor: float = Field(1, ge=0, description="losses of open invoices expected, as a multiple of the past")
    approval: Day | None = Field(None, description="day the statements are approved; None: 120 days after as_of")
    contra: dict[str, float] = Field({}, description="what we owe to customers that supply us, too, by customer")
    borrowing: Borrowing = Borrowing()


class Risk(Part):
    """How a year of losses is drawn."""

    correlation: float = Field(0.1, ge=0, lt=1, description="of two customers of one industry, of what makes them stop")
    draws: int = Field(10_000, ge=1000)
    seed: int = 1
