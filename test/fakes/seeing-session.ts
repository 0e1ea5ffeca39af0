import { VisionInputConfig } from '../../src/protocol/vision-config.ts';
import { Sights } from '../../src/session/sights.ts';
import { Vision } from '../../src/session/vision.ts';
import { sightRules } from '../../src/sight/sight-rules.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { CommandedSession } from './commanded-session.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeVideo } from './fake-video.ts';

/** A session whose client shows something: one frame of a webcam is in the buffer, 200 ms old. */
export async function seeingSession(): Promise<CommandedSession> {
  const clock = new FakeClock();
  const rules = sightRules(VisionInputConfig.parse({ frames_per_turn: 3, buffer_frames: 4 }));
  const sights = new Sights({ clock, log: silentLog, rules, trackName: 'camera' });
  const vision = new Vision(sights, () => true, clock);
  const camera = new FakeVideo('1');
  for (let told = 0; told < 2; told++) sights.update('ann', [camera.offer]);
  await clock.advance(200);
  return new CommandedSession({}, null, null, vision);
}
