import type { Outgoing } from './types.ts';

function below(place: string): IDBKeyRange {
  return IDBKeyRange.bound(place, `${place}\uffff`);
}

/** Messages that wait for the server's confirmation, kept over reloads. Where a browser forbids storage, in memory. */
export class Outbox {
  private readonly memory = new Map<string, Outgoing>();
  private readonly database: Promise<IDBDatabase | null>;

  /** What was written before somebody signed in is theirs as well; what another person wrote is not. */
  constructor(private readonly key: string, private readonly person: string) {
    this.database = new Promise((resolve) => {
      try {
        const request = indexedDB.open('lingxi-widget', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('outbox');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }

  /** All waiting messages, in the order in which they were written. */
  async load(): Promise<Outgoing[]> {
    const database = await this.database;
    if (database) {
      const read = (person: string): Promise<Outgoing[]> => new Promise((resolve) => {
        const request = database.transaction('outbox').objectStore('outbox').getAll(below(this.place(person)));
        request.onsuccess = () => resolve(request.result as Outgoing[]);
        request.onerror = () => resolve([]);
      });
      for (const person of new Set(['', this.person])) {
        for (const message of await read(person)) this.memory.set(message.id, message);
      }
    }
    return [...this.memory.values()];
  }

  async add(message: Outgoing): Promise<void> {
    this.memory.set(message.id, message);
    await this.write((store) => store.put(message, this.place(this.person) + message.id));
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    await this.write((store) => {
      for (const person of new Set(['', this.person])) store.delete(this.place(person) + id);
    });
  }

  /** Forgets everything: somebody else uses the browser now. */
  async clear(): Promise<void> {
    this.memory.clear();
    await this.write((store) => store.delete(below(`${this.key}|`)));
  }

  private place(person: string): string {
    return `${this.key}|${encodeURIComponent(person)}|`;
  }

  private async write(change: (store: IDBObjectStore) => void): Promise<void> {
    const database = await this.database;
    if (!database) return;
    await new Promise<void>((resolve) => {
      const transaction = database.transaction('outbox', 'readwrite');
      change(transaction.objectStore('outbox'));
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => resolve();
    });
  }
}
