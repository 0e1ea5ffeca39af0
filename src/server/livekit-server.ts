import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Secrets } from '../keys/secrets.ts';
import { startEmbeddedLiveKit } from '../livekit/embedded.ts';
import { findSettings } from '../livekit/find.ts';
import type { LivekitDoor } from '../room/rooms.ts';
import type { Ground } from './ground.ts';

/** LIVEKIT_URL's, or our own. */
export async function openLiveKit(
  { root, config: { livekit, http, livekitNodeIp, cacheDir }, clock, log, scope }: Ground,
  { livekitApiKey: apiKey, livekitApiSecret: apiSecret }: Secrets,
  report: (text: string) => void,
  onUp: () => void,
): Promise<LivekitDoor> {
  if (livekit.kind === 'external') {
    return { url: livekit.url, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret };
  }
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const { url } = await scope.own(
    'livekit',
    startEmbeddedLiveKit(
      {
        host: http.host,
        nodeIp: livekitNodeIp,
        ports: livekit.ports,
        keys: { apiKey, apiSecret },
        templatePath: join(root, 'livekit.yaml'),
        find: findSettings(env, cacheDir, root),
      },
      {
        clock,
        log,
        report,
        signal: scope.signal,
        onChange: (state) => {
          if (state === 'up') onUp();
        },
      },
    ),
  );
  return { url, apiKey, apiSecret };
}

/** Where clients find LiveKit: as configured, or at whatever host they found us. */
export function roomUrlOf({ livekit, livekitPublicUrl }: Config) {
  if (livekitPublicUrl !== undefined) return { kind: 'fixed', url: livekitPublicUrl } as const;
  return livekit.kind === 'external'
    ? ({ kind: 'fixed', url: livekit.url } as const)
    : ({ kind: 'followHost', port: livekit.ports.http } as const);
}
