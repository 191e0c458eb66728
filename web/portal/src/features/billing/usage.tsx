import { Button, DatePicker, Segmented, Select, Space } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { UsageStep } from '../../gql/graphql.ts';
import { State } from '../../lib/page.tsx';
import { AsideEvents } from './aside-events.tsx';
import { UsageChart } from './usage-chart.tsx';
import { useWords } from './words.ts';

const METERS = graphql(`
  query Meters { catalog { meters { key aggregation dimensions name { zh en } unit { zh en } } } }
`);
const USAGE = graphql(`
  query UsageSeries($query: UsageQuery!) {
    usage(query: $query, first: 200) { edges { node { from date dimensionValue quantity } } pageInfo { hasNextPage } }
  }
`);

/** Usage of a meter over time, told apart by one of its dimensions, as a picture and as a file. */
export function Usage(): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const [{ data: known, fetching: reading, error: unread }] = useQuery({ query: METERS });
  const [meter, setMeter] = useState('message');
  const [step, setStep] = useState<UsageStep>('DAY');
  const [dimension, setDimension] = useState<string | null>(null);
  const [range, setRange] = useState<[dayjs.Dayjs, dayjs.Dayjs]>(() => [dayjs().startOf('month'), dayjs().endOf('month')]);
  const [from, to] = [range[0].startOf('day').toISOString(), range[1].add(1, 'day').startOf('day').toISOString()];
  const query = { meter, step, from, to, dimension };
  const [{ data, fetching, error }] = useQuery({ query: USAGE, variables: { query } });
  const meters = known?.catalog.meters ?? [];
  const chosen = meters.find((one) => one.key === meter);
  const points = data?.usage.edges.map((edge) => edge.node) ?? [];
  const file = `/billing/usage.csv?${new URLSearchParams({ meter, step: step.toLowerCase(), from, to, ...(dimension ? { dimension } : {}) }).toString()}`;
  return (
    <State fetching={reading && !known} error={unread}>
      <Space wrap style={{ marginBottom: 12 }}>
        <Select aria-label={t('billing.meter')} value={meter} style={{ minWidth: 180 }} onChange={(value) => { setMeter(value); setDimension(null); }} options={meters.map((one) => ({ value: one.key, label: words(one.name) }))} />
        <Segmented<UsageStep> value={step} onChange={setStep} options={(['HOUR', 'DAY', 'MONTH'] as const).map((value) => ({ value, label: t(`billing.step.${value}`) }))} />
        <DatePicker.RangePicker aria-label={t('billing.range')} allowClear={false} value={range} onChange={(dates) => { if (dates?.[0] && dates[1]) setRange([dates[0], dates[1]]); }} />
        {(chosen?.dimensions.length ?? 0) > 0 && (
          <Select aria-label={t('billing.dimension')} allowClear placeholder={t('billing.dimension')} value={dimension} style={{ minWidth: 140 }} onChange={(value?: string) => setDimension(value ?? null)} options={chosen?.dimensions.map((value) => ({ value, label: value }))} />
        )}
        <Button href={file}>{t('billing.csv')}</Button>
      </Space>
      <State fetching={fetching && !data} error={error} empty={points.length === 0} emptyText={t('billing.noUsage')}>
        <UsageChart points={points} step={step} unit={chosen ? words(chosen.unit) : ''} />
        {data?.usage.pageInfo.hasNextPage && <p style={{ color: 'var(--soft)' }}>{t('billing.cut')}</p>}
      </State>
      <AsideEvents />
    </State>
  );
}
