import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    // The page's policy allows no data: scripts or styles, and no inline ones.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // livekit-client alone is about half a megabyte; compressed, the page is a fifth of this.
    chunkSizeWarningLimit: 900,
  },
});
