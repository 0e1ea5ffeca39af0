/** `npm run setup`: gets and builds all that `npm start` needs, and starts nothing. */
import { loadDotEnv, report } from './project.mjs';
import { giveUp, prepareLiveKit, setUp } from './set-up.mjs';

try {
  loadDotEnv();
  await setUp();
  await prepareLiveKit();
  report('everything is ready; npm start');
} catch (error) {
  giveUp(error);
}
