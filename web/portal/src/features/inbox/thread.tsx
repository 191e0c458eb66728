import { ReadingPlace } from '@lingxi/ui';
import { Button, Space } from 'antd';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ThreadQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { Linked, Markdown } from '../../lib/markdown.tsx';
import { State } from '../../lib/page.tsx';
import { useMay, useViewer } from '../../lib/viewer.tsx';
import { Composer } from './composer.tsx';
import { ContactPanel } from './contact-panel.tsx';
import { type Message, useMessages } from './messages.ts';
import { Snooze } from './snooze.tsx';
import { TaskTools } from './task-tools.tsx';

const THREAD = graphql(`
  query Thread($id: ID!) {
    conversation(id: $id) {
      id status handler locale summary rating ratingComment lastSeq memberReadSeq contactDeliveredSeq contactReadSeq createdAt
      contact { id name email phone locale tags createdAt attributes { key value } claimed identities { kind value } }
      assignee { id name }
      task { id status queueId wrapUpCode }
      messages(last: 100) { ...ThreadMessage }
    }
  }
  fragment ThreadMessage on Message {
    id seq author kind private text createdAt choices { value label } attachment { id name mediaType size }
    card { title imageUrl links { label url } }
  }
`);
const CHANGED = graphql(`
  subscription ThreadChanged($id: ID!) {
    conversationChanged(id: $id) { kind message { id seq } }
  }
`);
const MARK_READ = graphql(`
  mutation MarkRead($id: ID!, $seq: Int!) {
    markRead(conversationId: $id, seq: $seq) { status errors { field message } conversation { id memberReadSeq } }
  }
`);
const SET_STATUS = graphql(`
  mutation SetStatus($id: ID!, $status: ConversationStatus!, $until: DateTime) {
    setConversationStatus(conversationId: $id, status: $status, until: $until) {
      status errors { field message } conversation { id status }
    }
  }
`);

const TAKE = graphql(`
  mutation Take($id: ID!) {
    takeConversation(conversationId: $id) { status errors { field message } task { id status } }
  }
`);

export type ThreadConversation = NonNullable<ThreadQuery['conversation']>;

function Bubble(props: { message: Message; place: 'read' | 'delivered' | 'sent' }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = props;
  const side = message.kind === 'EVENT' ? 'event' : message.private ? 'note' : message.author === 'CONTACT' ? '' : 'out';
  return (
    <div className={`bubble ${side}`}>
      {message.kind !== 'EVENT' && (
        <div className="who">
          {message.private ? t('thread.note') : t(`author.${message.author}`)} · {format.time(message.createdAt)}
          {message.author === 'MEMBER' && !message.private ? ` · ${t(`thread.${props.place}`)}` : ''}
        </div>
      )}
      <Markdown text={message.text} />
      {message.attachment && (
        <a href={`/files/${message.attachment.id}`} target="_blank" rel="noopener noreferrer nofollow">
          {message.attachment.mediaType.startsWith('image/') ? (
            <img src={`/files/${message.attachment.id}`} alt={message.attachment.name} style={{ maxWidth: 240, maxHeight: 240 }} />
          ) : (
            message.attachment.name
          )}
        </a>
      )}
      {message.card && (
        <div className="message-card">
          <strong>{message.card.title}</strong>
          {[...(message.card.imageUrl ? [{ label: t('thread.picture'), url: message.card.imageUrl }] : []), ...message.card.links].map((link, at) => (
            <span key={at}><Linked url={link.url}>{link.label}</Linked></span>
          ))}
        </div>
      )}
      {message.choices.length > 0 && (
        <div className="chips">
          {message.choices.map((choice) => (
            <span key={choice.value}>{choice.label}</span>
          ))}
        </div>
      )}
    </div>
  );
}

/** How far a message has come on its way to the customer. */
function placeOf(seq: number, places: { contactReadSeq: number; contactDeliveredSeq: number }): 'read' | 'delivered' | 'sent' {
  if (seq <= places.contactReadSeq) return 'read';
  return seq <= places.contactDeliveredSeq ? 'delivered' : 'sent';
}

