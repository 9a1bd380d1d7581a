"""Forms that a model fills in."""

from datetime import date
from enum import Enum
from typing import List, Optional

from pydantic import BaseModel


class Wish(str, Enum):
    """What a customer wants."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    APOLOGY = "apology"


class Complaint(BaseModel):
    """What a customer complains about."""

    articles: List[str]
    bought: Optional[date]
    wish: Wish
