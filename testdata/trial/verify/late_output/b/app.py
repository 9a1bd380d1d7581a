import threading
import time


def handler(event, context):
    threading.Thread(target=speak, args=(event["delay"],)).start()


def speak(delay):
    time.sleep(delay)
    print("said after the answer", flush=True)
