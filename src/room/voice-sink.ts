/** One way in which a voice reaches its listeners. Called in step by the pacer; must not block. */
export interface VoiceSink {
  /** Whether `clear` takes back what was handed, so that it can be handed again. What was sent to a client cannot. */
  readonly takesBack: boolean;
  /** What it was handed and holds back for a full chunk: nobody has that. Undefined where no sound comes out of it. */
  readonly heldSamples: number | undefined;
  /** Takes the next samples (mono, `speakingRateHz`) of the voice. */
  hand(samples: Int16Array): void;
  /** Nothing more comes of this utterance: what is held back for a full chunk goes out. */
  flush(): void;
  /** Forgets what was handed and not yet heard. */
  clear(): void;
}
