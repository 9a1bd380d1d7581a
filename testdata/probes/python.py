"""What code can ask of a package and of the libraries in it, as JSON: `python.py PACKAGE`. A slimmed package, with its
shim, answers as the installed one does; what is not in a package is answered the same too, with an error."""

import importlib
import importlib.metadata as metadata
import inspect
import json
import linecache
import os
import pkgutil
import sys
import traceback

OWN = {"headstart_shim", "headstart_cold"}
LOADED = importlib.import_module


def every_package(answers, package):
    """Metadata, documentation, listings and sources of whatever is installed."""
    found = sorted({it.metadata["Name"] for it in metadata.distributions(path=[package])})
    answers["distributions"] = found
    for name in found:
        ask(answers, "version of " + name, lambda: metadata.version(name))
        ask(answers, "files of " + name, lambda: [str(it) for it in metadata.files(name) or () if is_kept(str(it))][:9])
        ask(answers, "entry points of " + name, lambda: sorted(map(str, metadata.distribution(name).entry_points)))
    names = sorted({it.name for it in pkgutil.iter_modules([package])} - OWN)
    answers["modules"] = names
    for name in names:
        ask(answers, "documentation of " + name, lambda: LOADED(name).__doc__)
        ask(answers, "modules of " + name, lambda: sorted(it.name for it in pkgutil.iter_modules(LOADED(name).__path__)))
        ask(answers, "source of " + name, lambda: inspect.getsource(LOADED(name)))
        ask(answers, "file of " + name, lambda: os.path.basename(LOADED(name).__file__))


def is_kept(name):
    """RECORD lists what is there: not what is cold, and bytecode of its own."""
    return name.endswith((".dist-info/METADATA", ".dist-info/WHEEL"))


def aws(service):
    return LOADED("boto3").client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def failing_line():
    try:
        LOADED("pandas").DataFrame({"a": [1]}).loc["z"]
    except KeyError:
        return [line for line in traceback.format_exc().splitlines() if line.startswith("    ")][-3:]


# Parts of libraries that no benchmark function reaches on its events.
PARTS = {
    "a service that nothing uses": lambda: aws("dynamodb").meta.service_model.operation_names,
    "a signed address": lambda: aws("sqs").meta.endpoint_url,
    "certificates": lambda: os.path.getsize(LOADED("certifi").where()),
    "testing of numpy": lambda: LOADED("numpy.testing").assert_equal(1, 1),
    "testing of pandas": lambda: LOADED("pandas._testing").assert_frame_equal.__name__,
    "a function's source": lambda: inspect.getsource(LOADED("pandas").merge),
    "a class's source": lambda: inspect.getsource(LOADED("fastapi").FastAPI),
    "a line of a source": lambda: linecache.getline(LOADED("httpx").__file__, 1),
    "lines of a traceback": failing_line,
    "a time zone": lambda: str(LOADED("pandas").Timestamp("2024-01-01", tz="Asia/Tokyo")),
    "style sheets": lambda: LOADED("sklearn.linear_model").LinearRegression()._repr_html_()[:400],
    "a data set": lambda: LOADED("sklearn.datasets").load_iris().data.shape,
    "modules of stubs": lambda: LOADED("skimage.filters").sobel.__name__,
    "an extension module": lambda: LOADED("scipy.stats").norm.cdf(0.5),
    "a docstring that is parsed": lambda: LOADED("lightgbm").LGBMClassifier.__doc__,
    "a part of sympy": lambda: LOADED("sympy.physics.units").meter.name,
    "a stemmer": lambda: LOADED("nltk").stem.PorterStemmer().stem("running"),
    "a parser": lambda: LOADED("lxml.html").fromstring("<p>a<b>c</b></p>").text_content(),
    "a model made at run time": lambda: LOADED("pydantic").create_model("Model", a=(int, ...))(a=1).model_dump(),
    "a client's part": lambda: type(LOADED("openai").OpenAI(api_key="x").beta).__name__,
    "a filter": lambda: LOADED("PIL.ImageFilter").BLUR.name,
}


def ask(answers, name, question):
    try:
        answers[name] = repr(question())
    except Exception as error:
        answers[name] = "%s: %s" % (type(error).__name__, error)


def main(package):
    sys.path.insert(0, package)
    os.chdir(package)
    if os.path.exists("headstart_shim.py"):
        LOADED("headstart_shim")
    answers = {}
    every_package(answers, package)
    for name, question in PARTS.items():
        ask(answers, name, question)
    json.dump({name: repr(answer).replace(package, "PACKAGE") for name, answer in answers.items()}, sys.stdout)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
