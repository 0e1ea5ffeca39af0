"""A WAV file as a microphone."""

import asyncio
import wave

from livekit import rtc

FRAME_MS = 20


async def publish(room: rtc.Room, path: str) -> asyncio.Task:
    """Plays the file into the room in real time and goes on with silence, as a microphone that stays open."""
    with wave.open(path, "rb") as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            raise ValueError(f"{path} must be 16-bit and mono")
        rate, pcm = file.getframerate(), file.readframes(file.getnframes())
    source = rtc.AudioSource(rate, 1)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)
    return asyncio.create_task(play(source, rate, pcm))


async def play(source: rtc.AudioSource, rate: int, pcm: bytes) -> None:
    samples = rate * FRAME_MS // 1000
    frame_bytes = 2 * samples
    for at in range(0, len(pcm), frame_bytes):
        frame = pcm[at : at + frame_bytes].ljust(frame_bytes, b"\0")
        await source.capture_frame(rtc.AudioFrame(frame, rate, 1, samples))
    while True:
        await source.capture_frame(rtc.AudioFrame(bytes(frame_bytes), rate, 1, samples))
