"""Pages sent back as a browser does."""


def as_posted(form):
    """What a browser sends of this form as it is shown, untouched."""
    shown = {field.html_name: field.field.prepare_value(field.value()) for field in form}
    return {name: value for name, value in shown.items() if value is not None and value is not False}


def opened(client, address):
    return as_posted(client.get(address).context["form"])
