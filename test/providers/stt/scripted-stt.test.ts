import { fakeSubject } from '../../contracts/scripted-subject.ts';
import { sttContract } from '../../contracts/stt.ts';
import { failureFor } from '../../contracts/subject.ts';
import { ScriptedStt, type SttStep } from '../../fakes/scripted-stt.ts';
import type { Behaviour } from '../../fakes/scripted-stage.ts';

sttContract('ScriptedStt', (behaviour) => {
  const subject = fakeSubject((clock) => new ScriptedStt(clock, stepFor(behaviour)));
  const { script, log } = subject.provider;
  return Promise.resolve({
    ...subject,
    hears: (text: string) => script.from({ text }),
    lastSamples: () => log.calls.at(-1)?.input.samples.length ?? 0,
  });
});

function stepFor(behaviour: Behaviour): SttStep {
  if (behaviour.kind === 'ok') return { text: 'hello' };
  const fails = failureFor('stt', behaviour);
  return behaviour.kind === 'hang' ? { afterMs: 900, fails } : { fails };
}
