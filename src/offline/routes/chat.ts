import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { actionToolName, affordancesOf } from '../action-tool.ts';
import { occasionIn } from '../../prompt/occasion.ts';
import { readJson } from '../body.ts';
import { InvalidRequest, parsed } from '../invalid-request.ts';
import { callablesOf } from '../outside-tools.ts';
import type { Step } from '../responder/acting.ts';
import { callFor as outside, resultWords } from '../responder/calling.ts';
import { perform, respond } from '../responder/responder.ts';
import type { ResponderMessage } from '../responder/situation.ts';
import { glanceAt, type Glance } from '../sight/glance.ts';
import { sendJson, write, type Exchange, type Route } from '../route.ts';

/** A long conversation, and twenty images of 100 kB in base64. */
const maxBodyBytes = 6_000_000;
const maxMessages = 2_000;

/** Parts that are neither text nor image (sound) are passed over. */
const Part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.object({ url: z.string() }).optional(),
});
type Content = { text: string; images: string[] };
const Content = z
  .union([z.string(), z.null(), z.array(Part)])
  .optional()
  .transform((content): Content => {
    if (typeof content === 'string') return { text: content, images: [] };
    const parts = content ?? [];
    const images = parts.flatMap(({ image_url: image }) => (image ? [image.url] : []));
    return { text: parts.map(({ text }) => text ?? '').join(' '), images };
  });

const Message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content,
});

const ChatRequest = z.looseObject({
  model: z.string().max(200).optional(),
  messages: z.array(Message).min(1).max(maxMessages),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  n: z.literal(1, { error: 'only 1 is possible' }).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  tools: z.array(z.unknown()).max(130).nullish(),
  tool_choice: z.unknown().optional(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
});
type ChatRequest = z.infer<typeof ChatRequest>;

/**
 * `POST /v1/chat/completions`, streamed or not. What is meant for a real model (temperature, functions whose
 * words do not fit what was said) is passed over.
 */
export const chatRoutes: Route[] = [
  {
    method: 'POST',
    path: '/v1/chat/completions',
    async handle(exchange) {
      const wish = parsed(ChatRequest, await readJson(exchange.request, maxBodyBytes));
      if (wish.response_format && wish.response_format.type !== 'text') {
        throw new InvalidRequest(
          'unsupported_response_format',
          'The offline responder is no language model and answers in plain text only.',
          'response_format',
        );
      }
      const answer = answerTo(wish, await glance(wish));
      if (wish.stream) await stream(exchange, wish, answer);
      else sendWhole(exchange, wish, answer);
    },
  },
];

type Call = { id: string; type: 'function'; function: { name: string; arguments: string } };
type Answer = {
  pieces: string[];
  calls: Call[];
  finishReason: 'stop' | 'length' | 'tool_calls';
  usage: Usage;
};
type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };

/** At the newest image of what is to be answered. */
async function glance({ messages }: ChatRequest): Promise<Glance | undefined> {
  const last = messages.at(-1);
  const image = last?.role === 'user' ? last.content.images.at(-1) : undefined;
  return image === undefined ? undefined : glanceAt(image);
}

