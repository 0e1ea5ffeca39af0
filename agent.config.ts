import { defineConfig } from 'vite';

/**
 * The agent process as one file. It is the program that a machine runs many of, and each module that it loads costs its
 * memory whether it is used or not: of these packages it uses a small part (zod brings its messages in 50 languages,
 * openai every endpoint). All others stay as npm has installed them.
 */
export default defineConfig({
  build: {
    ssr: 'src/agent.ts',
    outDir: 'dist/agent',
    emptyOutDir: true,
    target: 'node20',
    // Its lines are in stack traces.
    minify: false,
  },
  ssr: { noExternal: [/^zod(\/|$)/, /^openai(\/|$)/, '@livekit/protocol'] },
});
