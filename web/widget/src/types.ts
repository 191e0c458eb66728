/** What the server sends; the names are those of the wire. */
export type Choice = { value: string; label: string };
export type Attachment = { id: string; name: string; mediaType: string; size: number };
export type Card = { title: string; imageUrl: string | null; links: { label: string; url: string }[] };
export type Message = {
  id: string;
  conversationId: string;
  seq: number;
  author: 'contact' | 'bot' | 'member' | 'system';
  kind: 'text' | 'options' | 'file' | 'card' | 'event';
  text: string;
  choices: Choice[];
  attachment: Attachment | null;
  card: Card | null;
  clientId: string | null;
  createdAt: string;
};
export type Conversation = { id: string; status: string; handler: string; rating: number | null; memberReadSeq: number };
type Settings = {
  greetingZh: string;
  greetingEn: string;
  color: string;
  theme: 'auto' | 'light' | 'dark';
  position: 'left' | 'right';
  offlineForm: boolean;
};
export type VisitorSession = { token: string; contact: string; firm: string; settings: Settings; open: boolean; known: boolean; dropped?: string[] };
/**
 * A signed-in customer, proved by the firm's own server: the hash is the HMAC-SHA256, under the channel's secret, of the
 * text `signed`, or else of the id alone. What does not fit is left out by the server.
 */
export type User = { id: string; hash: string; signed?: string; name?: unknown; email?: unknown; attributes?: unknown };

/** A message of the customer that the server has not confirmed yet. */
export type Outgoing = { id: string; text: string; choice?: string; attachment?: string; locale: string };

export type Frame =
  | { type: 'state'; conversation: Conversation | null; messages: Message[]; older?: boolean }
  | { type: 'message'; message: Message }
  | { type: 'conversation'; id: string; status: string; handler: string; rating: number | null; memberReadSeq: number }
  | { type: 'ack'; id: string; seq: number; conversation: string }
  | { type: 'error'; id: string | null; code: string; message: string }
  | { type: 'rated'; rating: number }
  | { type: 'pong' };
