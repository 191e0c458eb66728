import { App, Button, Slider, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { FlowQuery } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useFormat } from '../../lib/format.ts';
import { PagedTable } from '../../lib/paged-table.tsx';
import { State } from '../../lib/page.tsx';

const SHARE = graphql(`
  mutation ShareFlow($id: ID!, $number: Int!, $share: Int!) {
    shareFlow(id: $id, number: $number, share: $share) { status errors { field message } flow { id versions { number share } } }
  }
`);
const RUNS = graphql(`
  query FlowRuns($id: ID!, $after: String) {
    flowRuns(id: $id, first: 50, after: $after) {
      edges { node { id number status step slots { slot value } conversationId createdAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const RENEW = graphql(`
  mutation RenewFlowSecret($id: ID!) {
    renewFlowSecret(id: $id) { status errors { field message } secret }
  }
`);

type Flow = NonNullable<FlowQuery['flows'][number]>;

/** Published versions: who gets which, and how they fare. */
export function Versions(props: { flow: Flow; manages: boolean; onChange: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAction();
  const { modal } = App.useApp();
  const { flow } = props;
  const share = async (number: number, value: number): Promise<void> => {
    await act(SHARE, { id: flow.id, number, share: value }, t('common.saved'));
    props.onChange();
  };
  const others = (number: number): boolean => flow.versions.some((one) => one.number !== number && one.share > 0);
  const renew = (): void => {
    modal.confirm({
      title: t('flow.renewSure'),
      onOk: async () => {
        const done = await act(RENEW, { id: flow.id });
        if (done?.secret) modal.info({ title: t('flow.secretOnce'), content: <code className="snippet">{done.secret}</code> });
      },
    });
  };
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      <Table
        rowKey="number"
        size="small"
        dataSource={flow.versions}
        pagination={{ pageSize: 10, hideOnSinglePage: true }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('flow.neverPublished') }}
        columns={[
          { title: t('flow.version'), render: (_, row) => <>#{row.number} {row.share > 0 && <Tag color="success">{row.share} %</Tag>}</> },
          { title: t('flow.started'), render: (_, row) => format.number(row.started) },
          { title: t('flow.status.COMPLETED'), render: (_, row) => format.number(row.completed) },
          { title: t('flow.status.HANDED_OVER'), render: (_, row) => format.number(row.handedOver) },
          { title: t('flow.status.ABANDONED'), render: (_, row) => format.number(row.abandoned) },
          { title: t('releases.at'), render: (_, row) => format.time(row.createdAt) },
          ...(props.manages
            ? [{
                title: t('flow.share'),
                render: (_: unknown, row: Flow['versions'][number]) =>
                  others(row.number) && row.share > 0
                    ? <Slider ariaLabelForHandle={`${t('flow.share')} #${row.number}`} style={{ width: 140 }} step={5} defaultValue={row.share} key={row.share} onChangeComplete={(value) => void share(row.number, value)} />
                    : row.share === 0 && <Button size="small" onClick={() => void share(row.number, 100)}>{t('flow.toAll')}</Button>,
              }]
            : []),
        ]}
      />
      {props.manages && <Button onClick={renew}>{t('flow.renew')}</Button>}
      <h2 style={{ fontSize: 14, margin: 0 }}>{t('flow.runs')}</h2>
      <Runs id={flow.id} />
    </Space>
  );
}

function Runs(props: { id: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, fetching, error }] = useQuery({ query: RUNS, variables: { id: props.id, after } });
  const rows = data?.flowRuns.edges.map((edge) => edge.node) ?? [];
  return (
    <State fetching={fetching && !data} error={error} empty={rows.length === 0} emptyText={t('flow.noRuns')}>
      <PagedTable
        label={t('flow.runs')}
        rows={rows}
        rowKey="id"
        after={after}
        onAfter={setAfter}
        pageInfo={data?.flowRuns.pageInfo}
        columns={[
          { title: t('flow.began'), render: (_, row) => <Link to={`/inbox/${row.conversationId}`}>{format.time(row.createdAt)}</Link> },
          { title: t('flow.version'), render: (_, row) => `#${row.number}` },
          { title: t('flow.stands'), render: (_, row) => `${t(`flow.status.${row.status}`)} (${row.step})` },
          { title: t('flow.known'), render: (_, row) => row.slots.map((slot) => `${slot.slot}: ${slot.value}`).join(' · ') },
        ]}
      />
    </State>
  );
}
