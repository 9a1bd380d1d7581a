"""Finds the weather stations that are nearest to a place."""

import csv
import math
import os

import headstart

EARTH_RADIUS_KM = 6371.0
STATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stations.csv")

stations = []


@headstart.prewarm
def load():
    """Reads the stations. A host calls this before there is a request; without a host the first request does."""
    if stations:
        return
    with open(STATIONS, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stations.append((row["name"], math.radians(float(row["latitude"])), math.radians(float(row["longitude"]))))


def distance_km(latitude, longitude, other_latitude, other_longitude):
    """The great-circle distance, by the haversine formula; angles are in radians."""
    north = math.sin((other_latitude - latitude) / 2) ** 2
    east = math.sin((other_longitude - longitude) / 2) ** 2
    chord = north + math.cos(latitude) * math.cos(other_latitude) * east
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def handler(event, context):
    """The `count` nearest stations, nearest first."""
    load()
    latitude, longitude = math.radians(event["latitude"]), math.radians(event["longitude"])
    found = sorted((distance_km(latitude, longitude, north, east), name) for name, north, east in stations)
    return [{"station": name, "km": round(distance, 1)} for distance, name in found[: event.get("count", 3)]]
