import type { Clock } from '../../lifetime/clock.ts';
import type { ToolSettings } from '../../protocol/tool-settings.ts';
import type { Log } from '../../telemetry/log.ts';
import type { ToolBox } from './tool-box.ts';

/** `openTools`, loaded by the first character that calls anything: most call nothing, and need not carry it. */
export async function loadTools(
  settings: ToolSettings,
  deps: { clock: Clock; log: Log },
): Promise<ToolBox> {
  const { openTools } = await import('./open-tools.ts');
  return openTools(settings, deps);
}
