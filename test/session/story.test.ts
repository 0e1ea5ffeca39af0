import { beforeEach, describe, expect, it } from 'vitest';
import { firstSection, type Narrative, type Section } from '../../src/protocol/narrative.ts';
import { Story } from '../../src/session/story.ts';
import { CommandedSession } from '../fakes/commanded-session.ts';

const section = (id: string, ...to: string[]): Section => ({
  id,
  name: `Section ${id}`,
  objective: `Objective of ${id}`,
  decisions: to.map((next) => ({ criteria: `User wants ${next}`, nextSectionId: next })),
  behaviorTreeCode: '',
  btConstants: '',
});
const trigger = (name: string, destinationSectionId: string | null) => ({
  name,
  message: `${name} happened.`,
  destinationSectionId,
});
/** a -> b -> a, c apart. */
const museum: Narrative = {
  sections: [section('a', 'b', 'c'), section('b', 'a'), section('c')],
  triggers: [trigger('Fire', 'c'), trigger('Rain', null)],
  currentSectionId: 'a',
};

describe('a story', () => {
  let kept: string[];
  let told: string[];
  let story: Story;
  beforeEach(() => {
    kept = [];
    told = [];
    story = new Story(museum, {
      keep: (id) => kept.push(id),
      tell: ({ id }) => told.push(id),
    });
  });

  it('knows its objective and where it may lead', () => {
    expect(story.part).toEqual({
      name: 'Section a',
      objective: 'Objective of a',
      choices: [
        { criteria: 'User wants b', objective: 'Objective of b' },
        { criteria: 'User wants c', objective: 'Objective of c' },
      ],
    });
    expect(story.ways).toEqual({ from: 'a', to: ['b', 'c'] });
  });

  it('follows decisions in circles, and keeps and tells each section', () => {
    story.follow({ from: 'a', to: 'b' });
    story.follow({ from: 'b', to: 'a' });
    expect(kept).toEqual(['b', 'a']);
    expect(told).toEqual(['b', 'a']);
  });

  it('ignores a judgement that a trigger overtook, and one that leads nowhere', () => {
    expect(story.trigger('Fire')).toBe('Fire happened.');
    story.follow({ from: 'a', to: 'b' });
    story.follow({ from: 'c', to: 'unknown' });
    expect(kept).toEqual(['c']);
  });

  it('stays where it is for a trigger that leads nowhere, and knows no other names', () => {
    expect(story.trigger('Rain')).toBe('Rain happened.');
    expect(story.trigger('Snow')).toBeUndefined();
    expect(kept).toEqual([]);
  });

  it('tells where it stands when somebody comes, unless there is none', () => {
    story.begin();
    expect(told).toEqual(['a']);
    new Story(null, { keep: () => undefined, tell: ({ id }) => told.push(id) }).begin();
    expect(told).toEqual(['a']);
  });

  it.each([
    ['the section that nothing leads to', [section('a', 'b'), section('b')], [], 'a'],
    ['the oldest of a circle without triggers', [section('a', 'b'), section('b', 'a')], [], 'a'],
    ['none while a trigger leads in', [section('a')], [trigger('go', 'a')], undefined],
    ['none without sections', [], [], undefined],
  ])('begins with %s', (_, sections, triggers, first) => {
    expect(firstSection({ sections, triggers })?.id).toBe(first);
  });
});

describe('a trigger of the story', () => {
  const send = (data: Record<string, unknown>) => {
    const session = new CommandedSession({}, null, museum);
    session.send({ type: 'trigger-message', data });
    return session.calls;
  };

  it('moves it, and is spoken about in the words of the story', () => {
    const calls = send({ trigger_name: 'Fire' });
    expect(calls[0]).toBe('keepSection("c")');
    expect(calls.at(-1)).toBe('react({"text":"Fire happened.","mayAbstain":false}, "always")');
  });

  it('is spoken about in the words of the application where it has some', () => {
    const calls = send({ trigger_name: 'Fire', trigger_message: 'The roof burns.' });
    expect(calls[0]).toBe('keepSection("c")');
    expect(calls.at(-1)).toContain('The roof burns.');
  });
});
