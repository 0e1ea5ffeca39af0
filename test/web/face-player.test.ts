import { describe, expect, it } from 'vitest';
import { FacePlayer } from '../../web/src/face-player.ts';
import type { Message } from '../../web/src/message.ts';

const frame = (value: number) => Array.from({ length: 61 }, () => value);

function chunk(from: number, count: number, owner = 'a'): Message {
  const blendshapes = Array.from({ length: count }, (_, i) => frame(from + i));
  return {
    type: 'chunked-neurosync-blendshapes',
    form: 'wrapped',
    data: { blendshapes, fps: 50, start_frame_index: from, response_id: owner },
  };
}

function cancel(through: number | null, owner = 'a'): Message {
  return {
    type: 'neurosync-blendshapes-cancel',
    form: 'wrapped',
    data: { response_id: owner, valid_through_frame_index: through },
  };
}

describe('FacePlayer', () => {
  it('shows each frame at the time of its sound, then rests', () => {
    const player = new FacePlayer();
    player.follow(chunk(0, 10), 1_000);
    expect(player.frameAt(1_000)).toBeUndefined();
    expect(player.frameAt(1_130)?.[0]).toBe(0);
    expect(player.frameAt(1_131 + 100)?.[0]).toBe(5);
    expect(player.frameAt(1_131 + 180)?.[0]).toBe(9);
    expect(player.frameAt(1_131 + 250)?.[0]).toBe(9);
    expect(player.frameAt(1_131 + 400)).toBeUndefined();
  });

  it('goes on where it was after the voice paused', () => {
    const player = new FacePlayer();
    player.follow(chunk(0, 10), 0);
    player.frameAt(300);
    player.follow(chunk(10, 10), 2_000);
    expect(player.frameAt(2_135)?.[0]).toBe(10);
    expect(player.frameAt(2_235)?.[0]).toBe(15);
  });

  it('throws away what was cancelled, of the same answer only', () => {
    const player = new FacePlayer();
    player.follow(chunk(0, 50), 0);
    player.follow(cancel(3, 'other'), 10);
    expect(player.frameAt(130 + 205)?.[0]).toBe(10);
    player.follow(cancel(12), 340);
    expect(player.frameAt(130 + 255)?.[0]).toBe(12);
    expect(player.frameAt(130 + 800)).toBeUndefined();
    player.follow(chunk(0, 10, 'b'), 2_000);
    player.follow(cancel(null, 'b'), 2_010);
    expect(player.frameAt(2_200)).toBeUndefined();
  });

  it('is not upset by what is no frame', () => {
    const player = new FacePlayer();
    player.follow({ ...chunk(0, 1), data: { blendshapes: ['a', [1, 'b'], null] } }, 0);
    expect(player.frameAt(200)).toBeUndefined();
  });
});
