import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CraftingServer, strangerKey } from './crafting-server.ts';

/* The examples of narrative-design-api.md as they stand there, with real ids. */
let server: CraftingServer;
let character_id: string;
beforeAll(async () => {
  server = await CraftingServer.start();
});
beforeEach(async () => {
  character_id = await server.character();
});
afterAll(() => server.close());

const anyText = expect.any(String) as unknown;
const path = '/character/narrative';
const SectionId = z.object({ section_id: z.string() });
const TriggerId = z.object({ trigger_id: z.string() });
const Outline = z.object({
  is_narrative_driven: z.boolean(),
  start_narrative_section_id: z.string().nullable(),
});
const List = z.object({ characters: z.array(Outline.extend({ character_id: z.string() })) });
const section = async (section_name = 'SectionName', objective = 'Section Objective') =>
  SectionId.parse(
    await server.json(`${path}/create-section`, {
      character_id,
      objective,
      section_name,
      updated_character_data: {},
      behavior_tree_code: '',
      bt_constants: '',
    }),
  ).section_id;
const trigger = async (fields: Record<string, unknown> = {}) =>
  TriggerId.parse(
    await server.json(`${path}/create-trigger`, {
      character_id,
      trigger_message: 'User has entered the museum.',
      trigger_name: 'StartTrigger',
      ...fields,
    }),
  ).trigger_id;

