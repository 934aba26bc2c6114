"""The Flask application: ``POST /alexa`` through flask-ask-sdk, ``GET /healthz``, and statuses without a word for all else."""

from __future__ import annotations

import json
import logging
from typing import Any

from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_core.skill import CustomSkill
from ask_sdk_model import RequestEnvelope
from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException

from alexa.envelopes import read_envelope
from webservice.refusals import RefusalLog, Refused
from webservice.sdk import SkillAdapter
from webservice.verification import Gate

log = logging.getLogger(__name__)

LARGEST_REQUEST = 256 * 1024
"""In bytes. Alexa takes responses of up to 120 KB, and sends back no more than their attributes and a few KB besides."""


class MendingSerializer(DefaultSerializer):
    """ask-sdk's serializer, for which no JSON object is too odd to be read as a request (``alexa/envelopes.py``)."""

    def deserialize(self, payload: str, obj_type: Any) -> Any:
        if obj_type is not RequestEnvelope:
            return super().deserialize(payload, obj_type)
        return read_envelope(json.loads(payload), DefaultSerializer())


def create_app(skill: CustomSkill, gate: Gate) -> Flask:
    """Return the application that answers with ``skill`` whom ``gate`` lets pass."""
    app = Flask("webservice", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    # The gate verifies, on the bytes as they came and before anything of them is read; the SDK reads first.
    app.config["ASK_SDK_VERIFY_SIGNATURE"] = app.config["ASK_SDK_VERIFY_TIMESTAMP"] = False
    app.logger.addFilter(_without_traceback)
    skill.serializer = MendingSerializer()
    adapter = SkillAdapter(skill=skill, skill_id=skill.skill_id, app=app)
    refusals = RefusalLog()

    def alexa() -> Response:
        body = _body(request)
        gate.check_sender(request, body)
        gate.check_envelope(_envelope(body))
        answer: Response = adapter.dispatch_request()
        return answer

    def refuse(refused: Refused) -> Response:
        refusals.add(refused.reason)
        return _wordless(refused.status)

    app.add_url_rule("/alexa", view_func=alexa, methods=["POST"], provide_automatic_options=False)
    app.add_url_rule(
        "/healthz",
        view_func=lambda: {"status": "ok"},
        endpoint="healthz",
        methods=["GET"],
        provide_automatic_options=False,
    )
    app.register_error_handler(Refused, refuse)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)
    return app


def _body(request: Request) -> bytes:
    """Return the body of what may be a request of Alexa's by its form."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset != "utf-8" or "Content-Encoding" in request.headers:
        raise Refused("content type", 415)
    body = request.get_data()  # a length that is too large, werkzeug refuses; one that is not said, it cuts off
    if len(body) >= LARGEST_REQUEST:
        raise Refused("too large", 413)
    return body


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    if not isinstance(envelope, dict):
        raise Refused("not an envelope")
    return envelope


def _wordless(status: int, allow: str | None = None) -> Response:
    """A status, for a wrong method with what would be a right one, and not a word."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    if allow:
        response.headers["Allow"] = allow
    return response


def _http_error(error: HTTPException) -> Response:
    return _wordless(error.code or 500, dict(error.get_headers()).get("Allow"))


def _failed(error: Exception) -> Response:
    log.error("request failed: %s", type(error).__name__)
    return _wordless(500)


def _without_traceback(record: logging.LogRecord) -> bool:
    """flask-ask-sdk logs a traceback, which may quote the request; the type of the error is enough."""
    if record.exc_info and record.exc_info[0]:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[0].__name__}", None
    record.exc_info = record.exc_text = None
    return True
