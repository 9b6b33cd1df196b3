"""The components of the site, as one builtin library: no `{% load %}`. See mecenova/ui/README.md."""

from django import template

from mecenova.ui.templatetags import blocks, controls, lists, page, turns, words

register = template.Library()
for library in (words, page, blocks, turns, lists, controls):
    register.tags.update(library.register.tags)
    register.filters.update(library.register.filters)
