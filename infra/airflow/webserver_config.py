"""FAB sign-in of the Airflow UI: accounts of the local database."""

from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
AUTH_RATE_LIMITED = True
WTF_CSRF_ENABLED = True
