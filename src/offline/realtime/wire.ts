/** PCM of 16 bits, mono, as OpenAI's Realtime API takes it. */
export const realtimeRateHz = 24_000;

/** A frame of sound is some kilobytes; half a minute that is sent once more comes in such frames. */
export const maxMessageBytes = 1_000_000;
