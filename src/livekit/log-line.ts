import { z } from 'zod';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { Log } from '../telemetry/log.ts';

/** What is kept of a line of livekit-server's log. Participants' names and tokens are not among it. */
const Line = z.object({
  level: z.string(),
  msg: z.string(),
  caller: z.string().optional(),
  // Some lines have other things under these names, such as a list of rooms.
  error: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  room: z.string().optional().catch(undefined),
  roomID: z.string().optional().catch(undefined),
  pID: z.string().optional().catch(undefined),
});

/**
 * Puts one line of livekit-server's log into ours: warnings and errors as warnings, the rest at debug, since what it
 * tells at info is about its inside. Before its log begins it writes plain text, which is always a failure to start.
 */
export function logLiveKitLine(line: string, log: Log): void {
  const parsed = parseLine(line);
  if (parsed === undefined) {
    log.warn({ line }, 'livekit-server wrote');
    return;
  }
  const { level, ...livekit } = parsed;
  if (level === 'warn' || level === 'error') log.warn({ livekit }, 'livekit-server warns');
  else log.debug({ livekit }, 'livekit-server says');
}

function parseLine(line: string): z.infer<typeof Line> | undefined {
  return line.startsWith('{') ? Line.safeParse(parsedJson(line)).data : undefined;
}
