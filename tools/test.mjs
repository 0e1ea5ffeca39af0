/**
 * `npm test`: sets up everything, also what only tests need, and runs them all. Ends with one line of counts.
 * `node tools/test.mjs live` runs one project of vitest.config.ts alone.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBrowser, ensureBrowser } from './browser.mjs';
import { checkCurl, ensureCurl } from './curl.mjs';
import { run } from './exec.mjs';
import { giveUp, StepFailed } from './give-up.mjs';
import { checkPostgres, ensurePostgres } from './postgres.mjs';
import { cacheDirOf, report } from './project.mjs';
import { checkPythonExample, ensurePythonExample } from './python-example.mjs';
import { prepareLiveKit, setUp } from './set-up.mjs';

// Tests bring their own servers, keys and ports: settings of this user's installation must not reach them.
const settings =
  /^((OPENAI|LLM|STT|TTS|EMBEDDINGS|IMAGES|LIVEKIT)_.*|PARLEY_API_KEY|PARLEY_DATA_DIR|DATABASE_URL|HOST|PORT)$/;
for (const name of Object.keys(process.env)) if (settings.test(name)) delete process.env[name];
process.env.PARLEY_CACHE_DIR = cacheDirOf(process.env);

try {
  await setUp([checkBrowser, checkPostgres, checkPythonExample, checkCurl]);
  await prepareLiveKit();
  process.env.PARLEY_TEST_BROWSER = await ensureBrowser();
  if (!process.env.PARLEY_TEST_BROWSER) throw new StepFailed('no browser could be had');
  process.env.PARLEY_TEST_POSTGRES_BIN = await ensurePostgres({ log: report });
  if (!process.env.PARLEY_TEST_POSTGRES_BIN) throw new StepFailed('no PostgreSQL could be had');
  if (!(await ensureCurl())) throw new StepFailed('no curl could be had');
  process.env.PARLEY_TEST_PYTHON = await ensurePythonExample();
} catch (error) {
  giveUp(error);
}

const chosen = process.argv.slice(2);
const results = [];
for (const project of chosen.length > 0 ? chosen : ['unit', 'live']) {
  results.push(await runProject(project));
}
const sum = (count) => results.reduce((total, result) => total + count(result), 0);
console.log(`${sum((r) => r.passed)} passed, ${sum((r) => r.failed)} failed`);
process.exitCode = results.find((r) => r.code !== 0)?.code ?? 0;

/**
 * @param {string} project of vitest.config.ts
 * @returns {Promise<{ passed: number; failed: number; code: number }>}
 */
async function runProject(project) {
  report(`running the ${project} tests`);
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const counts = join(folder, 'counts.json');
  try {
    const code = await run(process.execPath, [
      'node_modules/vitest/vitest.mjs',
      'run',
      `--project=${project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${counts}`,
    ]);
    return { ...readCounts(counts, code), code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests to count, and counts as one that failed. */
function readCounts(file, code) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
    const unloaded = testResults.filter(
      (r) => r.status === 'failed' && r.assertionResults.length === 0,
    );
    const failed = numFailedTests + unloaded.length;
    // Vitest also fails for an error that belongs to no test.
    return { passed: numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
