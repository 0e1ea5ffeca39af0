import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    // The SDK with livekit-client; compressed a third of it.
    chunkSizeWarningLimit: 1_000,
  },
});
