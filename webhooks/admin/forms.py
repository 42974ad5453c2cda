"""The forms of an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from publishing import kinds
from publishing.admin.widgets import Paragraph
from publishing.models import Change
from webhooks.addresses import validate_address
from webhooks.models import Endpoint

_MOST = 100


class Words(forms.CharField):
    """A list of names, one a line."""

    widget = Paragraph

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = [line.strip() for line in str(super().to_python(value)).splitlines()]
        return list(dict.fromkeys(filter(None, words)))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > _MOST or any(len(word) > 300 for word in value):
            raise forms.ValidationError(_("These are too many, or too long."))

    def run_validators(self, value: Any) -> None:
        """Those of a single text say nothing about a list."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class EndpointForm(forms.ModelForm):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Who is told."), widget=UnfoldAdminTextInputWidget
    )
    address = forms.CharField(
        label=_("Address"),
        help_text=_("Where requests are sent to, as in https://example.org/hooks/lemma. Redirects are not followed."),
        widget=UnfoldAdminTextInputWidget,
        validators=[validate_address],
    )
    kinds = forms.MultipleChoiceField(
        label=_("Of what"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("Tick none for all.")
    )
    actions = forms.MultipleChoiceField(
        label=_("When it is"),
        required=False,
        choices=Change.Action.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for all."),
    )
    categories = Words(
        label=_("Only of these categories"),
        required=False,
        help_text=_("One a line; leave it empty for all. What leaves a category is told once more."),
    )
    tags = Words(
        label=_("Only with one of these tags"), required=False, help_text=_("One a line; leave it empty for all.")
    )
    with_item = forms.BooleanField(
        label=_("Send the whole text"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Else only which entry or book it is, and what happened to it."),
    )

    class Meta:
        model = Endpoint
        fields = ("name", "address", "kinds", "actions", "categories", "tags", "with_item")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["kinds"]
        chosen.choices = [(name, name.capitalize()) for name in kinds.names()]


class ReplayForm(forms.Form):
    """From where everything is told again: behind a position, or since a moment."""

    position = forms.IntegerField(required=False, min_value=0, max_value=2**53)
    since = forms.DateTimeField(required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and (found.get("position") is None) == (found.get("since") is None):
            raise forms.ValidationError(_("Write a position or a time."))
        return found
