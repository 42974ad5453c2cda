"""How the admin looks."""

from django.templatetags.static import static
from django.urls import reverse_lazy

UNFOLD = {
    "SITE_TITLE": "Lemma",
    "SITE_HEADER": "Lemma",
    "SITE_SYMBOL": "menu_book",
    # The page for visitors is the front end's, elsewhere.
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("lemma/favicon.svg")},
    ],
    "STYLES": [lambda request: static("lemma/lemma-style.css")],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
    "ACCOUNT": {
        "navigation": [
            {"title": "Account security", "link": reverse_lazy("mfa_index")},
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Sign out everywhere", "link": reverse_lazy("sign-out-everywhere")},
        ],
    },
    "DASHBOARD_CALLBACK": "config.dashboard.fill",
    "SIDEBAR": {
        "show_search": False,
        # By name, since it asks the database, and settings are read first.
        "navigation": "config.sidebar.navigation",
    },
}
