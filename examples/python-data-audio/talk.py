"""Says something to a character and writes its answer to a WAV file.

    python talk.py --text "Where do you live?" answer.wav
    python talk.py --wav question.wav answer.wav
"""

import argparse
import asyncio
import json
import os
import sys

import microphone
import server
from answer import Answer
from livekit import rtc


async def talk(args: argparse.Namespace) -> float:
    """Returns how many seconds of sound were written."""
    character = args.character or server.first_character(args.url, args.key)
    place = server.connect(args.url, args.key, character, args.chunk_ms, args.wav_header)
    answer = Answer(on_words=lambda who, words: print(f"{who}: {words}", flush=True))
    ready, over = asyncio.Event(), asyncio.Event()
    room = rtc.Room()

    @room.on("data_received")
    def on_data(packet: rtc.DataPacket) -> None:
        # The character is there once anything comes: it says `bot-ready` until it was heard.
        ready.set()
        answer.take(packet.data)
        if answer.stage == "complete":
            over.set()

    room.on("disconnected", lambda _reason: over.set())
    await room.connect(place["room_url"], place["token"])
    playing = None
    try:
        await asyncio.wait_for(ready.wait(), timeout=20)
        if args.wav:
            playing = await microphone.publish(room, args.wav)
        else:
            said = {"type": "user_text_message", "data": {"text": args.text}}
            await room.local_participant.publish_data(json.dumps(said))
        await asyncio.wait_for(over.wait(), timeout=args.timeout)
    finally:
        if playing:
            playing.cancel()
        await room.disconnect()
    if answer.stage != "complete" or not answer.pcm:
        raise server.Refused("the character did not speak")
    return answer.write(args.output)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("output", help="the WAV file to write")
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("--text", help="what to type")
    said.add_argument("--wav", help="what to say: 16-bit mono, any rate")
    parser.add_argument("--url", default=os.environ.get("PARLEY_URL", "http://127.0.0.1:8080"))
    parser.add_argument("--key", default=os.environ.get("PARLEY_API_KEY", ""))
    parser.add_argument("--character", help="its id; the key's first one otherwise")
    parser.add_argument("--chunk-ms", type=int, default=200, help="10 to 1000")
    parser.add_argument("--wav-header", action="store_true", help="ask for a header before each chunk")
    parser.add_argument("--timeout", type=float, default=60, help="seconds to wait for the answer")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    try:
        seconds = asyncio.run(talk(args))
    except (server.Refused, ValueError, OSError, rtc.ConnectError) as error:
        print(error, file=sys.stderr)
        return 1
    except asyncio.TimeoutError:
        print("no answer in time", file=sys.stderr)
        return 1
    print(f"{args.output}: {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
