"""Groups and pivots sales that the event brings."""

import numpy as np
import pandas as pd


def handler(event, context):
    """Totals by region, a pivot of region by product, and how the amounts are spread."""
    sales = pd.DataFrame(event["rows"])
    sales["amount"] = sales["units"] * sales["price"]
    return {
        "rows": len(sales),
        "regions": by_region(sales),
        "pivot": pivot(sales),
        "spread": spread(sales["amount"].to_numpy(dtype=np.float64)),
    }


def by_region(sales):
    """Units, amount and mean price of each region, by name."""
    grouped = sales.groupby("region", sort=True)
    totals = grouped.agg(units=("units", "sum"), amount=("amount", "sum"), price=("price", "mean"))
    return [
        {"region": region, "units": int(row.units), "amount": round(row.amount, 2), "price": round(row.price, 4)}
        for region, row in zip(totals.index, totals.itertuples(index=False))
    ]


def pivot(sales):
    """Amounts of each region by product; 0 where nothing was sold."""
    table = sales.pivot_table(index="region", columns="product", values="amount", aggfunc="sum", fill_value=0)
    return {
        region: {product: round(float(amount), 2) for product, amount in row.items()}
        for region, row in table.iterrows()
    }


def spread(amounts):
    """Quartiles and the standard deviation."""
    low, middle, high = np.percentile(amounts, [25, 50, 75])
    values = {"low": low, "middle": middle, "high": high, "deviation": amounts.std()}
    return {name: round(float(value), 4) for name, value in values.items()}
