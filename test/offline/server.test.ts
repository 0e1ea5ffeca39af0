import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { OfflineSubject, refusal } from './offline-subject.ts';

const subject = new OfflineSubject();

describe('any request', () => {
  it('finds the models, which say that they are no language model', async () => {
    const { data } = await subject.client.models.list();
    expect(JSON.stringify(data)).toContain('Not a language model');
    expect(await subject.client.models.retrieve('espeak-ng')).toMatchObject({ id: 'espeak-ng' });
  });

  it('is refused in the shape of OpenAI when it is wrong', async () => {
    expect(await refusal(await fetch(`${subject.url}/nothing`))).toEqual([404, 'unknown_url']);
    const wrongMethod = await fetch(`${subject.url}/chat/completions`);
    expect(wrongMethod.headers.get('allow')).toBe('POST');
    expect(await refusal(wrongMethod)).toEqual([405, 'method_not_allowed']);
    expect(await refusal(await subject.post('/embeddings', '{'))).toEqual([400, 'invalid_json']);
    expect(await refusal(await subject.post('/embeddings', '[]'))).toEqual([400, 'invalid_value']);
    expect(await refusal(await subject.post('/embeddings', 'x=1', 'text/plain'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await refusal(await subject.post('/audio/transcriptions', '{}'))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(
      await refusal(
        await subject.post('/audio/transcriptions', 'x', 'multipart/form-data; boundary=b'),
      ),
    ).toEqual([400, 'invalid_form']);
  });

  it('is refused before its body is read when that is too large', async () => {
    const body = JSON.stringify({ input: 'a'.repeat(70_000), voice: 'a' });
    expect(await refusal(await subject.post('/audio/speech', body))).toEqual([
      413,
      'body_too_large',
    ]);
  });

  it('is refused while it grows too large, if it does not say how large it is', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upload = httpRequest(`${subject.url}/audio/speech`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      });
      upload.on('response', (response) => resolve(response.resume().statusCode));
      upload.on('error', reject);
      upload.write('a'.repeat(70_000));
    });
    expect(status).toBe(413);
  });

  it('is refused for a host that is not this machine', async () => {
    const head = await new Promise<string>((resolve, reject) => {
      const socket = connect(subject.port, '127.0.0.1');
      socket.on('error', reject).once('data', (bytes) => {
        socket.destroy();
        resolve(bytes.toString());
      });
      socket.write('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    });
    expect(head).toMatch(/^HTTP\/1\.1 403 /);
  });
});
