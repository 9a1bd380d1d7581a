this is for browsers
