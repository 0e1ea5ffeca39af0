import { llmContract } from '../../contracts/llm.ts';
import { fakeSubject } from '../../contracts/scripted-subject.ts';
import { failureFor } from '../../contracts/subject.ts';
import { ScriptedLlm, type LlmStep } from '../../fakes/scripted-llm.ts';
import type { Behaviour } from '../../fakes/scripted-stage.ts';

llmContract('ScriptedLlm', (behaviour) => {
  const subject = fakeSubject((clock) => new ScriptedLlm(clock, stepFor(behaviour)));
  const { script, log } = subject.provider;
  return Promise.resolve({
    ...subject,
    says: (pieces: string[]) => script.from({ pieces }),
    lastMessages: () => log.calls.at(-1)?.input.messages ?? [],
  });
});

function stepFor(behaviour: Behaviour): LlmStep {
  const pieces = ['Hello', ' there.'];
  if (behaviour.kind === 'ok') return { pieces };
  const fails = failureFor('llm', behaviour);
  switch (behaviour.kind) {
    case 'hang':
      return { pieces: [], firstMs: 900, fails };
    case 'stall':
      return { pieces: pieces.slice(0, behaviour.afterPieces), fails, failsAfterMs: 500 };
    case 'breakOff':
      return { pieces: pieces.slice(0, behaviour.afterPieces), fails };
    case 'refuse':
    case 'reset':
    case 'garbage':
    case 'unclosed':
    case 'endless':
      return { pieces: [], fails };
  }
}
