import { existsSync } from 'node:fs';
import { canUseApt, installPackage } from './apt.mjs';
import { outputOf, reachable, run, which } from './exec.mjs';
import { report } from './project.mjs';

const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
const macApps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const playwrightDownloads = 'https://cdn.playwright.dev/';

/** @returns {Promise<string | undefined>} what is missing to have a browser for the tests */
export async function checkBrowser() {
  if ((await installedBrowser()) || canUseApt() || (await reachable(playwrightDownloads))) return;
  const get =
    process.platform === 'darwin'
      ? 'brew install --cask google-chrome'
      : 'sudo apt-get install -y chromium';
  return `the tests need Chrome or Chromium. Get it with: ${get}`;
}

/**
 * A browser for the tests: an installed one, else Playwright's, else the system's package.
 * @returns {Promise<string | undefined>} the path of one that runs
 */
export async function ensureBrowser() {
  const installed = await installedBrowser();
  if (installed) return installed;
  if (await reachable(playwrightDownloads)) {
    report("there is no Chrome or Chromium: downloading Playwright's (about 150 MB)...");
    await run(process.execPath, ['node_modules/playwright-core/cli.js', 'install', 'chromium']);
    const downloaded = await installedBrowser();
    if (downloaded) return downloaded;
  }
  if (canUseApt()) {
    report('there is no Chrome or Chromium: installing the package chromium (about 100 MB)...');
    await installPackage('chromium');
  }
  return await installedBrowser();
}

/** One that is there and really runs: what is called chromium may be a note that points to a store. */
async function installedBrowser() {
  const { chromium } = await import('playwright-core');
  const given = process.env.PARLEY_TEST_BROWSER;
  const found = [given, ...names.map((n) => which(n)), ...macApps, chromium.executablePath()];
  for (const path of found) {
    if (path && existsSync(path) && (await outputOf(path, ['--version']))) return path;
  }
  return undefined;
}
