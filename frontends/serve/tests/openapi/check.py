"""Checks a running service against Microsoft's OpenAPI description of the calls API.

Each operation that the service has is requested under both roots and in both versions: once with a body as the pages
show it, on a call in the right state, which must succeed; and with many generated bodies and options, which may be
refused. Every reply must have a documented status and a body by the schema, and none may be a 5xx.
"""

import copy
import itertools
import json
import os
import subprocess
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks

load_all_checks()

EXAMPLES = int(os.environ.get("CALLFOLD_EXAMPLES", "6"))

# The description says 204 for all of these. The pages of the methods say this, and the pages win.
STATUS = {
    "answer": 202,
    "reject": 202,
    "redirect": 202,
    "transfer": 202,
    "changeScreenSharingRole": 202,
    "keepAlive": 200,
    "logTeleconferenceDeviceQuality": 200,
}

# The pages list these under /communications only.
ONLY_COMMUNICATIONS = {"keepAlive", "logTeleconferenceDeviceQuality"}

# What the description has and no page has. The service has no route for it.
ABSENT = {
    "communications_ListCalls",
    "communications_UpdateCalls",
    "communications.calls_ListOperations",
    "communications.calls_CreateOperations",
    "communications.calls_UpdateOperations",
    "communications.calls_DeleteOperations",
    "communications.calls_CreateParticipants",
    "communications.calls_UpdateParticipants",
}

MEDIA = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
APP_HOSTED = {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "<Media Session Configuration>"}
PROMPT = {
    "@odata.type": "#microsoft.graph.mediaPrompt",
    "mediaInfo": {"@odata.type": "#microsoft.graph.mediaInfo", "uri": "https://localhost/a.wav", "resourceId": "1"},
}
USER = {"identity": {"user": {"id": "112f7296-5fa4-42ca-bae8-6a692b15d4b8"}}}
CONTEXT = {"clientContext": "d45324c1-fcb5-430a-902c-f20af696537c"}
GUID = "e8d4a2c5-0e2b-4a69-9b1f-0d1c5d3f2a11"
QUALITY = {
    "callChainId": GUID,
    "participantId": GUID,
    "mediaLegId": GUID,
    "deviceName": "Cisco SX80",
    "deviceDescription": "VTC Bldg 30/21",
    "mediaQualityList": [
        {"@odata.type": "#microsoft.graph.teleconferenceDeviceAudioQuality", "channelIndex": 1, "mediaDuration": "PT1M"}
    ],
}

# Each operation: the call that it needs, and a body that must succeed on it. `{callback}` is the URL of the bot.
LIVE = {
    "communications_CreateCalls": (
        "none",
        {"callbackUri": "{callback}", "targets": [USER], "requestedModalities": ["audio"], "mediaConfig": MEDIA},
    ),
    "communications_GetCalls": ("connected", None),
    "communications_DeleteCalls": ("connected", None),
    "communications.calls_answer": (
        "ringing",
        {"callbackUri": "{callback}", "acceptedModalities": ["audio"], "mediaConfig": MEDIA},
    ),
    "communications.calls_cancelMediaProcessing": ("playing", CONTEXT),
    "communications.calls_changeScreenSharingRole": ("app-hosted meeting", {"role": "viewer"}),
    "communications.calls_keepAlive": ("connected", None),
    "communications.calls_mute": ("meeting", CONTEXT),
    "communications.calls_playPrompt": ("connected", {"prompts": [PROMPT], **CONTEXT}),
    "communications.calls_recordResponse": (
        "connected",
        {"prompts": [PROMPT], "maxRecordDurationInSeconds": 10, "stopTones": ["#"], **CONTEXT},
    ),
    "communications.calls_redirect": ("ringing", {"targets": [USER], "timeout": 55, "callbackUri": "{callback}"}),
    "communications.calls_reject": ("ringing", {"reason": "busy", "callbackUri": "{callback}"}),
    "communications.calls_subscribeToTone": ("connected", CONTEXT),
    "communications.calls_transfer": ("connected", {"transferTarget": {"endpointType": "default", **USER}}),
    "communications.calls_unmute": ("meeting", CONTEXT),
    "communications.calls_updateRecordingStatus": ("policy recording", {"status": "recording", **CONTEXT}),
    "communications.calls_GetOperations": ("playing", None),
    "communications.calls_ListParticipants": ("meeting", None),
    "communications.calls_GetParticipants": ("meeting", None),
    "communications.calls_DeleteParticipants": ("meeting", None),
    "communications.calls.participants_mute": ("meeting", CONTEXT),
    "communications.calls.participants_invite": ("meeting", {"participants": [USER], **CONTEXT}),
    "communications.calls_logTeleconferenceDeviceQuality": ("none", {"quality": QUALITY}),
}


