import { Button, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { AuditQuery } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { Page, State } from '../../lib/page.tsx';

const AUDIT = graphql(`
  query Audit($search: String, $after: String, $first: Int) {
    auditLog(search: $search, first: $first, after: $after) {
      edges { node { id at actorKind actorId action target detail } }
      pageInfo { hasNextPage endCursor }
    }
    members { id name }
  }
`);

type Line = AuditQuery['auditLog']['edges'][number]['node'];

/** A field of a CSV file; what a spreadsheet would take for a formula is defused. */
const cell = (text: string): string => `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** Who did what. */
export default function Audit(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useClient();
  const [search, setSearch] = useState<string | null>(null);
  const [after, setAfter] = useState<string | null>(null);
  const [exporting, setExporting] = useState(false);
  const [{ data, fetching, error }] = useQuery({ query: AUDIT, variables: { search, after, first: 50 } });
  const rows = data?.auditLog.edges.map((edge) => edge.node) ?? [];
  const names = new Map(data?.members.map((member) => [member.id, member.name]));
  const nameOf = (line: Line): string => names.get(line.actorId) ?? `${t(`actor.${line.actorKind}`)} ${line.actorId}`;
  const exportAll = async (): Promise<void> => {
    setExporting(true);
    const lines: Line[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: AuditQuery | undefined = (await client.query(AUDIT, { search, after: cursor, first: 200 }).toPromise()).data;
      if (!page) break;
      lines.push(...page.auditLog.edges.map((edge) => edge.node));
      if (!page.auditLog.pageInfo.hasNextPage) break;
      cursor = page.auditLog.pageInfo.endCursor ?? null;
    }
    const table = [['at', 'actor', 'id', 'action', 'target', 'detail'], ...lines.map((line) => [line.at, line.actorKind, line.actorId, line.action, line.target, line.detail])];
    const text = `\ufeff${table.map((row) => row.map(cell).join(',')).join('\r\n')}`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
    link.download = 'audit.csv';
    link.click();
    URL.revokeObjectURL(link.href);
    setExporting(false);
  };
  const find = (words: string): void => {
    setSearch(words || null);
    setAfter(null);
  };
  return (
    <Page
      title={t('nav.audit')}
      extra={
        <>
          <Input.Search allowClear aria-label={t('common.search')} placeholder={t('common.search')} onSearch={find} style={{ width: 240 }} />
          <Button loading={exporting} onClick={() => void exportAll()}>{t('common.export')}</Button>
        </>
      }
    >
      <State fetching={fetching && !data} error={error} empty={rows.length === 0}>
        <PagedTable
          label={t('nav.audit')}
          rows={rows}
          rowKey="id"
          after={after}
          onAfter={setAfter}
          pageInfo={data?.auditLog.pageInfo}
          columns={[
            { title: t('audit.at'), render: (_, row) => format.time(row.at) },
            { title: t('audit.actor'), render: (_, row) => nameOf(row) },
            { title: t('audit.action'), dataIndex: 'action' },
            { title: t('audit.target'), render: (_, row) => names.get(row.target) ?? row.target },
            { title: t('audit.detail'), render: (_, row) => <code style={{ whiteSpace: 'pre-wrap', wordBreak: 'break-all' }}>{row.detail}</code> },
          ]}
        />
      </State>
    </Page>
  );
}
