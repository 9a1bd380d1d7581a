"""Functions as they are deployed on Cloud Run functions; `functions-framework` runs them."""

import functions_framework


@functions_framework.http
def page(request):
    if request.path == "/raise":
        raise KeyError("no")
    if request.path == "/made":
        return "made", 201, {"X-Id": "7"}
    return {"path": request.path, "args": request.args.to_dict(), "json": request.get_json(silent=True)}


@functions_framework.cloud_event
def noted(event):
    assert event["type"] == "made" and event.data == {"n": 1}, event
