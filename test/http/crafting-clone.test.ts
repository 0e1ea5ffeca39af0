import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Conversations } from '../../src/chats/conversations.ts';
import { CraftingServer } from './crafting-server.ts';

let server: CraftingServer;
beforeAll(async () => {
  server = await CraftingServer.start();
});
afterAll(() => server.close());

const CharId = z.object({ charID: z.string() });

describe('a clone of a character with a story, functions, MCP servers and documents', () => {
  const tale = async (charID: string) => {
    const of = { workspaceId: server.workspaceId, characterId: charID };
    const { narratives } = server.crafting;
    await narratives.setDriven(of, true);
    const end = await narratives.createSection(of, { name: 'End' });
    const decisions = [{ criteria: 'They say goodbye.', nextSectionId: end.id }];
    await narratives.createSection(of, { name: 'Begin', decisions });
    await narratives.createTrigger(of, { name: 'leave', destinationSectionId: end.id });
    await narratives.createTrigger(of, { name: 'cough', message: 'Somebody coughs.' });
    return of;
  };
  const clone = async (body: object) =>
    CharId.parse(await server.json('/user/clone_character', body)).charID;

  it('has a story of its own, whose parts lead to one another', async () => {
    const of = await tale(await server.character());
    const copyID = await clone({ charID: of.characterId });
    const copy = { ...of, characterId: copyID };
    const { narratives } = server.crafting;
    const [sections, before] = [await narratives.sections(copy), await narratives.sections(of)];
    expect(sections.map(({ name }) => name)).toEqual(['End', 'Begin']);
    expect(sections.some(({ id }) => before.some((one) => one.id === id))).toBe(false);
    const [end, begin] = sections;
    expect(begin?.decisions).toEqual([{ criteria: 'They say goodbye.', nextSectionId: end?.id }]);
    expect(await narratives.triggers(copy)).toMatchObject([
      { name: 'leave', destinationSectionId: end?.id },
      { name: 'cough', message: 'Somebody coughs.', destinationSectionId: null },
    ]);
    const { id } = await new Conversations(server.database.db).open({ ...copy, endUserId: null });
    expect(await narratives.tell(copy, id)).toMatchObject({ sections: [{ name: 'End' }, {}] });
    await narratives.deleteSection(copy, end?.id ?? '');
    expect(await narratives.sections(of)).toEqual(before);
  });

  it('may call what its original may, with the keys that nobody reads back', async () => {
    const charID = await server.character();
    const { workspaceId } = server;
    const { functions, mcpServers } = server.crafting;
    const { id } = await functions.create(workspaceId, {
      name: 'Get Weather',
      description: 'Fetches the weather.',
      language: 'http',
      sourceCode: JSON.stringify({ url: 'http://127.0.0.1:9/', headers: { 'X-Key': 'hidden' } }),
      inputDescription: JSON.stringify({ parameters: {}, required: [] }),
    });
    await functions.link(workspaceId, charID, [{ id, isActive: true }]);
    const made = await mcpServers.create(workspaceId, {
      ...{ name: 'orders', url: 'http://127.0.0.1:9/mcp', transport: 'sse', auth_type: 'headers' },
      auth_headers: { Authorization: 'Bearer hidden' },
    });
    await mcpServers.attach(workspaceId, charID, made.id);
    const answer = await server.post('/user/clone_character', { charID });
    const text = await answer.text();
    expect(text).not.toContain('hidden');
    const copyID = CharId.parse(JSON.parse(text)).charID;
    expect(await functions.settings(workspaceId, copyID)).toMatchObject([
      { name: 'get_weather', headers: { 'X-Key': 'hidden' } },
    ]);
    expect(await mcpServers.settings(workspaceId, copyID)).toMatchObject([
      { name: 'orders', headers: { Authorization: 'Bearer hidden' } },
    ]);
  });

  it('answers from the documents of its original if that is wanted, and else from none', async () => {
    const charID = await server.character();
    const { workspaceId } = server;
    const { documents } = server.crafting;
    const content = Buffer.from('Owls turn their heads.');
    const { id } = await documents.add(workspaceId, { name: 'o.txt', kind: 'txt', content });
    await documents.link(workspaceId, charID, [{ id, isActive: true }]);
    const [bare, knowing] = [await clone({ charID }), await clone({ charID, KB: true })];
    expect(await documents.activeOf(workspaceId, bare)).toEqual(new Set());
    expect(await documents.activeOf(workspaceId, knowing)).toEqual(new Set([id]));
  });
});
