import { docxOf, pdfOf, zipOf } from '../fakes/documents.ts';

type HostileFile = {
  what: string;
  name: string;
  make: () => Buffer | Promise<Buffer>;
  status: number;
};
const bytes = (...values: number[]) => Buffer.from(values);
const text = (words: string) => Buffer.from(words);
const fine = () => text('Perfectly harmless.');
const zeros = Buffer.alloc(40_000_000);
const xml = (content: Buffer, claimedBytes?: number) =>
  docxOf(['x'], { name: 'word/big.xml', content, ...(claimedBytes && { claimedBytes }) });

/** Files whose name or content is bad. */
export const hostileFiles: HostileFile[] = [
  { what: 'a path in the name', name: '../../etc/passwd', make: fine, status: 400 },
  { what: 'a path of Windows in the name', name: 'C:\\boot.txt', make: fine, status: 400 },
  { what: 'an absolute path', name: '/etc/hosts', make: fine, status: 400 },
  { what: 'a name that is a folder', name: '..', make: fine, status: 400 },
  { what: 'a name of blanks', name: '   ', make: fine, status: 400 },
  { what: 'a name with a line break', name: 'a\nb.txt', make: fine, status: 400 },
  { what: 'a name that reads backwards', name: 'fdp\u202etxt.exe', make: fine, status: 400 },
  { what: 'a name with a zero byte', name: 'a\0.txt', make: fine, status: 400 },
  { what: 'a name too long', name: `${'x'.repeat(300)}.txt`, make: fine, status: 400 },
  { what: 'an empty file', name: 'empty.txt', make: () => Buffer.alloc(0), status: 400 },
  { what: 'an executable by its name', name: 'setup.exe', make: fine, status: 415 },
  { what: 'a script by its name', name: 'run.sh', make: fine, status: 415 },
  { what: 'a table by its name', name: 'book.xlsx', make: fine, status: 415 },
  {
    what: 'an ELF binary',
    name: 'notes.txt',
    make: () => Buffer.concat([bytes(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1), Buffer.alloc(80)]),
    status: 415,
  },
  {
    what: 'a Windows binary',
    name: 'notes.txt',
    make: () => Buffer.concat([text('MZ'), Buffer.alloc(200)]),
    status: 415,
  },
  {
    what: 'a PNG called txt',
    name: 'picture.txt',
    make: () =>
      Buffer.concat([
        bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
        text('IHDR'),
        Buffer.alloc(64),
      ]),
    status: 415,
  },
  {
    what: 'a JPEG',
    name: 'picture',
    make: () => Buffer.concat([bytes(0xff, 0xd8, 0xff, 0xe0), Buffer.alloc(64)]),
    status: 415,
  },
  {
    what: 'a GIF',
    name: 'moving.md',
    make: () => Buffer.concat([text('GIF89a'), Buffer.alloc(32)]),
    status: 415,
  },
  {
    what: 'a gzip',
    name: 'a.txt',
    make: () => Buffer.concat([bytes(0x1f, 0x8b, 8), Buffer.alloc(32)]),
    status: 415,
  },
  {
    what: 'a RAR',
    name: 'a.docx',
    make: () => Buffer.concat([text('Rar!\x1a\x07\x00'), Buffer.alloc(32)]),
    status: 415,
  },
  {
    what: 'an old Word file',
    name: 'old.docx',
    make: () =>
      Buffer.concat([bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), Buffer.alloc(600)]),
    status: 415,
  },
  {
    what: 'zero bytes called text',
    name: 'zeros.txt',
    make: () => Buffer.alloc(1_000),
    status: 415,
  },
  { what: 'text called pdf', name: 'liar.pdf', make: fine, status: 415 },
  { what: 'text called docx', name: 'liar.docx', make: fine, status: 415 },
  { what: 'a PDF called docx', name: 'liar.docx', make: () => pdfOf('Hello.'), status: 415 },
  { what: 'a PDF called txt', name: 'liar.txt', make: () => pdfOf('Hello.'), status: 415 },
  { what: 'a Word file called pdf', name: 'liar.pdf', make: () => docxOf(['Hello.']), status: 415 },
  {
    what: 'half a PDF',
    name: 'half.pdf',
    make: async () => {
      const whole = await pdfOf('Hello.');
      return whole.subarray(0, whole.length / 2);
    },
    status: 400,
  },
  {
    what: 'a PDF with a password',
    name: 'locked.pdf',
    make: () => text('%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>\nstartxref\n0\n%%EOF'),
    status: 400,
  },
  {
    what: 'a zip that is no Word file',
    name: 'a.docx',
    make: () => zipOf({ name: 'readme.txt', content: fine() }),
    status: 415,
  },
  { what: 'a zip bomb', name: 'bomb.docx', make: () => xml(zeros), status: 400 },
  {
    what: 'a zip bomb of many parts',
    name: 'bomb.docx',
    make: () =>
      docxOf(
        ['x'],
        ...Array.from({ length: 2_100 }, (_, n) => ({ name: `word/${n}.xml`, content: text('x') })),
      ),
    status: 400,
  },
  {
    what: 'a zip that says it unpacks to gigabytes',
    name: 'bomb.docx',
    make: () => xml(text('x'), 0xf0000000),
    status: 400,
  },
  {
    what: 'a zip with a path out of it',
    name: 'slip.docx',
    make: () => docxOf(['x'], { name: '../../evil.xml', content: fine() }),
    status: 400,
  },
  {
    what: 'a zip with an absolute path',
    name: 'slip.docx',
    make: () => docxOf(['x'], { name: '/etc/evil.xml', content: fine() }),
    status: 400,
  },
  {
    what: 'a zip with a password',
    name: 'locked.docx',
    make: () => docxOf(['x'], { name: 'word/b.xml', content: fine(), flags: 1 }),
    status: 400,
  },
  {
    what: 'half a zip',
    name: 'half.docx',
    make: () => docxOf(['x']).subarray(0, 300),
    status: 400,
  },
  { what: 'two letters of a zip', name: 'pk.docx', make: () => text('PK'), status: 415 },
];

