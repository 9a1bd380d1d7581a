import around
