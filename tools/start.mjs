/** `npm start`: sets up what is missing, then is the server, in this same process. */
import { loadDotEnv } from './project.mjs';
import { giveUp, setUp } from './set-up.mjs';

try {
  loadDotEnv();
  await setUp();
} catch (error) {
  giveUp(error);
}
// Signals, the exit code and a kill -9 concern the server alone: nothing stands between it and the shell.
await import(new URL('../dist/src/main.js', import.meta.url).href);
