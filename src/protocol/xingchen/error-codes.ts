/**
 * What a refusal's `code` is, by the word that it has everywhere in Parley (`PublicError.code`). The first three
 * digits are the HTTP status. Never change one: clients decide by them. docs/xingchen.md lists them.
 */
export const errorCodes: Readonly<Record<string, number>> = {
  bad_request: 40001,
  input_blocked: 40002,
  output_blocked: 40003,
  words_refused: 40004,
  missing_api_key: 40101,
  invalid_api_key: 40102,
  not_found: 40401,
  character_not_found: 40402,
  message_not_found: 40403,
  character_session_not_found: 40404,
  knowledge_base_not_found: 40405,
  image_not_found: 40406,
  method_not_allowed: 40501,
  answer_running: 40901,
  conversation_gone: 40902,
  nothing_to_answer: 40903,
  too_many_characters: 40904,
  body_too_large: 41301,
  unsupported_body: 41501,
  invalid_request: 42201,
  invalid_character: 42202,
  too_many_requests: 42901,
  internal_error: 50001,
  model_failed: 50201,
  no_answer: 50202,
  inspection_failed: 50301,
  images_not_configured: 50302,
  model_timeout: 50401,
};

/** @param status counts where the word has no code of its own: `404` becomes 40400 */
export function errorCodeOf(word: string, status: number): number {
  return Object.hasOwn(errorCodes, word) ? (errorCodes[word] ?? status * 100) : status * 100;
}