function answerTo(wish: ChatRequest, seen: Glance | undefined): Answer {
  const messages = wish.messages.flatMap(
    ({ role, content: { text: content } }): ResponderMessage[] => {
      switch (role) {
        case 'system':
        case 'developer':
          return [{ role: 'system', content }];
        case 'user':
        case 'assistant':
          return [{ role, content }];
        case 'tool':
        case 'function':
          return [];
      }
    },
  );
  const asked = messages.reduce((sum, { content }) => sum + pieces(content).length, 0);
  const wanted = outsideCall(wish, messages);
  if (wanted) {
    const call = callOf(wanted.name, wanted.json);
    const usage = { prompt_tokens: asked, completion_tokens: 0, total_tokens: asked };
    return { pieces: [], calls: [call], finishReason: 'tool_calls', usage };
  }
  const stops = typeof wish.stop === 'string' ? [wish.stop] : (wish.stop ?? []);
  const affordances = affordancesOf(wish.tools ?? []);
  const results = wish.messages.slice(wish.messages.findLastIndex(({ role }) => role === 'user'));
  const returned = results.flatMap(({ role, content }) => (role === 'tool' ? [content.text] : []));
  const { text, steps } =
    returned.length > 0
      ? { text: returned.map((result) => resultWords(quotationIn(result))).join('. '), steps: [] }
      : affordances
        ? perform(messages, affordances, seen)
        : { text: respond(messages, seen), steps: [] };
  const all = pieces(cutAt(text, stops));
  const limit = wish.max_completion_tokens ?? wish.max_tokens ?? Infinity;
  const said = all.slice(0, limit);
  const calls: Call[] = steps.length === 0 ? [] : [callFor(steps)];
  return {
    pieces: said,
    calls,
    finishReason: said.length < all.length ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
    usage: {
      prompt_tokens: asked,
      completion_tokens: said.length,
      total_tokens: asked + said.length,
    },
  };
}

function callFor(steps: Step[]): Call {
  return callOf(actionToolName, JSON.stringify({ actions: steps }));
}

function callOf(name: string, json: string): Call {
  return { id: `call_${randomUUID()}`, type: 'function', function: { name, arguments: json } };
}

/** Only what the user has just said is looked up, and once. */
function outsideCall(wish: ChatRequest, messages: readonly ResponderMessage[]) {
  if (wish.tool_choice === 'none' || wish.messages.at(-1)?.role !== 'user') return undefined;
  const said = messages.at(-1)?.content ?? '';
  const callables = callablesOf(wish.tools ?? []);
  return occasionIn(said) || callables.length === 0 ? undefined : outside(said, callables);
}

/** Of a result, what is quoted in it; all of it where nothing is. */
function quotationIn(content: string): string {
  const lines = content.split('\n').filter((line) => line.startsWith('>'));
  return lines.length === 0 ? content : lines.map((line) => line.replace(/^> ?/, '')).join(' ');
}

/** What counts as a token here: a word with the space before it, or one character of Chinese. */
function pieces(text: string): string[] {
  return text.match(/\s*(?:\p{Script=Han}|[^\s\p{Script=Han}]+)|\s+$/gu) ?? [];
}

function cutAt(text: string, stops: readonly string[]): string {
  const places = stops
    .map((stop) => (stop === '' ? -1 : text.indexOf(stop)))
    .filter((at) => at >= 0);
  return text.slice(0, Math.min(text.length, ...places));
}

function headOf(wish: ChatRequest, object: string): object {
  return {
    id: `chatcmpl-${randomUUID()}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: wish.model ?? 'offline-responder',
  };
}

function sendWhole({ response }: Exchange, wish: ChatRequest, answer: Answer): void {
  const message = {
    role: 'assistant',
    content: answer.pieces.join(''),
    refusal: null,
    ...(answer.calls.length > 0 && { tool_calls: answer.calls }),
  };
  sendJson(response, 200, {
    ...headOf(wish, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: answer.usage,
  });
}

async function stream(exchange: Exchange, wish: ChatRequest, answer: Answer): Promise<void> {
  const { response } = exchange;
  const head = headOf(wish, 'chat.completion.chunk');
  const send = (delta: object, finishReason: string | null = null) =>
    write(
      exchange,
      event({ ...head, choices: [{ index: 0, delta, finish_reason: finishReason }] }),
    );
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  await send({ role: 'assistant', content: '' });
  for (const content of answer.pieces) await send({ content });
  for (const [index, call] of answer.calls.entries()) {
    await send({ tool_calls: [{ index, ...call }] });
  }
  await send({}, answer.finishReason);
  if (wish.stream_options?.include_usage) {
    await write(exchange, event({ ...head, choices: [], usage: answer.usage }));
  }
  response.end('data: [DONE]\n\n');
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
