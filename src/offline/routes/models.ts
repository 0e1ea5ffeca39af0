import { sendJson, type Route } from '../route.ts';

/** What stands here, in words a person reads in the answer. Any name of a model is accepted by the other routes. */
const models = [
  {
    id: 'offline-responder',
    description:
      'Not a language model. Rules that find answers in the persona, the knowledge and the conversation they are given.',
  },
  { id: 'espeak-ng', description: 'Synthetic speech in more than a hundred languages.' },
  { id: 'pocketsphinx-en-us', description: 'Recognises simple English sentences.' },
  {
    id: 'offline-embedding',
    description: 'Hashed words and character n-grams. Not a trained model.',
  },
].map((model) => ({ ...model, object: 'model', created: 0, owned_by: 'parley' }));

export const modelRoutes: Route[] = [
  {
    method: 'GET',
    path: '/v1/models',
    handle: ({ response }) => sendJson(response, 200, { object: 'list', data: models }),
  },
  ...models.map((model): Route => ({
    method: 'GET',
    path: `/v1/models/${model.id}`,
    handle: ({ response }) => sendJson(response, 200, model),
  })),
];
