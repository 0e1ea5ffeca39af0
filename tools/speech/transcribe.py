"""Recognises English speech with PocketSphinx, one utterance after the other, until standard input ends.

A message either way is a length (32 bits, little-endian, unsigned) and as many bytes. In: 16-bit little-endian mono
PCM at 16 kHz. Out: JSON; first {"ready": true}, then {"text": "..."} for each utterance, in order. Started by
src/offline/hearing/transcriber.ts; nothing else may write to standard output.
"""

import json
import os
import struct
import sys

# A minute of speech at 16 kHz, and a little: the caller has the real limit.
MAX_BYTES = 2 * 16_000 * 65

# Without its second pass over the utterance, and with at most 20 words ending at once, PocketSphinx needs 11 instead of
# 16 % of real time and recognises 64 instead of 65 % of the content words (over three synthetic voices, also quiet
# and noisy). Wider beams and other weights of the language model gain less than they cost.
DECODER = {"fwdflat": False, "maxwpf": 20}


def read_exactly(stream, count):
    """Returns `count` bytes, or None when the stream ended before."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = stream.read(count - len(pieces))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


def write_message(stream, message):
    body = json.dumps(message).encode()
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def transcribe(decoder, initial_cmn, pcm):
    # Each utterance is another person, perhaps: nothing of the one before may colour it.
    decoder.set_cmn(initial_cmn)
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


def main():
    # What the library prints must not get between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from pocketsphinx import Decoder

    decoder = Decoder(loglevel="ERROR", **DECODER)
    initial_cmn = decoder.get_cmn(False)
    write_message(answers, {"ready": True})
    while True:
        head = read_exactly(sys.stdin.buffer, 4)
        if head is None:
            return
        (length,) = struct.unpack("<I", head)
        if length > MAX_BYTES:
            sys.exit(f"a message of {length} bytes is too long")
        pcm = read_exactly(sys.stdin.buffer, length)
        if pcm is None:
            return
        write_message(answers, {"text": transcribe(decoder, initial_cmn, pcm)})


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        pass
