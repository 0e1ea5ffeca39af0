import { describe, expect, it, vi } from 'vitest';
import { logLiveKitLine } from '../../src/livekit/log-line.ts';
import { silentLog } from '../../src/telemetry/log.ts';

function heard(line: string) {
  const warn = vi.spyOn(silentLog, 'warn').mockReturnValue();
  const debug = vi.spyOn(silentLog, 'debug').mockReturnValue();
  logLiveKitLine(line, silentLog);
  const calls = { warn: warn.mock.calls.length, debug: debug.mock.calls.length };
  vi.restoreAllMocks();
  return calls;
}

describe("livekit-server's log", () => {
  it('is quiet about what it does, also where a field is not what its name says', () => {
    expect(heard('{"level":"info","msg":"API RoomService.ListRooms","room":[]}')).toEqual({
      warn: 0,
      debug: 1,
    });
  });

  it('warns of its warnings, and of plain text', () => {
    expect(heard('{"level":"error","msg":"could not bind"}')).toEqual({ warn: 1, debug: 0 });
    expect(heard('panic: no')).toEqual({ warn: 1, debug: 0 });
  });
});
