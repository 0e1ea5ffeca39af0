import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const cores = availableParallelism();

export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/live/**'],
          globalSetup: ['test/fakes/database-template.ts'],
          setupFiles: ['test/set-up.ts'],
          // Vitest leaves a core to itself, which is one of two: a file at a time, and the other core idle.
          maxWorkers: Math.min(cores, Math.max(2, cores - 1)),
          // Ceilings alone: nothing that passes waits for them, and a busy machine may stand still for seconds.
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          // Real servers on two cores: side by side they would starve each other's audio.
          fileParallelism: false,
          globalSetup: ['test/fakes/database-template.ts'],
          setupFiles: ['test/set-up.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 90_000 } },
        },
      },
    ],
  },
});
