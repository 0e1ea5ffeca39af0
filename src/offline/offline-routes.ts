import type { Recogniser } from './hearing/recogniser.ts';
import type { Route } from './route.ts';
import { chatRoutes } from './routes/chat.ts';
import { embeddingRoutes } from './routes/embeddings.ts';
import { modelRoutes } from './routes/models.ts';
import { speechRoutes } from './routes/speech.ts';
import { transcriptionRoutes } from './routes/transcriptions.ts';
import type { Synthesiser } from './speech/synthesiser.ts';

/** Everything the embedded provider answers. */
export function offlineRoutes(by: { recogniser: Recogniser; synthesiser: Synthesiser }): Route[] {
  return [
    { method: 'GET', path: '/healthz', handle: ({ response }) => void response.end('ok\n') },
    ...modelRoutes,
    ...chatRoutes,
    ...embeddingRoutes,
    ...speechRoutes(by.synthesiser),
    ...transcriptionRoutes(by.recogniser),
  ];
}
