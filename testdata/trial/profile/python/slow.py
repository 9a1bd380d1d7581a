import time

import helper

time.sleep(0.05)
NAME = helper.NAME
