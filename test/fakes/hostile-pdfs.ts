import { constants, deflateRawSync, deflateSync } from 'node:zlib';

/** A PDF of these objects, numbered from 1; the first is its catalogue. Its table of contents is right, whatever they say. */
export function pdfOfObjects(objects: (string | Buffer)[]): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const places: number[] = [];
  let at = pieces[0]?.length ?? 0;
  const push = (piece: Buffer) => {
    pieces.push(piece);
    at += piece.length;
  };
  for (const [index, object] of objects.entries()) {
    places.push(at);
    push(
      Buffer.concat([
        Buffer.from(`${index + 1} 0 obj\n`),
        Buffer.from(object),
        Buffer.from('\nendobj\n'),
      ]),
    );
  }
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const count = objects.length + 1;
  push(
    Buffer.from(
      `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(pieces);
}

const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Resources << >> >>';

/** So many empty pages. @param claimed how many it says it has */
export function manyPages(count: number, claimed = count): Buffer {
  const kids = Array.from({ length: count }, (_, index) => `${index + 3} 0 R`).join(' ');
  return pdfOfObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${claimed} >>`,
    ...Array<string>(count).fill(page),
  ]);
}

/** One page of so many megabytes of blanks, packed twice: some kilobytes. */
export function bombPdf(megabytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(1_048_576, ' '), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const last = Buffer.from([3, 0]);
  const blocks = Array<Buffer>(megabytes).fill(block);
  const twice = deflateSync(Buffer.concat([Buffer.from([0x78, 0x9c]), ...blocks, last]));
  return pdfOfObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Resources << >> /Contents 4 0 R >>',
    Buffer.concat([
      Buffer.from(`<< /Length ${twice.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n`),
      twice,
      Buffer.from('\nendstream'),
    ]),
  ]);
}
