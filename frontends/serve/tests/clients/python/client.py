"""Drives a running service with the unmodified package msgraph-sdk. See ../run."""

import asyncio
import json
import os
import threading
import traceback
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.generated.communications.calls.item.answer.answer_post_request_body import AnswerPostRequestBody
from msgraph.generated.communications.calls.item.mute.mute_post_request_body import MutePostRequestBody
from msgraph.generated.communications.calls.item.participants.invite.invite_post_request_body import (
    InvitePostRequestBody,
)
from msgraph.generated.communications.calls.item.play_prompt.play_prompt_post_request_body import (
    PlayPromptPostRequestBody,
)
from msgraph.generated.communications.calls.item.record_response.record_response_post_request_body import (
    RecordResponsePostRequestBody,
)
from msgraph.generated.communications.calls.item.subscribe_to_tone.subscribe_to_tone_post_request_body import (
    SubscribeToTonePostRequestBody,
)
from msgraph.generated.communications.calls.item.transfer.transfer_post_request_body import TransferPostRequestBody
from msgraph.generated.models.call import Call
from msgraph.generated.models.call_direction import CallDirection
from msgraph.generated.models.call_state import CallState
from msgraph.generated.models.operation_status import OperationStatus
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.invitation_participant_info import InvitationParticipantInfo
from msgraph.generated.models.invite_participants_operation import InviteParticipantsOperation
from msgraph.generated.models.media_info import MediaInfo
from msgraph.generated.models.media_prompt import MediaPrompt
from msgraph.generated.models.media_state import MediaState
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.mute_participant_operation import MuteParticipantOperation
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.participant import Participant
from msgraph.generated.models.play_prompt_operation import PlayPromptOperation
from msgraph.generated.models.record_operation import RecordOperation
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.generated.models.subscribe_to_tone_operation import SubscribeToToneOperation
from msgraph.graph_request_adapter import GraphRequestAdapter

URL = os.environ["CALLFOLD_URL"]
APP = "ca11f01d-0000-4000-8000-000000000001"
TENANT = "ca11f01d-0000-4000-8000-000000000002"


def check(name, found, wanted=True):
    print(f"ok {name}" if found == wanted else f"FAILED {name}: {found!r}, wanted {wanted!r}", flush=True)


