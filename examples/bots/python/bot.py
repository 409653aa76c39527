"""An IVR bot on the official SDK of Microsoft Graph.

It answers, plays a prompt, waits for a key, records what the caller says, and fetches the recording. Then it transfers
the call if the key was 1, and hangs up otherwise. README.md beside this folder says how to run it.
"""

import asyncio
import os
from pathlib import Path

import httpx
import jwt
from aiohttp import web
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphServiceClient
from msgraph.generated.communications.calls.item.answer.answer_post_request_body import AnswerPostRequestBody
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
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.invitation_participant_info import InvitationParticipantInfo
from msgraph.generated.models.media_info import MediaInfo
from msgraph.generated.models.media_prompt import MediaPrompt
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.generated.models.subscribe_to_tone_operation import SubscribeToToneOperation
from msgraph.graph_request_adapter import GraphRequestAdapter

GRAPH_URL = os.environ.get("GRAPH_URL", "https://graph.microsoft.com/v1.0")
DISCOVERY_URL = os.environ.get("DISCOVERY_URL", "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration")
ISSUERS = ["https://graph.microsoft.com", "https://api.botframework.com"]
APP_ID = os.environ["APP_ID"]
PORT = int(os.environ.get("PORT", "3000"))
BOT_URL = os.environ.get("BOT_URL", f"http://localhost:{PORT}/callback")
PROMPTS = os.environ.get("PROMPTS", "https://example.com/prompts")
TRANSFER_TO = os.environ.get("TRANSFER_TO", "550fae72-d251-43ec-868c-373732c2704f")
RECORDINGS = Path(os.environ.get("RECORDINGS", "."))

# The state of each call: the key that was pressed, and "" before.
calls: dict[str, str] = {}
# The latest webhooks, by the message id of their first delivery. The oldest are first.
seen: dict[str, None] = {}


def graph() -> GraphServiceClient:
    """The SDK. A service that checks no tokens needs no secret."""
    authentication = AnonymousAuthenticationProvider()
    if secret := os.environ.get("CLIENT_SECRET"):
        credential = ClientSecretCredential(os.environ["TENANT_ID"], APP_ID, secret)
        authentication = AzureIdentityAuthenticationProvider(credential)
    adapter = GraphRequestAdapter(authentication)
    adapter.base_url = GRAPH_URL
    return GraphServiceClient(request_adapter=adapter)


def keys() -> jwt.PyJWKClient:
    """The keys that sign webhooks. The discovery document says where they are."""
    return jwt.PyJWKClient(httpx.get(DISCOVERY_URL).raise_for_status().json()["jwks_uri"])


def check(app: web.Application, header: str) -> None:
    """Refuses a webhook whose token is not meant for this bot."""
    token = header.removeprefix("Bearer ")
    key = app["keys"].get_signing_key_from_jwt(token)
    required = {"require": ["exp", "iss", "aud", "tid"]}
    jwt.decode(token, key, algorithms=["RS256"], audience=APP_ID, issuer=ISSUERS, options=required)


async def callback(request: web.Request) -> web.Response:
    try:
        await asyncio.to_thread(check, request.app, request.headers.get("Authorization", ""))
    except jwt.PyJWTError as refused:
        print("refused a webhook:", refused, flush=True)
        return web.Response(status=401)
    # A webhook that comes again has the id of the first one beside its own.
    message = request.headers.get("X-Microsoft-Skype-Message-ID", "")
    first = request.headers.get("X-Microsoft-Skype-Original-Message-ID", message)
    if first not in seen:
        # It is noted before the work begins, because a repeat can arrive meanwhile.
        remember(first)
        try:
            await take_all(request.app["graph"], (await request.json())["value"])
        except BaseException:
            # The response is 500, and the webhook comes again.
            seen.pop(first, None)
            raise
    return web.Response(status=202)


def remember(first: str) -> None:
    seen[first] = None
    if len(seen) > 10_000:
        del seen[next(iter(seen))]


async def take_all(client: GraphServiceClient, items: list[dict]) -> None:
    for item in items:
        try:
            await take(client, item["resourceUrl"].split("/")[3], item.get("resourceData") or {})
        except APIError as refused:
            print("Graph refused:", refused.response_status_code, refused.message, flush=True)


async def take(client: GraphServiceClient, id: str, data: dict) -> None:
    call = client.communications.calls.by_call_id(id)
    state, tone = data.get("state"), (data.get("toneInfo") or {}).get("tone")
    is_recording = data.get("@odata.type") == "#microsoft.graph.recordOperation"
    if state == "incoming":
        audio = ServiceHostedMediaConfig()
        await call.answer.post(
            AnswerPostRequestBody(callback_uri=BOT_URL, accepted_modalities=[Modality.Audio], media_config=audio)
        )
    elif tone and not calls.get(id):
        calls[id] = tone
        limits = {"max_record_duration_in_seconds": 20, "max_silence_timeout_in_seconds": 2}
        await call.record_response.post(
            RecordResponsePostRequestBody(prompts=[prompt("speak")], play_beep=True, **limits)
        )
    elif state == "established" and id not in calls:
        calls[id] = ""
        await call.subscribe_to_tone.post(SubscribeToTonePostRequestBody())
        await call.play_prompt.post(PlayPromptPostRequestBody(prompts=[prompt("menu")]))
    elif is_recording and data.get("status") in ("completed", "failed"):
        if data.get("recordingLocation"):
            await fetch(id, data["recordingLocation"], data["recordingAccessToken"])
        if calls.get(id) == "tone1":
            target = InvitationParticipantInfo(identity=IdentitySet(user=Identity(id=TRANSFER_TO)))
            await call.transfer.post(TransferPostRequestBody(transfer_target=target))
        else:
            await call.delete()
    elif state == "terminated":
        calls.pop(id, None)


def prompt(name: str) -> MediaPrompt:
    return MediaPrompt(media_info=MediaInfo(uri=f"{PROMPTS}/{name}.wav"))


async def fetch(id: str, location: str, token: str) -> None:
    async with httpx.AsyncClient() as client:
        recording = await client.get(location, headers={"Authorization": f"Bearer {token}"})
    recording.raise_for_status()
    (RECORDINGS / f"{id}.wav").write_bytes(recording.content)
    print("recorded", len(recording.content), "bytes", flush=True)


if __name__ == "__main__":
    # The first answer of Graph would load thousands of classes, which takes longer than a webhook may.
    SubscribeToToneOperation().get_field_deserializers()
    app = web.Application()
    app["graph"], app["keys"] = graph(), keys()
    app.router.add_post("/callback", callback)
    web.run_app(app, host="127.0.0.1", port=PORT, print=lambda *_: print("ready", flush=True))
