"""The two HTTP requests of a client: which characters there are, and a room with one of them."""

import json
import urllib.error
import urllib.request


class Refused(Exception):
    """The server said no; the message is its own."""


def first_character(url: str, key: str) -> str:
    characters = post(f"{url}/character/list", key, {})["characters"]
    if not characters:
        raise Refused("this key has no characters")
    return characters[0]["character_id"]


def connect(url: str, key: str, character: str, chunk_ms: int, wav_header: bool) -> dict:
    """Asks for a room whose character sends its sound as `audio-data` messages and publishes no track."""
    output = {
        "audio_routing": "data_only",
        "max_chunk_duration_ms": chunk_ms,
        "add_wav_header": wav_header,
    }
    body = {"character_id": character, "audio_config": {"output": output}}
    return post(f"{url}/connect", key, body)


def post(url: str, key: str, body: dict) -> dict:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"X-API-Key": key, "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(f"{error.code}: {why(error.read())}") from None
    except urllib.error.URLError as error:
        raise Refused(f"{url} cannot be reached: {error.reason}") from None


def why(body: bytes) -> str:
    """The live API says `message`, the older ones have their own words for it."""
    try:
        told = json.loads(body)
        names = ("message", "detail", "API_ERROR", "ERROR")
        return str(next(told[name] for name in names if name in told))
    except (ValueError, TypeError, StopIteration):
        return body.decode(errors="replace")
