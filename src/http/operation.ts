import type * as z from 'zod';

/** One HTTP operation as the OpenAPI document shows it, made from the schemas that also parse it. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  tag: string;
  /** False for what strangers may ask. */
  needsKey: boolean;
  request?: z.ZodType;
  /** Of the path (`{name}` in it) and behind its question mark. */
  parameters?: { path?: z.ZodObject<z.core.$ZodShape>; query?: z.ZodObject<z.core.$ZodShape> };
  responses: Record<
    number,
    {
      description: string;
      schema?: z.ZodType;
      /** Of an answer that is no JSON. */
      contentType?: string;
    }
  >;
};
