import { PublicError } from '../errors/public-error.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';

/** The model did not answer: nothing was kept, and the same may be sent again. */
export class AnswerFailed extends PublicError {
  override readonly name = 'AnswerFailed';
  constructor(cause: ProviderFailed) {
    super(
      cause.reason === 'timeout' ? 504 : 502,
      cause.reason === 'timeout' ? 'model_timeout' : 'model_failed',
      cause.reason === 'timeout'
        ? 'The language model took too long. Send the same again.'
        : 'The language model did not answer. Send the same again.',
      { cause, ...(cause.retryable && { retryAfterSeconds: 2 }) },
    );
  }
}

/** The model answered with nothing that could be said. */
export class NoAnswer extends PublicError {
  override readonly name = 'NoAnswer';
  constructor() {
    super(502, 'no_answer', 'The language model had nothing to say. Say it in other words.');
  }
}

/** One answer at a time: what follows would not know what the first says. */
export class AnswerRunning extends PublicError {
  override readonly name = 'AnswerRunning';
  constructor() {
    super(409, 'answer_running', 'This conversation waits for an answer. Send this after it.', {
      retryAfterSeconds: 1,
    });
  }
}

/** Moderation says that these words are not to be answered. */
export class WordsRefused extends PublicError {
  override readonly name = 'WordsRefused';
  constructor(readonly reason: string) {
    super(400, 'words_refused', `This cannot be answered: ${reason}`);
  }
}

/** What was to be answered anew is not the last turn any more: another answer came meanwhile. */
export class TurnPassed extends PublicError {
  override readonly name = 'TurnPassed';
  constructor() {
    super(
      404,
      'message_not_found',
      'What is to be answered anew is not the last exchange any more. Read the history, and ask for the last one.',
    );
  }
}

/** There are no words, no occasion, and no earlier turn to answer anew. */
export class NothingToAnswer extends PublicError {
  override readonly name = 'NothingToAnswer';
  constructor() {
    super(409, 'nothing_to_answer', 'There is nothing to answer yet: say something first.');
  }
}
