import { rename, rm } from 'node:fs/promises';
import type { Clock } from '../lifetime/clock.ts';
import { liveKitVersion, onPath } from './binary.ts';
import { SourceFailed } from './release.ts';
import type { Shell } from './shell.ts';

export type BuildSettings = {
  /** The Go tool module that pins livekit-server: tools/livekit. */
  moduleDir: string;
  /** The environment that Go is given, filtered: PATH, HOME, proxies and Go's own settings pass. */
  env: Readonly<Record<string, string>>;
};

type BuildTools = {
  clock: Clock;
  shell: Shell;
  report: (text: string) => void;
  signal?: AbortSignal | undefined;
};

/** Where installers put Go without adding it to everybody's PATH. */
const usualFolders = '/usr/local/go/bin:/opt/homebrew/bin:/usr/lib/go/bin';

/** From 1.21 on, Go fetches the newer Go that a module asks for by itself. */
const oldestGo = 21;

/** A slow machine with a slow network; here it takes 80 s. */
const buildMs = 20 * 60_000;
/** A progress line at least this often, so that nobody thinks it hangs. */
const reportEveryMs = 5_000;

/**
 * Builds livekit-server from the Go module and puts it at `target`.
 * @throws {SourceFailed} when there is no Go, an old one, or the build fails
 */
export async function buildLiveKit(
  settings: BuildSettings,
  target: string,
  tools: BuildTools,
): Promise<void> {
  const env = goEnvironment(settings.env);
  const go = await onPath('go', `${settings.env['PATH'] ?? ''}:${usualFolders}`);
  if (go === undefined) throw new SourceFailed('Go is not installed');
  const { output } = await tools.shell.run(
    { file: go, args: ['version'], env, timeoutMs: 10_000 },
    tools.signal,
  );
  const minor = Number(/go1\.(\d+)/.exec(output)?.[1] ?? 0);
  if (minor < oldestGo) {
    throw new SourceFailed(`Go 1.${oldestGo} or newer is needed, ${go} says: ${output}`);
  }
  tools.report(
    `building livekit-server ${liveKitVersion} with ${go}: one to three minutes, this once`,
  );
  const partial = `${target}.${process.pid}.partial`;
  const progress = new Progress(tools);
  try {
    const built = await tools.shell.run(
      {
        file: go,
        args: [
          'build',
          '-v',
          '-trimpath',
          '-ldflags=-s -w',
          `-o=${partial}`,
          'github.com/livekit/livekit-server/cmd/server',
        ],
        cwd: settings.moduleDir,
        env,
        timeoutMs: buildMs,
        onLine: (line) => {
          progress.line(line);
        },
      },
      tools.signal,
    );
    if (!built.ok) {
      const reason = built.output.split('\n').slice(-8).join('\n');
      throw new SourceFailed(`go build failed:\n${reason}`);
    }
    await rename(partial, target);
  } finally {
    progress.close();
    await rm(partial, { force: true });
  }
}

/** Turns Go's lines (`go: downloading x v1`, or a package's name when it begins to compile) into a report now and then. */
class Progress {
  readonly #startedMs: number;
  #downloaded = 0;
  #compiled = 0;
  #cancel: () => void;

  constructor(private readonly tools: BuildTools) {
    this.#startedMs = tools.clock.nowMs();
    this.#cancel = tools.clock.after(reportEveryMs, this.#tick);
  }

  line(text: string): void {
    if (text.startsWith('go: downloading')) this.#downloaded += 1;
    else if (!text.startsWith('go: ')) this.#compiled += 1;
  }

  close(): void {
    this.#cancel();
  }

  readonly #tick = (): void => {
    const elapsed = Math.round((this.tools.clock.nowMs() - this.#startedMs) / 1_000);
    this.tools.report(
      `building livekit-server: ${elapsed} s, ${this.#downloaded} modules downloaded, ${this.#compiled} packages compiled`,
    );
    this.#cancel = this.tools.clock.after(reportEveryMs, this.#tick);
  };
}

const wanted =
  /^(PATH|HOME|USER|LANG|TMPDIR|XDG_CACHE_HOME|GO[A-Z0-9]*|SSL_CERT_(FILE|DIR)|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

function goEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => wanted.test(name));
  // As LiveKit's own releases are made; it also means that no C compiler is needed.
  return { ...Object.fromEntries(kept), CGO_ENABLED: '0' };
}
