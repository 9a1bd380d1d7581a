"""A small web service behind an API gateway."""

from decimal import Decimal
from typing import List

from fastapi import FastAPI, HTTPException
from mangum import Mangum
from pydantic import BaseModel, Field

PRICES = {"apple": Decimal("0.35"), "bread": Decimal("2.80"), "cheese": Decimal("7.15")}
RATES = {"EUR": Decimal(1), "USD": Decimal("1.08"), "JPY": Decimal("162.5")}

app = FastAPI(title="orders")


class Line(BaseModel):
    """One line of an order."""

    product: str = Field(min_length=1, max_length=40)
    count: int = Field(gt=0, le=1000)


class Order(BaseModel):
    """What a customer asks for."""

    customer: str
    lines: List[Line] = Field(min_length=1)


class Quote(BaseModel):
    """What an order comes to."""

    customer: str
    items: int
    total: str
    currency: str


@app.get("/products/{name}")
def product(name: str, currency: str = "EUR"):
    """The price of one product."""
    return {"name": name, "price": str(price(name) * rate(currency)), "currency": currency}


@app.post("/quotes", status_code=201, response_model=Quote)
def quote(order: Order, currency: str = "EUR"):
    """The price of an order."""
    total = sum(price(line.product) * line.count for line in order.lines) * rate(currency)
    items = sum(line.count for line in order.lines)
    return Quote(customer=order.customer, items=items, total="%.2f" % total, currency=currency)


def price(name):
    """A product's price in euros."""
    if name not in PRICES:
        raise HTTPException(status_code=404, detail="no product %r" % name)
    return PRICES[name]


def rate(currency):
    """What a euro is worth."""
    if currency not in RATES:
        raise HTTPException(status_code=400, detail="no currency %r" % currency)
    return RATES[currency]


handler = Mangum(app, lifespan="off")
