"""What a WSGI server runs: ``webservice.wsgi:app``. Its settings are those of ``production``."""

from webservice.production import production_app

app = production_app()
