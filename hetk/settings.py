"""All settings, from the environment. One file, sections by concern; constants that nobody configures live beside their code."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext

from hetk import company, databases, env, log, rest

# Lets `ModelAdmin[Connection]` and its like be written in code that runs.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where Hetk runs ---------------------------------------------------------------------------------------------------

DEBUG = env.flag("HETK_DEBUG", False)
SITE_URL = env.text("HETK_SITE_URL", "http://localhost:8000")
ALLOWED_HOSTS = env.words("HETK_HOSTS", "localhost 127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("HETK_ORIGINS", SITE_URL)
SECRET_KEY = env.text("HETK_SECRET_KEY")
# Data of the installation itself: the SQLite file, static files, keys of the demo.
VAR_DIR = Path(env.text("HETK_VAR_DIR", str(BASE_DIR / "var")))

# Keys of the vault and of marks: "id:base64 of 32 bytes", the first one seals, the others still open.
VAULT_KEYS = env.words("HETK_VAULT_KEYS")
MARK_KEYS = env.words("HETK_MARK_KEYS")
# Who made a copy: two installations that write into one calendar leave each other's copies alone.
INSTALLATION = env.text("HETK_INSTALLATION", "hetk")

# --- Cookies and https ---------------------------------------------------------------------------------------------------

HTTPS = SITE_URL.startswith("https://")
# How many reverse proxies stand in front and can be believed about the client's address and scheme.
TRUSTED_PROXIES = env.number("HETK_TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# The header in which the proxy itself writes the client's address, if it does; it takes the place of counting.
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = env.text("HETK_CLIENT_IP_HEADER", "") or None
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
# Load balancers ask from inside, by plain http.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
# The prefix makes browsers refuse such a cookie from a sibling domain; they accept it over https only.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# Idle so long, a session is over; how long it may last at all is the business of `accounts/sessions.py`.
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
# They name accounts and calendars: in the session, not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- The outside world ---------------------------------------------------------------------------------------------------

# "" for the real services. In the demo and the tests: where the sandbox serves them, as <sandbox>/<real host>/<real path>.
SANDBOX_URL = env.text("HETK_SANDBOX_URL", "")
# Where providers send notifications; https for the real services. The sandbox maps the demo's address to the local site.
WEBHOOK_URL = env.text("HETK_WEBHOOK_URL", SITE_URL)
ALLOWED_HOSTS.append(urlsplit(WEBHOOK_URL).hostname or "")
# By kind: how long Hetk makes a watch last, and how long before its end it is renewed.
WATCH_LIFETIMES = {
    "microsoft": (timedelta(days=2), timedelta(days=1)),
    "google": (timedelta(days=6), timedelta(days=1)),
    "memory": (timedelta(days=6), timedelta(days=1)),
}
OUTBOUND_HOSTS = [
    "login.microsoftonline.com",
    # Asked only which of Microsoft's clouds an organization lives in.
    "login.chinacloudapi.cn",
    "graph.microsoft.com",
    "accounts.google.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
    # Told where to send security events, by a command alone.
    "risc.googleapis.com",
    "caldav.icloud.com",
    "p*-caldav.icloud.com",
    "account.apple.com",
    "api.stripe.com",
    "checkout.stripe.com",
    "billing.stripe.com",
]
# Those of them that people are sent to, to sign in and consent.
SIGN_IN_HOSTS = ["login.microsoftonline.com", "accounts.google.com"]
# And those where they pay.
PAYMENT_HOSTS = ["checkout.stripe.com", "billing.stripe.com"]

# Two resolvers, of two houses, that read the policies of organizations; one may be a validating one on this machine.
RESOLVERS = env.words("HETK_RESOLVERS", "1.1.1.1 9.9.9.9")

MICROSOFT_CLIENT_ID = env.text("HETK_MICROSOFT_CLIENT_ID", "8dd90edb-c881-459a-ac84-2a1fee8c5c94")
MICROSOFT_CLIENT_SECRET = env.text("HETK_MICROSOFT_CLIENT_SECRET", "")
GOOGLE_CLIENT_ID = env.text("HETK_GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.text("HETK_GOOGLE_CLIENT_SECRET", "")

# --- Plans and payment ------------------------------------------------------------------------------------------------------

STRIPE_SECRET_KEY = env.text("HETK_STRIPE_SECRET_KEY", "")
# The endpoint's signing secret; two of them while one is replaced by the other.
STRIPE_WEBHOOK_SECRETS = env.words("HETK_STRIPE_WEBHOOK_SECRETS")
# Whether plans apply. Who runs Hetk for themselves has no use for them, so without Stripe nothing is counted; with "yes" and no key
# there are trials, and plans that staff give.
BILLING = env.flag("HETK_BILLING", bool(STRIPE_SECRET_KEY))
# "off"; "automatic": Stripe Tax computes; "managed": Stripe sells in its own name.
STRIPE_TAX = env.text("HETK_STRIPE_TAX", "off")

# --- Applications --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "hetk",
    "accounts",
    "sync",
    "policy",
    "hetk.desk.SupportConfig",
    "billing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_q",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "hetk.urls"
WSGI_APPLICATION = "hetk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "hetk.atonce.RefuseAtOnce",
    "django.middleware.security.SecurityMiddleware",
    "hetk.headers.SecurityHeaders",
    "hetk.status.Alike",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.SessionLimits",
    "accounts.terms.TermsGate",
    "accounts.undelivered.Undelivered",
    "hetk.refusals.Refusals",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "billing.banner.billing",
            ],
        },
    }
]

# --- Database, cache, timetable ------------------------------------------------------------------------------------------

SQLITE = databases.sqlite(env.text("HETK_SQLITE", str(VAR_DIR / "hetk.sqlite3")), VAR_DIR)
# Empty: SQLite.
POSTGRES = databases.postgres(env.text("HETK_DATABASE_URL", ""))
DATABASES = {"default": POSTGRES or SQLITE}

# Shared by all processes: limits on sign-in attempts count in here.
# Django throws entries away above 300, and with them the counts of whoever tries with many addresses.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

Q_CLUSTER = {
    "name": "hetk",
    "orm": "default",
    "workers": 1,
    "timeout": 60,
    "retry": 120,
    "queue_limit": 1,
    "max_attempts": 3,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
}

# --- Sign-in ---------------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# How long a session lasts is not asked at the door: `accounts/sessions.py` limits every one of them.
ACCOUNT_SESSION_REMEMBER = True
# What protects an account changes only right after a sign-in, or after confirming once more who one is.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
# Calendar tokens never pass through allauth's tables; an address alone never signs anybody in.
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_ONLY = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
] + [{"NAME": "accounts.own_words.OwnWords"}]
# The day since when `templates/trust/terms.html` stands as it does; a new one is put before everybody once more.
TERMS_VERSION = "2026-11-25"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Hetk"
MFA_FORMS = {"add_webauthn": "accounts.factor_forms.AddPasskey", "activate_totp": "accounts.factor_forms.ActivateApp"}

# --- Mail -----------------------------------------------------------------------------------------------------------------

EMAIL_HOST = env.text("HETK_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = env.number("HETK_SMTP_PORT", 9025)
EMAIL_HOST_USER = env.text("HETK_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("HETK_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("HETK_SMTP_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("HETK_MAIL_FROM", "Hetk <no-reply@hetk.io>")

# Where people report weaknesses, as security.txt writes it: a mailto: or https: address.
SECURITY_CONTACT = env.text("HETK_SECURITY_CONTACT", "mailto:security@hetk.io")
# Who runs this installation, as the contract and the public pages name them.
COMPANY = company.from_environment()
# Where it writes down changes of its sub-processors before they come: `hetk/trust/changes.py`.
SUBPROCESSOR_CHANGES = env.text("HETK_SUBPROCESSOR_CHANGES", "")

# --- The end of an account -----------------------------------------------------------------------------------------------

# What other parts of the product do before an account's rows go, as functions of the person. One that raises is called again.
ACCOUNT_DELETION_STEPS = ["billing.ending.end_for", "accounts.inbox.forget_of"]

# --- Pages ----------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "hetk" / "static"]
# Hashed names may be cached for ever; they need `manage.py collectstatic` first, which the tests do without.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.flag("HETK_HASHED_STATIC", True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- API ------------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK, SPECTACULAR_SETTINGS = rest.FRAMEWORK, rest.DOCUMENT

# --- Log and measurements ------------------------------------------------------------------------------------------------------------------

LOGGING = log.configuration(env.text("HETK_LOG_LEVEL", "INFO"))

# What a reader of measurements shows at /metrics; "": there are none to read.
METRICS_TOKEN = env.text("HETK_METRICS_TOKEN", "")