describe('narrative design', () => {
  it('is switched on and off', async () => {
    const body = { character_id, is_narrative_driven: true };
    expect(await server.json('/character/toggle-is-narrative-driven', body)).toEqual({
      STATUS: 'Successful',
    });
  });

  it('shows in the character whether its story is told, and where it begins', async () => {
    const shown = async () => {
      const got = Outline.parse(await server.json('/character/get', { charID: character_id }));
      const { characters } = List.parse(await server.json('/character/list'));
      const listed = characters.find((one) => one.character_id === character_id);
      expect(listed).toEqual({ ...got, character_id });
      return [got.is_narrative_driven, got.start_narrative_section_id];
    };
    const toggle = (is_narrative_driven: boolean) =>
      server.json('/character/toggle-is-narrative-driven', { character_id, is_narrative_driven });
    expect(await shown()).toEqual([false, null]);
    await toggle(true);
    expect(await shown()).toEqual([true, null]);
    const [second, first] = [await section('Tour'), await section('Welcome')];
    const decisions = [{ criteria: 'User agrees.', next_section_id: second }];
    const edit = { character_id, section_id: first, updated_data: { decisions } };
    await server.json(`${path}/edit-section`, edit);
    expect(await shown()).toEqual([true, first]);
    await trigger({ destination_section: first });
    expect(await shown()).toEqual([true, null]);
    await toggle(false);
    expect(await shown()).toEqual([false, null]);
  });

  it('makes, edits, shows, lists and deletes sections as documented', async () => {
    const [first, second] = [await section('section 1'), await section()];
    const updated_data = {
      decisions: [{ criteria: 'User agrees to take tour.', next_section_id: first }],
      objective: 'Offer user tour of a Museum.',
      section_name: 'Welcome Section',
    };
    const edit = { character_id, section_id: second, updated_data };
    expect(await server.json(`${path}/edit-section`, edit)).toEqual({
      status: 'success',
      section_id: second,
      updated_data,
    });
    const shown = {
      character_id,
      section_id: second,
      objective: 'Offer user tour of a Museum.',
      decisions: updated_data.decisions,
      parents: null,
      updated_character_data: {},
      bt_constants: '',
      behavior_tree_code: '',
      section_name: 'Welcome Section',
      triggers: null,
      node_position: [],
    };
    const named = { character_id, section_id: second };
    expect(await server.json(`${path}/get-section`, named)).toEqual(shown);
    expect(await server.json(`${path}/list-sections`, { character_id })).toEqual([
      {
        ...shown,
        section_id: first,
        section_name: 'section 1',
        objective: 'Section Objective',
        decisions: null,
      },
      shown,
    ]);
    const gone = { character_id, section_id: first };
    expect(await server.json(`${path}/delete-section`, gone)).toEqual({ STATUS: 'Successful' });
    expect(await server.json(`${path}/get-section`, named)).toEqual({ ...shown, decisions: null });
  });

  it('takes the edit under the name of the table as well', async () => {
    const section_id = await section();
    const edit = { character_id, section_id, updated_character_data: { objective: 'New.' } };
    expect(await server.json(`${path}/edit-section`, edit)).toEqual({
      status: 'success',
      section_id,
      updated_data: { objective: 'New.' },
    });
  });

  it('makes, updates, shows, lists and deletes triggers as documented', async () => {
    const destination_section = await section();
    const trigger_id = await trigger({ destination_section });
    const shown = {
      character_id,
      trigger_id,
      trigger_name: 'StartTrigger',
      trigger_message: 'User has entered the museum.',
      destination_section,
      node_position: [],
    };
    const named = { character_id, trigger_id };
    expect(await server.json(`${path}/get-trigger`, named)).toEqual(shown);
    const trigger_message = 'User has entered the Computer history museum';
    const update = { ...named, updated_data: { trigger_message } };
    expect(await server.json(`${path}/update-trigger`, update)).toEqual({
      STATUS: 'Successful',
      message: 'Trigger updated successfully',
    });
    const list = () => server.json(`${path}/list-triggers`, { character_id });
    expect(await list()).toEqual([{ ...shown, trigger_message }]);
    await server.json(`${path}/delete-section`, { character_id, section_id: destination_section });
    expect(await list()).toEqual([{ ...shown, trigger_message, destination_section: null }]);
    expect(await server.json(`${path}/delete-trigger`, named)).toEqual({
      STATUS: 'Successful',
      message: 'Trigger deleted successfully',
    });
    expect(await list()).toEqual([]);
  });

  it('reads the destination under the misspelt name of the table', async () => {
    const desgination_section = await section();
    const trigger_id = await trigger({ desgination_section });
    expect(await server.json(`${path}/get-trigger`, { character_id, trigger_id })).toMatchObject({
      destination_section: desgination_section,
    });
  });

  it.each([
    ['a decision that leads nowhere', 'edit-section', { next_section_id: randomUUID() }],
    ['a decision without a criterion', 'edit-section', { criteria: '' }],
    ['a trigger that leads nowhere', 'create-trigger', { destination_section: randomUUID() }],
    ['a trigger without a name', 'create-trigger', { trigger_name: '' }],
    ['a section without a name', 'create-section', { section_name: '' }],
    ['an objective too long', 'create-section', { objective: 'x'.repeat(5_000) }],
    ['code that no message holds', 'create-section', { behavior_tree_code: '"'.repeat(15_000) }],
    ['constants that no message holds', 'create-section', { bt_constants: 'x'.repeat(29_999) }],
  ])('refuses %s', async (_, operation, fields) => {
    const section_id = await section();
    const decision = { criteria: 'User agrees.', next_section_id: section_id, ...fields };
    const body = {
      character_id,
      section_id,
      section_name: 'a',
      trigger_name: 'b',
      ...fields,
      updated_data: { decisions: [decision] },
    };
    const answer = await server.post(`${path}/${operation}`, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ ERROR: anyText });
  });

  it('names the field that is too long when a section is changed', async () => {
    const updated_data = { bt_constants: '\u0001'.repeat(5_000) };
    const body = { character_id, section_id: await section(), updated_data };
    const answer = await server.post(`${path}/edit-section`, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      ERROR: expect.stringMatching(/bt_constants: must be at most 30000 bytes/) as unknown,
    });
  });

  it('refuses a second trigger of one name, and a story without end', async () => {
    await trigger();
    const again = { character_id, trigger_name: 'StartTrigger' };
    expect((await server.post(`${path}/create-trigger`, again)).status).toBe(400);
    const long = { character_id, section_name: 'long', behavior_tree_code: 'x'.repeat(29_998) };
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++)
      statuses.push((await server.post(`${path}/create-section`, long)).status);
    expect(statuses.at(0)).toBe(200);
    expect(statuses.at(-1)).toBe(400);
  });

  it.each([
    ['get-section', { section_id: randomUUID() }],
    ['get-section', { section_id: "' or 1=1" }],
    ['edit-section', { section_id: randomUUID(), updated_data: { objective: 'x' } }],
    ['delete-section', { section_id: randomUUID() }],
    ['get-trigger', { trigger_id: randomUUID() }],
    ['update-trigger', { trigger_id: randomUUID(), updated_data: { trigger_name: 'x' } }],
    ['delete-trigger', { trigger_id: randomUUID() }],
  ])('%s knows no %j', async (operation, fields) => {
    const answer = await server.post(`${path}/${operation}`, { character_id, ...fields });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ ERROR: anyText });
  });

  it('is of its own workspace alone, and 401 without a key', async () => {
    const section_id = await section();
    const stranger = { 'CONVAI-API-KEY': strangerKey };
    const named = { character_id, section_id };
    for (const operation of ['get-section', 'delete-section', 'list-sections'])
      expect((await server.post(`${path}/${operation}`, named, stranger)).status).toBe(404);
    const nobody = await server.post(`${path}/get-section`, named, { 'CONVAI-API-KEY': 'wrong' });
    expect(nobody.status).toBe(401);
    expect(await nobody.json()).toEqual({ ERROR: 'Invalid API key provided.' });
  });
});
