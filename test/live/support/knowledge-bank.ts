import { expect, vi } from 'vitest';
import * as z from 'zod';
import type { Parley } from './server.ts';

const CharId = z.object({ charID: z.string() });
const Uploaded = z.object({ id: z.string() });
const Docs = z.object({ docs: z.array(z.string()) });
const Listed = z.object({
  id: z.string(),
  file_name: z.string(),
  is_available: z.boolean(),
  status: z.string(),
  progress: z.number().optional(),
  error: z.string().optional(),
});
export type Listed = z.infer<typeof Listed>;

/** The knowledge bank of a server, for one character. */
export class KnowledgeBank {
  charID = '';

  constructor(private readonly parley: () => Parley) {}

  async makeCharacter(fields: Record<string, unknown>): Promise<void> {
    const made = await this.post('/character/create', { voiceType: 'nova', ...fields });
    this.charID = CharId.parse(await made.json()).charID;
  }

  async upload(name: string, content: Uint8Array): Promise<string> {
    const body = new FormData();
    body.append('file_name', name);
    body.append('file', new Blob([new Uint8Array(content)]), name);
    const answer = await fetch(`${this.parley().url}/character/knowledge-bank/upload`, {
      method: 'POST',
      headers: this.headers,
      body,
    });
    return Uploaded.parse(await answer.json()).id;
  }

  async list(): Promise<Listed[]> {
    const answer = await this.post('/character/knowledge-bank/list', { character_id: this.charID });
    return Docs.parse(await answer.json()).docs.map((doc) => Listed.parse(JSON.parse(doc)));
  }

  /** Waits until it can be searched, or cannot be read. */
  settled(id: string): Promise<Listed> {
    return vi.waitFor(
      async () => {
        const document = (await this.list()).find((one) => one.id === id);
        if (!document?.is_available && document?.error === undefined) throw new Error('being read');
        return document;
      },
      { timeout: 240_000, interval: 100 },
    );
  }

  async link(id: string, status: 'active' | 'inactive'): Promise<void> {
    await this.post('/character/update', { charID: this.charID, docs: [{ id, status }] });
  }

  async delete(id: string): Promise<void> {
    await this.post('/character/knowledge-bank/delete', { document_id: id });
  }

  private get headers() {
    return { 'CONVAI-API-KEY': this.parley().apiKey };
  }

  private async post(path: string, body: unknown): Promise<Response> {
    const answer = await fetch(`${this.parley().url}${path}`, {
      method: 'POST',
      headers: { ...this.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer;
  }
}
