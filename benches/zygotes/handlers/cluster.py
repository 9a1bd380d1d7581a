import numpy
from sklearn.cluster import KMeans


def handler(event, context):
    points = numpy.array([[0.0, 0.0], [0.1, 0.0], [9.0, 9.0], [9.1, 9.0]])
    labels = KMeans(n_clusters=2, n_init=1, random_state=0).fit_predict(points)
    return [bool(labels[0] == labels[1]), bool(labels[0] != labels[2])]
