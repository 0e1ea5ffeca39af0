import { OpenAiStt } from '../../../src/providers/stt/openai.ts';
import { RealtimeStt } from '../../../src/providers/stt/realtime.ts';
import { clientSubject, fakeSubject } from '../../contracts/scripted-subject.ts';
import { sttLineContract, type SttLineSubject } from '../../contracts/stt-line.ts';
import { failureFor } from '../../contracts/subject.ts';
import type { Behaviour } from '../../fakes/scripted-stage.ts';
import { ScriptedStream } from '../../fakes/scripted-stream.ts';
import { ScriptedStt, type SttStep } from '../../fakes/scripted-stt.ts';
import type { FakeClock } from '../../fakes/fake-clock.ts';

const atOnce = () => Promise.resolve();

function stepFor(behaviour: Behaviour): SttStep {
  if (behaviour.kind === 'ok') return { text: 'hello' };
  const fails = failureFor('stt', behaviour);
  return behaviour.kind === 'hang' ? { afterMs: 900, fails } : { fails };
}

const fake = (open: (clock: FakeClock, step: SttStep) => ScriptedStt) => (behaviour: Behaviour) => {
  const subject = fakeSubject((clock) => open(clock, stepFor(behaviour)));
  const { script } = subject.provider;
  return Promise.resolve({
    ...subject,
    listens: atOnce,
    hears: (text: (samples: number) => string) =>
      script.from({ text: (samples) => text(samples.length) }),
  });
};

sttLineContract(
  'ScriptedStt',
  fake((clock, step) => new ScriptedStt(clock, step)),
);
sttLineContract(
  'ScriptedStream',
  fake((clock, step) => new ScriptedStream(clock, step)),
);

sttLineContract('OpenAiStt', async (behaviour) => {
  const subject = await clientSubject(
    (server) => server.stt,
    (settings, deps) => new OpenAiStt(settings, deps),
  );
  subject.server.stt.always(behaviour);
  return {
    ...subject,
    listens: atOnce,
    hears(text) {
      subject.server.transcript = ({ samples }) => text(samples.length);
    },
  };
});

/** @param streams whether the provider takes the WebSocket */
const realtime =
  (streams: boolean) =>
  async (behaviour: Behaviour): Promise<SttLineSubject> => {
    const subject = await clientSubject(
      (server) => server.stt,
      (settings, deps) => new RealtimeStt(new OpenAiStt(settings, deps), settings, deps),
    );
    const { server } = subject;
    const { realtime: stream } = server;
    server.stt.always(behaviour);
    if (streams && behaviour.kind === 'ok') stream.always({ kind: 'ok' });
    else if (streams && behaviour.kind === 'hang') stream.always({ kind: 'forgets' });
    const isListening = streams && ['ok', 'hang'].includes(behaviour.kind);
    return {
      ...subject,
      requests: () => server.stt.counts.requests + stream.counts.commits,
      arrived: (wanted) =>
        isListening
          ? stream.until(({ commits }) => commits >= wanted)
          : server.stt.until(({ requests }) => requests >= wanted),
      listens: () => stream.until(({ frames, tries }) => (isListening ? frames > 0 : tries > 0)),
      hears(text) {
        server.transcript = ({ samples }) => text(samples.length);
        stream.transcript = (samples) => text((samples.length * 2) / 3);
      },
    };
  };

sttLineContract('RealtimeStt', realtime(true));
sttLineContract('RealtimeStt that is refused', realtime(false));
