import { seenStoreContract } from '../contract/seen-store.ts';
import { MemorySeenStore, memoryRecords } from '../support/memory-seen-store.ts';

seenStoreContract('the memory store', async () => {
  const records = memoryRecords();
  return {
    open: async () => new MemorySeenStore(records),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
