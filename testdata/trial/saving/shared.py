import time

time.sleep(0.1)
value = 1
