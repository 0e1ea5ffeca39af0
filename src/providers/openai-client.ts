import OpenAI from 'openai';
import { AddressGuard } from '../net/address-guard.ts';
import type { StageSettings } from '../protocol/provider-settings.ts';
import { boundedFetch } from './kept-connections.ts';

/** Longer than any of our own timeouts, which rule; the client only knows one for the head of an answer. */
const clientTimeoutMs = 600_000;

/**
 * The `openai` client for one stage. It neither retries (the pipeline knows whether anything was heard yet) nor logs,
 * nor looks into the environment.
 * @param maxBytes bound of one answer
 */
export function openClient(settings: StageSettings, maxBytes: number): OpenAI {
  const { baseUrl, apiKey, privateHosts } = settings;
  const guard = privateHosts && new AddressGuard(privateHosts);
  return new OpenAI({
    baseURL: baseUrl,
    // Local servers want no key, but the client insists on one.
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    webhookSecret: null,
    adminAPIKey: null,
    maxRetries: 0,
    timeout: clientTimeoutMs,
    logLevel: 'off',
    fetch: boundedFetch(maxBytes, guard),
  });
}
