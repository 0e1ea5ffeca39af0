/** `npm run setup`: gets and builds all that `npm start` needs, and starts nothing. */
import { giveUp } from './give-up.mjs';
import { loadEnvironment, report } from './project.mjs';
import { prepareLiveKit, setUp } from './set-up.mjs';

try {
  loadEnvironment();
  await setUp();
  await prepareLiveKit();
  report('everything is ready; npm start');
} catch (error) {
  giveUp(error);
}
