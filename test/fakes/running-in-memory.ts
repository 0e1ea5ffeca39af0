/** One answer at a time, of one process. */
export function runningInMemory() {
  const running = new Set<string>();
  return {
    enter: (conversationId: string) => {
      if (running.has(conversationId)) return Promise.resolve(undefined);
      running.add(conversationId);
      const leave = () => {
        running.delete(conversationId);
        return Promise.resolve();
      };
      return Promise.resolve(leave);
    },
  };
}
