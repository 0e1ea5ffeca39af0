import type { Database } from '../db/db.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Images } from '../providers/images/images.ts';
import type { Log } from '../telemetry/log.ts';
import { ImageMaker } from './image-maker.ts';
import { ImageWork } from './image-work.ts';

export type PicturesDeps = {
  /** Undefined: nothing is drawn. */
  provider: Images | undefined;
  clock: Clock;
  log: Log;
};

/** What characters draw. Closing breaks off what is being drawn; the next start goes on with it. */
export class Pictures implements Closable {
  private constructor(
    readonly work: ImageWork,
    private readonly maker: ImageMaker | undefined,
  ) {}

  /** Whether there is an endpoint that draws. */
  get canDraw(): boolean {
    return this.maker !== undefined;
  }

  static async open(database: Database, deps: PicturesDeps): Promise<Pictures> {
    const { provider, clock, log } = deps;
    const { db, kind } = database;
    let maker: ImageMaker | undefined;
    const work = new ImageWork({ db, clock }, () => maker?.wake());
    // Nobody else has this database: what is being drawn was being drawn by us.
    if (kind === 'pglite') await work.releaseAll();
    if (provider) maker = new ImageMaker({ work, provider, clock, log, random: Math.random });
    return new Pictures(work, maker);
  }

  async close(): Promise<void> {
    await this.maker?.close();
  }
}
