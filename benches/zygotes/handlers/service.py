from fastapi import FastAPI
from pydantic import BaseModel

APP = FastAPI()


class Order(BaseModel):
    number: int
    items: list = []


@APP.post("/orders")
def add(order: Order):
    return order


def handler(event, context):
    return [Order(number=event.get("number", 7)).number, [route.path for route in APP.routes][-1]]
