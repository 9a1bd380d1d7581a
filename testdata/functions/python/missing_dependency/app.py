import a_package_that_is_not_installed

def handler(event, context):
    return event
