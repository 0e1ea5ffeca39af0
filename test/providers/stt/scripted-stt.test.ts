import { fakeSubject } from '../../contracts/scripted-subject.ts';
import { sttContract } from '../../contracts/stt.ts';
import { failureFor } from '../../contracts/subject.ts';
import { ScriptedStt, type SttStep } from '../../fakes/scripted-stt.ts';
import type { Behaviour } from '../../fakes/scripted-stage.ts';

sttContract('ScriptedStt', (behaviour) => {
  let heard = '';
  const scripted: { stt?: ScriptedStt } = {};
  const subject = fakeSubject((clock) => {
    const provider = new ScriptedStt(
      clock,
      stepFor(behaviour, () => heard),
    );
    scripted.stt = provider;
    return { provider, log: provider.log };
  });
  return Promise.resolve({
    ...subject,
    hears(text: string) {
      heard = text;
    },
    lastSamples: () => scripted.stt?.log.calls.at(-1)?.input.samples.length ?? 0,
  });
});

function stepFor(behaviour: Behaviour, heard: () => string): SttStep {
  if (behaviour.kind === 'ok') return { text: heard };
  const fails = failureFor('stt', behaviour);
  return behaviour.kind === 'hang' ? { afterMs: 900, fails } : { fails };
}
