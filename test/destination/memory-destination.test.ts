import { destinationContract } from '../contract/destination.ts';
import { MemoryDestination, memoryDisk } from '../support/memory-destination.ts';

destinationContract('the memory destination', async () => {
  const disk = memoryDisk();
  return {
    open: (storeId) => new MemoryDestination(disk, storeId),
    visible: () => [...disk.visible.values()].map((stored) => stored.bytes.toString('latin1')),
    hidden: () => disk.tmp.size,
    [Symbol.asyncDispose]: async () => undefined,
  };
});
