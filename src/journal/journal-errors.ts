/** The server will not do it, now or later. */
export class JournalRefused extends Error {
  override readonly name = 'JournalRefused';
  constructor(readonly code: string) {
    super(`the server refused: ${code}`);
  }
}

export class JournalClosed extends Error {
  override readonly name = 'JournalClosed';
  constructor() {
    super('the journal is closed');
  }
}

/** There is no line to the server now, or too much is asked of it. */
export class JournalAway extends Error {
  override readonly name = 'JournalAway';
  constructor() {
    super('the server cannot be asked now');
  }
}