def post(url, body, method="POST"):
    request = urllib.request.Request(url, body, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.loads(response.read() or b"null")


def admin(path, body, method="POST"):
    return post(f"{URL}/_callfold{path}", json.dumps(body).encode(), method)


def advance(by):
    admin("/clock/advance", {"by": by})


class Credential:
    """A credential as those of azure-identity, which insist on https."""

    def get_token(self, *scopes, **_):
        form = {"grant_type": "client_credentials", "client_id": APP, "client_secret": "any", "scope": scopes[0]}
        reply = post(f"{URL}/{TENANT}/oauth2/v2.0/token", urllib.parse.urlencode(form).encode())
        return AccessToken(reply["access_token"], reply["expires_in"])


class Webhooks(BaseHTTPRequestHandler):
    """Takes each webhook."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def user(id):
    return InvitationParticipantInfo(identity=IdentitySet(user=Identity(id=id, display_name="Megan Bowen")))


async def refused(request):
    try:
        await request
        return None
    except ODataError as error:
        return error


async def placed(graph, callback):
    """A call that the app places, from its beginning to its end."""
    made = await graph.communications.calls.post(
        Call(
            callback_uri=callback,
            targets=[user("112f7296-5fa4-42ca-bae8-6a692b15d4b8"), user("6898f7d4-5f3f-4b3f-8b3f-1b1b1b1b1b1b")],
            requested_modalities=[Modality.Audio],
            media_config=ServiceHostedMediaConfig(),
            tenant_id=TENANT,
        )
    )
    check("place: the class and the state", (type(made), made.state), (Call, CallState.Establishing))
    check("place: the direction", made.direction, CallDirection.Outgoing)
    call = graph.communications.calls.by_call_id(made.id)
    advance("PT2S")
    found = await call.get()
    wanted = CallState.Established, MediaState.Active
    check("GET: the state and the audio", (found.state, found.media_state.audio), wanted)
    check("GET: the target", found.targets[0].identity.user.display_name, "Megan Bowen")

    prompts = [MediaPrompt(media_info=MediaInfo(uri="https://example.com/menu.wav"))]
    prompt = await call.play_prompt.post(PlayPromptPostRequestBody(prompts=prompts, client_context="menu"))
    wanted = PlayPromptOperation, OperationStatus.Running, "menu"
    check("playPrompt", (type(prompt), prompt.status, prompt.client_context), wanted)
    advance("PT3S")
    ended = await call.operations.by_comms_operation_id(prompt.id).get()
    check("GET of an operation", (type(ended), ended.status), (PlayPromptOperation, OperationStatus.Completed))
    tones = await call.subscribe_to_tone.post(SubscribeToTonePostRequestBody(client_context="keys"))
    check("subscribeToTone", (type(tones), tones.status), (SubscribeToToneOperation, OperationStatus.Completed))
    body = RecordResponsePostRequestBody(max_record_duration_in_seconds=5, play_beep=True, stop_tones=["#"])
    record = await call.record_response.post(body)
    check("recordResponse", (type(record), record.status), (RecordOperation, OperationStatus.Running))
    for happened in ("speechStarted", "speechEnded"):
        advance("PT1S")
        admin(f"/calls/{made.id}/events", {"type": happened})
    advance("PT10S")
    ended = await call.operations.by_comms_operation_id(record.id).get()
    check("recordResponse: its location", ended.recording_location, f"{URL}/recordings/{made.id}/{record.id}.wav")
    mute = await call.mute.post(MutePostRequestBody(client_context="mute"))
    check("mute", (type(mute), mute.status), (MuteParticipantOperation, OperationStatus.Completed))
    body = InvitePostRequestBody(participants=[user("278405a3-f568-4b3e-b684-009193463064")], client_context="invite")
    invite = await call.participants.invite.post(body)
    check("invite", (type(invite), invite.status), (InviteParticipantsOperation, OperationStatus.Running))
    advance("PT2S")
    people = await call.participants.get()
    classes = [type(one) for one in people.value]
    check("the participants: the app and who was invited", classes, [Participant, Participant])
    check("keepAlive", await call.keep_alive.post(), None)

    admin("/faults", {"requests": [{"method": "mute", "status": 503, "times": 1, "retryAfter": 1}]}, "PUT")
    mute = await call.mute.post(MutePostRequestBody(client_context="again"))
    check("the SDK repeats a request that was 503", mute.status, OperationStatus.Completed)
    admin("/faults", {}, "PUT")

    check("DELETE", await call.delete(), None)
    advance("PT1S")
    error = await refused(call.keep_alive.post())
    check("a call that has ended is 404", (error.response_status_code, bool(error.error.message)), (404, True))


async def offered(graph, callback):
    """A call that somebody makes to the app."""
    target = {"identity": {"application": {"id": APP}}}
    id = admin("/calls", {"callbackUri": callback, "targets": [target]})["id"]
    call = graph.communications.calls.by_call_id(id)
    prompt = PlayPromptPostRequestBody(prompts=[MediaPrompt(media_info=MediaInfo(uri="https://example.com/menu.wav"))])
    error = await refused(call.play_prompt.post(prompt))
    check("playPrompt before the answer is 409", error.response_status_code, 409)
    check("409: the code and a message", (bool(error.error.code), bool(error.error.message)), (True, True))
    inner = error.error.inner_error
    check("409: the request id and the date", (bool(inner.request_id), bool(inner.date)), (True, True))
    body = AnswerPostRequestBody(callback_uri=callback, accepted_modalities=[Modality.Audio])
    body.media_config = ServiceHostedMediaConfig()
    check("answer", await call.answer.post(body), None)
    advance("PT1S")
    found = await call.get()
    wanted = CallState.Established, CallDirection.Incoming
    check("answer: the state and the direction", (found.state, found.direction), wanted)
    target = user("550fae72-d251-43ec-868c-373732c2704f")
    check("transfer", await call.transfer.post(TransferPostRequestBody(transfer_target=target)), None)
    advance("PT2S")
    error = await refused(graph.communications.calls.by_call_id("57dab8b1-894c-409a-b240-bd8beae78896").get())
    check("a call that nobody knows is 404", error.response_status_code, 404)


async def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhooks)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    callback = f"http://localhost:{server.server_port}/callback"
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(Credential(), allowed_hosts=["127.0.0.1"]))
    adapter.base_url = f"{URL}/v1.0"
    graph = GraphServiceClient(request_adapter=adapter)
    for scenario in (placed, offered):
        try:
            await scenario(graph, callback)
        except Exception:
            traceback.print_exc()
            check(f"{scenario.__name__}: no exception", False)


asyncio.run(main())
