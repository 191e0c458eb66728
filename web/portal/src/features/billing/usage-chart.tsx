import { Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meter } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';

const METERS: Meter[] = ['MESSAGE', 'BOT_RESOLUTION', 'AGENT_MINUTE', 'STORED_KB', 'API_CALL'];
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [930, 200, 56, 24, 8];

/** A round number at or above `most`, for the top of the axis. */
function ceiling(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

/** Usage of one meter on each day of the month. */
export function UsageChart(props: { period: string; days: { date: string; meter: Meter; quantity: number }[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [meter, setMeter] = useState<Meter>('MESSAGE');
  const used = new Map(props.days.filter((day) => day.meter === meter).map((day) => [day.date, day.quantity]));
  const [year = 0, month = 1] = props.period.split('-').map(Number);
  const dates = Array.from({ length: new Date(year, month, 0).getDate() }, (_, day) => `${props.period}-${String(day + 1).padStart(2, '0')}`);
  const top = ceiling(Math.max(1, ...used.values()));
  const step = (WIDTH - LEFT) / dates.length;
  const y = (quantity: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - quantity / top);
  const summary = [...used].map(([date, quantity]) => `${date}: ${quantity}`).join(', ');
  return (
    <div style={{ marginTop: 24 }}>
      <div style={{ display: 'flex', gap: 12, alignItems: 'center', marginBottom: 8 }}>
        <h2 style={{ fontSize: 16, margin: 0 }}>{t('billing.byDay')}</h2>
        <Select<Meter> aria-label={t('billing.meter')} value={meter} onChange={setMeter} style={{ minWidth: 140 }} options={METERS.map((value) => ({ value, label: t(`meter.${value}`) }))} />
      </div>
      {used.size === 0 ? (
        <p>{t('billing.noUsage')}</p>
      ) : (
        <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${t('billing.byDay')}: ${summary}`}>
          {[0, top / 2, top].map((line) => (
            <g key={line}>
              <line x1={LEFT} x2={WIDTH} y1={y(line)} y2={y(line)} />
              <text x={LEFT - 8} y={y(line) + 4} textAnchor="end">{format.number(line)}</text>
            </g>
          ))}
          {dates.map((date, index) => {
            const quantity = used.get(date) ?? 0;
            const label = index === 0 || (index + 1) % 5 === 0;
            return (
              <g key={date}>
                <rect x={LEFT + index * step + 3} width={step - 6} y={y(quantity)} height={y(0) - y(quantity)} rx={2}>
                  <title>{`${date}: ${format.number(quantity)}`}</title>
                </rect>
                {label && <text x={LEFT + (index + 0.5) * step} y={HEIGHT - 6} textAnchor="middle">{index + 1}</text>}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
