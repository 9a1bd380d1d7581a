import jinja2

PAGE = jinja2.Environment(autoescape=True).from_string("<h1>{{ title }}</h1>{% for item in items %}<p>{{ item }}</p>{% endfor %}")


def handler(event, context):
    return PAGE.render(title=event.get("title", "a < b"), items=[1, 2, 3])
