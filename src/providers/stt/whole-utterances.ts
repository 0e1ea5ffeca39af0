import type { Stt, SttLine, SttLineOptions } from './stt.ts';

/** The line of a recogniser that takes whole utterances only: all work happens when words are asked for. */
function wholeUtterances(
  stt: Pick<Stt, 'transcribe'>,
  { language, hints }: Pick<SttLineOptions, 'language' | 'hints'>,
): SttLine {
  const nothing = () => undefined;
  return {
    partial: '',
    push: nothing,
    words: async (whole, signal) => stt.transcribe(whole(), { language, hints, signal }),
    goOn: nothing,
    reset: nothing,
    close: nothing,
  };
}

/** A line for one conversation, whatever the recogniser is. */
export function openLine(stt: Stt, options: SttLineOptions): SttLine {
  return stt.openLine?.(options) ?? wholeUtterances(stt, options);
}
