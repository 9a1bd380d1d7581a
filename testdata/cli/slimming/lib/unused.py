x = 1  # never reached
x = 1  # never reached
x = 1  # never reached
x = 1  # never reached
