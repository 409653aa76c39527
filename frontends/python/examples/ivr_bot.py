"""An IVR bot on the SDK of Microsoft Graph: it answers, waits for a key, and hangs up."""

from aiohttp import web
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from msgraph.generated.communications.calls.item.answer.answer_post_request_body import AnswerPostRequestBody
from msgraph.generated.communications.calls.item.subscribe_to_tone.subscribe_to_tone_post_request_body import (
    SubscribeToTonePostRequestBody,
)
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient


def ivr(base_url: str) -> web.Application:
    """The application of the bot. `base_url` is that of Microsoft Graph, or of the local service."""
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = base_url
    calls = GraphServiceClient(request_adapter=adapter).communications.calls

    async def callback(request: web.Request) -> web.Response:
        for one in (await request.json())["value"]:
            data, call = one["resourceData"], calls.by_call_id(one["resourceUrl"].split("/")[3])
            if "toneInfo" in data:
                await call.delete()
            elif data.get("state") == "incoming":
                media, audio = ServiceHostedMediaConfig(), [Modality.Audio]
                body = AnswerPostRequestBody(
                    callback_uri=str(request.url), media_config=media, accepted_modalities=audio
                )
                await call.answer.post(body)
            elif data.get("state") == "established" and "toneInfo" not in data:
                await call.subscribe_to_tone.post(SubscribeToTonePostRequestBody(client_context="menu"))
        return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/callback", callback)
    return application
