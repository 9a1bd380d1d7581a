import pickle

with open('model.pkl', 'rb') as file:
    MODEL = pickle.load(file)


def handler(event, context):
    return event
