import { Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meter } from '../../gql/graphql.ts';

const METERS: Meter[] = ['MESSAGE', 'BOT_RESOLUTION', 'AGENT_MINUTE', 'STORED_KB', 'API_CALL'];

/** Usage of one meter by day. */
export function UsageChart(props: { days: { date: string; meter: Meter; quantity: number }[] }): ReactNode {
  const { t } = useTranslation();
  const [meter, setMeter] = useState<Meter>('MESSAGE');
  const days = props.days.filter((day) => day.meter === meter);
  const most = Math.max(1, ...days.map((day) => day.quantity));
  const summary = days.map((day) => `${day.date}: ${day.quantity}`).join(', ');
  return (
    <div style={{ marginTop: 24 }}>
      <div style={{ display: 'flex', gap: 12, alignItems: 'center', marginBottom: 8 }}>
        <h2 style={{ fontSize: 16, margin: 0 }}>{t('billing.byDay')}</h2>
        <Select<Meter> aria-label={t('billing.meter')} value={meter} onChange={setMeter} style={{ minWidth: 140 }} options={METERS.map((value) => ({ value, label: t(`meter.${value}`) }))} />
      </div>
      {days.length === 0 ? (
        <p>{t('billing.noUsage')}</p>
      ) : (
        <div className="bars" role="img" aria-label={`${t('billing.byDay')}: ${summary}`}>
          {days.map((day) => (
            <div key={day.date} style={{ height: `${(100 * day.quantity) / most}%` }} title={`${day.date}: ${day.quantity}`} />
          ))}
        </div>
      )}
    </div>
  );
}
