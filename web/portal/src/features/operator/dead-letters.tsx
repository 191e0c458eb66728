import { Button, Table } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';

const LETTERS = graphql(`
  query DeadLetters {
    deadLetters { eventId tenantId consumer eventType subject cause createdAt }
  }
`);
const REPLAY = graphql(`
  mutation ReplayDeadLetter($eventId: ID!, $consumer: String!) {
    replayDeadLetter(eventId: $eventId, consumer: $consumer) { status errors { field message } removed }
  }
`);

/** Facts that a service gave up on, and the way to deliver them again. */
export function DeadLetters(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const [{ data, fetching, error }, again] = useQuery({ query: LETTERS });
  return (
    <State fetching={fetching && !data} error={error} empty={data?.deadLetters.length === 0} emptyText={t('letters.none')}>
      <Table
        rowKey={(row) => `${row.eventId}${row.consumer}`}
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        dataSource={data?.deadLetters ?? []}
        columns={[
          { title: t('letters.type'), render: (_, row) => <>{row.eventType}<div style={{ color: 'var(--soft)' }}>{row.subject}</div></> },
          { title: t('letters.consumer'), dataIndex: 'consumer' },
          { title: t('letters.tenant'), dataIndex: 'tenantId' },
          { title: t('letters.cause'), dataIndex: 'cause' },
          { title: t('letters.at'), render: (_, row) => format.time(row.createdAt) },
          { title: t('common.actions'), render: (_, row) => <Button size="small" onClick={() => void act(REPLAY, { eventId: row.eventId, consumer: row.consumer }, t('letters.replayed')).then(() => again())}>{t('letters.replay')}</Button> },
        ]}
      />
    </State>
  );
}
