"""Recognises English speech with PocketSphinx, one utterance after the other, until standard input ends.

A message either way is a length (32 bits, little-endian, unsigned) and as many bytes. In: one byte that says what it
is, then 16-bit little-endian mono PCM at 16 kHz:

  w  a whole utterance
  b  the beginning of an utterance that is still being spoken
  m  more of it
  e  its end, perhaps with the last of it
  d  nobody wants the words of it (nothing follows the byte)

Out: JSON; first {"ready": true}, then {"text": "..."} for each w and e, and {"partial": "..."} for each b and m, in
order. Started by src/offline/hearing/transcriber.ts; nothing else may write to standard output.
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


def read_message(stream):
    """Returns a message's kind and sound, or None when the stream ended."""
    head = read_exactly(stream, 4)
    if head is None:
        return None
    (length,) = struct.unpack("<I", head)
    if length == 0 or length > MAX_BYTES:
        sys.exit(f"a message of {length} bytes")
    body = read_exactly(stream, length)
    return None if body is None else (body[:1], body[1:])


def write_message(stream, message):
    body = json.dumps(message).encode()
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


class Hearing:
    """One decoder, and whether it is in the middle of an utterance."""

    def __init__(self, decoder):
        self._decoder = decoder
        self._in_utterance = False

    def begin(self):
        self.drop()
        # Each utterance is another person, perhaps: nothing of the one before may colour it. Putting back the cepstral
        # mean alone is not enough: what the front end learnt of the noise stays, and words come out differently by it.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        self._in_utterance = True

    def hear(self, pcm, whole=False):
        if pcm:
            self._decoder.process_raw(pcm, full_utt=whole)

    def words(self):
        hypothesis = self._decoder.hyp()
        return hypothesis.hypstr if hypothesis else ""

    def drop(self):
        if self._in_utterance:
            self._decoder.end_utt()
        self._in_utterance = False

    def answer(self, kind, pcm):
        """Returns what is to be told, or None."""
        if kind == b"d":
            self.drop()
            return None
        if kind == b"w" or kind == b"b":
            self.begin()
        self.hear(pcm, whole=kind == b"w")
        if kind == b"b" or kind == b"m":
            return {"partial": self.words()}
        self.drop()
        return {"text": self.words()}


def main():
    # What the library prints must not get between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from pocketsphinx import Decoder

    hearing = Hearing(Decoder(loglevel="ERROR", **DECODER))
    write_message(answers, {"ready": True})
    while (message := read_message(sys.stdin.buffer)) is not None:
        told = hearing.answer(*message)
        if told is not None:
            write_message(answers, told)


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        pass
