"""A form that was sent, and is shown again as it was filled in, without an error: to go on editing it."""

from django.contrib import admin

GO_BACK = "_go_back"


class CanGoBack(admin.ModelAdmin):
    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (NotYet, form), {}) if GO_BACK in request.POST else form


class NotYet:
    """A form that is not to be saved yet, however right it is."""

    def is_valid(self):
        super().is_valid()
        return False