/** One conversation: what was said, what to do, who it is with. */
export function Thread(props: { id: string; back: string }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const viewer = useViewer();
  const serves = useMay('SERVE');
  const [{ data, fetching, error }, again] = useQuery({ query: THREAD, variables: { id: props.id } });
  const [{ data: change }] = useSubscription({ query: CHANGED, variables: { id: props.id } });
  const log = useRef<HTMLDivElement>(null);
  const conversation = data?.conversation;
  const { messages, older, loading, loadOlder } = useMessages(props.id, conversation?.messages);
  const last = conversation?.lastSeq ?? 0;
  useEffect(() => {
    if (change) again();
  }, [change, again]);
  const place = useRef(new ReadingPlace());
  useLayoutEffect(() => {
    if (log.current) place.current.drawn(log.current, messages[0]?.seq ?? 0, last, messages.at(-1)?.author === 'MEMBER');
  });
  const grown = (): void => {
    if (log.current) place.current.grown(log.current);
  };
  const shown = Boolean(conversation);
  useEffect(() => {
    // The log becomes smaller when the field below it grows with what is written.
    const observer = new ResizeObserver(grown);
    if (log.current) observer.observe(log.current);
    return () => observer.disconnect();
  }, [shown]);
  const scrolled = (): void => {
    if (log.current && place.current.scrolled(log.current) && older) loadOlder();
  };
  const earlier = (): void => {
    // The button may go; the keyboard stays in the log.
    log.current?.focus({ preventScroll: true });
    loadOlder();
  };
  const unread = conversation && serves && conversation.assignee?.id === viewer.member?.id && last > conversation.memberReadSeq;
  useEffect(() => {
    if (unread) void act(MARK_READ, { id: props.id, seq: last });
  }, [unread, last, act, props.id]);
  const resolve = (): void => void act(SET_STATUS, { id: props.id, status: 'RESOLVED', until: null }).then(() => again());
  const reopen = (): void => void act(SET_STATUS, { id: props.id, status: 'OPEN', until: null }).then(() => again());
  const take = (): void => void act(TAKE, { id: props.id }, t('thread.taken')).then(() => again());
  const snooze = (until: Date): void => {
    void act(SET_STATUS, { id: props.id, status: 'SNOOZED', until: until.toISOString() }, t('thread.snoozed')).then(() => again());
  };
  const open = conversation && conversation.status !== 'RESOLVED';
  const takeable = open && serves && viewer.member && conversation.handler !== 'MEMBER';
  // What waits for a person is not done: somebody takes it first.
  const resolvable = open && serves && conversation.handler !== 'QUEUE';
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      // Where somebody must take it first, the server says so.
      if (event.altKey && event.code === 'KeyE' && !event.isComposing && open && serves) {
        event.preventDefault();
        resolve();
      }
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  });
  return (
    <>
      <div className="pane thread" role="region" aria-label={t('thread.title')}>
        <State fetching={fetching && !data} error={error} empty={!conversation} emptyText={t('thread.gone')}>
          {conversation && (
            <>
              <div style={{ padding: '8px 12px', borderBottom: '1px solid var(--line)', display: 'flex', justifyContent: 'space-between', gap: 8, flexWrap: 'wrap' }}>
                <span>
                  <Link className="back" to={props.back}>← {t('nav.inbox')}</Link>
                  <strong>{conversation.contact?.name}</strong> · {t(`status.${conversation.status}`)} · {t(`handler.${conversation.handler}`)}{' '}
                  {conversation.assignee?.name}
                </span>
                {serves && (
                  <Space wrap>
                    {/* At the start, so that a second click of an impatient hand does not meet the button that ends it. */}
                    {takeable && (
                      <Button type={resolvable ? 'default' : 'primary'} onClick={take}>
                        {t('thread.take')}
                      </Button>
                    )}
                    <TaskTools conversation={conversation} onDone={() => again()} />
                    {open && <Snooze onChoose={snooze} />}
                    {resolvable && (
                      <Button type="primary" onClick={resolve} title="Alt+E">
                        {t('thread.resolve')}
                      </Button>
                    )}
                    {!open && <Button onClick={reopen}>{t('thread.reopen')}</Button>}
                  </Space>
                )}
              </div>
              {conversation.summary && (
                <details open style={{ padding: '8px 12px', borderBottom: '1px solid var(--line)' }}>
                  <summary>{t('thread.summary')}</summary>
                  <div style={{ whiteSpace: 'pre-wrap' }}>{conversation.summary}</div>
                </details>
              )}
              <div className="pane-body" role="log" aria-live="polite" aria-label={t('thread.title')} tabIndex={0} ref={log} onScroll={scrolled} onLoadCapture={grown}>
                {older && (
                  <div style={{ textAlign: 'center' }}>
                    <Button size="small" loading={loading} onClick={earlier}>{t('thread.earlier')}</Button>
                  </div>
                )}
                {messages.map((message) => (
                  <Bubble key={message.id} message={message} place={placeOf(message.seq, conversation)} />
                ))}
              </div>
              {serves && <Composer conversation={conversation} onSent={() => again()} />}
            </>
          )}
        </State>
      </div>
      {conversation?.contact && <ContactPanel contact={conversation.contact} conversation={conversation} onSaved={() => again()} />}
    </>
  );
}
