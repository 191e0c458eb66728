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

const HEIGHT = 120;

/** Questions by day: answered, listed, handed over. */
function Days(props: { days: Report['days'] }): ReactNode {
  const { t } = useTranslation();
  const { days } = props;
  const all = (day: Report['days'][number]): number => day.answered + day.listed + day.handedOver;
  const most = Math.max(1, ...days.map(all));
  const width = Math.max(12, Math.min(48, 720 / Math.max(1, days.length)));
  const height = (count: number): number => (count / most) * HEIGHT;
  return (
    <svg className="chart" viewBox={`0 0 ${width * days.length + 8} ${HEIGHT + 24}`} role="img" aria-label={t('report.byDay', { count: days.length, most })} preserveAspectRatio="xMinYMid meet">
      {days.map((day, index) => {
        const x = index * width + 4;
        const parts = [['answered', day.answered], ['listed', day.listed], ['handedOver', day.handedOver]] as const;
        let y = HEIGHT;
        return (
          <g key={day.date}>
            <title>{`${day.date}: ${parts.map(([name, count]) => `${t(`preview.${name}`)} ${count}`).join(', ')}`}</title>
            {parts.map(([name, count]) => {
              y -= height(count);
              return <rect key={name} className={name} x={x} y={y} width={width - 4} height={height(count)} />;
            })}
            {(index === 0 || index === days.length - 1) && <text x={x} y={HEIGHT + 16}>{day.date.slice(5)}</text>}
          </g>
        );
      })}
    </svg>
  );
}
