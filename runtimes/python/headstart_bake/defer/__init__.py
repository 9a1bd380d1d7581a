"""Deferral of imports: decides from recorded runs which import statements of a function can wait, and proves it.

    from headstart_bake.defer.bake import defer
    deferral = defer("/path/of/package", "app.handler", ["events/a.json"])
    deferral.codes     by module name: its marshalled code, rewritten where something waits
    deferral.table     by module name: what headstart_launcher.image.deferred.execute and headstart_launcher.image.order.prepare need
    deferral.modules   by module name: kind, origin, cached, is_package, locations
    deferral.report    what waits and why not more, and what the first uses cost; JSON

Nothing is imported here: the programs that watch the function must not bring modules of their own.

To be run by the interpreter that will run the function. How it goes: the plain run is watched (`observe`), a plan
is made (`plan`), the function is run by it (`serve`), what turns out to be needed is taken back, again and again
(`rounds`); then the interpreter's state after it is compared (`state`), and each import that waits is tried as
the first (`firsts`).
"""
