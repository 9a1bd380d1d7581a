def attach(package_name, submodules=None, submod_attrs=None):
    pass


def attach_stub(package_name, filename):
    pass
