import type { Clock } from '../../lifetime/clock.ts';
import { deadline, TimedOut } from '../../lifetime/deadline.ts';
import { AddressGuard, AddressRefused } from '../../net/address-guard.ts';
import type { McpServer, ToolSettings } from '../../protocol/tool-settings.ts';
import type { Log } from '../../telemetry/log.ts';
import { TooMuch } from '../kept-connections.ts';
import { ForeignSchema, isPlausible } from './foreign-schema.ts';
import { callHttp } from './http-function.ts';
import { McpLine } from './mcp-line.ts';
import { listedBefore, noteListed } from './mcp-lists.ts';
import type { OutsideTool, ToolBox, ToolOutcome } from './tool-box.ts';

type Arguments = Record<string, unknown>;
type Callable = {
  tool: OutsideTool;
  schema: ForeignSchema;
  timeoutMs: number;
  resultChars: number;
  call: (args: Arguments, signal: AbortSignal) => Promise<ToolOutcome>;
};
type ToolsDeps = { clock: Clock; log: Log };

/** As the endpoints of models take them at most. */
const mostTools = 128;
const mostNameChars = 64;
const schemaChars = 20_000;
/** Finding out what a server has; a conversation does not wait for it. */
const listMs = 5_000;
/** Of one conversation. */
const mostCallsPerMinute = 60;

/** The functions and servers of one character, for one conversation. Servers are asked in the background. */
export function openTools(settings: ToolSettings, deps: ToolsDeps): ToolBox {
  return new Tools(settings, deps);
}

class Tools implements ToolBox {
  readonly #callables = new Map<string, Callable>();
  readonly #lines: McpLine[] = [];
  readonly #closing = new AbortController();
  #calledAtMs: number[] = [];

  constructor(
    { functions, servers, privateHosts }: ToolSettings,
    private readonly deps: ToolsDeps,
  ) {
    const guard = new AddressGuard(privateHosts);
    for (const given of functions)
      this.#add(given, given, (args, signal) => callHttp(given, args, guard, signal));
    for (const server of servers) {
      const line = new McpLine(server, guard);
      this.#lines.push(line);
      void this.#learn(server, line);
    }
  }

  get offered(): OutsideTool[] {
    return [...this.#callables.values()].map(({ tool }) => tool);
  }

  async call(name: string, args: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    const callable = this.#callables.get(name);
    if (!callable) return failed(`there is no function ${name}`);
    if (!isObject(args)) return failed('its arguments are no JSON object');
    const { schema, timeoutMs, resultChars } = callable;
    if (!this.#mayCall()) return failed('too many calls in a minute; try again later');
    const fault = schema.faultOf(args);
    if (fault !== undefined) return failed(fault);
    const { clock, log } = this.deps;
    const limit = deadline(clock, `calling ${name}`, timeoutMs);
    const until = AbortSignal.any([signal, limit.signal, this.#closing.signal]);
    try {
      const { ok, text } = await Promise.race([callable.call(args, until), rejectOn(until)]);
      return { ok, text: cut(text, resultChars) };
    } catch (err) {
      signal.throwIfAborted();
      log.warn({ err, tool: name }, 'a function of a character failed');
      return failed(reasonOf(err, limit.signal.aborted, timeoutMs));
    } finally {
      limit.clear();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#lines.map((line) => line.close().catch(() => undefined)));
  }

  /** What was known a while ago is offered at once, and asked for again all the same. Never rejects. */
  async #learn(server: McpServer, line: McpLine): Promise<void> {
    const { clock, log } = this.deps;
    const offer = (tools: OutsideTool[]) => {
      for (const tool of tools)
        this.#add(tool, server, (args, signal) => line.call(tool.name, args, signal));
    };
    const known = listedBefore(server, clock.nowMs());
    if (known) {
      offer(known);
      return;
    }
    const limit = deadline(clock, `listing the tools of ${server.name}`, listMs);
    const until = AbortSignal.any([limit.signal, this.#closing.signal]);
    try {
      const tools = await Promise.race([line.tools(until), rejectOn(until)]);
      noteListed(server, tools, clock.nowMs());
      offer(tools);
    } catch (err) {
      if (!this.#closing.signal.aborted)
        log.warn(
          { err, server: server.name },
          'an MCP server is not there; its tools are left out',
        );
    } finally {
      limit.clear();
    }
  }

  #add(
    given: OutsideTool,
    { timeoutMs, resultChars }: Pick<Callable, 'timeoutMs' | 'resultChars'>,
    call: Callable['call'],
  ): void {
    const { parameters, description, isRepeatable } = given;
    const name = this.#freeName(given.name);
    if (this.#callables.size >= mostTools || JSON.stringify(parameters).length > schemaChars)
      return;
    if (!isPlausible(parameters)) {
      this.deps.log.warn({ tool: given.name }, 'a function with a broken schema is left out');
      return;
    }
    const tool = { name, description, parameters, isRepeatable };
    const schema = new ForeignSchema(parameters);
    this.#callables.set(name, { tool, schema, timeoutMs, resultChars, call });
  }

  /** Endpoints take few letters. */
  #freeName(wanted: string): string {
    const name = wanted.replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, mostNameChars - 4) || 'function';
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? name : `${name}_${number}`;
      if (!this.#callables.has(candidate)) return candidate;
    }
  }

  #mayCall(): boolean {
    const nowMs = this.deps.clock.nowMs();
    this.#calledAtMs = this.#calledAtMs.filter((atMs) => nowMs - atMs < 60_000);
    if (this.#calledAtMs.length >= mostCallsPerMinute) return false;
    this.#calledAtMs.push(nowMs);
    return true;
  }
}

const failed = (text: string): ToolOutcome => ({ ok: false, text });

/** In words for the model: nothing of the network inside. */
function reasonOf(cause: unknown, isLate: boolean, timeoutMs: number): string {
  if (isLate || cause instanceof TimedOut) return `no answer within ${timeoutMs / 1000} seconds`;
  if (cause instanceof TooMuch) return 'its answer was too large';
  if (cause instanceof AddressRefused) return 'its address is not allowed';
  return 'it could not be reached, or did not answer as it should';
}

function cut(text: string, mostChars: number): string {
  return text.length <= mostChars ? text : `${text.slice(0, mostChars)}… (cut)`;
}

function isObject(value: unknown): value is Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
