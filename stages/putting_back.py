"""What was, put into the admin's ordinary form of a thing."""

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from stages.history import PARTS
from stages.models import TopicResource, TrackTopic

TARGET = {TopicResource: "resource", TrackTopic: "topic"}  # what a part leads to


class OrdinaryForm:
    """The admin's own form of a row, as hidden fields, with some of its values replaced by those of an entry.

    ``left`` are names that the form has no field for, ``missing`` says what the values point at and is gone.
    """

    def __init__(self, model_admin, request, row, wanted):
        self.admin, self.request, self.row, self.wanted = model_admin, request, row, wanted
        self.missing, self.hidden_fields = [], []
        form_class = model_admin.get_form(request, row, change=row is not None)
        part_name = PARTS.get(model_admin.model, (None, None))[0]
        restored = {*form_class.base_fields, part_name, "position"}
        self.left = [name for name in wanted if name not in restored]
        values = {name: value for name, value in wanted.items() if name in form_class.base_fields}
        initial = self.columns(model_admin.model, values)
        self.hide(form_class(instance=row or model_admin.model(), initial=initial))
        self.hide_inlines()

    def columns(self, model, values):
        return {name: self.column(model._meta.get_field(name), value) for name, value in values.items()}

    def column(self, field, value):
        if field.many_to_many:
            return [self.pk_of(field.related_model, key) for key in value]
        if field.is_relation:
            return self.pk_of(field.related_model, value) if value else None
        return field.to_python(value)

    def pk_of(self, model, key):
        try:
            return model.objects.get_by_natural_key(*key).pk
        except ObjectDoesNotExist:
            name = " / ".join(key)
            said = _("There is no %(kind)s “%(name)s” any more.") % {"kind": model._meta.verbose_name, "name": name}
            if said not in self.missing:
                self.missing.append(said)

    def hide(self, form):
        self.hidden_fields += [field.as_hidden() for field in form]

    def hide_inlines(self):
        """The rows below: as they are, but for those that are put back."""
        part_name, part = PARTS.get(self.admin.model, (None, None))
        prefixes = {}
        for formset_class, inline in self.admin.get_formsets_with_inlines(self.request, self.row):
            prefix = formset_class.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1
            if prefixes[prefix] > 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            rows = inline.get_queryset(self.request)
            formset = formset_class(instance=self.row or self.admin.model(), prefix=prefix, queryset=rows)
            formset.extra = 0
            if inline.model is part and part_name in self.wanted:
                self.replace_parts(formset, part, self.wanted[part_name])
            self.hidden_fields.append(formset.management_form)
            for form in formset:
                self.hide(form)

    def replace_parts(self, formset, part, wanted):
        """Give each row the values that it had, mark those that were not there, and add those that are gone."""
        target = TARGET[part]
        wanted = {values[target]: values for values in (self.columns(part, entry) for entry in wanted)}
        there = {getattr(row, f"{target}_id") for row in formset.get_queryset()}
        formset.initial_extra = [values for pk, values in wanted.items() if pk not in there]
        formset.extra = len(formset.initial_extra)
        for form in formset.initial_forms:
            form.initial |= wanted.get(getattr(form.instance, f"{target}_id"), {"DELETE": True})


def restore_places(row, entry, names):
    """Give ``row``, and the rows below it, the places that an entry names. Forms may only show them."""
    if "position" in names:
        type(row).objects.filter(pk=row.pk).update(position=entry["position"])
    part_name, part = PARTS.get(type(row), (None, None))
    if part_name in names:
        places = {tuple(values[TARGET[part]]): values["position"] for values in entry[part_name]}
        for below in getattr(row, part_name).select_related(TARGET[part]):
            place = places.get(getattr(below, TARGET[part]).natural_key())
            if place not in (None, below.position):
                part.objects.filter(pk=below.pk).update(position=place)
