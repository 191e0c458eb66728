import { App, Button, Table, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes, useNavigate } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { FlowListQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { Page, State } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { newStep } from './draft.ts';
import { FlowEditor } from './flow-editor.tsx';

const FLOWS = graphql(`
  query FlowList {
    flows {
      id version updatedAt startedBy
      draft { name { zh en } }
      versions { number share started completed handedOver abandoned }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateFlow($draft: FlowInput!) {
    saveFlow(draft: $draft) { status errors { field message } flow { id } }
  }
`);
const REMOVE = graphql(`
  mutation DeleteFlow($id: ID!) {
    deleteFlow(id: $id) { status errors { field message } removed }
  }
`);

type Row = FlowListQuery['flows'][number];

/** Dialogues that the bot leads. */
export default function Flows(): ReactNode {
  return (
    <Routes>
      <Route path="/" element={<List />} />
      <Route path=":id" element={<FlowEditor />} />
    </Routes>
  );
}

function List(): ReactNode {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const [{ data, fetching, error }, again] = useQuery({ query: FLOWS });
  const rows = data?.flows ?? [];
  const name = ({ draft }: Row): string => (i18n.language === 'zh-CN' ? draft.name.zh || draft.name.en : draft.name.en || draft.name.zh);
  const create = async (): Promise<void> => {
    const steps = [newStep('say', 'hello', 'bye'), newStep('end', 'bye', '')];
    const done = await act(CREATE, { draft: { name: { zh: '新流程', en: 'New flow' }, steps, cases: [] } });
    if (done?.flow) void navigate(`/flows/${done.flow.id}`);
  };
  const remove = (row: Row): void => {
    modal.confirm({
      title: t('flow.removeSure', { name: name(row) }),
      content: t('flow.removeText'),
      okType: 'danger',
      onOk: async () => {
        await act(REMOVE, { id: row.id }, t('common.removed'));
        again();
      },
    });
  };
  const total = (row: Row, field: 'started' | 'completed' | 'handedOver'): string => format.number(row.versions.reduce((sum, version) => sum + version[field], 0));
  return (
    <Page title={t('nav.flows')} extra={manages && <Button type="primary" onClick={() => void create()}>{t('flow.add')}</Button>}>
      <p style={{ color: 'var(--soft)', marginTop: 0 }}>{t('flow.about')}</p>
      <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('flow.empty')}>
        <Table
          rowKey="id"
          aria-label={t('nav.flows')}
          dataSource={rows}
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          scroll={{ x: 'max-content' }}
          columns={[
            { title: t('flow.name'), render: (_, row) => <Link to={`/flows/${row.id}`}>{name(row)}</Link> },
            { title: t('flow.inUse'), render: (_, row) => row.versions.filter((version) => version.share > 0).map((version) => <Tag key={version.number} color="success">#{version.number} · {version.share} %</Tag>) },
            { title: t('flow.startedBy'), render: (_, row) => row.startedBy.join(' / ') || t('flow.nothingStarts') },
            { title: t('flow.started'), render: (_, row) => total(row, 'started') },
            { title: t('flow.status.COMPLETED'), render: (_, row) => total(row, 'completed') },
            { title: t('flow.status.HANDED_OVER'), render: (_, row) => total(row, 'handedOver') },
            ...(manages
              ? [{ title: t('common.actions'), render: (_: unknown, row: Row) => <Button danger size="small" onClick={() => remove(row)}>{t('common.remove')}</Button> }]
              : []),
          ]}
        />
      </State>
    </Page>
  );
}
