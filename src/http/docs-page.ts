import type { Operation } from './operation.ts';

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h2 { margin-top: 2.5rem; } h3 { margin-bottom: .25rem; }
  code, pre { font: .9em/1.45 ui-monospace, monospace; }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: .5rem; }
  summary { cursor: pointer; }
`;

/** The OpenAPI document for human eyes: no script, nothing loaded from elsewhere. */
export function docsPage(
  operations: readonly Operation[],
  document: Record<string, unknown>,
): string {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const paths: unknown = document['paths'];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Parley API</title>
<style>${style}</style>
<h1>Parley API</h1>
<p>Send your key as <code>X-API-Key</code>, <code>CONVAI-API-KEY</code>, <code>API-AUTH-TOKEN</code> or
<code>Authorization: Bearer</code>. The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
${tags
  .map(
    (tag) =>
      `<h2>${escape(tag)}</h2>\n${operations
        .filter((operation) => operation.tag === tag)
        .map((operation) => section(operation, at(at(paths, operation.path), operation.method)))
        .join('\n')}`,
  )
  .join('\n')}
</html>
`;
}

function section(operation: Operation, description: unknown): string {
  const body = at(at(at(at(description, 'requestBody'), 'content'), 'application/json'), 'schema');
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const answer = at(at(description, 'responses'), status);
    const schema = at(at(at(answer, 'content'), 'application/json'), 'schema');
    const label = `${status}: ${response.description}`;
    return schema === undefined ? `<p>${escape(label)}</p>` : details(label, schema);
  });
  return [
    `<h3><code>${operation.method.toUpperCase()} ${escape(operation.path)}</code></h3>`,
    `<p>${escape(operation.summary)}${whoMay(operation)}</p>`,
    ...(body === undefined ? [] : [details('Request body', body)]),
    ...responses,
  ].join('\n');
}

function whoMay({ needsKey, letsIn }: Operation): string {
  if (!needsKey) return ' No key needed.';
  if (letsIn === undefined) return '';
  return letsIn === 'user' ? ' With a user token.' : ' With a user token, or a key.';
}

function details(label: string, schema: unknown): string {
  const text = escape(JSON.stringify(schema, null, 2));
  return `<details><summary>${escape(label)}</summary><pre>${text}</pre></details>`;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
