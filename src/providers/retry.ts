import { ProviderFailed } from './provider-failed.ts';

/**
 * Begins a stream again, once, when it failed in a way that may pass and nothing of it has been used yet.
 * @param begin starts the stream from its beginning
 */
export async function* retryOnce<T>(
  begin: () => AsyncGenerator<T, void>,
  onRetry: (failure: ProviderFailed) => void,
): AsyncGenerator<T, void> {
  let used = false;
  try {
    for await (const item of begin()) {
      used = true;
      yield item;
    }
  } catch (error) {
    if (used || !(error instanceof ProviderFailed) || !error.retryable) throw error;
    onRetry(error);
    yield* begin();
  }
}
