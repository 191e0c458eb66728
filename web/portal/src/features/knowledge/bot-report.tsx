import { Col, Row, Segmented, Statistic, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { BotReportQuery } from '../../gql/graphql.ts';
import { titleOf } from '../../lib/article-select.tsx';
import { State } from '../../lib/page.tsx';

const REPORT = graphql(`
  query BotReport($days: Int!) {
    botReport(days: $days) {
      questions answered listed handedOver visits contained cameBack
      days { date answered listed handedOver }
      articles { article { id texts { locale title } } answered chosen solved unsolved cameBack rating ratings }
    }
  }
`);

type Report = BotReportQuery['botReport'];

/** How the bot fares: how much it covers and contains, who comes back, and which articles help. */
export function BotReport(): ReactNode {
  const { t, i18n } = useTranslation();
  const [days, setDays] = useState(30);
  const [{ data, fetching, error }] = useQuery({ query: REPORT, variables: { days } });
  const report = data?.botReport;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const share = (part: number, of: number): string => (of === 0 ? '–' : percent.format(part / of));
  return (
    <>
      <Segmented style={{ marginBottom: 16 }} value={days} onChange={setDays} options={[7, 30, 90].map((value) => ({ value, label: t('report.days', { count: value }) }))} />
      <State fetching={fetching && !data} error={error} empty={report?.visits === 0} emptyText={t('report.empty')}>
        {report && (
          <>
            <Row gutter={[16, 16]}>
              {[
                [t('report.questions'), String(report.questions)],
                [t('report.coverage'), share(report.answered + report.listed, report.questions)],
                [t('report.containment'), share(report.contained, report.visits)],
                [t('report.cameBack'), share(report.cameBack, report.contained)],
              ].map(([title, value]) => (
                <Col key={title} xs={12} md={6}><Statistic title={title} value={value} /></Col>
              ))}
            </Row>
            <p style={{ color: 'var(--soft)' }}>{t('report.explained')}</p>
            <p aria-hidden="true" className="legend">{(['answered', 'listed', 'handedOver'] as const).map((name) => <span key={name}><i className={name} /> {t(`preview.${name}`)}</span>)}</p>
            <Days days={report.days} />
            <Table
              size="small"
              style={{ marginTop: 16 }}
              aria-label={t('knowledge.articles')}
              rowKey={(row) => row.article?.id ?? `${row.answered}-${row.solved}`}
              dataSource={report.articles}
              scroll={{ x: 'max-content' }}
              pagination={{ pageSize: 20, hideOnSinglePage: true }}
              columns={[
                { title: t('article.title'), render: (_, row) => (row.article ? titleOf(row.article, i18n.language) : t('learning.gone')) },
                { title: t('preview.answered'), dataIndex: 'answered', sorter: (a, b) => a.answered - b.answered },
                { title: t('report.chosen'), dataIndex: 'chosen' },
                { title: t('report.solved'), render: (_, row) => `${row.solved} / ${row.solved + row.unsolved}` },
                { title: t('report.csat'), render: (_, row) => share(row.solved, row.solved + row.unsolved) },
                { title: t('report.rating'), render: (_, row) => (row.rating == null ? '–' : `${row.rating.toFixed(1)} ★ (${row.ratings})`) },
                { title: t('report.cameBack'), dataIndex: 'cameBack', sorter: (a, b) => a.cameBack - b.cameBack },
              ]}
            />
          </>
        )}
      </State>
    </>
  );
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [930, 200, 40, 24, 8];

/** Questions by day: answered, listed, handed over. */
function Days(props: { days: Report['days'] }): ReactNode {
  const { t } = useTranslation();
  const { days } = props;
  const most = Math.max(1, ...days.map((day) => day.answered + day.listed + day.handedOver));
  const step = (WIDTH - LEFT) / Math.max(7, days.length);
  const height = (count: number): number => (count / most) * (HEIGHT - TOP - BOTTOM);
  return (
    <svg className="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('report.byDay', { count: days.length, most })}>
      {[0, most].map((count) => (
        <g key={count}>
          <line x1={LEFT} x2={WIDTH} y1={HEIGHT - BOTTOM - height(count)} y2={HEIGHT - BOTTOM - height(count)} />
          <text x={LEFT - 8} y={HEIGHT - BOTTOM - height(count) + 4} textAnchor="end">{count}</text>
        </g>
      ))}
      {days.map((day, index) => {
        const x = LEFT + index * step;
        const parts = [['answered', day.answered], ['listed', day.listed], ['handedOver', day.handedOver]] as const;
        let y = HEIGHT - BOTTOM;
        return (
          <g key={day.date}>
            <title>{`${day.date}: ${parts.map(([name, count]) => `${t(`preview.${name}`)} ${count}`).join(', ')}`}</title>
            {parts.map(([name, count]) => {
              y -= height(count);
              return <rect key={name} className={name} x={x + step * 0.15} y={y} width={step * 0.7} height={height(count)} />;
            })}
            {index % Math.ceil(days.length / 10) === 0 && <text x={x + step / 2} y={HEIGHT - 6} textAnchor="middle">{day.date.slice(5)}</text>}
          </g>
        );
      })}
    </svg>
  );
}
