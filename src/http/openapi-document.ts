import * as z from 'zod';
import type { Operation } from './operation.ts';

type JsonObject = Record<string, unknown>;

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) of the operations, from their own schemas. */
export function openApiDocument(operations: readonly Operation[], version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version,
      description: 'Realtime voice characters on LiveKit.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        ...Object.fromEntries(
          ['X-API-Key', 'CONVAI-API-KEY', 'API-AUTH-TOKEN'].map((name) => [
            name,
            { type: 'apiKey', in: 'header', name },
          ]),
        ),
        Bearer: { type: 'http', scheme: 'bearer' },
        UserToken: {
          type: 'http',
          scheme: 'bearer',
          description: "A token of one of an app's users, from POST /api/v1/users.",
        },
      },
    },
    paths,
  };
}

function describe(operation: Operation): JsonObject {
  const { request } = operation;
  return {
    operationId: `${operation.method}${operation.path.replace(/[^a-z0-9]+/gi, '_')}`,
    summary: operation.summary,
    tags: [operation.tag],
    security: security(operation),
    ...(operation.parameters && { parameters: parameters(operation.parameters) }),
    ...(request && { requestBody: { required: true, content: json(request, 'input') } }),
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, response]) => [status, answer(response)]),
    ),
  };
}

/** Any one of them is enough. */
function security({ needsKey, letsIn }: Operation): JsonObject[] {
  if (!needsKey) return [];
  const key = ['X-API-Key', 'CONVAI-API-KEY', 'API-AUTH-TOKEN', 'Bearer'];
  const schemes = {
    key,
    user: ['UserToken'],
    userOrKey: ['UserToken', ...key],
  }[letsIn ?? 'key'];
  return schemes.map((name) => ({ [name]: [] }));
}

function answer(response: Operation['responses'][number]): JsonObject {
  const { description, schema, contentType, headers } = response;
  const described = Object.entries(headers ?? {}).map(([name, says]) => [
    name,
    { description: says, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(headers && { headers: Object.fromEntries(described) }),
    ...(schema && { content: json(schema, 'output') }),
    ...(contentType !== undefined && { content: { [contentType]: {} } }),
  };
}

function parameters(given: NonNullable<Operation['parameters']>): JsonObject[] {
  return (['path', 'query', 'header'] as const).flatMap((place) =>
    Object.entries(given[place]?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: place,
      required: place === 'path' || !z.safeParse(schema, undefined).success,
      schema: jsonSchemaOf(schema, 'input'),
    })),
  );
}

function json(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  return { 'application/json': { schema: jsonSchemaOf(schema, io) } };
}

function jsonSchemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): JsonObject {
  const jsonSchema = { ...z.toJSONSchema(schema, { io, unrepresentable: 'any', override }) };
  // It belongs to documents of their own; OpenAPI 3.1 says by itself which dialect its schemas are in.
  delete jsonSchema.$schema;
  return jsonSchema;
}

/** Zod leaves the default out where a field is read leniently; it is what readers look for first. */
function override({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: JsonObject;
}) {
  const fallback = z.globalRegistry.get(zodSchema)?.['default'];
  if (fallback !== undefined) jsonSchema['default'] = fallback;
}
