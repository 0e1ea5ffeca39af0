import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { Environment } from '../../src/config/environment.ts';

const Service = z.looseObject({
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  healthcheck: z.looseObject({}).optional(),
  depends_on: z.record(z.string(), z.looseObject({})).optional(),
});
const compose = z
  .looseObject({ services: z.record(z.string(), Service) })
  .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }));

describe('docker-compose.yml', () => {
  it('has everything that a deployment needs', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['livekit', 'redis', 'postgres', 'server', 'agent-1', 'agent-2']),
    );
  });

  it('sets only what the programs read', () => {
    for (const name of ['server', 'agent-1', 'agent-2']) {
      for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
        expect(Object.keys(Environment.shape)).toContain(variable);
      }
    }
  });

  it('hands on every setting of providers and sources', () => {
    const ofProviders = /^(OPENAI|LLM|STT|TTS|EMBEDDINGS|MODERATION|IMAGES|WEATHER|NEWS)_/;
    const passed = Object.keys(compose.services['server']?.environment ?? {});
    const wanted = Object.keys(Environment.shape).filter((name) => ofProviders.test(name));
    expect(passed).toEqual(expect.arrayContaining(wanted));
  });

  it('gives LiveKit only values that its template asks for', () => {
    const template = readFileSync('livekit.yaml', 'utf8');
    const own = ['LIVEKIT_KEYS', 'REDIS_HOST'];
    for (const variable of Object.keys(compose.services['livekit']?.environment ?? {})) {
      if (!own.includes(variable)) expect(template).toContain(`\${${variable}:-`);
    }
  });

  it('holds no secret: they all come from outside', () => {
    for (const { environment = {} } of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/SECRET|PASSWORD|API_KEY/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+(:-)?\}$/);
      }
    }
  });

  it('waits only for what exists', () => {
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const name of Object.keys(depends_on)) expect(compose.services).toHaveProperty(name);
    }
  });
});
