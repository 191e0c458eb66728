import { Button, Empty, Input, Segmented, Tag } from 'antd';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { useQuery, useSubscription } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ConversationFilter } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';
import { Page, State } from '../../lib/page.tsx';
import { Thread } from './thread.tsx';

const CONVERSATIONS = graphql(`
  query Conversations($filter: ConversationFilter, $after: String) {
    conversations(filter: $filter, first: 40, after: $after) {
      edges { node { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const DESK = graphql(`
  subscription Desk {
    deskChanged { kind conversationId }
  }
`);

const AT_RISK = graphql(`
  query AtRisk {
    tasks(atRisk: true) { id dueAt conversation { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }
  }
`);

type View = 'mine' | 'queue' | 'open' | 'risk' | 'all';
const FILTERS: Record<View, ConversationFilter> = {
  mine: { mine: true },
  queue: { handler: 'QUEUE' },
  open: { status: 'OPEN' },
  risk: {},
  all: {},
};

/** Keeps the inbox narrowed to a contact. */
const searchOf = (contact: string | null): string => (contact ? `?contact=${encodeURIComponent(contact)}` : '');

/** The desk: what waits, the conversation, the customer. */
export default function Inbox(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { '*': chosen } = useParams();
  const [view, setView] = useState<View>('all');
  const [search, setSearch] = useState('');
  const [after, setAfter] = useState<string | null>(null);
  const [params, setParams] = useSearchParams();
  const contact = params.get('contact');
  const filter = useMemo(() => ({ ...FILTERS[view], search: search || null, contactId: contact }), [view, search, contact]);
  const [{ data, fetching, error }, again] = useQuery({ query: CONVERSATIONS, variables: { filter, after }, pause: view === 'risk' });
  const [{ data: late, fetching: fetchingLate, error: lateError }, againLate] = useQuery({ query: AT_RISK });
  const [{ data: change }] = useSubscription({ query: DESK });
  useEffect(() => {
    if (!change) return;
    again();
    againLate();
  }, [change, again, againLate]);
  useEffect(() => {
    // A target comes at risk by the clock, not by an event.
    const ticks = setInterval(() => againLate(), 15_000);
    return () => clearInterval(ticks);
  }, [againLate]);
  const risky = useMemo(() => late?.tasks.flatMap((task) => (task.conversation ? [{ ...task.conversation, dueAt: task.dueAt }] : [])) ?? [], [late]);
  const rows = useMemo(
    () => (view === 'risk' ? risky : (data?.conversations.edges.map((edge) => ({ ...edge.node, dueAt: null })) ?? [])),
    [data, risky, view],
  );
  const waiting = view === 'risk' ? fetchingLate && !late : fetching && !data;
  useEffect(() => {
    const step = (event: KeyboardEvent): void => {
      if (!event.altKey || event.isComposing || (event.code !== 'KeyJ' && event.code !== 'KeyK')) return;
      const at = rows.findIndex((row) => row.id === chosen);
      const next = rows[at + (event.code === 'KeyJ' ? 1 : -1)];
      if (next) void navigate(`/inbox/${next.id}${searchOf(contact)}`);
      event.preventDefault();
    };
    addEventListener('keydown', step);
    return () => removeEventListener('keydown', step);
  }, [rows, chosen, navigate, pathname, contact]);
  const choose = (next: View): void => {
    setView(next);
    setAfter(null);
  };
  return (
    <Page title={t('nav.inbox')}>
      <div className={chosen ? 'desk chosen' : 'desk'}>
        <div className="pane list" role="region" aria-label={t('inbox.list')}>
          <div style={{ padding: 8 }}>
            <Segmented<View>
              block
              size="small"
              className="views"
              aria-label={t('inbox.view')}
              value={view}
              onChange={choose}
              options={(['all', 'mine', 'queue', 'open', 'risk'] as const).map((value) => ({ value, label: value === 'risk' && risky.length > 0 ? `${t('inbox.risk')} ${risky.length}` : t(`inbox.${value}`) }))}
            />
            <Input.Search
              allowClear
              aria-label={t('common.search')}
              placeholder={t('common.search')}
              style={{ marginTop: 8 }}
              onSearch={(words) => {
                setSearch(words);
                setAfter(null);
              }}
            />
          </div>
          {contact && (
            <div style={{ padding: '0 8px 8px' }}>
              <Tag closable onClose={() => setParams({})}>{t('inbox.oneContact')}</Tag>
            </div>
          )}
          <State fetching={waiting} error={view === 'risk' ? lateError : error} empty={rows.length === 0} emptyText={t(view === 'risk' ? 'inbox.noRisk' : 'inbox.empty')}>
            {rows.map((row) => (
              <button
                key={row.id}
                type="button"
                className="row-button"
                aria-current={row.id === chosen}
                onClick={() => void navigate(`/inbox/${row.id}${searchOf(contact)}`)}
              >
                <span style={{ display: 'flex', justifyContent: 'space-between', gap: 8 }}>
                  <strong>{row.contact?.name}</strong>
                  <span>{row.lastSeq > row.memberReadSeq && row.handler !== 'BOT' ? '● ' : ''}{t(`status.${row.status}`)}</span>
                </span>
                <small>{row.preview}</small>
                <small>
                  {t(`handler.${row.handler}`)} {row.assignee?.name} · {row.dueAt ? t('inbox.due', { at: format.time(row.dueAt) }) : format.time(row.updatedAt)}
                </small>
              </button>
            ))}
            <div style={{ padding: 8, display: 'flex', gap: 8 }}>
              {after && <Button onClick={() => setAfter(null)}>{t('common.first')}</Button>}
              {view !== 'risk' && data?.conversations.pageInfo.hasNextPage && (
                <Button onClick={() => setAfter(data.conversations.pageInfo.endCursor ?? null)}>{t('common.next')}</Button>
              )}
            </div>
          </State>
        </div>
        {chosen ? (
          <Thread key={chosen} id={chosen} back={`/inbox${searchOf(contact)}`} />
        ) : (
          <div className="pane nothing" style={{ justifyContent: 'center' }}>
            <Empty description={t('inbox.choose')} />
          </div>
        )}
      </div>
    </Page>
  );
}
