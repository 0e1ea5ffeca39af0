import { Router } from 'express';
import { docsPage } from '../docs-page.ts';
import { openApiDocument } from '../openapi-document.ts';
import type { Operation } from '../operation.ts';

/** `/openapi.json`, and `/docs` for people. Both are made once: nothing in them depends on who asks. */
export function openApiRoutes(operations: readonly Operation[], version: string): Router {
  const document = openApiDocument(operations, version);
  const page = docsPage(operations, document);
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.get('/docs', (_req, res) => {
    res.set({
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'same-origin',
    });
    res.type('html').send(page);
  });
  return router;
}
