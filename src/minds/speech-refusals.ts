import { PublicError } from '../errors/public-error.ts';

/** There is no such answer to this user, or no more. */
export class AnswerNotFound extends PublicError {
  override readonly name = 'AnswerNotFound';
  constructor() {
    super(404, 'answer_not_found', 'There is no such answer of a character to this user.');
  }
}

/** Of emoji or dots alone: it will have no sound at any other time, either. */
export class NothingToSpeak extends PublicError {
  override readonly name = 'NothingToSpeak';
  constructor() {
    super(422, 'nothing_to_speak', 'There are no words in this answer that could be spoken.');
  }
}

/** The synthesiser refused, hung, or gave no sound. */
export class SpeechFailed extends PublicError {
  override readonly name = 'SpeechFailed';
  constructor(cause: Error) {
    super(502, 'speech_failed', 'The synthesiser did not answer. Try again.', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

export class TooManyVoices extends PublicError {
  override readonly name = 'TooManyVoices';
  constructor() {
    super(429, 'too_many_voices', 'Too many answers are being spoken at once. Try again soon.', {
      retryAfterSeconds: 2,
    });
  }
}
