import { setTimeout as delay } from 'node:timers/promises';
import { Caller, callerRateHz } from './caller.ts';
import { Ask, type Connected, type Talked, type Told } from './callers-protocol.ts';
import { Talker } from './talker.ts';
import { makeUtterances } from './utterances.ts';

/** Callers do not speak in step. */
const staggerMs = 3_000;

/** The process of all callers: does what its parent asks, until that goes away. */
export async function serveCallers(): Promise<void> {
  const utterances = await makeUtterances(callerRateHz);
  let talkers: Talker[] = [];
  let conversations: string[] = [];

  process.on('message', (message) => {
    answer(Ask.parse(message)).then(tell, (error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  process.once('disconnect', () => process.exit(0));
  tell({ kind: 'idle' });

  async function answer(ask: Ask): Promise<Told> {
    switch (ask.do) {
      case 'connect': {
        const { connected, joined } = await connect(ask, ask.again ? conversations : []);
        conversations = joined.map(({ answer }) => answer.character_session_id);
        talkers = joined.map((caller) => new Talker(caller, utterances));
        if (ask.stay) await Promise.all(talkers.map((talker) => talker.hearGreeting()));
        return { kind: 'connected', ...connected };
      }
      case 'talk':
        return { kind: 'talked', ...(await talk(talkers, ask.turns)) };
      case 'leave':
        await Promise.all(talkers.map(({ caller }) => caller.leave()));
        talkers = [];
        return { kind: 'idle' };
    }
  }
}

async function connect(
  { count, url, apiKey, characterId }: Extract<Ask, { do: 'connect' }>,
  conversations: readonly string[],
) {
  const connected: Connected = { readyMs: [], failures: [] };
  const joined: Caller[] = [];
  const one = async (index: number) => {
    // `debug` makes the server tell what each turn's time went into.
    const body = {
      character_id: characterId,
      character_session_id: conversations[index],
      debug: true,
    };
    const caller = await Caller.connect({ url, apiKey, body, noisy: true });
    joined.push(caller);
    const { atMs } = await caller.message('bot-ready');
    connected.readyMs.push(atMs - caller.askedAtMs);
  };
  const ends = await Promise.allSettled(Array.from({ length: count }, (_, index) => one(index)));
  for (const end of ends)
    if (end.status === 'rejected') connected.failures.push(String(end.reason));
  return { connected, joined };
}

async function talk(talkers: Talker[], turns: number): Promise<Talked> {
  const progress = { turns: 0, finishedCallers: 0 };
  const one = async (talker: Talker, index: number) => {
    await delay((staggerMs * index) / talkers.length);
    for (let turn = 0; turn < turns && talker.caller.connected; turn++) {
      await talker.turn(turn).catch((error: unknown) => {
        talker.measured.failures.push(String(error));
      });
      progress.turns++;
      tell({ kind: 'progress', ...progress });
    }
    progress.finishedCallers++;
    tell({ kind: 'progress', ...progress });
  };
  await Promise.all(talkers.map(one));
  const all = talkers.map(({ measured }) => measured);
  return {
    soundMs: all.flatMap(({ soundMs }) => soundMs),
    silenceMs: all.flatMap(({ silenceMs }) => silenceMs),
    stages: talkers.flatMap((talker) => talker.stages()),
    pauses: all.reduce((sum, { pauses }) => sum + pauses, 0),
    cutIns: all.reduce((sum, { cutIns }) => sum + cutIns, 0),
    failures: all.flatMap(({ failures }) => failures),
  };
}

function tell(told: Told): void {
  process.send?.(told);
}
