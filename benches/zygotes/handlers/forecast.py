import pandas
from sklearn.linear_model import LinearRegression


def handler(event, context):
    frame = pandas.DataFrame({"day": [1, 2, 3, 4], "sold": [2.0, 4.0, 6.0, 8.0]})
    model = LinearRegression().fit(frame[["day"]], frame["sold"])
    return round(float(model.predict(pandas.DataFrame({"day": [5]}))[0]), 6)
