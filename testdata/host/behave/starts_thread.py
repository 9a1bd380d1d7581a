"""Starts a thread when it is imported: a zygote that preloads it cannot fork."""
import threading
import time

threading.Thread(target=time.sleep, args=(60,), name="flusher", daemon=True).start()
