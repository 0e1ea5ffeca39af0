/** A sound, as Whisper and its kin write it down: "[BLANK_AUDIO]", "(coughs)", "*sigh*", "【音楽】". */
const sounds =
  /\[[^\]]*(?:\]|$)|\([^)]*(?:\)|$)|（[^）]*(?:）|$)|【[^】]*(?:】|$)|\*[^*]*(?:\*|$)/gu;

/**
 * What a user said, by its transcript. Recognisers tell of a cough, of music and of silence too; a transcript of nothing
 * else, or of marks alone ("...", "♪"), has no words.
 * @returns the transcript as it is, or nothing
 */
export function spokenWords(transcript: string): string {
  return /[\p{L}\p{N}]/u.test(transcript.replace(sounds, '')) ? transcript : '';
}
