def handler(event, context):
    for number in range(100000):
        print("line of some length, number %d" % number)
    print("end")
