NAME = "nested"
