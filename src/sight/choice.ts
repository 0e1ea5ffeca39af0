import type { SeenFrame } from './seen-frame.ts';
import type { SightRules } from './sight-rules.ts';

/*
 * Which frames are looked at. Source: Convai docs, live-apis-beta/client-to-server-messages.md#vision-trigger;
 * convai-unity-sdk/features/vision/dynamic-vision-context.md and scripting-api.md. All lists are oldest first.
 */
type Frames = readonly SeenFrame[];

/** Those that an answer gets by itself: fresh ones only, the newest of them or those of the sampling windows. */
export function latest(frames: Frames, rules: SightRules, nowMs: number): SeenFrame[] {
  const fresh = frames.filter(({ atMs }) => nowMs - atMs <= rules.stalenessMs);
  const chosen = rules.windows.length > 0 ? byWindows(fresh, rules) : fresh;
  return chosen.slice(-rules.framesPerTurn);
}

/** Back from the newest, window after window, each with as many frames at its distance. */
function byWindows(frames: Frames, { windows, intervalMs }: SightRules): SeenFrame[] {
  const newest = frames.at(-1);
  if (!newest) return [];
  const steps = windows.flatMap((window) => Array<number>(window.count).fill(window.intervalMs));
  const chosen = new Set<SeenFrame>();
  let wantedMs = newest.atMs;
  for (const [index, step] of steps.entries()) {
    if (index > 0) wantedMs -= step;
    const frame = nearest(frames, wantedMs);
    // Half a sample beside it there is another one, or the buffer does not reach back so far.
    if (frame && Math.abs(frame.atMs - wantedMs) <= intervalMs) chosen.add(frame);
  }
  return frames.filter((frame) => chosen.has(frame));
}

function nearest(frames: Frames, atMs: number): SeenFrame | undefined {
  return [...frames].sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0];
}

/**
 * Counted from the newest (-1) or from the oldest (0); what lies beyond the oldest is the oldest. Two indices are a
 * window with all between them, as game engines send it; two that run backwards are a list, as any other number is.
 * @returns undefined when one of them, or the beginning of a window, lies beyond the newest: there is no such frame
 */
export function byIndices(
  frames: Frames,
  indices: readonly number[],
  most: number,
): SeenFrame[] | undefined {
  const places = indices.map((index) => Math.max(0, index < 0 ? frames.length + index : index));
  const [first = 0, last = 0] = places;
  const isWindow = places.length === 2 && first <= last;
  if (Math.max(...(isWindow ? [first] : places)) >= frames.length) return undefined;
  if (isWindow) return thinned(frames.slice(first, last + 1), most);
  const wanted = new Set(places);
  return thinned(
    frames.filter((_, place) => wanted.has(place)),
    most,
  );
}

/** @returns undefined when one of them is no longer there */
export function byIds(
  frames: Frames,
  ids: readonly number[],
  most: number,
): SeenFrame[] | undefined {
  const wanted = new Set(ids);
  const found = frames.filter(({ pts }) => wanted.has(pts));
  return found.length < wanted.size ? undefined : thinned(found, most);
}

/** At most so many of them, evenly, the newest always. */
function thinned(frames: SeenFrame[], most: number): SeenFrame[] {
  if (frames.length <= most) return frames;
  const step = frames.length / most;
  return Array.from({ length: most }, (_, i) => frames[Math.ceil((i + 1) * step) - 1]).filter(
    (frame) => frame !== undefined,
  );
}
