import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, dataOf, exchange, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const CharId = z.object({ charID: z.string() });
const SectionId = z.object({ section_id: z.string() });

describe('a story', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
    speakQuickly(provider);
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await provider.close();
    await dispose();
  });

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}/character/${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  };
  const systemPrompt = () => provider.llm.requests.at(-1)?.messages[0]?.content ?? '';
  const isSectionWrapped = (message: Record<string, unknown>) =>
    message['type'] === 'server-message' && kindOf(message) === 'behavior-tree-response';
  const sectionsIn = (messages: Received[]) =>
    messages
      .filter(({ message }) => isSectionWrapped(message))
      .map(({ message }) => dataOf(message)['narrative_section_id']);
  const enters = (caller: Caller, from: { fromIndex: number }) =>
    caller.message('behavior-tree-response', from);

  it('is led by answers and triggers, told to the client, and goes on after a reconnect', async () => {
    const draft = { charName: 'Gil', voiceType: 'nova', backstory: 'Gil keeps a museum.' };
    const { charID: character_id } = CharId.parse(await post('create', draft));
    const section = async (section_name: string, objective: string) =>
      SectionId.parse(
        await post('narrative/create-section', { character_id, section_name, objective }),
      ).section_id;
    const welcome = await section('Welcome', 'Offer {player} a tour.');
    const tour = await section('Tour', 'Show the old engine.');
    const fire = await section('Fire', 'Lead everybody out.');
    const decisions = [{ criteria: 'User agrees to the tour.', next_section_id: tour }];
    const edit = { character_id, section_id: welcome, updated_data: { decisions } };
    await post('narrative/edit-section', edit);
    const alarm = {
      trigger_name: 'Alarm',
      trigger_message: 'It burns.',
      destination_section: fire,
    };
    await post('narrative/create-trigger', { character_id, ...alarm });
    await post('toggle-is-narrative-driven', { character_id, is_narrative_driven: true });

    const body = { character_id, narrative_template_keys: { player: 'Ann' } };
    provider.reply = () => 'Good day.';
    const caller = await calls.open({ body, greeting: false });
    await enters(caller, { fromIndex: 0 });
    await exchange(caller, 'Hello');
    expect(sectionsIn(caller.received)).toEqual([welcome]);
    expect(systemPrompt()).toContain('What you want in it: Offer Ann a tour.');

    provider.reply = () => 'This way, please. [next: 1]';
    const agreed = await exchange(caller, 'Yes, show me around');
    expect(answerText(agreed).trim()).toBe('This way, please.');
    expect(sectionsIn(agreed)).toEqual([tour]);

    provider.reply = () => 'Everybody out!';
    const from = since(caller);
    await caller.send({ type: 'trigger-message', data: { trigger_name: 'Alarm' } });
    await caller.message('bot-turn-completed', from);
    expect(sectionsIn(caller.received.slice(from.fromIndex))).toEqual([fire]);
    expect(systemPrompt()).toContain('What you want in it: Lead everybody out.');

    const { character_session_id } = caller.answer;
    await calls.leaveAll();
    const again = await calls.open({ body: { ...body, character_session_id }, greeting: false });
    await enters(again, { fromIndex: 0 });
    expect(sectionsIn(again.received)).toEqual([fire]);
  });
});
