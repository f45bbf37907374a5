from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    q = forms.CharField(
        label=_("Search the whole site"),
        required=False,
        max_length=100,
        widget=forms.SearchInput(attrs={"autocomplete": "off", "placeholder": _("querysets, Gunicorn, CSRF")}),
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = "get"
        helper.form_class = "search"
        helper.disable_csrf = True
        helper.attrs = {"role": "search"}
        helper.add_input(Submit("", _("Search")))
        return helper
