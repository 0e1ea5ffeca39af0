/** For `vi.waitFor`: what is as good as certain to happen at once, on a machine that may be busy with something else. */
export const soon = { timeout: 60_000, interval: 20 };
