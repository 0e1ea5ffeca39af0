import type * as z from 'zod';

/** One HTTP operation as the OpenAPI document shows it, made from the schemas that also parse it. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  tag: string;
  /** False for what strangers may ask. */
  needsKey: boolean;
  /** Where it is not the workspace's key alone that lets in: a token of an app's user, or either of them. */
  letsIn?: 'user' | 'userOrKey';
  request?: z.ZodType;
  /** Of the path (`{name}` in it), behind its question mark, and headers that change the answer. */
  parameters?: Partial<Record<'path' | 'query' | 'header', z.ZodObject<z.core.$ZodShape>>>;
  responses: Record<
    number,
    {
      description: string;
      schema?: z.ZodType;
      /** Of an answer that is no JSON. */
      contentType?: string;
      /** What each header of the answer says. */
      headers?: Record<string, string>;
    }
  >;
};
