import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { encodeWav } from '../../../src/audio/wav.ts';

/** A real browser, whose microphone plays a sound once from when a page opens it. */
export class Chromium {
  private constructor(
    readonly browser: Browser,
    private readonly folder: string,
  ) {}

  static async start(microphone: Int16Array, sampleRateHz: number): Promise<Chromium> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-browser-'));
    const file = join(folder, 'microphone.wav');
    await writeFile(file, encodeWav(microphone, sampleRateHz));
    const browser = await chromium.launch({
      timeout: 150_000,
      executablePath: process.env['PARLEY_TEST_BROWSER'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${file}%noloop`,
      ],
    });
    return new Chromium(browser, folder);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