type HostileBody = {
  what: string;
  path: string;
  headers: Record<string, string>;
  body: string | FormData | (() => FormData);
  status: number;
};
const json = { 'content-type': 'application/json' };
const plainForm = { 'content-type': 'application/x-www-form-urlencoded' };
const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
const twoFiles = () => {
  const data = new FormData();
  data.append('file', new Blob(['one']), 'a.txt');
  data.append('file', new Blob(['two']), 'b.txt');
  return data;
};
const otherFile = () => {
  const data = new FormData();
  data.append('virus', new Blob(['x'.repeat(10_000)]), 'a.txt');
  return data;
};

/** Bodies that are no such request. */
export const hostileBodies: HostileBody[] = [
  { what: 'an upload without a body', path: 'upload', headers: {}, body: '', status: 400 },
  {
    what: 'an upload that is JSON',
    path: 'upload',
    headers: json,
    body: '{"file_name":"a.txt","file":"x"}',
    status: 400,
  },
  {
    what: 'an upload that is a plain form',
    path: 'upload',
    headers: plainForm,
    body: 'file_name=a.txt&file=x',
    status: 400,
  },
  {
    what: 'an upload of nothing known',
    path: 'upload',
    headers: { 'content-type': 'application/zip' },
    body: 'PK',
    status: 415,
  },
  {
    what: 'a multipart body without an end',
    path: 'upload',
    headers: multipart,
    body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc',
    status: 400,
  },
  {
    what: 'a multipart body without a boundary',
    path: 'upload',
    headers: { 'content-type': 'multipart/form-data' },
    body: '--b--',
    status: 400,
  },
  {
    what: 'a multipart body that is garbage',
    path: 'upload',
    headers: multipart,
    body: '\u0001\u0002garbage',
    status: 400,
  },
  { what: 'two files at once', path: 'upload', headers: {}, body: twoFiles, status: 400 },
  { what: 'a file under another name', path: 'upload', headers: {}, body: otherFile, status: 400 },
  {
    what: 'an update without a document',
    path: 'update',
    headers: {},
    body: () => {
      const data = new FormData();
      data.append('file', new Blob(['x']), 'a.txt');
      return data;
    },
    status: 400,
  },
  {
    what: 'an update of nobody',
    path: 'update',
    headers: {},
    body: () => {
      const data = new FormData();
      data.append('document_id', "' or 1=1 --");
      data.append('file', new Blob(['x']), 'a.txt');
      return data;
    },
    status: 404,
  },
  { what: 'a list without a character', path: 'list', headers: plainForm, body: '', status: 400 },
  {
    what: 'a list of nobody',
    path: 'list',
    headers: plainForm,
    body: 'character_id=%27%3B+drop+table+knowledge_documents',
    status: 404,
  },
  {
    what: 'a list of an object',
    path: 'list',
    headers: json,
    body: '{"character_id":{"$ne":null}}',
    status: 400,
  },
  { what: 'broken JSON', path: 'list', headers: json, body: '{"character_id":', status: 400 },
  {
    what: 'JSON nested too deep',
    path: 'list',
    headers: json,
    body: `{"character_id":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    status: 400,
  },
  {
    what: 'a form that is no UTF-8',
    path: 'delete',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'document_id=%ff%fe%00',
    status: 400,
  },
  {
    what: 'a deletion of a zero byte',
    path: 'delete',
    headers: json,
    body: '{"document_id":"\\u0000"}',
    status: 400,
  },
  {
    what: 'a deletion of something long',
    path: 'delete',
    headers: plainForm,
    body: `document_id=${'9'.repeat(5_000)}`,
    status: 400,
  },
  {
    what: 'a body of too many fields',
    path: 'delete',
    headers: plainForm,
    body: Array.from({ length: 500 }, (_, n) => `f${n}=1`).join('&'),
    status: 400,
  },
];
