import { App, Button, Space, Table, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import { useAction } from '../../lib/action.ts';
import { State } from '../../lib/page.tsx';
import { EditMeter, EditPlan, EditTax, type Meter, type Plan, type Tax } from './catalog-forms.tsx';

const CATALOG = graphql(`
  query Catalog {
    catalog {
      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }
      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }
      taxes { region percent included reverseCharge name { zh en } }
    }
  }
`);
const MIGRATE = graphql(`mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }`);

type Edited = { what: 'meter'; start: Partial<Meter> } | { what: 'plan'; start: Partial<Plan> } | { what: 'tax'; start: Partial<Tax> };

/** What is sold: meters, versions of plans, taxes. */
export function Catalog(): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const { modal, message } = App.useApp();
  const [edited, setEdited] = useState<Edited | null>(null);
  const [{ data, fetching, error }, again] = useQuery({ query: CATALOG });
  const catalog = data?.catalog;
  const newest = (code: string): number => Math.max(...(catalog?.plans ?? []).filter((plan) => plan.code === code).map((plan) => plan.version));
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
  const closes = { onClose: () => setEdited(null), onSaved: () => again({ requestPolicy: 'network-only' }) };
  const title = (text: string, what: Edited['what']): ReactNode => (
    <h2 style={{ fontSize: 16 }}>{text} <Button size="small" onClick={() => setEdited({ what, start: {} })}>{t('selling.add')}</Button></h2>
  );
  return (
    <State fetching={fetching && !data} error={error}>
      {catalog && (
        <>
          {title(t('selling.plans'), 'plan')}
          <Table
            size="small"
            aria-label={t('selling.plans')}
            rowKey={(row) => `${row.code}/${row.version}`}
            scroll={{ x: 'max-content' }}
            pagination={{ pageSize: 20, hideOnSinglePage: true }}
            dataSource={catalog.plans}
            expandable={{ expandedRowRender: (row) => <Charges plan={row} /> }}
            columns={[
              { title: t('billing.plan'), render: (_, row) => <>{row.code}/{row.version} {row.public && <Tag color="success">{t('selling.public')}</Tag>}<div style={{ color: 'var(--soft)' }}>{row.name.zh} {row.name.en}</div></> },
              { title: t('selling.currency'), dataIndex: 'currency' },
              { title: t('selling.minimum'), dataIndex: 'minimum', align: 'right' },
              { title: t('selling.trialDays'), dataIndex: 'trialDays', align: 'right' },
              { title: t('selling.charges'), render: (_, row) => row.charges.length, align: 'right' },
              {
                title: t('common.actions'),
                render: (_, row) => (
                  <Space>
                    <Button size="small" onClick={() => setEdited({ what: 'plan', start: { ...row, version: newest(row.code) + 1 } })}>{t('selling.asNext')}</Button>
                    <Button size="small" onClick={() => migrate(row.code, row.version)}>{t('selling.migrate')}</Button>
                  </Space>
                ),
              },
            ]}
          />
          {title(t('selling.meters'), 'meter')}
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
              { title: t('selling.aggregation'), render: (_, row) => t(`selling.aggregation.${row.aggregation}`) },
              { title: t('billing.dimension'), render: (_, row) => row.dimensions.join(', ') },
              { title: t('common.actions'), render: (_, row) => <Button size="small" onClick={() => setEdited({ what: 'meter', start: row })}>{t('common.edit')}</Button> },
            ]}
          />
          {title(t('selling.taxes'), 'tax')}
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
              { title: t('common.actions'), render: (_, row) => <Button size="small" onClick={() => setEdited({ what: 'tax', start: row })}>{t('common.edit')}</Button> },
            ]}
          />
          {edited?.what === 'meter' && <EditMeter start={edited.start} {...closes} />}
          {edited?.what === 'plan' && <EditPlan start={edited.start} meters={catalog.meters} {...closes} />}
          {edited?.what === 'tax' && <EditTax start={edited.start} {...closes} />}
        </>
      )}
    </State>
  );
}

/** What a plan charges for, as people read it. */
function Charges(props: { plan: Plan }): ReactNode {
  const { t } = useTranslation();
  const price = (charge: Plan['charges'][number]): string => {
    if (charge.model === 'PERCENTAGE') return `${charge.price} %`;
    return charge.size ? `${charge.price} / ${charge.size}` : (charge.price ?? '');
  };
  return (
    <Table
      size="small"
      aria-label={t('selling.charges')}
      rowKey="key"
      pagination={false}
      dataSource={props.plan.charges}
      columns={[
        { title: t('selling.charge'), render: (_, row) => <>{row.name.zh} {row.name.en}<div style={{ color: 'var(--soft)' }}>{row.key}</div></> },
        { title: t('billing.meter'), dataIndex: 'meter' },
        { title: t('selling.model'), render: (_, row) => t(`selling.model.${row.model}`) },
        {
          title: t('selling.price'),
          render: (_, row) => row.tiers.length === 0
            ? price(row)
            : row.tiers.map((tier) => <div key={tier.upTo ?? ''}>{t('selling.tier', { upTo: tier.upTo ?? '∞', unit: tier.unit, flat: tier.flat })}</div>),
        },
        { title: t('selling.free'), render: (_, row) => (row.free === '0' ? '' : row.free), align: 'right' },
      ]}
    />
  );
}
