"""The answer to one utterance, as a client without an audio track receives it."""

import base64
import io
import json
import wave
from dataclasses import dataclass, field
from typing import Callable, Literal, Optional

# Until our words are known there may be a greeting, and until the answer begins the end of one.
Stage = Literal["waiting", "understood", "answering", "complete"]


@dataclass
class Answer:
    """Collects the messages of a room; `pcm` is 16-bit little-endian, interleaved."""

    on_words: Callable[[str, str], None]
    stage: Stage = "waiting"
    sample_rate: int = 0
    channels: int = 0
    pcm: bytearray = field(default_factory=bytearray)
    _words: list[str] = field(default_factory=list)

    def take(self, packet: bytes) -> None:
        """Takes one data packet, whatever is in it: other participants may send anything."""
        message = parsed(packet)
        kind, data = message.get("type"), as_dict(message.get("data"))
        if kind == "server-message":
            kind = data.get("type")
        if kind == "user-transcription" and data.get("final"):
            self.on_words("you", str(data.get("text")))
            if self.stage == "waiting":
                self.stage = "understood"
        elif kind == "bot-llm-started" and self.stage == "understood":
            self.stage = "answering"
            self.pcm.clear()
            self._words.clear()
        elif self.stage == "answering":
            self._take_answer(kind, data)

    def _take_answer(self, kind: object, data: dict) -> None:
        if kind == "bot-llm-text":
            self._words.append(str(data.get("text")))
        elif kind == "bot-llm-stopped":
            self.on_words("character", "".join(self._words).strip())
        elif kind == "audio-data":
            self._take_sound(data)
        elif kind == "bot-turn-completed":
            # Cut off by more of our own words: then they are answered together, in a next answer.
            self.stage = "understood" if data.get("was_interrupted") else "complete"

    def _take_sound(self, data: dict) -> None:
        self.sample_rate, self.channels = data["sample_rate"], data["channels"]
        sound = base64.b64decode(data["audio"], validate=True)
        if data["includes_wav_header"]:
            # Each chunk is a WAV file of its own; only its samples belong into ours.
            with wave.open(io.BytesIO(sound)) as chunk:
                sound = chunk.readframes(chunk.getnframes())
        self.pcm += sound

    def write(self, path: str) -> float:
        """Writes the sound to a WAV file and returns how many seconds it has."""
        with wave.open(path, "wb") as file:
            file.setnchannels(self.channels)
            file.setsampwidth(2)
            file.setframerate(self.sample_rate)
            file.writeframes(self.pcm)
        return len(self.pcm) / (2 * self.channels * self.sample_rate)


def parsed(packet: bytes) -> dict:
    try:
        return as_dict(json.loads(packet))
    except ValueError:
        return {}


def as_dict(value: Optional[object]) -> dict:
    return value if isinstance(value, dict) else {}
