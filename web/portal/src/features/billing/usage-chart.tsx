import { Table } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { UsageStep } from '../../gql/graphql.ts';
import { useFormat } from '../../lib/format.ts';

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [930, 220, 64, 24, 8];

type Point = { from: string; date: string; dimensionValue: string; quantity: string };

/** A round number at or above `most`, for the top of the axis. */
function ceiling(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

/** Usage of each step as a bar; below it the same as a table. */
export function UsageChart(props: { points: Point[]; step: UsageStep; unit: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  // Bars are for looking; the exact figures are in the table.
  const sums = new Map<string, { label: string; sum: number }>();
  for (const point of props.points) {
    const label = props.step === 'HOUR' ? format.time(point.from) : props.step === 'MONTH' ? point.date.slice(0, 7) : point.date;
    const known = sums.get(point.from)?.sum ?? 0;
    sums.set(point.from, { label, sum: known + Number(point.quantity) });
  }
  const bars = [...sums.values()];
  const top = ceiling(Math.max(1, ...bars.map((bar) => bar.sum)));
  const step = (WIDTH - LEFT) / Math.max(12, bars.length);
  const y = (quantity: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.max(0, quantity) / top);
  const every = Math.ceil(bars.length / 8);
  return (
    <>
      <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('billing.chart', { count: bars.length })}>
        {[0, top / 2, top].map((line) => (
          <g key={line}>
            <line x1={LEFT} x2={WIDTH} y1={y(line)} y2={y(line)} />
            <text x={LEFT - 8} y={y(line) + 4} textAnchor="end">{format.number(line)}</text>
          </g>
        ))}
        {bars.map((bar, index) => (
          <g key={bar.label}>
            <rect x={LEFT + index * step + 2} width={Math.max(1, step - 4)} y={y(bar.sum)} height={y(0) - y(bar.sum)} rx={2}>
              <title>{`${bar.label}: ${format.number(bar.sum)} ${props.unit}`}</title>
            </rect>
            {index % every === 0 && <text x={LEFT + (index + 0.5) * step} y={HEIGHT - 6} textAnchor="middle">{bar.label}</text>}
          </g>
        ))}
      </svg>
      <Table<Point>
        size="small"
        style={{ marginTop: 12 }}
        aria-label={t('billing.usage')}
        rowKey={(point) => `${point.from}${point.dimensionValue}`}
        dataSource={props.points}
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        columns={[
          { title: t('billing.at'), render: (_, point) => (props.step === 'HOUR' ? format.time(point.from) : props.step === 'MONTH' ? point.date.slice(0, 7) : point.date) },
          ...(props.points.some((point) => point.dimensionValue) ? [{ title: t('billing.dimension'), dataIndex: 'dimensionValue' }] : []),
          { title: t('billing.quantity'), render: (_, point) => `${format.decimal(point.quantity)} ${props.unit}`, align: 'right' as const },
        ]}
      />
    </>
  );
}
