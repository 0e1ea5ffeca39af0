import * as z from 'zod';

/* The wire of the streaming transcription API. Source: Convai docs, streaming-transcription-api.md. */

export const transcriptionPath = '/stream';

type Transcript = {
  /** Orders the transcripts of a session, from 1. */
  sequence_id: number;
  text: string;
  is_final: boolean;
  /** Punctuation and casing are there. */
  is_formatted: boolean;
  message_type: 'Turn' | 'FinalTranscript';
  language_code: null;
};

export type TranscriptionEvent =
  | { type: 'session.started'; data: { session_id: string; expires_at: string } }
  | { type: 'session.closed'; data: Record<string, never> }
  | { type: 'transcript.partial' | 'transcript.final'; data: Transcript }
  | { type: 'error'; data: { message: string } };

/** What a client says in text; sound comes as binary messages. */
export const Control = z.object({ type: z.enum(['finalize', 'close', 'stop']) });
