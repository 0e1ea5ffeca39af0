import { describe, expect, it } from 'vitest';
import { EventReader } from '../../../web/src/studio/event-reader.ts';

function read(...pieces: string[]): string[] {
  const reader = new EventReader();
  return pieces.flatMap((piece) => reader.push(piece));
}

describe('EventReader', () => {
  it('gives the data of each event, with its spaces and line ends', () => {
    expect(read('data: Ann\n\ndata:  is here.\n\ndata: One\ndata: two\n\n')).toEqual([
      'Ann',
      ' is here.',
      'One\ntwo',
    ]);
  });

  it('waits for the end of an event, however it is cut', () => {
    expect(read('da', 'ta: A', 'nn\n', '\nda', 'ta: b\n', '\n')).toEqual(['Ann', 'b']);
    expect(read('data: never ended')).toEqual([]);
  });

  it('takes comments, other fields and Windows line ends', () => {
    expect(read(': hello\nevent: x\nid: 1\ndata: a\r\n\r\n')).toEqual(['a']);
  });

  it('gives an empty line for an event whose data is one', () => {
    expect(read('data:\ndata:\n\n')).toEqual(['\n']);
  });
});
