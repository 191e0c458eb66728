import { Button, Progress, Table, Tag } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { State } from '../../lib/page.tsx';

const EXPORTS = graphql(`
  query Exports {
    exports { id status progress size createdAt expiresAt }
  }
`);
const REQUEST = graphql(`
  mutation RequestExport {
    requestExport { status errors { field message } export { id } }
  }
`);
const COLORS: Record<string, string> = { READY: 'success', RUNNING: 'warning', FAILED: 'error' };

/** Archives of everything that is stored of the firm. They are written while the page is closed, too. */
export function Exports(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const [{ data, fetching, error }, again] = useQuery({ query: EXPORTS });
  const running = data?.exports.some((row) => row.status === 'RUNNING') ?? false;
  useEffect(() => {
    if (!running) return;
    const ticks = setInterval(() => again(), 1_000);
    return () => clearInterval(ticks);
  }, [running, again]);
  return (
    <State fetching={fetching && !data} error={error}>
      <p>{t('exports.hint')}</p>
      <Button type="primary" disabled={running} style={{ marginBottom: 12 }} onClick={() => void act(REQUEST, {}).then(() => again())}>{t('exports.ask')}</Button>
      <Table
        rowKey="id"
        pagination={false}
        dataSource={data?.exports ?? []}
        locale={{ emptyText: t('exports.none') }}
        columns={[
          { title: t('exports.asked'), render: (_, row) => format.time(row.createdAt) },
          {
            title: t('exports.status'),
            render: (_, row) =>
              row.status === 'RUNNING' ? <Progress aria-label={t('exports.status')} percent={row.progress} size="small" style={{ width: 160 }} /> : <Tag color={COLORS[row.status]}>{t(`export.${row.status}`)}</Tag>,
          },
          { title: t('exports.size'), render: (_, row) => (row.status === 'READY' ? `${format.number(Math.ceil(row.size / 1024))} KB` : '') },
          { title: t('exports.until'), render: (_, row) => row.expiresAt && format.date(row.expiresAt) },
          { title: t('common.actions'), render: (_, row) => row.status === 'READY' && <Button size="small" href={`/exports/${row.id}`}>{t('exports.download')}</Button> },
        ]}
      />
    </State>
  );
}
