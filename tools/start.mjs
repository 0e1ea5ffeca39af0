/**
 * `npm start`: sets up what is missing, then is the server, in this same process. In package.json it is started with
 * `exec`, or a SIGTERM to npm would end the shell between them and leave the server running.
 */
import { giveUp } from './give-up.mjs';
import { loadEnvironment } from './project.mjs';
import { setUp } from './set-up.mjs';

try {
  loadEnvironment();
  await setUp();
} catch (error) {
  giveUp(error);
}
// Signals, the exit code and a kill -9 concern the server alone: nothing stands between it and the shell.
await import(new URL('../dist/src/main.js', import.meta.url).href);
