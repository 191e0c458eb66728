import { App, Button, Input, Space, Table, Tag } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';

const CATALOG = graphql(`
  query Catalog {
    catalog {
      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }
      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }
      taxes { region percent included reverseCharge name { zh en } }
    }
  }
`);
const PUT_METER = graphql(`mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }`);
const ADD_PLAN = graphql(`mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }`);
const PUT_TAX = graphql(`mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }`);
const MIGRATE = graphql(`mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }`);

/** What is sold: meters, versions of plans, taxes. They are written as JSON, in the form in which they are shown. */
export function Catalog(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const { modal, message } = App.useApp();
  const [{ data, fetching, error }, again] = useQuery({ query: CATALOG });
  const catalog = data?.catalog;
  // What the client adds to answers is no part of them.
  const plain = (value: unknown): string => JSON.stringify(value, (key, one: unknown) => (key === '__typename' ? undefined : one), 2);
  const write = (title: string, start: unknown, save: (input: never) => Promise<unknown>): void => {
    let text = plain(start);
    modal.confirm({
      title,
      width: 720,
      content: <Input.TextArea aria-label={title} defaultValue={text} rows={18} style={{ fontFamily: 'monospace' }} onChange={(event) => { text = event.target.value; }} />,
      onOk: async () => {
        let input: never;
        try {
          input = JSON.parse(text) as never;
        } catch {
          void message.error(t('selling.badJson'));
          throw new Error('no JSON');
        }
        if (!(await save(input))) throw new Error('refused');
        again({ requestPolicy: 'network-only' });
      },
    });
  };
  const putMeter = (start: unknown): void => write(t('selling.addMeter'), start, (input) => act(PUT_METER, { input }, t('common.saved')));
  const addPlan = (start: unknown): void => write(t('selling.addPlan'), start, (input) => act(ADD_PLAN, { input }, t('common.saved')));
  const putTax = (start: unknown): void => write(t('selling.addTax'), start, (input) => act(PUT_TAX, { input }, t('common.saved')));
  const migrate = (code: string, version: number): void => {
    modal.confirm({
      title: t('selling.migrate'),
      content: t('selling.migrateText'),
      onOk: async () => {
        const done = await act(MIGRATE, { code, version });
        if (done) void message.success(t('selling.migrated', { count: done.firms ?? 0 }));
      },
    });
  };
  const words = { zh: '', en: '' };
  return (
    <State fetching={fetching && !data} error={error}>
      {catalog && (
        <>
          <h2 style={{ fontSize: 16 }}>{t('selling.plans')} <Button size="small" onClick={() => addPlan({ code: '', version: 1, name: words, currency: 'CNY', public: false, charges: [] })}>{t('selling.add')}</Button></h2>
          <Table
            size="small"
            aria-label={t('selling.plans')}
            rowKey={(row) => `${row.code}/${row.version}`}
            scroll={{ x: 'max-content' }}
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            dataSource={catalog.plans}
            expandable={{ expandedRowRender: (row) => <pre style={{ margin: 0 }}>{plain(row.charges)}</pre> }}
            columns={[
              { title: t('billing.plan'), render: (_, row) => <>{row.code}/{row.version} {row.public && <Tag color="success">{t('selling.public')}</Tag>}<div style={{ color: 'var(--soft)' }}>{row.name.zh} {row.name.en}</div></> },
              { title: t('selling.currency'), dataIndex: 'currency' },
              { title: t('selling.charges'), render: (_, row) => row.charges.length },
              {
                title: t('common.actions'),
                render: (_, row) => (
                  <Space>
                    <Button size="small" onClick={() => addPlan({ ...row, version: row.version + 1 })}>{t('selling.asNext')}</Button>
                    <Button size="small" onClick={() => migrate(row.code, row.version)}>{t('selling.migrate')}</Button>
                  </Space>
                ),
              },
            ]}
          />
          <h2 style={{ fontSize: 16 }}>{t('selling.meters')} <Button size="small" onClick={() => putMeter({ key: '', name: words, unit: words, eventType: '', aggregation: 'SUM', valueField: 'value', dimensions: [] })}>{t('selling.add')}</Button></h2>
          <Table
            size="small"
            aria-label={t('selling.meters')}
            rowKey="key"
            scroll={{ x: 'max-content' }}
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            dataSource={catalog.meters}
            columns={[
              { title: t('billing.meter'), render: (_, row) => <>{row.key}<div style={{ color: 'var(--soft)' }}>{row.name.zh} {row.name.en}</div></> },
              { title: t('selling.event'), dataIndex: 'eventType' },
              { title: t('selling.aggregation'), dataIndex: 'aggregation' },
              { title: t('billing.dimension'), render: (_, row) => row.dimensions.join(', ') },
            ]}
          />
          <h2 style={{ fontSize: 16 }}>{t('selling.taxes')} <Button size="small" onClick={() => putTax({ region: '', name: words, percent: '0', included: false, reverseCharge: false })}>{t('selling.add')}</Button></h2>
          <Table
            size="small"
            aria-label={t('selling.taxes')}
            rowKey="region"
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            dataSource={catalog.taxes}
            columns={[
              { title: t('billTo.region'), render: (_, row) => `${row.region} ${row.name.zh} ${row.name.en}` },
              { title: t('selling.percent'), render: (_, row) => `${row.percent} %` },
              { title: t('selling.included'), render: (_, row) => (row.included ? '✓' : '') },
              { title: t('selling.reverse'), render: (_, row) => (row.reverseCharge ? '✓' : '') },
            ]}
          />
        </>
      )}
    </State>
  );
}
