import { Table, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';

const DISPUTES = graphql(`query Disputes { disputes { id subject reason status answer at decidedAt } }`);
const COLORS = { OPEN: 'processing', ACCEPTED: 'success', REJECTED: 'default' } as const;

/** Units that the firm doubted, and what was decided. */
export function Disputes(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [{ data, fetching, error }] = useQuery({ query: DISPUTES });
  return (
    <State fetching={fetching && !data} error={error} empty={data?.disputes.length === 0} emptyText={t('dispute.none')}>
      <Table
        rowKey="id"
        aria-label={t('billing.disputes')}
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        dataSource={data?.disputes ?? []}
        columns={[
          { title: t('billing.at'), render: (_, row) => format.time(row.at) },
          { title: t('billing.evidence'), dataIndex: 'subject' },
          { title: t('billing.why'), dataIndex: 'reason' },
          { title: t('billing.status'), render: (_, row) => <Tag color={COLORS[row.status]}>{t(`dispute.${row.status}`)}</Tag> },
          { title: t('dispute.answer'), render: (_, row) => (row.answer ? `${row.answer}${row.decidedAt ? ` · ${format.date(row.decidedAt)}` : ''}` : '') },
        ]}
      />
    </State>
  );
}
