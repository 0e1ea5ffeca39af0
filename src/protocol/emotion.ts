/**
 * The names of `bot-emotion`. Convai's pages name different ones; these are in the Unity taxonomy, in Plutchik's wheel
 * that the web SDK shows, or in the Unreal plugin's table, and most in all three (docs/protocol.md).
 */
export const emotionNames = [
  'joy',
  'trust',
  'fear',
  'surprise',
  'sadness',
  'disgust',
  'anger',
  'anticipation',
  'calm',
  'bored',
  'neutral',
] as const;
export type EmotionName = (typeof emotionNames)[number];
