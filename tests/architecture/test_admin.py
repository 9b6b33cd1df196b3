"""Django's admin is for looking: what it may still write is listed here, and nothing else is."""

from types import SimpleNamespace

from django.contrib import admin

# The closed lists, who is of the team, and which company is of the network: no record, no state, no step.
WRITTEN = {
    *("accounts.User", "auth.Group", "companies.Company"),
    *("reference.Audience", "reference.Cause", "reference.Sector", "reference.Skill"),
    *("reference.SkillFamily", "reference.Territory"),
}


def test_only_these_are_written_in_the_admin():
    everything = SimpleNamespace(has_perm=lambda *given: True, is_superuser=True)
    request = SimpleNamespace(user=everything)
    written = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if page.has_add_permission(request)
        or page.has_change_permission(request)
        or page.has_delete_permission(request)
    }
    assert written == WRITTEN