class Bot(BaseHTTPRequestHandler):
    """Accepts every notification."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Service:
    """A service that was started for this check, and the calls that it is asked to prepare."""

    def __init__(self, program):
        self.bot = ThreadingHTTPServer(("127.0.0.1", 0), Bot)
        threading.Thread(target=self.bot.serve_forever, daemon=True).start()
        self.callback = f"http://127.0.0.1:{self.bot.server_port}/callback"
        arguments = ["serve", "--listen", "127.0.0.1:0", "--auto", "off", "--seed", "1", "--bot", self.callback]
        environment = {**os.environ, "CALLFOLD_LOG": "error"}
        environment.pop("CALLFOLD_STORE", None)
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True, env=environment)
        first = self.process.stdout.readline()
        self.url = first.removeprefix("listening on ").strip()
        # Each request has an id of its own: one that comes again is the same request.
        self.names = (uuid.UUID(int=number) for number in itertools.count(1))
        self.client = requests.Session()
        self.client.trust_env = False

    def stop(self):
        """Ends the service in order. True if it says that all is well."""
        self.process.terminate()
        status = self.process.wait(timeout=30)
        self.bot.shutdown()
        return status == 0

    def post(self, path, body):
        reply = self.client.post(self.url + path, json=body, timeout=30)
        assert reply.status_code < 300, f"cannot prepare a call: POST {path}: {reply.status_code} {reply.text}"
        return reply

    def prepare(self, kind):
        """A new call in a state, with the ids that a path can name."""
        if kind == "none":
            return {}
        offer = {"meeting": "meeting" in kind, "policyRecording": kind == "policy recording"}
        call = self.post("/_callfold/calls", offer).json()["id"]
        ids = {"call-id": call}
        if kind == "ringing":
            return ids
        media = APP_HOSTED if kind in ("app-hosted meeting", "policy recording") else MEDIA
        answer = {"callbackUri": self.callback, "acceptedModalities": ["audio"], "mediaConfig": media}
        root = f"/v1.0/communications/calls/{call}"
        self.post(f"{root}/answer", answer)
        events = f"/_callfold/calls/{call}/events"
        self.post(events, {"type": "connected"})
        if media is MEDIA:
            self.post(events, {"type": "audioChanged", "audio": "active"})
        if "meeting" in kind:
            participant = {"id": "550fae72-d251-43ec-868c-373732c2704f", "info": USER, "isMuted": False}
            self.post(events, {"type": "rosterChanged", "participants": [participant]})
            ids["participant-id"] = participant["id"]
        if kind == "playing":
            ids["commsOperation-id"] = self.post(f"{root}/playPrompt", {"prompts": [PROMPT]}).json()["id"]
        return ids


def method_of(path):
    """The name of the method at the end of a path, if it has one."""
    return path.rsplit("microsoft.graph.", 1)[1] if "microsoft.graph." in path else ""


def by_the_pages(document, root):
    """The description under a root, with what the pages say where it says something else."""
    document = copy.deepcopy(document)
    # What is not described may be anything: the description has objects only, but annotations are texts.
    open_up(document)
    schemas = document["components"]["schemas"]
    # The pages write these in camel case.
    status = schemas["microsoft.graph.operationStatus"]
    status["enum"] = [name[0].lower() + name[1:] for name in status["enum"]]
    paths = {}
    for path, item in document["paths"].items():
        if root == "app" and method_of(path) in ONLY_COMMUNICATIONS:
            continue
        status = STATUS.get(method_of(path))
        if status:
            responses = item["post"]["responses"]
            responses[str(status)] = responses.pop("204")
        operations = {verb: one for verb, one in item.items() if one.get("operationId") not in ABSENT}
        for operation in operations.values():
            for response in operation["responses"].values():
                # Links name operations by ids that the description has not.
                response.pop("links", None)
        if operations:
            paths[path.replace("/communications/", f"/{root}/", 1)] = operations
    document["paths"] = paths
    document.pop("security", None)
    return document


def open_up(node):
    if isinstance(node, dict):
        if node.get("additionalProperties") == {"type": "object"}:
            node["additionalProperties"] = True
        for child in node.values():
            open_up(child)
    elif isinstance(node, list):
        for child in node:
            open_up(child)


def filled(body, callback):
    return json.loads(json.dumps(body).replace("{callback}", callback))


class Failed(Exception):
    """What is wrong with a reply, and how to repeat the request."""


WANTED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def checked(case, service, base):
    """Sends a request, and checks the reply."""
    client_request = str(next(service.names))
    reply = case.call(base_url=base, session=service.client, headers={"client-request-id": client_request}, timeout=30)
    problems = []
    try:
        case.validate_response(reply, checks=CHECKS.get_by_names(WANTED))
    except BaseExceptionGroup as group:
        problems += [f"{one.title}: {one.message}" for one in group.exceptions]
    status = reply.status_code
    described = {int(code) for code in case.operation.definition.raw["responses"] if code != "default"}
    if status < 400 and status not in described:
        problems.append(f"{status} is not {described}")
    if status >= 400:
        error = reply.json() if reply.content else {}
        if set(error) != {"error"} or not error["error"].get("code") or not error["error"].get("message"):
            problems.append(f"a refusal without an OData error: {error}")
    elif described & {202, 204} or case.operation.label.endswith(("keepAlive", "DeviceQuality")):
        if reply.content:
            problems.append(f"a body where there is none: {reply.text[:200]}")
    for header in ("request-id", "date"):
        if not reply.headers.get(header):
            problems.append(f"no header `{header}`")
    if reply.headers.get("client-request-id", [""])[0] != client_request:
        problems.append("client-request-id does not come back")
    if problems:
        text = "; ".join(problems)
        raise Failed(f"{text}\n    {status} {reply.text[:500]}\n    {case.as_curl_command()}")
    return status


def with_ids(case, ids):
    case.path_parameters = {**(case.path_parameters or {}), **ids}
    return case


def succeeds(operation, service, base):
    """The request that the pages show, on a call in the right state."""
    kind, body = LIVE[operation.definition.raw["operationId"]]
    ids = service.prepare(kind)
    arguments = {"path_parameters": ids}
    if body is not None:
        arguments |= {"body": filled(body, service.callback), "media_type": "application/json"}
    case = operation.Case(**arguments)
    status = checked(case, service, base)
    if not 200 <= status < 300:
        raise Failed(f"{status} where a success is due\n    {case.as_curl_command()}")


def withstands(operation, service, base, mode):
    """Generated requests: as the schema has them, beside what the pages show, and on calls that do not exist."""
    kind, body = LIVE[operation.definition.raw["operationId"]]
    counted = 0

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case):
        nonlocal counted
        counted += 1
        if counted % 4 != 0:
            with_ids(case, service.prepare(kind))
        if counted % 2 and isinstance(case.body, dict) and body is not None:
            case.body = {**case.body, **filled(body, service.callback)}
        checked(case, service, base)

    each()


def can_be_wrong(operation):
    """True if something of a request can be against the schema: a header of text cannot."""
    raw = operation.definition.raw
    return "requestBody" in raw or any(one.get("in", "query") == "query" for one in raw.get("parameters", []))


def refused(verb, url, service):
    """A request that no page has: it is refused in order."""
    body = {} if verb in ("POST", "PATCH") else None
    reply = service.client.request(verb, url, json=body, timeout=30)
    if reply.status_code not in (404, 405) or not reply.json()["error"]["code"]:
        raise Failed(f"{verb} {url}: {reply.status_code} {reply.text[:500]}")


def absent(document, service):
    """The operations that the service has not, with paths of a call that it has."""
    ids = service.prepare("meeting")
    ids["commsOperation-id"] = "1"
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            if operation.get("operationId") in ABSENT:
                for name, value in ids.items():
                    path = path.replace(f"{{{name}}}", value)
                yield verb.upper(), path


def attempt(name, check):
    try:
        check()
        return True
    except Exception as failed:  # noqa: BLE001: whatever fails is a failure of this check
        print(f"FAILED: {name}\n    {failed}")
        return False


def main():
    program, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    service = Service(program)
    results = []
    for root in ("communications", "app"):
        schema = schemathesis.openapi.from_dict(by_the_pages(document, root))
        operations = [result.ok() for result in schema.get_all_operations()]
        for version in ("v1.0", "beta"):
            base = f"{service.url}/{version}"
            for operation in operations:
                name = f"{version}: {operation.label}"
                results.append(attempt(f"{name}: succeeds", lambda: succeeds(operation, service, base)))
                for mode in schemathesis.GenerationMode:
                    if mode.is_negative and not can_be_wrong(operation):
                        continue
                    check = lambda: withstands(operation, service, base, mode)
                    results.append(attempt(f"{name}: withstands {mode.value} requests", check))
    for verb, path in absent(document, service):
        url = f"{service.url}/v1.0{path}"
        results.append(attempt(f"{verb} {path}: is refused", lambda: refused(verb, url, service)))
    results.append(attempt("the service ends in order", lambda: service.stop() or fail("its exit status is not 0")))
    passed = sum(results)
    print(f"{passed} passed, {len(results) - passed} failed")
    return 0 if all(results) else 1


def fail(why):
    raise Failed(why)


if __name__ == "__main__":
    sys.exit(main())
