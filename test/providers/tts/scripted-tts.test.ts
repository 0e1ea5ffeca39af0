import { fakeSubject } from '../../contracts/scripted-subject.ts';
import { failureFor } from '../../contracts/subject.ts';
import { ttsContract } from '../../contracts/tts.ts';
import type { Behaviour } from '../../fakes/scripted-stage.ts';
import { ScriptedTts, type TtsStep } from '../../fakes/scripted-tts.ts';

ttsContract('ScriptedTts', (behaviour) => {
  const subject = fakeSubject((clock) => new ScriptedTts(clock, stepFor(behaviour)));
  const { script, log } = subject.provider;
  return Promise.resolve({
    ...subject,
    speaks: (soundMs: number) => script.from({ soundMs }),
    lastText: () => log.calls.at(-1)?.input.text ?? '',
  });
});

function stepFor(behaviour: Behaviour): TtsStep {
  if (behaviour.kind === 'ok') return { soundMs: 300 };
  const fails = failureFor('tts', behaviour);
  switch (behaviour.kind) {
    case 'hang':
      return { soundMs: 0, firstMs: 900, fails };
    case 'stall':
      return { soundMs: 100 * behaviour.afterPieces, fails, failsAfterMs: 500 };
    case 'breakOff':
      return { soundMs: 100 * behaviour.afterPieces, fails };
    case 'refuse':
    case 'reset':
    case 'garbage':
    case 'unclosed':
    case 'endless':
      return { soundMs: 0, fails };
  }
}
