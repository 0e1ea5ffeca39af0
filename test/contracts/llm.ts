import { describe, expect, it } from 'vitest';
import type { ChatMessage, Llm } from '../../src/providers/llm/llm.ts';
import { closedAfterEach, type OpenSubject, type Subject } from './subject.ts';
import { streamingPromises } from './streaming.ts';

export type LlmSubject = Subject<Llm> & {
  /** What the other side answers, in these pieces. */
  says(pieces: string[]): void;
  /** The messages of the last request as they arrived. */
  lastMessages(): ChatMessage[];
};

const messages: ChatMessage[] = [
  { role: 'system', content: 'You are Ada.' },
  { role: 'user', content: 'Good morning, 世界.' },
];

/** What every language model promises. */
export function llmContract(name: string, openSubject: OpenSubject<LlmSubject>): void {
  describe(`${name} keeps the contract of language models: it`, () => {
    const open = closedAfterEach(openSubject);

    it('hands the messages over and streams the answer unchanged', async () => {
      const subject = await open({ kind: 'ok' });
      const pieces = ['Good', ' morning', ', 世', '界.\n\n', '"data: [DONE]"', ' 🙂'];
      subject.says(pieces);
      const heard: string[] = [];
      const { signal } = new AbortController();
      for await (const piece of subject.provider.stream(messages, { signal })) heard.push(piece);
      expect(heard).toEqual(pieces);
      expect(subject.lastMessages()).toEqual(messages);
    });

    streamingPromises('llm', open, (llm, signal) => llm.stream(messages, { signal }));
  });
}
