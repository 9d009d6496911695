"""What a page on a key account may show, and what benefits may cost."""

from __future__ import annotations

from pydantic import Field

from kamlib.study.settings.parts import Part, Share


class Dossier(Part):
    """Pages on single customers."""

    contact_names: bool = Field(False, description="whether pages name contacts; else they say their roles")
    complete: Share = Field(
        0.6, description="share of the facts that must be known and fresh; below it, an action says so"
    )
    benefit_cap: Share = Field(
        0.05, description="what benefits of 12 months may cost, as a share of the customer's margin"
    )
    sponsors: dict[str, str] = Field({}, description="by customer: the role at the top that answers for it")
