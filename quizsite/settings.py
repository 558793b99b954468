"""All settings, in one file; every value that differs between installations comes from the environment.

SITE_URL        where people reach the site, e.g. https://quiz.example.org (decides hosts, cookies, HTTPS)
BEHIND_PROXY    true where nginx or Caddy stands in front and sets X-Forwarded-Proto and X-Forwarded-For
TRUSTED_PROXY   the address of that proxy (default: 127.0.0.1); no other is believed
SECRET_KEY      at least 50 characters; without it a key is made once and kept in the data folder
OLD_SECRET_KEYS  keys of before, with commas between: sessions and numbers of certificates made with them still hold
DATABASE_URL    e.g. postgres://user:password@host/name; without it SQLite in the data folder
REDIS_URL       a cache shared by several web processes, which need one; without it, in memory
WEB_PROCESSES   how many processes serve the site, on all machines together (default: 1)
DATA_DIR        where the SQLite file, the secret and collected assets live (default: var/)
GUESTS          how many people who try the site without an account are kept at a time (default: 5000; 0: nobody
                can), each for seven days at most
CONTACT         whom users can ask: an e-mail or web address, in the footer and on the help page (default: none)
EMAIL_URL       e.g. smtp://user:password@host:587?tls=true; without it mails are printed while SITE_URL is
                this machine, and go nowhere on a site for others
and a few more, which docs/operations.md lists with these.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env
from whitenoise.compress import Compressor

from quizsite.mail import default_url, mail_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))


def kept_secret() -> str:
    """Return a random key made at the first start and kept readable to its owner only; lost with a read-only folder."""
    path = DATA_DIR / "secret_key"
    try:
        DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip() or secrets.token_urlsafe(64)
    except OSError:
        return secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        key = secrets.token_urlsafe(64)
        handle.write(key)
    return key


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret()
SECRET_KEY_FALLBACKS: list[str] = env.list("OLD_SECRET_KEYS", [])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", urlsplit(SITE_URL).hostname or "", *env.list("ALLOWED_HOSTS", [])]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

INSTALLED_APPS = [
    "quizzes.apps.QuizzesConfig",
    "quizzes.apps.QuizsiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
]

LANGUAGES = [("en", _("English"))]
MIDDLEWARE = [
    "quizzes.middleware.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "quizzes.middleware.NeverCacheWithSession",
    "quizzes.middleware.ErrorPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "quizzes.middleware.LoginRequired",
    "quizzes.middleware.PasswordMustChange",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "quizzes.middleware.ReaderTimeZone",
]

ROOT_URLCONF = "quizsite.urls"
WSGI_APPLICATION = "quizsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",  # *.jinja: an attempt's pages, and the frame of all pages
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "quizsite.jinja.environment",
            "app_globals": {
                "card_body": "quizzes.templatetags.quizzes_cards.card_body",
                "contact": "quizzes.contact.words",
                "contact_link": "quizzes.contact.link",
                "mail_can_be_sent": "quizzes.mailing.mail_can_be_sent",
                "reviews_due": "quizzes.templatetags.quizzes_reviews.reviews_due",
                "stem": "quizzes.markup.stem",
                "stem_with_terms": "quizzes.reports.glossary.stem_with_terms",
                "outcome_of": "quizzes.reports.wording.of_attempt",
                "zone_words": "quizzes.zones.words_of_reader",
                "emblem": "quizzes.templatetags.quizzes_emblems.emblem",
                "member_emblem": "quizzes.templatetags.quizzes_emblems.member_emblem",
            },
            "app_filters": {
                "date": "quizzes.templatetags.quizzes_time.local_date",
                "duration": "quizzes.local_time.duration",
                "inline_markdown": "quizzes.markup.inline_markdown",
                "markdown": "quizzes.markup.markdown",
                "with_terms": "quizzes.reports.glossary.with_terms",
                "marks": "quizzes.figures.marks",
                "plain": "quizzes.markup.plain",
                "time_left": "quizzes.templatetags.quizzes_words.time_left",
                "unit_color": "quizzes.templatetags.quizzes_emblems.unit_color",
            },
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["quizzes.templatetags.quizzes_time"],  # dates are written in one style
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database ------------------------------------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    "timeout": 8,  # less than a browser waits for a reply (TIMEOUT_MS in queue.js): a thread waits for nobody else
    "transaction_mode": "IMMEDIATE",  # a transaction takes its place in the queue of writers when it begins
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0;",
}
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA_DIR / 'quizsite.sqlite3'}", conn_max_age=None, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].update(
        {
            "ENGINE": "quizsite.sqlite",
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_HEALTH_CHECKS": False,
            "TEST": {"NAME": ":memory:"},  # named, because test tools know only Django's own engine to be in memory
        }
    )
else:
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {"options": "-c statement_timeout=15s -c lock_timeout=8s -c idle_in_transaction_session_timeout=30s"}
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # one that hangs must not hold the threads
    }
    if REDIS_URL
    # Room for the sessions of a school, or they would push the counters of allauth's rate limits out.
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# People --------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "quizzes.User"
AUTHENTICATION_BACKENDS = ["quizzes.backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "quizzes:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "quizzes:home"
ACCOUNT_ADAPTER = "quizzes.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "quizzes.forms.accounts.AddEmailForm",
    "login": "quizzes.forms.accounts.LoginForm",
    "signup": "quizzes.forms.signup.SignupForm",
    "change_password": "quizzes.forms.signup.ChangePasswordForm",
    "set_password": "quizzes.forms.signup.SetPasswordForm",
    "reset_password": "quizzes.forms.accounts.ForgottenPasswordForm",
    "reset_password_from_key": "quizzes.forms.accounts.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email", "password1*"]  # the user name is made from the names
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", "optional")
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = "strict"  # several may type one address, one can confirm it
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = [
    "password",
    "mfa",
]  # no code by mail: few accounts have an address, not all sites send mail
# Tries / seconds / what is counted. A school may be behind one address: by address alone, only what none of them reaches.
ACCOUNT_RATE_LIMITS = {
    "login": "",  # counted in quizzes/limits.py, as are wrong passwords:
    "log_in_from_address": "600/60s/ip",
    "signup": "300/60s/ip",
    "reset_password": "120/60s/ip,5/60s/key",
    "reset_password_from_key": "120/60s/ip",
    "login_failed": "5/300s/key",  # codes of a second factor
    "wrong_password": "10/300s/key",  # for one account, from one address or on one known device
    "wrong_password_of_account": "60/600s/key",  # for one account, from anywhere; known devices are let through
    "wrong_password_from_address": "300/60s/ip",  # for any account, from one address
    "join_classroom": "10/60s/user,600/60s/ip",
    "open_join_link": "600/60s/ip",  # by strangers; a class opens it together
    "change_username": "10/3600s/user",  # each try tells whether a user name is taken
    "export_own_data": "10/3600s/user",
    "delete_account": "10/3600s/user",
    "invite_instructor": "30/3600s/user",
    "open_instructor_link": "60/60s/ip",
    "import_questions": "60/3600s/user",
    "export_questions": "120/3600s/user",
    "open_quiz_share": "60/600s/user",
    "try_without_account": "120/3600s/ip",  # first answers, each of which makes a guest
}
GUESTS = env.int("GUESTS", 5_000)
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_TOTP_ISSUER = "Quizsite"
SOCIALACCOUNT_ONLY = False
email_url = env.str("EMAIL_URL", "") or default_url(urlsplit(SITE_URL).hostname or "")  # no setting: it has a password
MAIL_SCHEME = urlsplit(email_url).scheme
globals().update(mail_settings(email_url, django.VERSION))
CONTACT = env.str("CONTACT", "").strip()
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "quizsite@localhost")

# Language and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "quizsite.formats"  # of dates where Django writes them itself: in tables of the workshop
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")

# Static files --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("serif", str(DATA_DIR / "serif"))]  # cut out of an installed font when it is first asked for
STATICFILES_FINDERS = ["quizsite.assets.SerifFinder", "django.contrib.staticfiles.finders.AppDirectoriesFinder"]
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # covering columns of indexes help PostgreSQL; SQLite goes without them
    "account.W001",  # nobody types a user name at sign-up: one is made, and then used to log in
]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")  # for developers' tools only
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str("STATIC_STORAGE", "quizsite.assets.Assets"),
    },
}

# Safety --------------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in ("accelerometer", "camera", "geolocation", "gyroscope", "magnetometer", "microphone", "payment", "usb")
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
TRUSTED_PROXY = env.str("TRUSTED_PROXY", "127.0.0.1") if env.bool("BEHIND_PROXY", False) else ""
if TRUSTED_PROXY:
    SILENCED_SYSTEM_CHECKS.append("security.W008")  # the proxy sends http to https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# A cached session needs no query, but only one process has it: a log-out while Redis is out of reach would leave the
# session in there, and Redis may be away without ending what others do. A session says only who is logged in, with a hash
# of the password: the person is read on every request, so deactivating a user and changing a password by a command
# work at once. Only deleting rows of sessions from outside would be noticed late by one process, at the next start.
WEB_PROCESSES = env.int("WEB_PROCESSES", 1)
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if WEB_PROCESSES == 1 and not REDIS_URL else 'db'}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MAX_REQUEST = 5_000_000  # bytes; far above the longest form and the largest roster
MAX_IMPORT = 27_000_000  # bytes: a file of 25 MiB (`formats.base.MAX_BYTES`) and the form around it, for imports alone
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
CSRF_FAILURE_VIEW = "quizzes.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Quizzes -------------------------------------------------------------------------------------------------------------
PREPARED_QUERIES = env.bool("PREPARED_QUERIES", True)  # hot queries compiled once (quizzes/models/prepared.py)
QUIZ_TRANSPORT_GRACE_SECONDS = env.int("QUIZ_TRANSPORT_GRACE_SECONDS", 5)  # for the network, not for thinking

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} [{request_id}] {name}: {message}", "style": "{"}},
    "filters": {"request_id": {"()": "quizzes.request_ids.Filter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "quizzes": {"level": env.str("LOG_LEVEL", "INFO")},
        "waitress.queue": {"level": "ERROR"},  # it warns of each request that waits for a thread
    },
}
