import { Outbox } from './outbox.ts';
import type { Attachment, Choice, Conversation, Frame, Message, Outgoing, User, VisitorSession } from './types.ts';
import { isSomebodyElses, personOf } from './user.ts';

/** What the chat shows. */
export type State = {
  session: VisitorSession | null;
  conversation: Conversation | null;
  messages: Message[];
  /** Whether there are messages before the first one here. */
  older: boolean;
  waiting: Outgoing[];
  online: boolean;
  error: string;
};

const LONGEST_PAUSE = 10_000;
/** The server closes a socket with this code when its token is no longer good. */
const TOKEN_ENDED = 4401;
/** After a refusal that passes, a waiting message is sent again. */
const TRY_AGAIN = 3_000;

/** Whether a refusal passes by itself: too much for now, or a fault of the server. */
export function passes(code: string): boolean {
  return ['LIMIT_EXCEEDED', 'INTERNAL', 'UNAVAILABLE', '429'].includes(code) || /^5\d\d$/.test(code);
}

/** An id that sorts by time, so that waiting messages keep their order. */
export function messageId(now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${now.toString(36).padStart(9, '0')}-${random[0]?.toString(36)}${random[1]?.toString(36)}`;
}

/** The known messages with new ones: each once, by number. */
export function merge(known: Message[], fresh: Message[]): Message[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of fresh) bySeq.set(message.seq, message);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * The connection of a visitor: a socket that resumes at the last number it has seen, and a long poll where sockets are
 * blocked. What the customer writes waits in the outbox until the server has confirmed it.
 */
export class Wire {
  state: State = { session: null, conversation: null, messages: [], older: false, waiting: [], online: false, error: '' };
  private socket: WebSocket | null = null;
  private failures = 0;
  private stopped = false;
  private asksEarlier = false;
  /** Whether the customer sees the chat now. */
  shown = false;
  private readonly outbox: Outbox;

  constructor(
    private readonly origin: string,
    private readonly key: string,
    private readonly user: User | null,
    private readonly locale: () => string,
    private readonly changed: (state: State) => void,
  ) {
    this.outbox = new Outbox(key, personOf(user));
  }

  async start(): Promise<void> {
    const storage = `lingxi.person.${this.key}`;
    const person = personOf(this.user);
    if (isSomebodyElses(localStorage.getItem(storage) ?? '', person)) {
      localStorage.removeItem(`lingxi.visitor.${this.key}`);
      await this.outbox.clear();
    }
    if (person) localStorage.setItem(storage, person);
    else localStorage.removeItem(storage);
    this.set({ waiting: await this.outbox.load() });
    await this.open();
  }

  stop(): void {
    this.stopped = true;
    this.socket?.close();
  }

  async send(text: string, choice?: string, attachment?: string): Promise<void> {
    // A file may have come up after its person was signed out.
    if (this.stopped) return;
    const message: Outgoing = { id: messageId(), text, locale: this.locale(), ...(choice && { choice }), ...(attachment && { attachment }) };
    await this.outbox.add(message);
    this.set({ waiting: [...this.state.waiting, message], error: '' });
    this.deliver(message);
  }

  async upload(file: File): Promise<void> {
    const body = new FormData();
    body.append('file', file);
    const response = await this.request('/files', { method: 'POST', body });
    const answer = (await response.json()) as Attachment & { detail?: string };
    if (response.ok) await this.send('', undefined, answer.id);
    else this.set({ error: answer.detail ?? response.statusText });
  }

  async suggest(text: string): Promise<Choice[]> {
    const query = new URLSearchParams({ text, locale: this.locale() });
    const response = await this.request(`/suggestions?${query}`, {});
    return response.ok ? ((await response.json()) as Choice[]) : [];
  }

  /** Tells who the customer is; what is wrong with it comes back by field. */
  async introduce(name: string, email: string): Promise<Record<string, string>> {
    const body = JSON.stringify({ name: name || undefined, email });
    const response = await this.request('/contact', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = (await response.json()) as { known?: boolean; detail?: string; errors?: { field: string; message: string }[] };
    const { session } = this.state;
    if (response.ok && session) this.set({ session: { ...session, known: answer.known ?? false } });
    if (response.ok) return {};
    return Object.fromEntries(answer.errors?.map((error) => [error.field, error.message]) ?? [['email', answer.detail ?? response.statusText]]);
  }

  /** Gets the messages before the first one that is here. */
  async earlier(): Promise<void> {
    const first = this.state.messages[0];
    if (!first || !this.state.older || this.asksEarlier) return;
    this.asksEarlier = true;
    const query = new URLSearchParams({ conversation: first.conversationId, before: String(first.seq) });
    const response = await this.request(`/messages?${query}`, {}).catch(() => null);
    const answer = (await response?.json().catch(() => null)) as { messages?: Message[]; older?: boolean; detail?: string } | null;
    this.asksEarlier = false;
    if (!response?.ok || !answer?.messages) return this.set({ error: answer?.detail ?? '' });
    if (this.state.messages[0]?.seq !== first.seq) return;
    this.set({ messages: merge(this.state.messages, answer.messages), older: answer.older ?? false, error: '' });
  }

  rate(rating: number, comment: string): void {
    const conversation = this.state.conversation?.id;
    if (conversation) this.frame({ type: 'rate', conversation, rating, comment });
  }

  read(): void {
    const last = this.state.messages.at(-1);
    if (last) this.frame({ type: 'read', conversation: last.conversationId, seq: last.seq });
  }

  /** The address of a file, for a visitor who cannot set headers. */
  fileUrl(id: string): string {
    return `${this.origin}/files/${id}?token=${encodeURIComponent(this.state.session?.token ?? '')}`;
  }

  private set(change: Partial<State>): void {
    // Whoever is shown next is somebody else.
    if (this.stopped) return;
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }

  private request(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), 'accept-language': this.locale(), authorization: `Bearer ${this.state.session?.token ?? ''}` };
    return fetch(`${this.origin}/widget/v1${path}`, { ...init, headers });
  }

  private async open(): Promise<void> {
    if (this.stopped) return;
    const storage = `lingxi.visitor.${this.key}`;
    try {
      const response = await fetch(`${this.origin}/widget/v1/open`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-language': this.locale() },
        body: JSON.stringify({ key: this.key, token: localStorage.getItem(storage), locale: this.locale(), user: this.user }),
      });
      const answer = (await response.json()) as VisitorSession & { detail?: string };
      if (!response.ok) {
        if (response.status === 429 || response.status >= 500) this.later(() => void this.open());
        return this.set({ error: answer.detail ?? response.statusText });
      }
      if (this.stopped) return;
      if (answer.dropped?.length) console.warn(`Lingxi: data-user has values that do not fit and are left out: ${answer.dropped.join(', ')}`);
      localStorage.setItem(storage, answer.token);
      this.set({ session: answer, error: '' });
      this.connect();
    } catch {
      this.later(() => void this.open());
    }
  }

  private place(): URLSearchParams {
    const last = this.state.messages.at(-1);
    const query = new URLSearchParams({ after: String(last?.seq ?? 0) });
    if (last) query.set('conversation', last.conversationId);
    return query;
  }

  private connect(): void {
    if (this.stopped) return;
    const query = this.place();
    query.set('token', this.state.session?.token ?? '');
    query.set('locale', this.locale());
    const socket = new WebSocket(`${this.origin.replace(/^http/, 'ws')}/widget/v1/socket?${query}`);
    this.socket = socket;
    let opened = false;
    const pings = setInterval(() => this.frame({ type: 'ping' }), 25_000);
    socket.onopen = () => {
      opened = true;
      this.failures = 0;
      this.set({ online: true });
      for (const message of this.state.waiting) this.deliver(message);
    };
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Frame);
    socket.onclose = ({ code }) => {
      clearInterval(pings);
      this.set({ online: false });
      if (this.stopped) return;
      if (code === TOKEN_ENDED) return this.later(() => void this.open());
      if (!opened && this.failures >= 2) void this.poll();
      else this.later(() => this.connect());
    };
  }

  private later(again: () => void): void {
    const pause = Math.min(LONGEST_PAUSE, 300 * 2 ** this.failures) * (0.7 + 0.6 * Math.random());
    this.failures += 1;
    setTimeout(again, this.failures === 1 ? Math.min(pause, 300) : pause);
  }

  /** One long poll after the other, until a network that blocks sockets lets one through. */
  private async poll(): Promise<void> {
    if (this.stopped) return;
    try {
      const query = this.place();
      query.set('wait', this.state.online ? '25' : '0');
      const response = await this.request(`/messages?${query}`, {});
      // The token has ended: with its proof, its channel or its secret. The page may prove the person anew.
      if (response.status === 401) return this.later(() => void this.open());
      if (!response.ok) throw new Error(response.statusText);
      this.receive((await response.json()) as Frame);
      if (!this.state.online) {
        this.set({ online: true });
        for (const message of this.state.waiting) this.deliver(message);
      }
      if (!this.stopped) void this.poll();
    } catch {
      this.set({ online: false });
      if (!this.stopped) this.later(() => this.connect());
    }
  }

  private frame(frame: Record<string, unknown>): boolean {
    if (this.stopped || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private deliver(message: Outgoing): void {
    if (this.stopped) return;
    if (this.frame({ type: 'send', ...message }) || !this.state.online) return;
    const { id: clientId, ...rest } = message;
    void this.request('/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId, ...rest }),
    }).then(async (response) => {
      const answer = (await response.json()) as Message & { detail?: string };
      if (response.ok) this.receive({ type: 'ack', id: clientId, seq: answer.seq, conversation: answer.conversationId });
      else this.receive({ type: 'error', id: clientId, code: String(response.status), message: answer.detail ?? '' });
    }, () => undefined);
  }

  private again(id: string): void {
    setTimeout(() => {
      const message = this.state.waiting.find((waiting) => waiting.id === id);
      if (message) this.deliver(message);
    }, TRY_AGAIN);
  }

  private forget(id: string): void {
    void this.outbox.remove(id);
    this.set({ waiting: this.state.waiting.filter((message) => message.id !== id), error: '' });
  }

  private receive(frame: Frame): void {
    switch (frame.type) {
      case 'state': {
        const same = this.state.messages[0]?.conversationId === frame.conversation?.id;
        // Where messages between are left out, what was known is asked for again when somebody wants to see it.
        const known = same && !frame.older ? this.state.messages : [];
        const older = known.length > 0 ? this.state.older : (frame.older ?? false);
        this.set({ conversation: frame.conversation, messages: merge(known, frame.messages), older });
        break;
      }
      case 'message': {
        const { message } = frame;
        const same = this.state.messages[0]?.conversationId === message.conversationId;
        this.set({ messages: merge(same ? this.state.messages : [], [message]), older: same && this.state.older });
        if (message.clientId) this.forget(message.clientId);
        // A chat that is open reads it at once, which says more.
        if (message.author === 'member' && !this.shown) this.frame({ type: 'delivered', conversation: message.conversationId, seq: message.seq });
        break;
      }
      case 'conversation': {
        const { id, status, handler, rating, memberReadSeq } = frame;
        this.set({ conversation: { id, status, handler, rating, memberReadSeq } });
        break;
      }
      case 'ack':
        this.forget(frame.id);
        break;
      case 'error':
        // What says how far somebody has read is said again by the next one.
        if (!frame.id && passes(frame.code)) break;
        if (frame.id && passes(frame.code)) this.again(frame.id);
        else if (frame.id) this.forget(frame.id);
        this.set({ error: frame.message });
        break;
      default:
        break;
    }
  }
}
