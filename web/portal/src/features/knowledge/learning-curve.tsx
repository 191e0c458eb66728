import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LearningQuery } from '../../gql/graphql.ts';

type Model = LearningQuery['botModels'][number];

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [930, 200, 56, 24, 12];

/** What share of questions is understood, as estimated at every training. */
export function LearningCurve(props: { models: Model[] }): ReactNode {
  const { t, i18n } = useTranslation();
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const compared = [...props.models].reverse();
  if (compared.length === 0) return null;
  const shares = compared.flatMap((model) => [model.comparison.before, model.comparison.after]);
  const least = Math.max(0, Math.floor(Math.min(...shares) * 10 - 1) / 10);
  const step = (WIDTH - LEFT) / compared.length;
  const x = (index: number): number => LEFT + (index + 0.5) * step;
  const y = (share: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (share - least) / (1 - least));
  const lines = [least, (least + 1) / 2, 1];
  const said = compared.map((model) => `#${model.number}: ${percent.format(model.comparison.after)}`).join(', ');
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${t('learning.curve')}: ${said}`}>
      {lines.map((line) => (
        <g key={line}>
          <line x1={LEFT} x2={WIDTH} y1={y(line)} y2={y(line)} />
          <text x={LEFT - 8} y={y(line) + 4} textAnchor="end">{percent.format(line)}</text>
        </g>
      ))}
      {compared.map((model, index) => {
        const { before, after, error } = model.comparison;
        return (
          <g key={model.id} className={model.status === 'REFUSED' ? 'refused' : undefined}>
            <title>{t('learning.compared', { before: percent.format(before), after: percent.format(after), error: percent.format(error) })}</title>
            <line x1={x(index)} x2={x(index)} y1={y(Math.max(least, after - error))} y2={y(Math.min(1, after + error))} className="spread" />
            <circle cx={x(index)} cy={y(after)} r={5} />
            <line x1={x(index) - 10} x2={x(index) + 10} y1={y(before)} y2={y(before)} className="before" />
            <text x={x(index)} y={HEIGHT - 6} textAnchor="middle">{`#${model.number}`}</text>
          </g>
        );
      })}
    </svg>
  );
}
